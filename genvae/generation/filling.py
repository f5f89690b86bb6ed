"""Latents and cells for the open parts of a piece, so that they fit what is kept.

The decoder is causal, and hears kept cells as they are; what comes after a gap it cannot hear.
So several candidates are drawn. Windows that are wholly open are drawn from the sequence prior as
it goes on with the windows before them, and of the draws of a candidate the one is taken after
which the kept window that follows is likeliest (sampling, importance, resampling: Rubin 1987).
Where a part of a window is kept a decoder that knows blur does without latents and hears what is
kept; windows are written one after the other, each by the draw that makes what is kept likeliest.
With another decoder latents are moved by a few steps of gradient towards those under which the
kept cells are likely: maximum a posteriori with a mask, as in the imputation of Rezende et al.
2014. The candidates are ranked by the nats of what is kept.

Axes:  N candidates · W windows · P positions · Q = W*P · D dims of z · S steps · R cells
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from genvae.domains.base import Constraints
from genvae.generation import noise
from genvae.generation.gaps import BEFORE, drawn_alone, gone_on
from genvae.generation.generator import BATCH, Generator, one_thread
from genvae.generation.returns import Item
from genvae.models.autoencoder import Decoder
from genvae.models.blur import blurred
from genvae.models.decoding import decode

ROUNDS, STEPS, RATE = 2, 6, 0.08
"""Rounds of decoding, steps of gradient after each but the last, and their length."""
AFTER = 1
"""Windows after a gap that are heard."""
IN_TURN = 16
"""Windows up to which parts of windows are chosen one window after the other."""


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
    partly = bool(((known_SR.reshape(windows, -1) >= 0).any(1) & open_W).any())
    in_turn = model.sequence is not None and generator.prior_name(prior) == "sequence"
    items = [(index * BATCH + i, 0) for i in range(count)]
    blur = model.blur if refine and in_turn else 0.0
    if blur and partly:
        blur = 1.0  # no draw says what is kept: the cells beside the open ones say more
    goes_on = refine and in_turn and not partly
    if goes_on:
        z = gone_on(generator, z_WPD, open_W, items, seed, temperature)
    else:
        choose = refine and in_turn and not blur
        z = drawn_alone(generator, z_WPD, open_W, items, seed, temperature, prior, choose)
    z_NQD = torch.from_numpy(z.reshape(count, -1, generator.latent))
    open_Q = torch.from_numpy(np.repeat(open_W, generator.positions))
    known_NSR = np.repeat(known_SR[None], count, axis=0)
    shape = known_NSR.shape
    uniforms = np.stack([noise.stream(seed, i, a, noise.CELLS).random(shape[1:]) for i, a in items])
    judged = torch.from_numpy(_judged(known_SR, open_W, spec.steps))
    decoder, heat = model.decoder.hearing(blur), temperature * model.cell_temperature
    rounds = ROUNDS if refine and not blur else 1
    if blur and partly and windows <= IN_TURN:
        heard_NQD = _heard(z_NQD, blur, items, seed)
        draw = partial(decode, temperature=heat, constraints=constraints)
        known_NSR = _in_turn(decoder, heard_NQD, uniforms, known_NSR, open_W, judged, draw)
    for number in range(rounds):
        heard_NQD = _heard(z_NQD, blur, items, seed)
        cells = decode(
            decoder,
            heard_NQD,
            uniforms_NSR=uniforms,
            temperature=heat,
            constraints=constraints,
            known_NSR=known_NSR,
        )
        if number + 1 < rounds:
            z_NQD = _moved(generator, z_NQD, torch.from_numpy(cells), judged, open_Q, prior)
        if on_round:
            on_round()
    with torch.inference_mode():
        nats_N = (cell_nats(decoder, heard_NQD, torch.from_numpy(cells)) * judged).sum((1, 2))
        alone = not (goes_on or blur)
        cost_N = nats_N + _prior_nats(generator, z_NQD, open_Q, prior, alone)
    out = z_NQD.reshape(count, windows, generator.positions, -1).numpy()
    best = torch.argsort(cost_N).tolist()
    return [Filled(out[i], cells[i], float(nats_N[i])) for i in best]


@torch.inference_mode()
def _in_turn(
    decoder: Decoder,
    heard_NQD: Tensor,
    uniforms_NSR: np.ndarray,
    known_NSR: np.ndarray,
    open_W: np.ndarray,
    judged_SR: Tensor,
    draw: Callable[..., np.ndarray],
) -> np.ndarray:
    """What is known once all open windows but the last are written, one after the other: each time
    the draw is taken under which what is kept of the window costs least."""
    known, steps = known_NSR.copy(), known_NSR.shape[1] // len(open_W)
    for w in np.flatnonzero(open_W)[:-1].tolist():
        own, heard = slice(w * steps, (w + 1) * steps), slice((w + 1) * steps)
        z = heard_NQD[:, : (w + 1) * heard_NQD.shape[1] // len(open_W)]
        cells = draw(decoder, z, uniforms_NSR=uniforms_NSR[:, heard], known_NSR=known[:, heard])
        nats = cell_nats(decoder, z, torch.from_numpy(cells))[:, own] * judged_SR[own]
        known[:, own] = cells[int(nats.sum((1, 2)).argmin()), own]
    return known


def _heard(z_NQD: Tensor, blur: float, items: Sequence[Item], seed: int) -> Tensor:
    """Latents as a decoder hears drawn ones; what is kept is known to it by its cells."""
    if not blur:
        return z_NQD
    shape = z_NQD.shape[1:]
    mist = [noise.stream(seed, *item, noise.BLUR).standard_normal(shape) for item in items]
    return blurred(z_NQD, torch.tensor(blur), torch.from_numpy(np.stack(mist).astype(np.float32)))


def _judged(known_SR: np.ndarray, open_W: np.ndarray, steps: int) -> np.ndarray:
    """The kept cells whose likelihood depends on what fills the gap: those of open windows and of
    the window after each, 1; others 0."""
    near_W = open_W.copy()
    near_W[1:] |= open_W[:-1]
    judged: np.ndarray = (known_SR >= 0) & np.repeat(near_W, steps)[:, None]
    return judged.astype(np.float32)


def _prior_nats(
    generator: Generator,
    z_NQD: Tensor,
    open_Q: Tensor,
    prior: str | None,
    alone: bool = True,
) -> Tensor:
    """What the open latents (not if they were drawn as they cost) and those right after them cost
    under the prior: ``(N,)``."""
    near_Q = open_Q.clone()
    near_Q[generator.positions :] |= open_Q[: -generator.positions]
    near_Q &= alone | ~open_Q
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
