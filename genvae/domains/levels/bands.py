"""Training bands: the stretches of a large level that are worth learning from.

A level of any size is crossed by the search as far as it goes, restarted further right where it
gets stuck, and rectangles of the tileset's height are cut around the path so that ground is seen
below it. A band is kept when the search crosses the band alone, when no window of it is nearly
all sky or nearly all solid, and when at most half of them repeat one column.

Axes:  H rows, the top one first · W columns
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.platformer import Crossing, Physics, cross, physics_of


@dataclass(frozen=True)
class BandPlan:
    """How bands are cut, in tiles. ``feet`` are the band rows (from 0, the top) that the lowest
    point of the path may come to lie in, the preferred one first; ``per_place`` of them are kept
    at one place, ``apart`` rows or more from one another. ``max_empty`` and ``max_solid`` bound the
    shares of such tiles in any window, ``max_flat`` the share of windows that never change."""

    widths: tuple[int, ...] = (64, 32, 16)
    stride: int = 24
    feet: tuple[int, ...] = (12, 10, 13, 11, 9, 14, 8)
    per_place: int = 2
    apart: int = 2
    max_empty: float = 0.97
    max_solid: float = 0.90
    max_flat: float = 0.5


def bands(
    level: Level, plan: BandPlan | None = None, physics: Physics | None = None
) -> list[Level]:
    """The bands of a level, each ``tileset.rows`` high and a multiple of ``tileset.columns``
    wide, without a start marker; named after the level and their top left corner."""
    plan = plan or BandPlan()
    level = replace(level, grid_HW=_without_start(level))
    physics = physics or physics_of(level)
    found: list[Level] = []
    for way in stretches(level, physics):
        found.extend(_along(level, way, plan, physics))
    unique = {b.grid_HW.tobytes() + bytes(str(b.width), "ascii"): b for b in found}
    return list(unique.values())


def stretches(level: Level, physics: Physics) -> Iterator[list[tuple[int, int]]]:
    """Paths (column, row) that together go as far right as there is ground, left to right."""
    at = 0
    while at < level.width - 1:
        crossing = cross(level, physics, start_columns=(at, min(at + 3, level.width - 1)))
        yield from [crossing.path] if len(crossing.path) > 1 else []
        if crossing.playable:
            return
        at = max(at + 4, crossing.furthest_column + 1)


def best_band(level: Level, crossing: Crossing) -> int:
    """The top row (from 0) of the band that shows most of the path; without a path, the bottom."""
    rows, height = level.tileset.rows, level.height
    if not crossing.path:
        return height - rows
    visits = np.bincount([row for _, row in crossing.path], minlength=height)
    shown = np.convolve(visits, np.ones(rows, dtype=int), mode="valid")
    best = np.flatnonzero(shown == shown.max())
    wanted = crossing.path[0][1] - (rows - 4)
    return int(best[np.argmin(np.abs(best - wanted))])


def _without_start(level: Level) -> np.ndarray:
    placed = level.tileset.placed
    grid = level.grid_HW.copy()
    if placed is not None:
        grid[grid == level.tileset.numbers[placed]] = level.tileset.empty
    return grid


def _along(
    level: Level, path: list[tuple[int, int]], plan: BandPlan, physics: Physics
) -> Iterator[Level]:
    """Bands along one path: the widest that hold, then narrower ones where none did."""
    first, last = path[0][0], max(column for column, _ in path)
    lowest, highest = _extent(path, level.width)
    left = first
    while left + plan.widths[-1] <= last + 1:
        kept: list[Level] = []
        for width in plan.widths:
            if left + width > min(last + 1, level.width):
                continue
            kept = list(_placed(level, left, width, lowest, highest, plan, physics))
            yield from kept
            if kept:
                break
        left += plan.stride if kept else plan.widths[-1] // 2


def _extent(path: list[tuple[int, int]], width: int) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest row of a path in each column (``(W,)``, -1 where it is not)."""
    lowest = np.full(width, -1)
    highest = np.full(width, 1 << 30)
    for column, row in path:
        lowest[column] = max(lowest[column], row)
        highest[column] = min(highest[column], row)
    return lowest, highest


def _placed(
    level: Level,
    left: int,
    width: int,
    lowest: np.ndarray,
    highest: np.ndarray,
    plan: BandPlan,
    physics: Physics,
) -> Iterator[Level]:
    """The bands at columns ``left..left+width`` whose rows hold the path and can be crossed."""
    rows = level.tileset.rows
    low = int(lowest[left : left + width].max())
    high = int(highest[left : left + width].min())
    tops: list[int] = []
    for foot in plan.feet:
        top = min(max(low - foot, 0), level.height - rows)
        if level.height < rows or high < top or low >= top + rows:
            continue
        if any(abs(top - other) < plan.apart for other in tops):
            continue
        band = level.cut(top, left, rows, width)
        if _worth(band, plan) and cross(band, physics).playable:
            tops.append(top)
            yield band
        if len(tops) == plan.per_place:
            return


def _worth(band: Level, plan: BandPlan) -> bool:
    """Neither a window nearly all empty nor one nearly all solid, and few that never change."""
    columns = band.tileset.columns
    by_window = band.grid_HW.reshape(band.height, -1, columns)
    empty = (by_window == band.tileset.empty).mean(axis=(0, 2))
    solid = band.tileset.having("solid")[by_window].mean(axis=(0, 2))
    changes = (by_window[:, :, 1:] != by_window[:, :, :-1]).any(axis=(0, 2))
    if (~changes).mean() > plan.max_flat:
        return False
    return bool((empty <= plan.max_empty).all() and (solid <= plan.max_solid).all())
