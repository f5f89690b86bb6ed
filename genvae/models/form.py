"""The form of a piece: which earlier window each window returns to, and how closely.

Axes:  N pieces · W windows · P positions of a window · Q = W*P · D dims of z

Songs return to what they have said. How closely two windows resemble each other is told by the
distance of their posterior means, in units of the posteriors' own spread; windows with the same
cells have distance 0. ``guide_of`` finds the form of pieces that are there, ``Form`` learns how
forms go and draws new ones; the sequence prior hears the form and writes the latents (see
``prior.SequencePrior``). Lookback features for recurrent nets are Google Magenta's (2016).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

UNTOLD, NEW, LIKE, NEAR, SAME = range(5)
"""How a window returns: nothing is known; to nothing; in outline; with changes; exactly."""
KINDS = 5
REACHES = (0.05, 2.0, 5.0)
"""Mean squared distances (in posterior variances, a number of z) up to which a window is SAME,
NEAR and LIKE its nearest earlier one. Of two-bar windows of songs 18%, 25% and 20%."""
LONGEST = 32
"""Windows a return reaches back at most."""
ENDS = 4
"""So many windows from the beginning, and from the end, are told apart."""
PHASES = 8
"""Forms are learned by the place of a window within so many: phrases are two, four, eight long."""
RUNS = 8


@dataclass(frozen=True)
class Guide:
    """What the sequence prior is told of each window before its latents are written."""

    lag_NW: np.ndarray
    """How many windows back the reference lies; 0 where there is none."""
    kind_NW: np.ndarray
    ends: np.ndarray
    """``(N, W, 2)``: windows since the beginning and to the end, at most ``ENDS``."""

    def reference(self, x_NQD: Tensor, positions: int) -> tuple[Tensor, Tensor]:
        """The latents that each window refers to, zeros where there is none, ``(N, Q, D)``; and
        where there is one, ``(N, Q, 1)``."""
        n, windows = self.lag_NW.shape
        x = x_NQD.reshape(n, windows, positions, -1)
        source = torch.from_numpy(np.arange(windows) - self.lag_NW)
        found = x[torch.arange(n)[:, None], source]
        told = torch.from_numpy(self.lag_NW > 0).to(x)[:, :, None, None]
        told_NQ1 = told.expand(n, windows, positions, 1).reshape(n, -1, 1)
        return (found * told).reshape(n, windows * positions, -1), told_NQ1


def ends_of(start: int, windows: int, total: int) -> np.ndarray:
    """``Guide.ends`` of ``windows`` windows from ``start`` on of a piece of ``total``, (W, 2)."""
    at = np.arange(start, start + windows)
    ends: np.ndarray = np.minimum(np.stack([at, np.maximum(total - 1 - at, 0)], axis=1), ENDS)
    return ends


def returns(mean_WPD: np.ndarray, variance_D: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lag and kind of each window of a piece, ``(W,)`` each.

    ``mean_WPD`` are posterior means, ``variance_D`` the posteriors' mean variance. Of earlier
    windows that are as near, the one that goes on from the last window's reference is chosen,
    else the latest.
    """
    windows = len(mean_WPD)
    flat = (mean_WPD / np.sqrt(variance_D)).reshape(windows, -1)
    square = (flat**2).sum(1)
    distance = np.maximum(square[:, None] + square - 2 * flat @ flat.T, 0) / flat.shape[1]
    lag, kind = np.zeros(windows, dtype=np.int64), np.full(windows, NEW, dtype=np.int64)
    for w in range(1, windows):
        back = distance[w, max(0, w - LONGEST) : w][::-1]
        nearest = int(back.argmin())
        stay = int(lag[w - 1]) - 1
        if 0 <= stay < len(back) and back[stay] <= back[nearest] + REACHES[0]:
            nearest = stay
        reached = int(np.searchsorted(REACHES, back[nearest], side="right"))
        if reached < len(REACHES):
            lag[w], kind[w] = nearest + 1, (SAME, NEAR, LIKE)[reached]
    return lag, kind


class Form(nn.Module):
    """A small causal model of lags and kinds, counted from pieces.

    Whether a window keeps the lag of the one before depends on that one's kind, on how long it
    has been kept and on the place within the phrase; a new lag on the place; the kind on all of
    these but the run. Tables of log-probabilities, smoothed by one count spread over each row.
    """

    stay: Tensor
    leap: Tensor
    kind: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("stay", torch.full((KINDS, RUNS, PHASES, 2), 0.5))
        self.register_buffer("leap", torch.full((PHASES, LONGEST + 1), 1 / (LONGEST + 1)))
        self.register_buffer("kind", torch.full((2, KINDS, PHASES, KINDS), 1 / KINDS))

    def fit(self, forms: list[tuple[np.ndarray, np.ndarray]]) -> None:
        """Count the forms of the training pieces, each its lags and kinds."""
        stay, leap, kind = (np.zeros(t.shape) for t in (self.stay, self.leap, self.kind))
        for lags, kinds in forms:
            run = 0
            for w in range(1, len(lags)):
                phase, before = w % PHASES, kinds[w - 1]
                stays = int(lags[w] == lags[w - 1])
                stay[before, min(run, RUNS - 1), phase, stays] += 1
                if not stays:
                    leap[phase, lags[w]] += 1
                kind[stays if lags[w] else 0, before, phase, kinds[w]] += 1
                run = run + 1 if stays else 0
        for table, counts in ((self.stay, stay), (self.leap, leap), (self.kind, kind)):
            whole = counts.sum(tuple(range(counts.ndim - 1)))
            prior = whole / max(whole.sum(), 1.0)
            smooth = counts + prior
            table.copy_(torch.from_numpy(smooth / np.maximum(smooth.sum(-1, keepdims=True), 1e-9)))

    def sample(self, windows: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Lags and kinds of a new piece, ``(W,)`` each."""
        stay, leap, kind = (t.double().numpy() for t in (self.stay, self.leap, self.kind))
        lags, kinds = np.zeros(windows, dtype=np.int64), np.full(windows, NEW, dtype=np.int64)
        noise, run = rng.random((windows, 3)), 0
        for w in range(1, windows):
            phase, before = w % PHASES, kinds[w - 1]
            stays = int(noise[w, 0] < stay[before, min(run, RUNS - 1), phase, 1])
            if stays:
                lags[w] = lags[w - 1]
            else:
                allowed = np.arange(LONGEST + 1) <= w
                allowed[lags[w - 1]] = False
                lags[w] = _pick(leap[phase] * allowed, noise[w, 1])
            if lags[w]:
                odds = kind[stays, before, phase] * (np.arange(KINDS) > NEW)
                kinds[w] = _pick(odds, noise[w, 2]) if odds.sum() else NEAR
            run = run + 1 if stays else 0
        return lags, kinds


def _pick(weights: np.ndarray, uniform: float) -> int:
    """The place in which a uniform number falls; 0 where all weights are 0."""
    edges = np.cumsum(weights)
    if edges[-1] <= 0:
        return 0
    return min(int(np.searchsorted(edges, uniform * edges[-1], side="right")), len(weights) - 1)
