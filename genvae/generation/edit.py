"""Moves in latent space: along concept vectors, to neighbours, together and apart. NumPy only.

Axes:  W windows of a piece · P positions · D dims of z · Z = P*D · K candidates
"""

from __future__ import annotations

import numpy as np

from genvae.models.knowledge import Concepts

SHARES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
"""Multiples of the amount asked for that are tried."""
FARTHER = (-2.0, 3.5)
"""Powers of two between which further steps are drawn. Latents that say much in little room, as
those of melody, stand for the same notes until they have moved by several deviations."""
ASIDE = (0.0, 0.0, 0.15, 0.4, 0.7)
"""Steps to the side at random, in deviations of all latents."""


def along(
    z_WPD: np.ndarray, concepts: Concepts, name: str, amount: float, *, orthogonal: bool
) -> np.ndarray:
    """Candidates ``(K, W, P, D)``: every window moved by multiples of ``amount`` deviations, by
    difference of means (unless only ``orthogonal`` is wanted) and with the others taken out."""
    out = []
    for straight in (True,) if orthogonal else (True, False):
        way_PD = concepts.direction(name, orthogonal=straight).reshape(z_WPD.shape[1:])
        out += [z_WPD + share * amount * way_PD for share in SHARES]
    return np.stack(out).astype(np.float32)


def around(
    best_WPD: np.ndarray,
    source_WPD: np.ndarray,
    way_Z: np.ndarray,
    factor_ZZ: np.ndarray,
    count: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Candidates ``(K, W, P, D)`` around the best one so far, each changed in one window or in
    about half of them: further along (or back) the way, aside at random, or back to the source.
    Windows with equal latents stay equal, so that what returns still returns."""
    windows = len(best_WPD)
    first_W = np.argmax(_apart(best_WPD) < 1e-4, axis=1)
    out = []
    for number in range(count):
        one_W = np.arange(windows) == first_W[int(rng.integers(windows))]
        chosen_W = one_W if number % 2 else one_W | (rng.random(windows) < 0.5)
        chosen_W = chosen_W[first_W]
        aside = rng.choice(ASIDE) * rng.standard_normal((windows, len(way_Z)))
        along = 2.0 ** rng.uniform(*FARTHER) * (-0.5 if number % 5 == 4 else 1.0)
        step_WZ = along * way_Z + (aside @ factor_ZZ.T)[first_W]
        there = best_WPD + step_WZ.reshape(best_WPD.shape)
        if number % 8 == 7:
            there = source_WPD
        out.append(np.where(chosen_W[:, None, None], there, best_WPD))
    return np.stack(out).astype(np.float32)


def together(z_WPD: np.ndarray) -> np.ndarray:
    """Candidates: one window after another becomes like the window it is nearest to, those first
    that are nearest without being equal. ``(K, W, P, D)`` with K up to W."""
    apart_WW = _apart(z_WPD)
    np.fill_diagonal(apart_WW, np.inf)
    apart_WW[apart_WW < 1e-4] = np.inf
    moved, out = z_WPD.copy(), []
    for window in np.argsort(apart_WW.min(1)):
        if np.isfinite(apart_WW[window].min()):
            moved = moved.copy()
            moved[window] = moved[int(apart_WW[window].argmin())]
            out.append(moved)
    return np.stack(out or [z_WPD]).astype(np.float32)


def apart(z_WPD: np.ndarray, factor_ZZ: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Candidates: one window after another steps aside, those first that are nearest to another.
    ``(K, W, P, D)`` with K up to W."""
    apart_WW = _apart(z_WPD)
    np.fill_diagonal(apart_WW, np.inf)
    moved, out = z_WPD.copy(), []
    for window in np.argsort(apart_WW.min(1)):
        moved = moved.copy()
        aside = 0.3 * factor_ZZ @ rng.standard_normal(len(factor_ZZ))
        moved[window] = moved[window] + aside.reshape(z_WPD.shape[1:])
        out.append(moved)
    return np.stack(out).astype(np.float32)


def neighbour(
    z_WPD: np.ndarray,
    mean_Z: np.ndarray,
    factor_ZZ: np.ndarray,
    amount: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """A piece at a distance: 0 is the piece itself, 1 another draw of the Gaussian on the
    aggregate posterior; in between z keeps that Gaussian's spread. Windows with equal latents
    stay equal, so that what returns still returns."""
    count = len(z_WPD)
    apart_WZ = z_WPD.reshape(count, -1) - mean_Z
    first_W = np.argmax(_apart(z_WPD) < 1e-4, axis=1)
    noise_WZ = (rng.standard_normal((count, len(mean_Z))) @ factor_ZZ.T)[first_W]
    moved_WZ = mean_Z + np.sqrt(1 - amount**2) * apart_WZ + amount * noise_WZ
    return np.asarray(moved_WZ.reshape(z_WPD.shape), dtype=np.float32)


def distance(a_WPD: np.ndarray, b_WPD: np.ndarray, typical: float) -> float:
    """How far two pieces are from each other: along the best alignment of their windows, in which
    the shorter one lies anywhere in the longer (dynamic time warping of a subsequence, Mueller
    2007). 0 for equal, about 1 for unrelated; ``typical`` is the usual distance of two windows."""
    short, long = sorted((a_WPD, b_WPD), key=len)
    cost = _between(short, long) / typical
    total = cost[0].copy()
    for row in cost[1:]:
        following = np.empty_like(total)
        following[0] = total[0] + row[0]
        for j in range(1, len(row)):
            following[j] = row[j] + min(total[j - 1], total[j] + 0.1, following[j - 1] + 0.1)
        total = following
    return float(total.min() / len(short))


def typical_distance(factor_ZZ: np.ndarray) -> float:
    """The root of the mean squared distance of two draws of a Gaussian with this factor."""
    return float(np.sqrt(2 * np.square(factor_ZZ).sum()))


def _apart(z_WPD: np.ndarray) -> np.ndarray:
    return _between(z_WPD, z_WPD)


def _between(a_WPD: np.ndarray, b_WPD: np.ndarray) -> np.ndarray:
    """Distances of each window of a from each of b."""
    a, b = (z.reshape(len(z), -1).astype(np.float64) for z in (a_WPD, b_WPD))
    squared = np.square(a).sum(1)[:, None] + np.square(b).sum(1) - 2 * a @ b.T
    found: np.ndarray = np.sqrt(np.maximum(squared, 0.0))
    return found
