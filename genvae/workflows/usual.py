"""Between what bounds nearly all real pieces lie: what a repaired piece must not leave.

The bounds are the 5th and the 95th percentile of the training pieces, cut into stretches of equal
length, for each attribute that the codec measures; things that are counted are taken a window. The
shares of a long piece vary less than those of a short one, so there are bounds for several lengths.
They stand in the model's card under ``usual``.

A piece of twice the longest length that was measured, or more, is judged in stretches of that
length: the bounds say nothing of it as a whole (that there is no door in most stretches does not
make a door in a hundred of them strange). Most of its stretches are to lie within the bounds, and a
repair may carry none beyond.

Axes:  N stretches · A attributes
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from genvae.domains.base import Codec, Windows
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


def beyond(
    usual: Mapping[str, Any],
    codec: Codec,
    piece: Any,
    windows: int,
    decoded: Windows | None = None,
) -> list[str]:
    """The attributes of a piece of so many windows that lie beyond their bounds; none where a
    card has no bounds. ``decoded`` are the windows of a piece before it was repaired."""
    if not usual:
        return []
    length = max((int(n) for n in usual if int(n) <= windows), default=min(map(int, usual)))
    limits = usual[str(length)]
    if windows >= 2 * length:
        after_NA, touched_N = _stretched(codec, codec.encode(piece).windows, length, decoded)
        outside_NA = _outside(codec, limits, after_NA, length)
        beyond_A = outside_NA.mean(0) > 0.5
        if decoded is not None and touched_N.any():
            before_NA, _ = _stretched(codec, decoded, length)
            carried_NA = outside_NA & ~_outside(codec, limits, before_NA, length)
            beyond_A |= carried_NA[touched_N].any(0)
    else:
        got = codec.measure(piece)
        values_1A = np.array([[float(got.get(name, np.nan)) for name in codec.attributes]])
        beyond_A = _outside(codec, limits, values_1A, windows)[0]
    return [name for name, out in zip(codec.attributes, beyond_A, strict=True) if out]


def _stretched(
    codec: Codec, windows: Windows, length: int, other: Windows | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Attributes ``(N, A)`` of stretches of so many windows, the last one up to the end, and
    which of them are not the same in ``other`` windows, ``(N,)``."""
    count = len(next(iter(windows.values())))
    begins = [*range(0, count - length, length), count - length]
    parts = [{name: cells[b : b + length] for name, cells in windows.items()} for b in begins]
    touched = [
        other is not None
        and any((other[name][b : b + length] != part[name]).any() for name in part)
        for b, part in zip(begins, parts, strict=True)
    ]
    return measured(codec, parts), np.array(touched)


def _outside(
    codec: Codec, limits: Mapping[str, Any], values_NA: np.ndarray, windows: int
) -> np.ndarray:
    """What lies beyond the bounds, ``(N, A)``; nothing where there are none, or no value."""
    out_NA = np.zeros(values_NA.shape, dtype=bool)
    for at, (name, attribute) in enumerate(codec.attributes.items()):
        if name in limits:
            low, high = limits[name]
            values_N = values_NA[:, at] / (windows if attribute.counted else 1)
            # Bounds are rounded to four places. NaN is neither above nor below.
            out_NA[:, at] = (values_N > high + 1e-4) | (values_N < low - 1e-4)
    return out_NA
