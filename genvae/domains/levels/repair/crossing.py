"""The fewest tile changes that let a platformer level be crossed.

``search.Search`` proposes changes; the changed level is tried by the untouched rules, and
if it fails, the changes that were in each other's way are ruled out and the search is made again.
A wide level is gone through in sections from left to right.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from genvae.domains.levels.level import Change, Level, changed
from genvae.domains.levels.repair.search import KEPT, Cell, Search
from genvae.domains.levels.rules.platformer import Crossing, Physics, cross, physics_of, standing
from genvae.domains.levels.tileset import Tileset

ROUNDS = 4
"""Searches before a level is given up."""
PECULIAR = (*KEPT, "slope", "bonus", "bounce", "hazard")
"""Tiles that are never put in."""
WIDE = 256
"""A wider level is repaired in sections of ``SECTION`` columns, of which the last ``AHEAD`` are
gone through again in the next one, and ``BEHIND`` are kept behind the place it begins at."""
SECTION, AHEAD, BEHIND = 160, 48, 32
STRIDE = 12
"""Columns beyond the place where a section ends that a repair of it must reach."""


def repair_crossing(
    level: Level, physics: Physics | None = None, *, most: int = 50
) -> tuple[Level, list[Change]] | None:
    """The level with at most ``most`` tiles changed so that ``cross`` finds a way, and the
    changes from left to right; None if that is not found. A level that can be crossed comes back
    as it is. Without ``physics`` those of the level's tileset serve. In levels up to ``WIDE``
    columns the changes are the fewest possible, but for ways that use one change twice."""
    physics = physics or physics_of(level)
    if cross(level, physics).playable:
        return level, []
    if level.width <= WIDE:
        changes = _changes(level, physics, most, None, level.width - 1)
    else:
        changes = _in_sections(level, physics, most)
    if changes is None or len(changes) > most:
        return None
    repaired = changed(level, changes)
    return (repaired, changes) if cross(repaired, physics).playable else None


def _changes(
    level: Level, physics: Physics, most: int, start: Cell | None, goal: int
) -> list[Change] | None:
    """The fewest changes that let a body come from ``start`` to column ``goal`` or beyond."""

    def serve(changes: list[Change]) -> bool:
        return _reaches(cross(changed(level, changes), physics, start=start), goal, level)

    ruled_out = np.zeros(level.grid_HW.shape, dtype=bool)
    for _ in range(ROUNDS):
        search = Search(level, physics, ruled_out, start, goal)
        way = search.run(most)
        if way is None:
            return None
        cleared, filled = search.changed(way)
        visited = {search.cell(bit) for _, bit in way}
        for through in (filled & visited, filled):
            changes = _dressed(level, cleared, filled, through)
            if changes and serve(changes):
                for change in list(changes) if len(changes) > 1 else []:
                    fewer = [c for c in changes if c != change]
                    changes = fewer if serve(fewer) else changes
                return changes
        for column, row in (filled & (visited | cleared)) or filled or cleared:
            ruled_out[row, column] = True
    return None


def _reaches(crossing: Crossing, goal: int, level: Level) -> bool:
    return crossing.playable or goal <= crossing.furthest_column < level.width - 1


def _in_sections(level: Level, physics: Physics, most: int) -> list[Change] | None:
    """Changes for a wide level, a section after the other: each begins where the way through the
    one before it stood."""
    every: list[Change] = []
    left, start = 0, None
    while True:
        section = changed(level, every).cut(0, left, level.height, SECTION)
        last = left + section.width == level.width
        crossing = cross(section, physics, start=start)
        if not (crossing.playable or (not last and crossing.furthest_column >= SECTION - AHEAD)):
            goal = section.width - 1
            goal = goal if last else min(crossing.furthest_column + STRIDE, goal)
            changes = _changes(section, physics, most - len(every), start, goal)
            if not changes:
                return None
            every += [(left + column, row, tile) for column, row, tile in changes]
            continue
        if last:
            return sorted(every)
        column, row = _handover(section, crossing)
        if column <= BEHIND:
            return None
        left, start = left + column - BEHIND, (BEHIND, row)


def _handover(section: Level, crossing: Crossing) -> Cell:
    """The last place of a way to stand or swim at before the columns that come again."""
    safe = standing(section) | section.having("liquid", "climb")
    found = [(c, r) for c, r in crossing.path if c <= SECTION - 2 * AHEAD and safe[r, c]]
    return found[-1] if found else (0, 0)


def _dressed(
    level: Level,
    cleared: set[Cell],
    filled: set[Cell],
    through: set[Cell],
) -> list[Change]:
    """The changes with the tiles that suit their neighbours; in ``through`` one-way tiles.
    Empty if the tileset has none of what is needed."""
    changes = []
    for column, row in cleared:
        changes.append((column, row, _air(level, column, row)))
    for column, row in filled:
        tile = _plain(level.tileset, "oneway") if (column, row) in through else None
        tile = _ground(level, column, row) if (column, row) not in through else tile
        if tile is None:
            return []
        changes.append((column, row, tile))
    return sorted(changes)


def _plain(tileset: Tileset, role: str) -> int | None:
    """The first tile with a role and nothing peculiar about it."""
    found = np.flatnonzero(tileset.having(role) & ~tileset.having(*PECULIAR))
    return int(found[0]) if len(found) else None


def _air(level: Level, column: int, row: int) -> int:
    """What comes where something is cleared away: water if more of it than of air is beside."""
    wet = level.having("liquid") & ~level.having("hazard")
    beside = [
        (row + dr, column + dc)
        for dr, dc in ((0, 1), (0, -1), (1, 0), (-1, 0))
        if 0 <= row + dr < level.height and 0 <= column + dc < level.width
    ]
    liquids = [int(level.grid_HW[at]) for at in beside if wet[at]]
    airy = sum(bool(level.having("empty")[at]) for at in beside)
    return liquids[0] if len(liquids) > airy else level.tileset.empty


def _ground(level: Level, column: int, row: int) -> int | None:
    """The carrying tile that is most common around a cell, the nearest ones counting most; for
    a floating one a one-way tile if the level has any."""
    tileset = level.tileset
    suits = tileset.having("solid", "oneway") & ~tileset.having(*PECULIAR)
    for reach in (1, 3):
        top, left = max(row - reach, 0), max(column - reach, 0)
        around = level.grid_HW[top : row + reach + 1, left : column + reach + 1]
        count = Counter(int(k) for k in around.reshape(-1) if suits[k])
        if count:
            return max(sorted(count), key=lambda k: count[k])
    floating = _plain(tileset, "oneway")
    if floating is not None and (level.grid_HW == floating).any():
        return floating
    return _plain(tileset, "solid")
