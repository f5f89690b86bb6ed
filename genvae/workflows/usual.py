"""Between what bounds nearly all real pieces lie: what a repaired piece must not leave.

The bounds are the 5th and the 95th percentile of the training pieces, cut into stretches of equal
length, for each attribute that the codec measures; things that are counted are taken a window. The
shares of a long piece vary less than those of a short one, so there are bounds for several lengths.
They stand in the model's card under ``usual``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from genvae.domains.base import Codec
from genvae.errors import CorpusProblem
from genvae.workflows.stretches import measured, stretches

LENGTHS = (1, 2, 4, 8, 16, 32)
"""Windows of the stretches that are measured."""
FEWEST, MOST = 50, 1000
"""Stretches of a length that bounds are taken of."""
SHARES = (0.05, 0.95)


def bounds(codec: Codec, cells: Sequence[np.ndarray], seed: int = 0) -> dict[str, Any]:
    """``{"4": {"density": [0.1, 0.5], ...}, ...}`` by the number of windows, from the cells
    ``(S, R)`` of training pieces; empty for pieces that are never repaired."""
    if type(codec).repair is Codec.repair:
        return {}
    rng, found = np.random.default_rng(seed), dict[str, Any]()
    for length in LENGTHS:
        try:
            pieces = stretches(codec, cells, length, length)
        except CorpusProblem:
            break
        chosen = [pieces[i] for i in rng.permutation(len(pieces))[:MOST]]
        if len(chosen) < FEWEST:
            break
        found[str(length)] = _percentiles(codec, measured(codec, chosen), length)
    return found


def _percentiles(codec: Codec, values_NA: np.ndarray, length: int) -> dict[str, list[float]]:
    out = {}
    for (name, attribute), values_N in zip(codec.attributes.items(), values_NA.T, strict=True):
        known = values_N[np.isfinite(values_N)]
        if len(known) and not attribute.chosen:
            size = length if attribute.counted else 1
            out[name] = [round(float(q), 4) for q in np.quantile(known / size, SHARES)]
    return out


def table(codec: Codec, usual: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Bounds as figures: a row an attribute, two columns a length."""
    columns = {f"{n} {end}": (n, i) for n in usual for i, end in enumerate(("5%", "95%"))}
    return {
        name: {c: usual[n][name][i] for c, (n, i) in columns.items() if name in usual[n]}
        for name in codec.attributes
        if any(name in found for found in usual.values())
    }


def beyond(usual: Mapping[str, Any], codec: Codec, piece: Any, windows: int) -> list[str]:
    """The attributes of a piece of so many windows that lie beyond their bounds; none where a
    card has no bounds."""
    if not usual:
        return []
    fitting = max((int(n) for n in usual if int(n) <= windows), default=min(map(int, usual)))
    got = codec.measure(piece)
    found = []
    for name, (low, high) in usual[str(fitting)].items():
        value = got.get(name, np.nan)
        if codec.attributes[name].counted:
            value /= windows
        # Bounds are rounded to four places.
        if np.isfinite(value) and not low - 1e-4 <= value <= high + 1e-4:
            found.append(name)
    return found
