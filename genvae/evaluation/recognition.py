"""Which class a piece is of, by a simple linear probe of what can be counted in it.

Axes:  N pieces · F features · K classes
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genvae.domains.base import Codec
from genvae.evaluation.courses import Whole

MOST_BINS = 256
"""Histograms with more bins are no features: there are too few pieces to learn them from."""
RIDGE = 10.0


def features(codec: Codec, pieces: Sequence[Whole]) -> np.ndarray:
    """``(N, F)``: the piece's attributes (but for what is only chosen, such as a tempo), means of
    what windows measure, and shares of each bin of their histograms."""
    return np.stack([_features(codec, piece) for piece in pieces])


def _features(codec: Codec, piece: Whole) -> np.ndarray:
    windows = piece.windows
    measured = codec.measure(codec.assemble(windows, piece.context))
    own = [measured.get(a.name, np.nan) for a in codec.attributes.values() if not a.chosen]
    parts = [np.nan_to_num(np.array(own, dtype=float))]
    for values in codec.measure_windows(windows).values():
        known = values[np.isfinite(values)]
        parts.append(np.array([known.mean() if len(known) else 0.0, float(len(known) > 0)]))
    for counts in codec.histograms(windows).values():
        if len(counts) <= MOST_BINS:
            # The root of a share tells rare things from absent ones.
            parts.append(np.sqrt(counts / max(counts.sum(), 1)))
    return np.concatenate(parts)


class Probe:
    """Ridge regression of one number a class on standardised features, each class with the same
    weight in all; the highest number is the answer."""

    def __init__(self, x_NF: np.ndarray, class_N: np.ndarray, classes: int) -> None:
        self.mean_F, self.spread_F = x_NF.mean(0), x_NF.std(0) + 1e-6
        x = self._ready(x_NF)
        sizes_K = np.maximum(np.bincount(class_N, minlength=classes), 1)
        weight_N1 = (len(x) / classes / sizes_K[class_N])[:, None]
        target_NK = np.eye(classes)[class_N]
        square_FF = x.T @ (weight_N1 * x) + RIDGE * np.eye(x.shape[1])
        self.weights_FK = np.linalg.solve(square_FF, x.T @ (weight_N1 * target_NK))

    def _ready(self, x_NF: np.ndarray) -> np.ndarray:
        x = np.clip((x_NF - self.mean_F) / self.spread_F, -5.0, 5.0)
        return np.concatenate([x, np.ones((len(x), 1))], axis=1)

    def classes(self, x_NF: np.ndarray) -> np.ndarray:
        """``(N,)``."""
        found: np.ndarray = (self._ready(x_NF) @ self.weights_FK).argmax(1)
        return found
