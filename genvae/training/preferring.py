"""Teaching the sequence prior what need not be written anew.

A decoded piece that cannot be played is written anew where its way ends (``generation.rewriting``):
the latents before and after are a pair of which the later one is to be preferred. The prior learns
from such pairs as language models do from choices of people (direct preference optimization:
Rafailov et al. 2023): the preferred latents are to become likelier, the others less likely, as
measured from the prior that it was. Real latents are learned beside them, so that all else stays.

Axes:  N pairs · Q positions of a piece · D dims of z · A attributes
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from genvae.models.prior import SequencePrior
from genvae.settings import PreferSettings, PriorSettings
from genvae.training.prior import Draw, Latents, evaluate

HELD = 10
"""One of so many pairs is not learned from; the figures are of those."""
HEAVIEST = 8.0
"""Times the mean that a pair weighs at most."""
CHUNK = 64


@dataclass(frozen=True)
class Pairs:
    """Latents of pieces before and after they were written anew, ``(N, Q, D)``, and by how much
    the attributes of the pieces moved ``(N, A)``."""

    before_NQD: np.ndarray
    after_NQD: np.ndarray
    moves_NA: np.ndarray


def fit_preferences(
    prior: SequencePrior,
    pairs: Pairs,
    draw: Draw,
    validation: Sequence[Latents],
    settings: PreferSettings,
    real: PriorSettings,
    *,
    seed: int = 0,
    progress: Callable[[int, float], None] | None = None,
) -> dict[str, float]:
    """Go on with the weights of ``prior``, which has no form; ``draw`` gives stretches of real
    latents. Returns the share of held-back pairs whose preferred latents have become likelier
    against the others than they were, and the nats of a window of real validation latents before
    and after."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    count = len(pairs.moves_NA)
    held = count // HELD
    weights = even_weights(pairs.moves_NA[held:])
    prior.eval()
    with torch.no_grad():
        was_N = lead(prior, pairs, slice(0, count))
    nats_before = evaluate(prior, validation, real)
    optimizer = torch.optim.AdamW(prior.parameters(), settings.rate, weight_decay=0.05, fused=True)
    prior.train()
    for step in range(settings.steps):
        for group in optimizer.param_groups:
            warm = min(1.0, (step + 1) / 50)
            cosine = 0.02 + 0.49 * (1 + math.cos(math.pi * step / settings.steps))
            group["lr"] = settings.rate * warm * cosine
        chosen = held + rng.choice(count - held, settings.batch, p=weights / weights.sum())
        gained_N = lead(prior, pairs, chosen) - was_N[chosen]
        preference = F.softplus(-settings.strength * gained_N).mean()
        batch = draw(rng)
        nll = prior.loss(batch.z_NQD, told_NC=batch.told_NC)
        plain = (nll * batch.weight_NQ).sum() / batch.weight_NQ.sum().clamp(min=1)
        (plain + settings.weight * preference).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(prior.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if progress:
            progress(step + 1, float(preference.detach()))
    nats = evaluate(prior, validation, real)
    prior.eval()
    with torch.no_grad():
        gained_N = lead(prior, pairs, slice(0, held)) - was_N[:held]
    return {
        "preferred": float((gained_N > 0).float().mean()) if held else 0.0,
        "validation_nll_before": nats_before,
        "validation_nll": nats,
        "pairs": float(count),
    }


def lead(prior: SequencePrior, pairs: Pairs, which: slice | np.ndarray) -> Tensor:
    """By how many nats the preferred latents are likelier than the others ``(N,)``."""
    before, after = (
        torch.split(torch.from_numpy(side[which]), CHUNK)
        for side in (pairs.before_NQD, pairs.after_NQD)
    )
    found = []
    for worse, better in zip(before, after, strict=True):
        nll = prior.loss(torch.cat([worse, better])).sum(1)
        found.append(nll[: len(worse)] - nll[len(worse) :])
    return torch.cat(found) if found else torch.zeros(0)


def even_weights(moves_NA: np.ndarray) -> np.ndarray:
    """Weights ``(N,)`` of mean 1 under which the moves of each attribute come to about nothing,
    by exponential tilting: pieces written anew have more ground, which the prior is not to learn
    from them."""
    moves_NA = np.nan_to_num(np.asarray(moves_NA, dtype=float))
    spread_A = moves_NA.std(0)
    x = moves_NA[:, spread_A > 1e-9] / spread_A[spread_A > 1e-9]
    weights, tilt = np.ones(len(x)), np.zeros(x.shape[1])
    for _ in range(500):
        exponent = -x @ tilt
        weights = np.exp(exponent - exponent.max())
        weights = np.minimum(weights / weights.mean(), HEAVIEST)
        weights /= weights.mean()
        tilt += 0.2 * (weights @ x) / len(x)
    return weights
