"""From noise or latents to windows: needs the decoder and the priors, never the encoder.

Axes:  N pieces · W windows · P positions of a window · Q = W*P · D dims of z · S steps · R cells

Work is done in batches of one fixed size, padded where fewer are wanted: the arithmetic of an
item then never depends on how many others were asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from genvae.domains.base import Codec, Windows, split_cells
from genvae.errors import OptionProblem, nearest
from genvae.generation import noise
from genvae.models.decoding import decode
from genvae.models.files import ModelFile
from genvae.models.form import SAME, Guide, ends_of
from genvae.models.long_decoding import decode_long

BATCH = 16
LONG = 64
"""Pieces of more windows are made one at a time: memory stays small, and the work still fills
batches (see ``long_decoding``)."""
Item = tuple[int, int]
"""(index, attempt): an item always sits in row ``index % BATCH`` of its batch."""

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
        """Latents ``(N, W, P, D)`` of the items, each an (index, attempt); at most BATCH."""
        p, d = self.positions, self.latent
        name = self.prior_name(prior)
        if windows > LONG and len(items) > 1:
            options: dict[str, Any] = {"seed": seed, "prior": name, "temperature": temperature}
            return np.concatenate([self.draw([item], windows, **options) for item in items])
        size = 1 if windows > LONG else BATCH
        rows = [0] if size == 1 else _rows(items)
        streams = [noise.stream(seed, i, a, noise.LATENTS) for i, a in items]
        if name == "sequence":
            assert self.model.sequence is not None
            raw = np.zeros((size, windows * p, d, 2), dtype=np.float32)
            for row, rng in zip(rows, streams, strict=True):
                raw[row, ..., 0] = rng.random((windows * p, d), dtype=np.float32)
                raw[row, ..., 1] = rng.standard_normal((windows * p, d), dtype=np.float32)
            guide = self._guide(items, rows, size, windows, seed)
            z = self.model.sequence.sample(torch.from_numpy(raw), temperature, guide)
        else:
            raw = np.zeros((size, windows, p * d), dtype=np.float32)
            for row, rng in zip(rows, streams, strict=True):
                raw[row] = rng.standard_normal((windows, p * d), dtype=np.float32)
            z = torch.from_numpy(raw) * temperature
            if name == "gaussian":
                z = self.model.gaussian.transform(z.reshape(size * windows, p * d))
        return z.reshape(size, windows, p, d).numpy()[rows]

    def _guide(
        self, items: Sequence[Item], rows: Sequence[int], size: int, windows: int, seed: int
    ) -> Guide | None:
        """The form of each item, if the model's prior has forms."""
        form = None if self.model.sequence is None else self.model.sequence.form
        if form is None:
            return None
        # Rows that nobody asked for cost nothing: they copy.
        lag = np.minimum(np.ones((size, windows), dtype=np.int64), np.arange(windows))
        kind = np.full((size, windows), SAME)
        for row, (i, a) in zip(rows, items, strict=True):
            lag[row], kind[row] = form.sample(windows, noise.stream(seed, i, a, noise.FORM))
        ends = np.tile(ends_of(0, windows, windows), (size, 1, 1))
        return Guide(lag, kind, ends)

    def _cell_noise(self, item: Item, windows: int, seed: int) -> np.ndarray:
        """Uniform numbers for the cells of an item, ``(S, R)``. Where pieces have a form every
        window hears the same ones: equal latents then say the same thing again."""
        spec = self.codec.spec
        stream = noise.stream(seed, *item, noise.CELLS)
        if self.model.sequence is None or self.model.sequence.form is None:
            return stream.random((windows * spec.steps, spec.rows))
        return np.tile(stream.random((spec.steps, spec.rows)), (windows, 1))

    @one_thread()
    def decode(
        self,
        z_NWPD: np.ndarray,
        *,
        items: Sequence[Item] = (),
        seed: int = 0,
        temperature: float = 0.0,
        contexts: Sequence[Mapping[str, Any]] = (),
    ) -> list[Windows]:
        """Windows of each piece, all of one length. The temperature is multiplied by the model's
        ``cell_temperature``. At temperature 0 each cell is the most likely one; otherwise it is
        drawn with the noise of its item. ``contexts`` are those of the pieces, one each: the
        codec's constraints hear them (a song's meter)."""
        if len(z_NWPD) and z_NWPD.shape[1] > LONG:
            return [
                self._decode_long(z, items[i : i + 1], seed, temperature, contexts[i : i + 1])
                for i, z in enumerate(z_NWPD)
            ]
        out: list[Windows] = []
        for at in range(0, len(z_NWPD), BATCH):
            part, named = z_NWPD[at : at + BATCH], items[at : at + BATCH]
            rows = _rows(named) if named else list(range(len(part)))
            told: list[Mapping[str, Any]] = [{} for _ in range(BATCH if contexts else 0)]
            for row, context in zip(rows, contexts[at : at + BATCH], strict=False):
                told[row] = context
            cells = self._decode_batch(part, rows, named, seed, temperature, told)
            windows, spec = part.shape[1], self.codec.spec
            for row in rows:
                out.append(split_cells(spec, cells[row].reshape(windows, spec.steps, spec.rows)))
        return out

    def _decode_batch(
        self,
        z_NWPD: np.ndarray,
        rows: Sequence[int],
        items: Sequence[Item],
        seed: int,
        temperature: float,
        contexts: Sequence[Mapping[str, Any]],
    ) -> np.ndarray:
        windows, spec = z_NWPD.shape[1], self.codec.spec
        z = np.zeros((BATCH, windows * self.positions, self.latent), dtype=np.float32)
        z[rows] = z_NWPD.reshape(len(rows), -1, self.latent)
        uniforms = None
        if temperature > 0:
            uniforms = np.full((BATCH, windows * spec.steps, spec.rows), 0.5)
            for row, item in zip(rows, items, strict=True):
                uniforms[row] = self._cell_noise(item, windows, seed)
        return decode(
            self.model.decoder,
            torch.from_numpy(z),
            uniforms_NSR=uniforms,
            temperature=temperature * self.model.cell_temperature,
            constraints=self.codec.constraints(contexts),
            echo_NS=self._echo(z.reshape(BATCH, windows, -1)) if items else None,
        )

    def _echo(self, z_NWF: np.ndarray) -> np.ndarray | None:
        """Where pieces have a form, windows of equal latents are the same window: for each step
        the one that it repeats, else -1, ``(N, S)``."""
        if self.model.sequence is None or self.model.sequence.form is None:
            return None
        n, windows, _ = z_NWF.shape
        source_NW = np.full((n, windows), -1)
        for i, z_WF in enumerate(z_NWF):
            first: dict[bytes, int] = {}
            for w in range(windows):
                source_NW[i, w] = first.setdefault(z_WF[w].tobytes(), w)
        steps = self.codec.spec.steps
        at_NWT = source_NW[..., None] * steps + np.arange(steps)
        at_NWT[source_NW == np.arange(windows)] = -1
        return at_NWT.reshape(n, -1)

    def _decode_long(
        self,
        z_WPD: np.ndarray,
        named: Sequence[Item],
        seed: int,
        temperature: float,
        contexts: Sequence[Mapping[str, Any]],
    ) -> Windows:
        spec, constraints = self.codec.spec, self.codec.constraints(contexts)
        uniforms_SR = None
        if temperature > 0:
            (item,) = named
            uniforms_SR = self._cell_noise(item, len(z_WPD), seed)
        z_QD = np.ascontiguousarray(z_WPD.reshape(-1, self.latent), dtype=np.float32)
        heat = temperature * self.model.cell_temperature
        options: dict[str, Any] = {"temperature": heat, "constraints": constraints}
        if getattr(constraints, "local", constraints is None):
            cells_SR = decode_long(self.model.decoder, z_QD, uniforms_SR=uniforms_SR, **options)
        else:
            z_1QD = torch.from_numpy(z_QD)[None]
            uniforms_1SR = None if uniforms_SR is None else uniforms_SR[None]
            options["echo_NS"] = self._echo(z_WPD.reshape(1, len(z_WPD), -1)) if named else None
            cells_SR = decode(self.model.decoder, z_1QD, uniforms_NSR=uniforms_1SR, **options)[0]
        return split_cells(spec, cells_SR.reshape(len(z_WPD), spec.steps, spec.rows))


def _rows(items: Sequence[Item]) -> list[int]:
    rows = [index % BATCH for index, _ in items]
    return rows if len(set(rows)) == len(rows) else list(range(len(rows)))
