"""Pieces that follow a curve: latents chosen window by window.

Each window is drawn from the sequence prior many times over, after the windows that were chosen
before it; every draw is decoded and measured, and the one is taken that comes nearest to what is
wanted of it, among those that the prior finds about as likely. Where the *plan* says that a window
returns to an earlier one, a copy of that one and variations on it are among the draws and are
preferred. This is rejection sampling with a soft target, one window at a time (a particle filter
that keeps one particle).

Axes:  N candidates · W windows · P positions · D dims of z · K windows heard · T steps · R cells
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch

from genvae.domains.base import Windows, split_cells
from genvae.generation import noise
from genvae.generation.generator import BATCH, Generator, one_thread
from genvae.models.decoding import decode
from genvae.models.form import ENDS, NEAR, NEW, SAME, Guide, ends_of

HEARD = 2
"""Windows before one that the decoder hears: it looks some 64 steps back."""
RECALLED = 9
"""Windows before one that a candidate's price hears: the prior looks some 66 positions back."""
NATS = 60.0
"""A candidate that the prior finds so much less likely costs as much as one that misses what is
wanted by the tolerance."""
RETURN, VARIATION = 1.0, 0.4
"""What a copy of the window that is to return is preferred by, and a variation on it, likewise."""
COPY = 9.0
"""What a window that the model knows from training costs."""

MOST = 4096
"""Windows of a piece, at most."""

Measure = Callable[[Windows], np.ndarray]
"""The measured attribute of each window, ``(N,)``."""


@dataclass(frozen=True)
class Wish:
    """What is wanted: of each window the attribute ``wanted_W``, met within ``tolerance``, and the
    earlier window that it returns to, ``source_W``, -1 for none; ``loop`` if the end is to go on
    into the beginning."""

    wanted_W: np.ndarray
    tolerance: float
    source_W: np.ndarray
    loop: bool = False

    def __len__(self) -> int:
        return len(self.wanted_W)


@dataclass(frozen=True)
class Followed:
    """What came of it: latents ``z_WPD``, windows, the measured attribute of each."""

    z_WPD: np.ndarray
    windows: Windows
    measured_W: np.ndarray


@one_thread()
def follow(
    generator: Generator,
    wish: Wish,
    measure: Measure,
    *,
    seed: int,
    prior: str | None = None,
    temperature: float = 1.0,
    batches: int = 2,
    context: Mapping[str, Any] | None = None,
    on_window: Callable[[], None] | None = None,
) -> Followed:
    """One piece whose windows follow the wish, chosen among ``batches * BATCH`` candidates each;
    the codec's constraints hear its ``context``."""
    walk = _Walk(generator, wish, seed, prior, temperature, context or {})
    plans = [_Plan(generator, wish, seed, batch) for batch in range(batches)]
    measured = np.zeros(len(wish))
    for w in range(len(wish)):
        found = [walk.draw(plan, w) for plan in plans]
        many = _Candidates(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
        windows = split_cells(generator.codec.spec, many.cells_NTR)
        seen_N = measure(windows)
        price_N = ((seen_N - wish.wanted_W[w]) / wish.tolerance) ** 2
        price_N += _unlikely(generator, walk.z[:w], many.z_NPD, wish) / NATS
        returns_N = w - many.lag_N == wish.source_W[w]
        price_N -= RETURN * (returns_N & (many.kind_N == SAME))
        price_N -= VARIATION * (returns_N & (many.kind_N == NEAR))
        if generator.model.copies is not None:
            price_N += COPY * generator.model.copies.known(generator.codec.segments(windows))
        best = int(price_N.argmin())
        walk.take(w, many, best)
        measured[w] = seen_N[best]
        if on_window:
            on_window()
    return Followed(walk.z, split_cells(generator.codec.spec, walk.cells), measured)


class _Candidates(NamedTuple):
    """Draws of one window: latents, those as the decoder hears them, cells, lag and kind."""

    z_NPD: np.ndarray
    heard_NPD: np.ndarray
    cells_NTR: np.ndarray
    lag_N: np.ndarray
    kind_N: np.ndarray


class _Plan:
    """The forms of one batch of candidates, each with one of its own: lags and kinds ``(N, W)``,
    and which fields return by themselves ``(N, W, F)``. Without forms nothing does."""

    def __init__(self, generator: Generator, wish: Wish, seed: int, batch: int) -> None:
        self.batch, total = batch, len(wish)
        sequence = generator.model.sequence
        form = None if sequence is None else sequence.form
        self.lag = np.zeros((BATCH, total), np.int64)
        self.kind = np.full((BATCH, total), NEW, np.int64)
        self.said = np.zeros((BATCH, total, len(generator.codec.spec.fields)), dtype=bool)
        for row in range(BATCH if form is not None else 0):
            assert form is not None
            stream = noise.stream(seed, row, batch, noise.FORM)
            self.lag[row], self.kind[row], self.said[row] = form.sample(total, stream)
        # Where a window is to return, the first of all is a copy, half of them are variations.
        for w in np.flatnonzero(wish.source_W >= 0).tolist():
            half = BATCH // 2
            self.lag[:half, w], self.kind[:half, w] = w - wish.source_W[w], NEAR
            self.said[:half, w] = False
            if batch == 0:
                self.kind[0, w] = SAME


@dataclass
class _Walk:
    """The windows chosen so far, and draws of the next one."""

    generator: Generator
    wish: Wish
    seed: int
    prior: str | None
    temperature: float
    context: Mapping[str, Any]

    def __post_init__(self) -> None:
        generator, spec, total = self.generator, self.generator.codec.spec, len(self.wish)
        self.z = np.zeros((total, generator.positions, generator.latent), dtype=np.float32)
        self.heard = self.z.copy()
        self.cells = np.zeros((total, spec.steps, spec.rows), dtype=np.int64)
        self.lag, self.kind = np.zeros(total, np.int64), np.full(total, NEW, np.int64)

    def take(self, w: int, many: _Candidates, best: int) -> None:
        """Window ``w`` is this candidate from now on."""
        self.z[w], self.heard[w] = many.z_NPD[best], many.heard_NPD[best]
        self.cells[w] = many.cells_NTR[best]
        self.lag[w], self.kind[w] = many.lag_N[best], many.kind_N[best]

    def draw(self, plan: _Plan, w: int) -> _Candidates:
        """Candidates for window ``w``."""
        lag_N, kind_N = plan.lag[:, w], plan.kind[:, w]
        z_NPD = self._latents(plan, w)
        heard_NPD = self._blurred(z_NPD, plan.batch, w)
        back_N = w - np.where(lag_N > 0, lag_N, 1)
        exact_N = kind_N == SAME
        z_NPD[exact_N], heard_NPD[exact_N] = self.z[back_N[exact_N]], self.heard[back_N[exact_N]]
        again_NF = plan.said[:, w] | exact_N[:, None]
        rows = [field.rows for field in self.generator.codec.spec.fields]
        said_NR = np.where(np.repeat(again_NF, rows, axis=1) & (w > 0), back_N[:, None], -1)
        return _Candidates(
            z_NPD, heard_NPD, self._cells(heard_NPD, said_NR, plan, w), lag_N, kind_N
        )

    def _latents(self, plan: _Plan, w: int) -> np.ndarray:
        """Latents ``(N, P, D)`` from the prior, after the windows before."""
        generator, (p, d) = self.generator, self.z.shape[1:]
        streams = self._streams(plan.batch, w, noise.LATENTS)
        name, sequence = generator.prior_name(self.prior), generator.model.sequence
        if name != "sequence" or sequence is None:
            plain = np.stack([s.standard_normal(p * d, dtype=np.float32) for s in streams])
            z = torch.from_numpy(plain) * self.temperature
            z = generator.model.gaussian.transform(z) if name == "gaussian" else z
            return z.numpy().reshape(BATCH, p, d).copy()
        noises = np.zeros((BATCH, (w + 1) * p, d, 2), dtype=np.float32)
        for row, stream in enumerate(streams):
            noises[row, -p:, :, 0] = stream.random((p, d), dtype=np.float32)
            noises[row, -p:, :, 1] = stream.standard_normal((p, d), dtype=np.float32)
        lag = np.tile(self.lag[: w + 1], (BATCH, 1))
        kind = np.tile(self.kind[: w + 1], (BATCH, 1))
        lag[:, w], kind[:, w] = plan.lag[:, w], plan.kind[:, w]
        total = len(self.wish)
        ends = np.full((w + 1, 2), ENDS) if self.wish.loop else ends_of(0, w + 1, total)
        guide = Guide(lag, kind, np.tile(ends, (BATCH, 1, 1)))
        known = torch.from_numpy(np.repeat(self.z[:w].reshape(1, w * p, d), BATCH, axis=0))
        drawn = sequence.sample(torch.from_numpy(noises), self.temperature, guide, known)
        return drawn[:, -p:].numpy().copy()

    def _blurred(self, z_NPD: np.ndarray, batch: int, w: int) -> np.ndarray:
        """As the decoder hears them, if the model's card says that it hears drawn ones blurred."""
        level = self.generator.model.blur
        if not level:
            return z_NPD.copy()
        streams = self._streams(batch, w, noise.BLUR)
        mist = np.stack([s.standard_normal(z_NPD.shape[1:], dtype=np.float32) for s in streams])
        return np.asarray(np.sqrt(1 - level**2) * z_NPD + level * mist, dtype=np.float32)

    def _cells(self, heard_NPD: np.ndarray, said_NR: np.ndarray, plan: _Plan, w: int) -> np.ndarray:
        """Cells ``(N, T, R)`` of each candidate, after the windows before; ``said_NR`` are windows
        whose cells are said again where the rules allow, -1 for none. The window that one says
        again stands before those that are heard, too far back to be heard itself."""
        generator, spec = self.generator, self.generator.codec.spec
        steps, first = spec.steps, max(0, w - HEARD)
        again_N = said_NR.max(1, initial=-1)
        told = np.maximum(again_N, 0)
        before = np.repeat(self.heard[None, first:w], BATCH, axis=0)
        z = np.concatenate([self.heard[told][:, None], before, heard_NPD[:, None]], axis=1)
        begin = (1 + w - first) * steps
        known = np.full((BATCH, begin + steps, spec.rows), -1, dtype=np.int64)
        known[:, :steps] = self.cells[told]
        known[:, steps:begin] = self.cells[first:w].reshape(1, -1, spec.rows)
        echo = np.full(known.shape, -1)
        echo[:, begin:] = np.where(said_NR[:, None] >= 0, np.arange(steps)[:, None], -1)
        uniforms = np.full(known.shape, 0.5)
        for row, stream in enumerate(self._streams(plan.batch, w, noise.CELLS)):
            uniforms[row, begin:] = stream.random((steps, spec.rows))
        cells = decode(
            generator.model.decoder.hearing(generator.model.blur),
            torch.from_numpy(z.reshape(BATCH, -1, generator.latent)),
            uniforms_NSR=uniforms,
            temperature=self.temperature * generator.model.cell_temperature,
            constraints=generator.codec.constraints([self.context] if self.context else []),
            known_NSR=known,
            echo_NSR=echo,
            leaning=generator.model.leaning,
        )
        return cells[:, begin:]

    def _streams(self, batch: int, w: int, which: int) -> list[np.random.Generator]:
        return [noise.stream(self.seed, row, batch * MOST + w, which) for row in range(BATCH)]


@torch.inference_mode()
def _unlikely(
    generator: Generator, z_KPD: np.ndarray, new_NPD: np.ndarray, wish: Wish
) -> np.ndarray:
    """Nats of each candidate above the likeliest one's, ``(N,)``: what it costs after the windows
    before, and in a loop what the beginning costs after the last one."""
    sequence = generator.model.sequence
    if sequence is None:
        return np.zeros(len(new_NPD))
    count, p, d = new_NPD.shape
    parts = [np.repeat(z_KPD[None, -RECALLED:], count, axis=0)] if len(z_KPD) else []
    parts.append(new_NPD[:, None])
    judged = 1
    if wish.loop and len(z_KPD) + 1 == len(wish) and len(z_KPD):
        parts.append(np.repeat(z_KPD[None, :1], count, axis=0))
        judged = 2
    flat = np.concatenate(parts, axis=1).reshape(count, -1, d)
    nats_N = sequence.loss(torch.from_numpy(flat))[:, -judged * p :].sum(1).numpy()
    found: np.ndarray = nats_N - nats_N.min()
    return found
