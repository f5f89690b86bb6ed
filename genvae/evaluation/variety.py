"""How unlike one another windows are, and how like those of the training.

Tile-pattern KL divergence follows Lucas and Volz, "Tile pattern KL-divergence for analysing and
evolving game levels" (2019): patterns of both sides get a little chance, so that it is finite.

Axes:  N windows · C cells of a window · K bins
"""

from __future__ import annotations

import numpy as np

from genvae.domains.base import Codec, Windows, stack_cells

COMPARED = 300
"""Windows of each kind that are compared with one another."""
KNOWN = 20_000
"""Training windows among which the nearest is looked for."""
EPSILON = 1e-6


def variety(codec: Codec, windows: Windows, train: Windows, seed: int = 0) -> dict[str, float]:
    """``pairwise_distance``, the mean share of cells in which two windows differ; and
    ``nearest_training_window``, the mean share of cells that agree with the training window that
    agrees most (``nearest_training_window_p95``: the share that one in twenty exceeds)."""
    rng = np.random.default_rng(seed)
    made_NC = _some(_cells(codec, windows), COMPARED, rng)
    known_NC = _some(_cells(codec, train), KNOWN, rng)
    apart = [(made_NC[i] != made_NC[i + 1 :]).mean(axis=1) for i in range(len(made_NC) - 1)]
    near = [float((known_NC == one).mean(axis=1).max()) for one in made_NC] if len(known_NC) else []
    return {
        "pairwise_distance": float(np.concatenate(apart).mean()) if apart else float("nan"),
        "nearest_training_window": float(np.mean(near)) if near else float("nan"),
        "nearest_training_window_p95": float(np.quantile(near, 0.95)) if near else float("nan"),
    }


def kl(made_K: np.ndarray, real_K: np.ndarray) -> float:
    """Kullback-Leibler divergence of the made histogram from the real one, in bits, mean of both
    directions."""
    p = (made_K + EPSILON) / (made_K + EPSILON).sum()
    q = (real_K + EPSILON) / (real_K + EPSILON).sum()
    return float(((p - q) * np.log2(p / q)).sum() / 2)


def _cells(codec: Codec, windows: Windows) -> np.ndarray:
    cells = stack_cells(codec.spec, windows)
    return cells.reshape(len(cells), cells.shape[1] * cells.shape[2])


def _some(rows: np.ndarray, limit: int, rng: np.random.Generator) -> np.ndarray:
    if len(rows) <= limit:
        return rows
    return rows[rng.choice(len(rows), limit, replace=False)]
