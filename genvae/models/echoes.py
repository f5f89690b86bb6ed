"""What a piece says at the same place of its other bars, weighed by how alike the bars are.

Non-local means (Buades et al. 2005, "A non-local algorithm for image denoising") on categories: a
place is compared with those some bars before and after, each votes for what stands there, and votes
count by how well the neighbourhood agrees. Music that repeats itself thereby tells what is wrong.

Axes:  N stretches · S steps · R cells of a step · L lags
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

BESIDE = 7
"""Steps before and after a place that are its neighbourhood."""
SHARPNESS = 8.0
"""A vote weighs ``exp(-SHARPNESS)`` where nothing of the neighbourhood agrees, 1 where all does."""
OWN_ROW = 0.6
"""How much the same row counts in that, beside all rows."""
FACTS = 4


class Echo(NamedTuple):
    """The category with most votes ``(N, S, R)``, -1 where nobody votes, and ``(N, S, R, FACTS)``:
    its share of the votes, that of what was observed, log of all votes, whether both are one."""

    best_NSR: Tensor
    facts: Tensor


def moved_by(cells_NSR: Tensor, steps: int) -> Tensor:
    """What stands ``steps`` later (before, if negative), -1 beyond the ends."""
    size = cells_NSR.shape[1]
    if abs(steps) >= size:
        return torch.full_like(cells_NSR, -1)
    pad = (0, 0, 0, steps) if steps > 0 else (0, 0, -steps, 0)
    padded = F.pad(cells_NSR, pad, value=-1)
    return padded[:, steps : steps + size] if steps > 0 else padded[:, :size]


@torch.no_grad()
def echo(cells_NSR: Tensor, lags: tuple[int, ...]) -> Echo:
    """The votes of the places ``lags`` steps away."""
    others = torch.stack([moved_by(cells_NSR, d) for d in lags], dim=-1)
    there = (others >= 0).float()
    same = (others == cells_NSR[..., None]).float()
    alike = OWN_ROW * _around(same, there) + (1 - OWN_ROW) * _around(
        same.mean(2, keepdim=True), there.mean(2, keepdim=True)
    )
    weight = torch.exp(SHARPNESS * (alike - 1)) * there
    agree = (others[..., :, None] == others[..., None, :]).float()
    votes = (agree * weight[..., None, :]).sum(-1) * there
    total = weight.sum(-1)
    most, at = votes.max(-1)
    best = others.gather(-1, at[..., None])[..., 0]
    own = (weight * same).sum(-1)
    share = total.clamp(min=1e-6)
    facts = [most / share, own / share, torch.log1p(total), (best == cells_NSR).float()]
    return Echo(best, torch.stack(facts, dim=-1))


def _around(same: Tensor, there: Tensor) -> Tensor:
    """The share of the places beside each that agree, ``(N, S, R, L)``, itself left out."""

    def summed(x: Tensor) -> Tensor:
        n, steps, rows, lags = x.shape
        flat = x.permute(0, 2, 3, 1).reshape(n * rows * lags, 1, steps)
        size = 2 * BESIDE + 1
        total = F.avg_pool1d(flat, size, 1, BESIDE, count_include_pad=True) * size - flat
        return total.reshape(n, rows, lags, steps).permute(0, 3, 1, 2)

    return summed(same) / summed(there).clamp(min=1.0)
