"""Damage of levels: flipped tiles.

Axes:  N windows · R rows · T columns · K tiles
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

KINDS = ("foreign", "swapped")
"""A tile becomes any other one of the tileset; or what another place of the level has."""


def flipped(
    x_NRT: np.ndarray,
    may_K: np.ndarray,
    rate: float,
    rng: np.random.Generator,
    kinds: Sequence[str] = KINDS,
) -> np.ndarray:
    """Windows in which each tile was flipped with probability ``rate``, each kind as often as the
    others; ``may_K`` masks the tiles that may come."""
    hit = rng.random(x_NRT.shape) < rate
    kind = rng.integers(len(kinds), size=x_NRT.shape)
    out = x_NRT.copy()
    for number, name in enumerate(kinds):
        at = hit & (kind == number)
        if name == "foreign":
            tiles = np.flatnonzero(may_K)
            drawn = tiles[rng.integers(len(tiles), size=int(at.sum()))]
            again = tiles[(np.searchsorted(tiles, drawn) + 1) % len(tiles)]
            out[at] = np.where(drawn == x_NRT[at], again, drawn)
        else:
            out[at] = _elsewhere(x_NRT, int(at.sum()), x_NRT[at], rng)
    return out


def kept(before_NRT: np.ndarray, after_NRT: np.ndarray, context: Mapping[str, Any]) -> np.ndarray:
    """The tiles, booleans ``(N, R, T)``, that are the same, and those under a marker that windows
    do not hold."""
    same: np.ndarray = before_NRT == after_NRT
    columns = same.shape[2]
    for column, row in context.get("placed", []):
        same[column // columns, int(context["height"]) - 1 - row, column % columns] = True
    return same


def _elsewhere(
    x_NRT: np.ndarray, count: int, own: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """A tile of the level for each of ``own``, unlike it as far as some tries find one."""
    flat, drawn = x_NRT.reshape(-1), own.copy()
    for _ in range(20):
        same = drawn == own
        drawn[same] = flat[rng.integers(len(flat), size=int(same.sum()))]
    return drawn
