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

from collections.abc import Callable
from dataclasses import dataclass

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
    on_window: Callable[[], None] | None = None,
) -> Followed:
    """One piece whose windows follow the wish, chosen among ``batches * BATCH`` candidates each."""
    spec, total = generator.codec.spec, len(wish)
    forms = _forms(generator, batches, total, seed)
    lags, kinds = np.zeros(total, np.int64), np.full(total, NEW, np.int64)
    z = np.zeros((total, generator.positions, generator.latent), dtype=np.float32)
    cells = np.zeros((total, spec.steps, spec.rows), dtype=np.int64)
    measured = np.zeros(total)
    for w in range(total):
        drawn, decoded, lag, kind = [], [], [], []
        for batch in range(batches):
            lag_N, kind_N = _planned(forms[batch], wish, w, batch)
            guide = _guide(lags[:w], kinds[:w], lag_N, kind_N, wish)
            place = seed, batch, w
            drawn.append(_draw(generator, z[:w], guide, place, prior, temperature))
            said_N = np.where(kind_N == SAME, w - lag_N, -1)
            decoded.append(
                _decode(generator, z[:w], cells[:w], drawn[-1], said_N, place, temperature)
            )
            lag.append(lag_N)
            kind.append(kind_N)
        new_NPD, cells_NTR = np.concatenate(drawn), np.concatenate(decoded)
        lag_N, kind_N = np.concatenate(lag), np.concatenate(kind)
        windows = split_cells(spec, cells_NTR)
        seen_N = measure(windows)
        price_N = ((seen_N - wish.wanted_W[w]) / wish.tolerance) ** 2
        price_N += _unlikely(generator, z[:w], new_NPD, wish) / NATS
        returns_N = w - lag_N == wish.source_W[w]
        price_N -= RETURN * (returns_N & (kind_N == SAME))
        price_N -= VARIATION * (returns_N & (kind_N == NEAR))
        if generator.model.copies is not None:
            price_N += COPY * generator.model.copies.known(generator.codec.segments(windows))
        best = int(price_N.argmin())
        z[w], cells[w], measured[w] = new_NPD[best], cells_NTR[best], seen_N[best]
        lags[w], kinds[w] = lag_N[best], kind_N[best]
        if on_window:
            on_window()
    return Followed(z, split_cells(spec, cells), measured)


def _forms(
    generator: Generator, batches: int, total: int, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Lags and kinds ``(N, W)`` of the candidates of each batch, each candidate with a form of its
    own; without forms nothing returns by itself."""
    sequence = generator.model.sequence
    form = None if sequence is None else sequence.form
    found = []
    for batch in range(batches):
        lag, kind = np.zeros((BATCH, total), np.int64), np.full((BATCH, total), NEW, np.int64)
        for row in range(BATCH if form is not None else 0):
            assert form is not None
            stream = noise.stream(seed, row, batch, noise.FORM)
            lag[row], kind[row], _ = form.sample(total, stream)
        found.append((lag, kind))
    return found


def _planned(
    form: tuple[np.ndarray, np.ndarray], wish: Wish, w: int, batch: int
) -> tuple[np.ndarray, np.ndarray]:
    """Lag and kind of window ``w`` for each candidate, ``(N,)``. Where the window is to return,
    the first candidate of all is a copy and half of them are variations."""
    lag_N, kind_N = form[0][:, w].copy(), form[1][:, w].copy()
    source = int(wish.source_W[w])
    if source >= 0:
        half = len(lag_N) // 2
        lag_N[:half], kind_N[:half] = w - source, NEAR
        if batch == 0:
            kind_N[0] = SAME
    return lag_N, kind_N


def _guide(
    lag_K: np.ndarray, kind_K: np.ndarray, lag_N: np.ndarray, kind_N: np.ndarray, wish: Wish
) -> Guide:
    """What the prior is told: the form of the windows that were chosen, and of each candidate."""
    past = np.repeat(np.stack([lag_K, kind_K])[:, None], len(lag_N), axis=1)
    both = np.concatenate([past, np.stack([lag_N, kind_N])[:, :, None]], axis=2)
    windows = both.shape[2]
    ends = np.full((windows, 2), ENDS) if wish.loop else ends_of(0, windows, len(wish))
    return Guide(both[0], both[1], np.tile(ends, (len(lag_N), 1, 1)))


def _draw(
    generator: Generator,
    z_KPD: np.ndarray,
    guide: Guide,
    place: tuple[int, int, int],
    prior: str | None,
    temperature: float,
) -> np.ndarray:
    """Latents ``(N, P, D)`` of the next window after ``z_KPD``, from the prior asked for."""
    seed, batch, w = place
    p, d, sequence = generator.positions, generator.latent, generator.model.sequence
    streams = [noise.stream(seed, row, batch * 4096 + w, noise.LATENTS) for row in range(BATCH)]
    name = generator.prior_name(prior)
    if name != "sequence" or sequence is None:
        raw = torch.from_numpy(
            np.stack([s.standard_normal(p * d, dtype=np.float32) for s in streams])
        )
        z = raw * temperature
        new = (generator.model.gaussian.transform(z) if name == "gaussian" else z).numpy()
        return _copied(new.reshape(BATCH, p, d), z_KPD, guide)
    noises = np.zeros((BATCH, (w + 1) * p, d, 2), dtype=np.float32)
    for row, stream in enumerate(streams):
        noises[row, -p:, :, 0] = stream.random((p, d), dtype=np.float32)
        noises[row, -p:, :, 1] = stream.standard_normal((p, d), dtype=np.float32)
    known = torch.from_numpy(np.repeat(z_KPD.reshape(1, w * p, d), BATCH, axis=0))
    drawn = sequence.sample(torch.from_numpy(noises), temperature, guide, known)
    return _copied(drawn[:, -p:].numpy().copy(), z_KPD, guide)


def _copied(new_NPD: np.ndarray, z_KPD: np.ndarray, guide: Guide) -> np.ndarray:
    """The draws, those that return exactly replaced by what they return to, to the last bit."""
    for row in np.flatnonzero(guide.kind_NW[:, -1] == SAME).tolist():
        new_NPD[row] = z_KPD[len(z_KPD) - guide.lag_NW[row, -1]]
    return new_NPD


def _decode(
    generator: Generator,
    z_KPD: np.ndarray,
    cells_KTR: np.ndarray,
    new_NPD: np.ndarray,
    said_N: np.ndarray,
    place: tuple[int, int, int],
    temperature: float,
) -> np.ndarray:
    """Cells ``(N, T, R)`` of each candidate, after the windows chosen before; a copy says what its
    source says, ``said_N`` (-1: none), where the rules allow."""
    seed, batch, w = place
    spec, steps = generator.codec.spec, generator.codec.spec.steps
    first = max(0, w - HEARD)
    heard = w - first
    z = np.concatenate(
        [np.repeat(z_KPD[None, first:], BATCH, axis=0), new_NPD[:, None]], axis=1
    ).reshape(BATCH, -1, generator.latent)
    known = np.full((BATCH, (heard + 1) * steps, spec.rows), -1, dtype=np.int64)
    known[:, : heard * steps] = cells_KTR[first:].reshape(1, -1, spec.rows)
    for row in np.flatnonzero(said_N >= 0).tolist():
        # The first step may hold a note of another past: it is decoded anew.
        known[row, heard * steps + 1 :] = cells_KTR[said_N[row], 1:]
    uniforms = np.full(known.shape, 0.5)
    for row in range(BATCH):
        stream = noise.stream(seed, row, batch * 4096 + w, noise.CELLS)
        uniforms[row, heard * steps :] = stream.random((steps, spec.rows))
    cells = decode(
        generator.model.decoder,
        torch.from_numpy(z),
        uniforms_NSR=uniforms,
        temperature=temperature * generator.model.cell_temperature,
        constraints=generator.codec.constraints(),
        known_NSR=known,
    )
    return cells[:, heard * steps :]


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
