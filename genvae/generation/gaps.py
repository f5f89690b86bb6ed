"""Latents for the open windows of a piece: drawn on from what stands before, or for themselves.

Axes:  N candidates · W windows · P positions · D dims of z · V windows of a pool
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from genvae.generation import noise
from genvae.generation.generator import Generator
from genvae.generation.returns import Item

TRIALS = 6
"""Draws that go on with what stands before a gap, of which a candidate is the best."""
DRAWS, MIXED = 4, 24
"""Draws of a whole stretch whose windows are a candidate's pool, and windows tried in all."""
BEFORE = 3
"""Windows before a gap that are heard: the decoder looks some 64 steps back."""


@torch.inference_mode()
def gone_on(
    generator: Generator,
    z_WPD: np.ndarray,
    open_W: np.ndarray,
    items: Sequence[Item],
    seed: int,
    temperature: float,
) -> np.ndarray:
    """Latents ``(N, W, P, D)`` whose open windows are drawn after those before them, one run of
    open windows after the other."""
    sequence, positions, latent = generator.model.sequence, generator.positions, generator.latent
    assert sequence is not None
    count, windows = len(items), len(open_W)
    z = torch.from_numpy(np.repeat(z_WPD[None], count * TRIALS, axis=0).astype(np.float32))
    z = z.reshape(count * TRIALS, windows * positions, latent)
    streams = [
        noise.stream(seed, i, trial, noise.LATENTS) for i, _ in items for trial in range(TRIALS)
    ]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], open_W.astype(int), [0]])))
    for first, last in edges.reshape(-1, 2).tolist():
        size = (last * positions, latent)
        parts = [(rng.random(size), rng.standard_normal(size)) for rng in streams]
        dice = torch.from_numpy(np.stack([np.stack(p, axis=-1) for p in parts]).astype(np.float32))
        known = z[:, : first * positions] if first else None
        z[:, : last * positions] = sequence.sample(dice, temperature, known_NKD=known)
        if last < windows:
            after = slice(last * positions, (last + 1) * positions)
            nats = sequence.loss(z[:, : after.stop])[:, after].sum(1).reshape(count, TRIALS)
            best = torch.arange(count) * TRIALS + nats.argmin(1)
            z = z[best].repeat_interleave(TRIALS, 0)
    return z[::TRIALS].reshape(count, windows, positions, latent).numpy()


def drawn_alone(
    generator: Generator,
    z_WPD: np.ndarray,
    open_W: np.ndarray,
    items: Sequence[Item],
    seed: int,
    temperature: float,
    prior: str | None,
    choose: bool,
) -> np.ndarray:
    """Latents ``(N, W, P, D)`` whose open windows are of pieces drawn for themselves; ``choose``
    which by the sequence prior."""
    pool = [
        generator.draw(part, len(open_W), seed=seed, prior=prior, temperature=temperature)
        for part in ([(i, a) for i, _ in items] for a in range(DRAWS))
    ]
    z = np.where(open_W[:, None, None], pool[0], z_WPD).astype(np.float32)
    return _chosen(generator, z, np.concatenate(pool, axis=1), open_W) if choose else z


@torch.inference_mode()
def _chosen(
    generator: Generator, z_NWPD: np.ndarray, pool_NVPD: np.ndarray, open_W: np.ndarray
) -> np.ndarray:
    """For each candidate and open window, from left to right, the latents of its own pool that the
    sequence prior finds likeliest after what stands before and, where that is kept, before what
    comes after."""
    sequence = generator.model.sequence
    assert sequence is not None
    z, rows = z_NWPD.copy(), np.arange(len(z_NWPD))
    places = np.flatnonzero(open_W).tolist()
    trials = min(pool_NVPD.shape[1], max(4, MIXED // len(places)))
    for at in places:
        first, last = max(0, at - BEFORE), min(len(open_W), at + 2)
        if last > at + 1 and open_W[at + 1]:
            last = at + 1
        part = np.repeat(z[:, None, first:last], trials, axis=1)
        part[:, :, at - first] = pool_NVPD[:, :trials]
        flat = torch.from_numpy(part.reshape(len(z) * trials, -1, generator.latent))
        nats_NQ = sequence.loss(flat)[:, (at - first) * generator.positions :]
        best_N = nats_NQ.sum(1).reshape(len(z), trials).argmin(1).numpy()
        z[:, at] = pool_NVPD[rows, best_N]
    return z
