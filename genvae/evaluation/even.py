"""Steps of a way between two pieces that are alike as they are heard.

Equal steps in the latents are not equal to a listener: within one of them nothing may change, and
half of the notes within the next. A way is therefore decoded at more places than it has steps, and
those are taken of which the neighbours that agree least agree most.

Axes:  K steps of a way, ends included · I places at which it is decoded
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from genvae.domains.base import Codec, Windows
from genvae.evaluation import metrics

FINER = 3
"""Places to choose from, a step of the way."""
WIDEST = 3
"""A step goes by no more than so many equal ones."""
MOST = 1024
"""Windows that are decoded to choose from; of a longer way the steps are equal."""
UNEVEN = 1e-3
"""What a step twice as long as an equal one costs, in F1: where nothing tells, they are equal."""


def even_shares(
    codec: Codec, decoded: Callable[[np.ndarray], Sequence[Windows]], steps: int, windows: int
) -> np.ndarray:
    """How far on the way from 0 to 1 each step lies, ends included, ``(K,)``. ``decoded`` gives
    the windows of a way, so many a step, at such shares."""
    equal_K = np.linspace(0.0, 1.0, steps)
    finer = min(FINER, MOST // (max(windows, 1) * max(steps - 1, 1)))
    if not codec.even or steps < 3 or finer < 2:
        return equal_K
    shares_I = np.linspace(0.0, 1.0, finer * (steps - 1) + 1)
    way = decoded(shares_I)
    agreed_II = np.full((len(way), len(way)), -np.inf)
    for i, here in enumerate(way):
        for j in range(i + 1, min(i + WIDEST * finer, len(way) - 1) + 1):
            agreed_II[i, j] = metrics.events_f1(codec, way[j], here)
            agreed_II[i, j] -= UNEVEN * ((j - i) / finer - 1) ** 2
    return np.asarray(shares_I[most_alike(agreed_II, steps)])


def most_alike(agreed_II: np.ndarray, steps: int) -> list[int]:
    """So many places in order, the first and the last among them, of which those neighbours that
    agree least agree most, and of such those that agree most together."""
    count = len(agreed_II)
    lowest_I, total_I = np.full(count, -np.inf), np.zeros(count)
    lowest_I[0] = np.inf
    came = []
    for _ in range(steps - 1):
        low_II = np.minimum(lowest_I[:, None], agreed_II)
        total_II = total_I[:, None] + np.where(np.isfinite(agreed_II), agreed_II, 0.0)
        lowest_I = low_II.max(0)
        from_I = np.where(low_II == lowest_I, total_II, -np.inf).argmax(0)
        total_I = total_II[from_I, np.arange(count)]
        came.append(from_I)
    path = [count - 1]
    for from_I in reversed(came):
        path.append(int(from_I[path[-1]]))
    return path[::-1]
