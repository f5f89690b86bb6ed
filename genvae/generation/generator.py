"""From noise or latents to windows: needs the decoder and the priors, never the encoder.

Axes:  N pieces · W windows · P positions of a window · Q = W*P · D dims of z · S steps · R cells

Work is done in whole batches of rows, padded where fewer are wanted, several side by side where
pieces are short: matrix products give each row of them the same bits wherever it stands and however
many there are, so that an item never depends on what it is made beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from genvae.domains.base import Codec, Windows, split_cells
from genvae.errors import OptionProblem, nearest
from genvae.generation import mist, noise
from genvae.generation.returns import Item, said_again, sources
from genvae.models.decoding import decode
from genvae.models.files import ModelFile
from genvae.models.form import SAME, Guide, ends_of
from genvae.models.long_decoding import decode_long

BATCH = 16
"""Rows of a batch. Of fewer, or of a number between, some products are summed in another order."""
BATCHES, HELD = 4, 512
"""So many batches are worked on side by side at most, and so many windows."""
LONG = 64
"""Pieces of more windows are made one at a time: memory stays small, and the work still fills
batches (see ``long_decoding``)."""
PRIORS = ("sequence", "gaussian", "standard")


@contextmanager
def one_thread() -> Iterator[None]:
    """Run torch on one thread: its matrices are small here, threads would only wait for each
    other, and sums would depend on how many there are."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def together(windows: int) -> int:
    """How many pieces of so many windows are worked on side by side."""
    if windows > LONG:
        return 1
    return BATCH * min(max(HELD // (windows * BATCH), 1), BATCHES)


def _rows(pieces: int, windows: int) -> int:
    """Rows for so many pieces: whole batches, or the one of a long piece."""
    return 1 if windows > LONG else -(-pieces // BATCH) * BATCH


class Generator:
    """Draws latents and decodes them with one model and its codec."""

    def __init__(self, model: ModelFile, codec: Codec) -> None:
        self.model, self.codec = model, codec
        self.positions, self.latent = model.latent_shape

    def prior_name(self, asked: str | None = None) -> str:
        """The prior to draw from: asked for, or the model's default. Raises OptionProblem."""
        name = asked or str(self.model.card.get("defaults", {}).get("prior", "gaussian"))
        if name not in PRIORS:
            raise OptionProblem(f"--prior {name}: {nearest(name, PRIORS)}")
        if name == "sequence" and self.model.sequence is None:
            if asked:
                raise OptionProblem(f"--prior sequence: model {self.model.name!r} has none")
            return "gaussian"
        return name

    @one_thread()
    def draw(
        self,
        items: Sequence[Item],
        windows: int,
        *,
        seed: int,
        prior: str | None = None,
        temperature: float = 1.0,
    ) -> np.ndarray:
        """Latents ``(N, W, P, D)`` of the items, each an (index, attempt)."""
        p, d = self.positions, self.latent
        name, most = self.prior_name(prior), together(windows)
        if len(items) > most:
            options: dict[str, Any] = {"seed": seed, "prior": name, "temperature": temperature}
            parts = [items[at : at + most] for at in range(0, len(items), most)]
            return np.concatenate([self.draw(part, windows, **options) for part in parts])
        size = _rows(len(items), windows)
        streams = [noise.stream(seed, i, a, noise.LATENTS) for i, a in items]
        if name == "sequence":
            assert self.model.sequence is not None
            raw = np.zeros((size, windows * p, d, 2), dtype=np.float32)
            for row, rng in enumerate(streams):
                raw[row, ..., 0] = rng.random((windows * p, d), dtype=np.float32)
                raw[row, ..., 1] = rng.standard_normal((windows * p, d), dtype=np.float32)
            guide = self._guide(items, size, windows, seed)
            z = self.model.sequence.sample(torch.from_numpy(raw), temperature, guide)
        else:
            raw = np.zeros((size, windows, p * d), dtype=np.float32)
            for row, rng in enumerate(streams):
                raw[row] = rng.standard_normal((windows, p * d), dtype=np.float32)
            z = torch.from_numpy(raw) * temperature
            if name == "gaussian":
                z = self.model.gaussian.transform(z.reshape(size * windows, p * d))
        return z.reshape(size, windows, p, d).numpy()[: len(items)]

    @one_thread()
    def redraw(
        self,
        z_NWPD: np.ndarray,
        open_NWP: np.ndarray,
        items: Sequence[Item],
        *,
        seed: int,
        prior: str | None = None,
        temperature: float = 1.0,
    ) -> np.ndarray:
        """The latents of pieces of at most LONG windows, drawn anew where they are ``open``: by the
        sequence prior after those before them, by the others given those of the window that stay.
        At most ``together`` of them."""
        n, w, p, d = z_NWPD.shape
        name, size = self.prior_name(prior), _rows(len(items), w)
        streams = [noise.stream(seed, i, a, noise.LATENTS) for i, a in items]
        mist = [rng.standard_normal((w, p * d), dtype=np.float32) for rng in streams]
        if name == "sequence":
            assert self.model.sequence is not None
            raw = np.zeros((size, w * p, d, 2), dtype=np.float32)
            known = np.zeros((size, w * p, d), dtype=np.float32)
            known[:n] = z_NWPD.reshape(n, w * p, d)
            opened = np.zeros((size, w * p), dtype=bool)
            opened[:n] = open_NWP.reshape(n, w * p)
            for row, (rng, normal_WX) in enumerate(zip(streams, mist, strict=True)):
                raw[row, ..., 0] = rng.random((w * p, d), dtype=np.float32)
                raw[row, ..., 1] = normal_WX.reshape(w * p, d)
            found = self.model.sequence.sample(
                torch.from_numpy(raw),
                temperature,
                known_NKD=torch.from_numpy(known),
                open_NK=torch.from_numpy(opened),
            )
            z = found.numpy()[:n].reshape(z_NWPD.shape)
            # Those that stay went through the prior's scale and back: they are to be the same.
            return np.where(open_NWP[..., None], z, z_NWPD)
        out = np.array(z_NWPD, dtype=np.float32)
        for z_WPD, open_WP, normal_WX in zip(out, open_NWP, mist, strict=True):
            for at in np.flatnonzero(open_WP.any(1)):
                open_X, normal_X = np.repeat(open_WP[at], d), temperature * normal_WX[at]
                if name == "gaussian":
                    kept_X = z_WPD[at].reshape(-1)
                    z_WPD[at] = self.model.gaussian.given(kept_X, open_X, normal_X).reshape(p, d)
                else:
                    z_WPD[at][open_WP[at]] = normal_X.reshape(p, d)[open_WP[at]]
        return out

    def _guide(self, items: Sequence[Item], size: int, windows: int, seed: int) -> Guide | None:
        """The form of each item, if the model's prior has forms."""
        form = None if self.model.sequence is None else self.model.sequence.form
        if form is None:
            return None
        # Rows that nobody asked for cost nothing: they copy.
        lag = np.minimum(np.ones((size, windows), dtype=np.int64), np.arange(windows))
        kind = np.full((size, windows), SAME)
        for row, (i, a) in enumerate(items):
            stream = noise.stream(seed, i, a, noise.FORM)
            lag[row], kind[row], _ = form.sample(windows, stream)
        ends = np.tile(ends_of(0, windows, windows), (size, 1, 1))
        return Guide(lag, kind, ends)

    def _cell_noise(self, item: Item, windows: int, seed: int) -> np.ndarray:
        """Uniform numbers for the cells of an item, ``(S, R)``. Where pieces have a form every
        latent position hears the same ones: what is alike then says the same again."""
        spec = self.codec.spec
        stream = noise.stream(seed, *item, noise.CELLS)
        if self.model.sequence is None or self.model.sequence.form is None:
            return stream.random((windows * spec.steps, spec.rows))
        steps = spec.steps // self.positions
        return np.tile(stream.random((steps, spec.rows)), (windows * self.positions, 1))

    @one_thread()
    def decode(
        self,
        z_NWPD: np.ndarray,
        *,
        items: Sequence[Item] = (),
        seed: int = 0,
        temperature: float = 0.0,
        contexts: Sequence[Mapping[str, Any]] = (),
        drawn: bool = False,
        known: Sequence[np.ndarray] = (),
        amid: mist.Amid | None = None,
    ) -> list[Windows]:
        """Windows of each piece, all of one length. The temperature is multiplied by the model's
        ``cell_temperature``. At temperature 0 each cell is the most likely one; otherwise it is
        drawn with the noise of its item. ``contexts`` are those of the pieces, one each: the
        codec's constraints hear them (a song's meter). ``drawn`` are latents that ``draw`` gave to
        the items: they are heard blurred, if the model's card says so, and fields return as the
        form says. ``known`` are cells ``(S, R)`` of each piece that stay as they are, -1 those
        that are decoded; of at most ``LONG`` windows. ``amid`` says which of the
        latents lie between pieces: they are heard blurred, the more the farther they are.
        """
        out: list[Windows] = []
        windows, spec = z_NWPD.shape[1], self.codec.spec
        most = together(windows)
        for at in range(0, len(z_NWPD), most):
            part, named = z_NWPD[at : at + most], items[at : at + most]
            n, size = len(part), _rows(len(part), windows)
            told = list(contexts[at : at + most])
            if contexts:
                told += [{}] * (size - len(told))
            hearing = self._hearing(part, size, named, seed, temperature, drawn)
            hearing["constraints"] = self.codec.constraints(told)
            if amid is not None and self.model.blur:
                far = np.zeros((size, windows), dtype=np.float32)
                far[:n] = amid.far_NW[at : at + n]
                level, z = self.model.blur, hearing["z_NQD"]
                here = mist.Amid(far, amid.way)
                z, blur = mist.between(z, here, level, self.positions, bars=self._formed)
                hearing |= {"z_NQD": z, "blur_NQ": blur}
            if known:
                hearing["known_NSR"] = np.zeros((size, *known[0].shape), dtype=np.int64)
                hearing["known_NSR"][:n] = known[at : at + n]
            cells = (self._decode_long if size == 1 else decode)(**hearing)
            shaped = cells[:n].reshape(n, windows, spec.steps, spec.rows)
            out += [split_cells(spec, one) for one in shaped]
        return out

    def _hearing(
        self,
        z_NWPD: np.ndarray,
        size: int,
        items: Sequence[Item],
        seed: int,
        temperature: float,
        drawn: bool,
    ) -> dict[str, Any]:
        """What ``models.decoding.decode`` is to be given for some pieces, as a batch, but for
        the constraints."""
        windows, spec = z_NWPD.shape[1], self.codec.spec
        form = None if self.model.sequence is None else self.model.sequence.form
        source_NW = sources(z_NWPD)
        blur = self.model.blur if drawn else 0.0
        z = np.zeros((size, *z_NWPD.shape[1:]), dtype=np.float32)
        n = len(z_NWPD)
        z[:n] = z_NWPD
        if blur:
            z[:n] = mist.drawn(z_NWPD, blur, source_NW, items, seed, bars=self._formed)
        uniforms, echo, rhyme = None, None, None
        if temperature > 0:
            uniforms = np.full((size, windows * spec.steps, spec.rows), 0.5)
            for row, item in enumerate(items):
                uniforms[row] = self._cell_noise(item, windows, seed)
        if items and form is not None:
            again = said_again(source_NW, spec, form if drawn else None, items, seed)
            echo = np.full((size, windows * spec.steps, spec.rows), -1)
            rhyme = echo.copy()
            echo[:n], rhyme[:n] = again.echo_NSR, again.rhyme_NSR
        return {
            "decoder": self.model.decoder.hearing(blur, drawn),
            "z_NQD": torch.from_numpy(z.reshape(size, -1, self.latent)),
            "uniforms_NSR": uniforms,
            "temperature": temperature * self.model.cell_temperature,
            "echo_NSR": echo,
            "rhyme_NSR": rhyme,
            "leaning": self.model.leaning if drawn else None,
        }

    @property
    def _formed(self) -> bool:
        """Do bars, the halves of windows, go through the same noise?"""
        sequence = self.model.sequence
        return sequence is not None and sequence.form is not None and self.positions % 2 == 0

    def _decode_long(self, constraints: Any, **hearing: Any) -> np.ndarray:
        """A batch of one long piece; in stretches side by side where nothing looks far back."""
        looks_back = not getattr(constraints, "local", constraints is None)
        if looks_back or any(hearing[key] is not None for key in ("echo_NSR", "leaning")):
            return decode(constraints=constraints, **hearing)
        uniforms_NSR = hearing["uniforms_NSR"]
        cells_SR = decode_long(
            hearing["decoder"],
            hearing["z_NQD"][0].numpy(),
            uniforms_SR=None if uniforms_NSR is None else uniforms_NSR[0],
            temperature=hearing["temperature"],
            constraints=constraints,
        )
        return cells_SR[None]
