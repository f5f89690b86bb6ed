"""Latents and cells for the open parts of a piece, so that they fit what is kept.

The decoder is causal, and hears kept cells as they are; what comes after a gap it cannot hear.
So several candidates are drawn from the prior, each one's latents are moved by a few steps of
gradient towards those under which the kept cells of the gap and of the window after it are likely
(and which the prior finds likely between their neighbours), and the best one is taken: maximum a
posteriori with a mask, as in the imputation of Rezende et al. 2014.

Axes:  N candidates · W windows · P positions · Q = W*P · D dims of z · S steps · R cells
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from genvae.domains.base import Constraints
from genvae.generation import noise
from genvae.generation.generator import BATCH, Generator, one_thread
from genvae.models.autoencoder import Decoder
from genvae.models.decoding import decode

ROUNDS, STEPS, RATE = 2, 6, 0.08
"""Rounds of decoding, steps of gradient after each but the last, and their length."""
DRAWS, TRIALS = 4, 24
"""Draws of a whole stretch whose windows are a candidate's pool, and windows tried in all."""
BEFORE, AFTER = 3, 1
"""Windows beside a gap that are heard: the decoder looks some 64 steps back."""
OPEN = -1


@dataclass(frozen=True)
class Filled:
    """What was made of a stretch: its latents ``z_WPD``, its cells ``cells_SR``, and the nats that
    the kept cells in and after the gap cost."""

    z_WPD: np.ndarray
    cells_SR: np.ndarray
    nats: float


def stretches(open_W: np.ndarray) -> list[slice]:
    """Runs of windows that are worked on together: each gap with what is heard beside it; gaps
    that are no further apart than that are one."""
    found: list[slice] = []
    for at in np.flatnonzero(open_W).tolist():
        first, last = max(0, at - BEFORE), min(len(open_W), at + 1 + AFTER)
        if found and first < found[-1].stop:
            first, last = found[-1].start, max(last, found[-1].stop)
            found.pop()
        found.append(slice(first, last))
    return found


def opened(known_SR: np.ndarray, windows: int) -> np.ndarray:
    """The windows with an open cell, ``(W,)``."""
    open_W: np.ndarray = np.any(known_SR.reshape(windows, -1) < 0, axis=1)
    return open_W


def cell_nats(decoder: Decoder, z_NQD: Tensor, cells_NSR: Tensor) -> Tensor:
    """What each cell costs, given z and all cells decoded before it: ``(N, S, R)``."""
    features = decoder(z_NQD, cells_NSR)
    parts = []
    for likelihood, rows in decoder.owners():
        logits = likelihood.logits(features[:, :, rows])
        chosen = cells_NSR[:, :, rows, None]
        parts.append(-torch.log_softmax(logits, -1).gather(-1, chosen)[..., 0])
    return torch.cat(parts, dim=-1)


@one_thread()
def fill(
    generator: Generator,
    z_WPD: np.ndarray,
    known_SR: np.ndarray,
    *,
    seed: int,
    index: int = 0,
    constraints: Constraints | None,
    candidates: int = 8,
    temperature: float = 1.0,
    prior: str | None = None,
    refine: bool = True,
    on_round: Callable[[], None] | None = None,
) -> list[Filled]:
    """A stretch filled by each candidate, the best one first.

    ``known_SR`` holds the kept cells, ``OPEN`` elsewhere; ``z_WPD`` the latents of the windows
    that are kept whole (others are not looked at). At most ``BATCH`` candidates.
    """
    model, spec = generator.model, generator.codec.spec
    windows, count = len(z_WPD), min(candidates, BATCH)
    open_W = opened(known_SR, windows)
    items = [(index * BATCH + i, 0) for i in range(count)]
    pool = [
        generator.draw(part, windows, seed=seed, prior=prior, temperature=temperature)
        for part in ([(i, a) for i, _ in items] for a in range(DRAWS))
    ]
    z = np.where(open_W[:, None, None], pool[0], z_WPD).astype(np.float32)
    if refine and model.sequence is not None and generator.prior_name(prior) == "sequence":
        z = _chosen(generator, z, np.concatenate(pool, axis=1), open_W)
    z_NQD = torch.from_numpy(z.reshape(count, -1, generator.latent))
    open_Q = torch.from_numpy(np.repeat(open_W, generator.positions))
    known_NSR = np.repeat(known_SR[None], count, axis=0)
    shape = known_NSR.shape
    uniforms = np.stack([noise.stream(seed, i, a, noise.CELLS).random(shape[1:]) for i, a in items])
    judged = torch.from_numpy(_judged(known_SR, open_W, spec.steps))
    rounds = ROUNDS if refine else 1
    for number in range(rounds):
        cells = decode(
            model.decoder,
            z_NQD,
            uniforms_NSR=uniforms,
            temperature=temperature * model.cell_temperature,
            constraints=constraints,
            known_NSR=known_NSR,
        )
        if number + 1 < rounds:
            z_NQD = _moved(generator, z_NQD, torch.from_numpy(cells), judged, open_Q, prior)
        if on_round:
            on_round()
    with torch.inference_mode():
        nats_N = (cell_nats(model.decoder, z_NQD, torch.from_numpy(cells)) * judged).sum((1, 2))
        cost_N = nats_N + _prior_nats(generator, z_NQD, open_Q, prior)
    out = z_NQD.reshape(count, windows, generator.positions, -1).numpy()
    best = torch.argsort(cost_N).tolist()
    return [Filled(out[i], cells[i], float(nats_N[i])) for i in best]


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
    trials = min(pool_NVPD.shape[1], max(4, TRIALS // len(places)))
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


def _judged(known_SR: np.ndarray, open_W: np.ndarray, steps: int) -> np.ndarray:
    """The kept cells whose likelihood depends on what fills the gap: those of open windows and of
    the window after each, 1; others 0."""
    near_W = open_W.copy()
    near_W[1:] |= open_W[:-1]
    judged: np.ndarray = (known_SR >= 0) & np.repeat(near_W, steps)[:, None]
    return judged.astype(np.float32)


def _prior_nats(generator: Generator, z_NQD: Tensor, open_Q: Tensor, prior: str | None) -> Tensor:
    """What the open latents, and those right after them, cost under the prior: ``(N,)``."""
    near_Q = open_Q.clone()
    near_Q[generator.positions :] |= open_Q[: -generator.positions]
    name, model = generator.prior_name(prior), generator.model
    if name == "sequence" and model.sequence is not None:
        nats: Tensor = (model.sequence.loss(z_NQD) * near_Q).sum(1)
        return nats
    if name == "gaussian":
        windows = z_NQD.reshape(len(z_NQD), -1, generator.positions * generator.latent)
        away = (windows - model.gaussian.mean) @ torch.linalg.inv(model.gaussian.factor).T
        open_W = open_Q.reshape(-1, generator.positions)[:, :1].float()
        plain: Tensor = (0.5 * away.square() * open_W).sum((1, 2))
        return plain
    apart: Tensor = (0.5 * z_NQD.square().sum(-1) * open_Q).sum(1)
    return apart


def _moved(
    generator: Generator,
    z_NQD: Tensor,
    cells_NSR: Tensor,
    judged_SR: Tensor,
    open_Q: Tensor,
    prior: str | None,
) -> Tensor:
    """The open latents some steps nearer to where the judged cells are likely (Adam)."""
    decoder = generator.model.decoder
    start = z_NQD.clone()
    free = z_NQD.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([free], RATE)
    held = [p for p in [*decoder.parameters(), *_parameters(generator)] if p.requires_grad]
    for parameter in held:
        parameter.requires_grad_(False)
    try:
        for _ in range(STEPS):
            z = torch.where(open_Q[:, None], free, start)
            nats = (cell_nats(decoder, z, cells_NSR) * judged_SR).sum()
            loss = nats + _prior_nats(generator, z, open_Q, prior).sum()
            (free.grad,) = torch.autograd.grad(loss, [free])
            optimizer.step()
    finally:
        for parameter in held:
            parameter.requires_grad_(True)
    return torch.where(open_Q[:, None], free, start).detach()


def _parameters(generator: Generator) -> list[torch.nn.Parameter]:
    sequence = generator.model.sequence
    return [] if sequence is None else list(sequence.parameters())
