"""Fitting the sequence prior to the latents of whole pieces, after the autoencoder.

Axes:  N stretches · W windows · S positions of a piece · Q positions of a stretch · D dims of z
       C conditions
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch

from genvae.domains.base import WindowSpec
from genvae.models.autoencoder import Autoencoder
from genvae.models.conditions import split
from genvae.models.form import NEW, SAME, Guide, ends_of, returning, returns
from genvae.models.prior import GaussianPrior, SequencePrior
from genvae.models.rhyme import rhymes
from genvae.settings import PriorSettings
from genvae.training.batches import Chunks

Latents = tuple[np.ndarray, np.ndarray]
"""Posterior means and standard deviations of a piece, each ``(S, D)``."""


SCALE_BATCHES = 8
"""Batches over which mean and standard deviation of the latents are taken."""


@dataclass(frozen=True)
class Batch:
    """Stretches of pieces: draws of their posteriors, and what a form is told by."""

    z_NQD: torch.Tensor
    weight_NQ: torch.Tensor
    """0 for padding."""
    mean_NQD: np.ndarray
    places: Sequence[tuple[int, int]]
    """The window at which each stretch begins, and how many its piece has."""
    told_NC: torch.Tensor | None = None
    """The classes of each stretch, where there are conditions."""


Draw = Callable[[np.random.Generator], Batch]


def fit_sequence_prior(
    prior: SequencePrior,
    draw: Draw,
    validation: Sequence[Latents],
    settings: PriorSettings,
    *,
    told: Sequence[np.ndarray] = (),
    fresh: bool = True,
    seed: int = 0,
    progress: Callable[[int, float], None] | None = None,
) -> dict[str, float]:
    """Maximise the density of what ``draw`` gives; keep the best weights by validation. A form is
    to be counted before (``count_form``). ``told`` are the classes ``(C,)`` of each validation
    piece, where there are conditions.

    A prior that is not ``fresh`` was learned together with the autoencoder: it goes on from its
    weights, at half the rate. Returns the best step and its nats a window on validation latents.
    """
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    peak = settings.rate if fresh else settings.rate / 2
    if fresh:
        seen = [draw(rng) for _ in range(SCALE_BATCHES)]
        prior.fit_scale(torch.cat([b.z_NQD[b.weight_NQ > 0] for b in seen]).numpy())
    optimizer = torch.optim.AdamW(prior.parameters(), peak, weight_decay=0.05, fused=True)
    best, best_state, best_step = math.inf, None, 0
    every = max(1, min(200, settings.steps // 8))
    prior.train()
    for step in range(settings.steps):
        for group in optimizer.param_groups:
            group["lr"] = (
                peak
                * min(1.0, (step + 1) / 100)
                * (0.02 + 0.49 * (1 + math.cos(math.pi * step / settings.steps)))
            )
        nll, weight = _cost(prior, draw(rng))
        loss = (nll * weight).sum() / weight.sum().clamp(min=1)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(prior.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if progress:
            progress(step + 1, loss.item() * prior.positions)
        if (step + 1) % every == 0 or step + 1 == settings.steps:
            measured = evaluate(prior, validation, settings, told)
            if measured < best:
                best, best_step = measured, step + 1
                best_state = {k: v.clone() for k, v in prior.state_dict().items()}
    if best_state is not None:
        prior.load_state_dict(best_state)
    prior.eval()
    return {"validation_nll": best, "best_step": float(best_step)}


def count_form(
    prior: SequencePrior, pieces: Sequence[tuple[np.ndarray, Latents]], spec: WindowSpec
) -> None:
    """Count how training pieces, each its cells ``(S, R)`` and its latents, return to what they
    have said, if the prior is one that hears it."""
    if prior.form is None:
        return
    spread = [sigma.mean(0) ** 2 for _, (_, sigma) in pieces]
    prior.noise.copy_(torch.from_numpy(np.mean(spread, axis=0)))
    shape = (-1, prior.positions, prior.latent)
    forms = [returns(mean.reshape(shape), prior.noise.numpy()) for _, (mean, _) in pieces]
    edges = np.cumsum([0, *(f.rows for f in spec.fields)])
    rows = [slice(a, b) for a, b in pairwise(edges)]
    cut = [cells.reshape(-1, spec.steps, cells.shape[1]) for cells, _ in pieces]
    said = [returning(cells, lag, rows) for cells, (lag, _) in zip(cut, forms, strict=True)]
    prior.form.fit(forms, said)
    kinds = [kind for _, kind in forms]
    prior.form.rhyme.fit(kinds, said, [rhymes(cells, spec) for cells in cut])


@torch.no_grad()
def latents_of(model: Autoencoder, cells_SR: np.ndarray) -> Latents:
    """Posterior means and standard deviations along a piece of whole windows."""
    windows = cells_SR.reshape(-1, model.spec.steps, cells_SR.shape[1]).astype(np.int64)
    posterior = model.encode(torch.from_numpy(windows))
    latent = model.latent_shape[1]
    sigma = posterior.variance().sqrt()
    return posterior.mean_NPD.reshape(-1, latent).numpy(), sigma.reshape(-1, latent).numpy()


def fit_gaussian(model: Autoencoder, latents: Sequence[Latents]) -> GaussianPrior:
    """The Gaussian on the aggregate posterior of windows."""
    shape = (-1, *model.latent_shape)
    prior = GaussianPrior(int(np.prod(model.latent_shape)))
    prior.fit(
        np.concatenate([m for m, _ in latents]).reshape(shape),
        np.concatenate([s for _, s in latents]).reshape(shape) ** 2,
    )
    return prior


def drawn_from(model: Autoencoder, chunks: Chunks, batch: int) -> Draw:
    """Draws from the posteriors of chunks as the codec varies them, encoded anew each time."""

    @torch.no_grad()
    def draw(rng: np.random.Generator) -> Batch:
        chosen = [int(i) for i in rng.integers(len(chunks), size=batch)]
        cells_NSR, weight_NW = chunks.batch(chosen, rng)
        windows = cells_NSR.reshape(-1, model.spec.steps, cells_NSR.shape[-1])
        positions, latent = model.latent_shape
        posterior = model.encode(windows)
        return Batch(
            posterior.sample().reshape(batch, -1, latent),
            weight_NW.repeat_interleave(positions, dim=1),
            posterior.mean_NPD.reshape(batch, -1, latent).numpy(),
            [chunks.place(i) for i in chosen],
            split(cells_NSR, model.spec.rows)[1],
        )

    return draw


def stretches(
    prior: SequencePrior,
    pieces: Sequence[Latents],
    settings: PriorSettings,
    rng: np.random.Generator,
    told: Sequence[np.ndarray] = (),
) -> Batch:
    """Stretches that begin at a window's first position; short pieces are padded, weight 0."""
    sizes = np.array([len(m) for m, _ in pieces], dtype=float)
    q = max(1, settings.positions // prior.positions) * prior.positions
    z = np.zeros((settings.batch, q, prior.latent), dtype=np.float32)
    weight = np.zeros((settings.batch, q), dtype=np.float32)
    means, places = np.zeros_like(z), []
    chosen = rng.choice(len(pieces), settings.batch, p=sizes / sizes.sum())
    for row, i in enumerate(chosen):
        mean, sigma = pieces[i]
        last = max(0, len(mean) - q) // prior.positions
        at = int(rng.integers(last + 1)) * prior.positions
        part = slice(at, at + q)
        noise = rng.standard_normal(mean[part].shape)
        z[row, : len(noise)] = mean[part] + sigma[part] * noise
        means[row, : len(noise)] = mean[part]
        weight[row, : len(noise)] = 1.0
        places.append((at // prior.positions, len(mean) // prior.positions))
    told_NC = torch.from_numpy(np.stack([told[i] for i in chosen])) if len(told) else None
    return Batch(torch.from_numpy(z), torch.from_numpy(weight), means, places, told_NC)


def _cost(prior: SequencePrior, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Nats of each position and its weight, ``(N, Q)``: windows that return exactly are copied,
    not drawn, and weigh nothing."""
    if prior.form is None:
        return prior.loss(batch.z_NQD, told_NC=batch.told_NC), batch.weight_NQ
    guide = guide_of(prior, batch)
    drawn_NW = torch.from_numpy(guide.kind_NW != SAME)
    weight = batch.weight_NQ * drawn_NW.repeat_interleave(prior.positions, dim=1)
    return prior.loss(batch.z_NQD, guide=guide, told_NC=batch.told_NC), weight


def guide_of(prior: SequencePrior, batch: Batch) -> Guide:
    """The form that the stretches have; padding returns to nothing."""
    n, windows = len(batch.mean_NQD), batch.mean_NQD.shape[1] // prior.positions
    lag, kind = np.zeros((n, windows), dtype=np.int64), np.full((n, windows), NEW)
    ends = np.zeros((n, windows, 2), dtype=np.int64)
    for i, (mean_QD, (start, total)) in enumerate(zip(batch.mean_NQD, batch.places, strict=True)):
        real = int((batch.weight_NQ[i].numpy() > 0).sum()) // prior.positions
        mean_WPD = mean_QD.reshape(windows, prior.positions, -1)[:real]
        lag[i, :real], kind[i, :real] = returns(mean_WPD, prior.noise.numpy())
        ends[i] = ends_of(start, windows, total)
    return Guide(lag, kind, ends)


@torch.no_grad()
def evaluate(
    prior: SequencePrior,
    pieces: Sequence[Latents],
    settings: PriorSettings,
    told: Sequence[np.ndarray] = (),
) -> float:
    """Nats a window of validation latents (one fixed draw of each posterior)."""
    prior.eval()
    rng = np.random.default_rng(1)
    total, count = 0.0, 0.0
    for _ in range(8):
        nll, weight = _cost(prior, stretches(prior, pieces, settings, rng, told))
        total += float((nll * weight).sum())
        count += float(weight.sum())
    prior.train()
    return total / max(count, 1.0) * prior.positions
