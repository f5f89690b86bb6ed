"""Numbers as colours: one scale for pictures and pages.

Axes:  N numbers · 3 red, green, blue
"""

from __future__ import annotations

import numpy as np

STOPS = (
    "#3b0f70",
    "#3e3a8c",
    "#31688e",
    "#26828e",
    "#1f9e89",
    "#35b779",
    "#6ece58",
    "#a8db34",
    "#dfd222",
)
"""Dark for little, bright for much: viridis (Smith and van der Walt 2015) without its palest end,
so that each stands out from white paper."""
NOTHING = "#b4b2aa"
"""Where there is no number."""
CUT = 0.02
"""The share of the numbers at each end that share the outermost colours: one strange piece must
not take the scale from all others."""


def scale_of(values_N: np.ndarray) -> tuple[float, float]:
    """Where the scale begins and ends for these numbers; 0 to 1 where there are none."""
    known = values_N[np.isfinite(values_N)]
    if not len(known):
        return 0.0, 1.0
    low, high = (float(v) for v in np.quantile(known, [CUT, 1 - CUT]))
    if high <= low:
        low, high = float(known.min()), float(known.max())
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def colours_of(values_N: np.ndarray, low: float, high: float) -> np.ndarray:
    """``(N, 3)`` uint8 between the stops; NOTHING for what is not a number."""
    stops_K3 = np.array([_rgb(stop) for stop in STOPS], dtype=float)
    at_N = np.clip((np.nan_to_num(values_N) - low) / (high - low), 0.0, 1.0) * (len(STOPS) - 1)
    places = np.arange(len(STOPS))
    found = np.stack([np.interp(at_N, places, stops_K3[:, c]) for c in range(3)], axis=1)
    found[~np.isfinite(values_N)] = _rgb(NOTHING)
    whole: np.ndarray = np.rint(found).astype(np.uint8)
    return whole


def _rgb(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
