"""The picture of a piece with what is strange in it marked.

Axes:  H height · W width · 3 red, green, blue · N windows
"""

from __future__ import annotations

import numpy as np

BAND = 24
"""Height in pixels of the band above a picture."""
STRANGE = 95.0


def marked(picture_HW3: np.ndarray, percentiles_N: np.ndarray) -> np.ndarray:
    """The picture of a piece under a band that is taller and redder the stranger the window is;
    windows from the 95th percentile on are framed."""
    height, width, _ = picture_HW3.shape
    out = np.full((height + BAND, width, 3), 255, dtype=np.uint8)
    out[BAND:] = picture_HW3
    edges = np.linspace(0, width, len(percentiles_N) + 1).round().astype(int)
    for left, right, rank in zip(edges[:-1], edges[1:], percentiles_N, strict=True):
        share = float(np.clip(rank, 0, 100)) / 100
        tall = max(1, round((BAND - 2) * share))
        colour = (210, round(200 * (1 - share**3)), round(190 * (1 - share**3)))
        out[BAND - tall : BAND, left + 1 : max(left + 2, right - 1)] = colour
        if rank >= STRANGE:
            out[BAND:, left : left + 2] = out[BAND:, max(0, right - 2) : right] = (220, 30, 30)
            out[BAND : BAND + 2, left:right] = out[-2:, left:right] = (220, 30, 30)
    return out
