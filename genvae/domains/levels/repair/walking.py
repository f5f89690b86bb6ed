"""The fewest tile changes that let a level seen from above be walked through.

What must be reached and cannot be is joined to what can, one after the other, each along the way
that goes through the fewest tiles that nobody walks on (Dijkstra 1959): goals first, then the
parts that add most to the floor for each tile. A tile in the way becomes a door where it is part of
a wall, else what is beside it. The changed level is tried by the untouched rules, and a change that
is not needed is taken back.

Axes:  H rows, the top one first · W columns
"""

from __future__ import annotations

import heapq
from collections import Counter

import numpy as np

from genvae.domains.levels.level import Change, Level, changed
from genvae.domains.levels.rules.base import Cell
from genvae.domains.levels.rules.topdown import TopDown, reach
from genvae.domains.levels.rules.walking import STEPS, Plan, Walking

KEPT = ("start", "goal", "key", "collectable")
"""Tiles that are never changed."""
ROUNDS = 40
"""Parts that are joined before a level is given up."""
STRAIGHT, CORNER = 1.0, 1.3
"""What a change costs in a straight wall, and where three or more of its sides are closed or it
stands alone; a little more for what is no wall (windows and fences stay if they can)."""
ODD = 0.2


def repair_walk(level: Level, settings: Walking, *, most: int) -> tuple[Level, list[Change]] | None:
    """The level with at most ``most`` tiles changed so that it can be walked through, and the
    changes; None if that is not found. One that can be comes back as it is."""
    rules = TopDown(settings)
    if rules.check(level).playable:
        return level, []
    changes: dict[Cell, int] = {}
    mended = level
    for _ in range(ROUNDS):
        plan = Plan(mended, settings)
        start = plan.start()
        if start is None:
            return None
        reached, missing = reach(plan, start)
        if not missing and rules.check(mended).playable:
            return _thinned(level, changes, rules)
        way = _joined(plan, reached, missing)
        new = {cell: _opening(plan, cell) for cell in way}
        if not new or any(tile is None for tile in new.values()):
            return None
        changes |= {cell: tile for cell, tile in new.items() if tile is not None}
        if len(changes) > most:
            return None
        mended = changed(level, _listed(changes))
    return None


def _listed(changes: dict[Cell, int]) -> list[Change]:
    return sorted((c, r, tile) for (c, r), tile in changes.items())


def _thinned(level: Level, changes: dict[Cell, int], rules: TopDown) -> tuple[Level, list[Change]]:
    """Without the changes that are not needed after all."""
    for cell in list(changes) if len(changes) > 1 else []:
        fewer = {c: tile for c, tile in changes.items() if c != cell}
        if rules.check(changed(level, _listed(fewer))).playable:
            changes = fewer
    listed = _listed(changes)
    return changed(level, listed), listed


def _joined(plan: Plan, reached: set[int], missing: list[Cell]) -> list[Cell]:
    """The tiles to open so that one more part is reached: that of the nearest missing goal, or
    without one the part that adds most floor for each tile."""
    inside = np.isin(plan.part_HW, sorted(reached))
    cost, before = _ways(plan, inside)
    if missing:
        ends = [cell for cell in missing if cell in cost]
        end = min(ends, key=lambda cell: (cost[cell], cell), default=None)
    else:
        nearest: dict[int, Cell] = {}
        for cell in sorted(cost, key=lambda c: (cost[c], c)):
            part = plan.part_at(cell)
            if part >= 0 and part not in reached:
                nearest.setdefault(part, cell)
        gain = {part: plan.sizes[part] / cost[cell] for part, cell in nearest.items()}
        part = max(sorted(gain), key=lambda p: gain[p], default=-1)
        end = nearest.get(part)
    opened: list[Cell] = []
    while end is not None and not inside[end[1], end[0]]:
        if not plan.open_HW[end[1], end[0]]:
            opened.append(end)
        end = before[end]
    return opened


def _ways(plan: Plan, inside_HW: np.ndarray) -> tuple[dict[Cell, float], dict[Cell, Cell]]:
    """What it costs to come to each cell from where one can be, in sides' steps, and the cell
    before it. What is walked on without a change costs next to nothing."""
    price_HW = _prices(plan).tolist()
    cost: dict[Cell, float] = {(int(c), int(r)): 0.0 for r, c in np.argwhere(inside_HW)}
    before: dict[Cell, Cell] = {}
    queue = [(0.0, cell) for cell in cost]
    done: set[Cell] = set()
    height, width = inside_HW.shape
    while queue:
        so_far, cell = heapq.heappop(queue)
        if cell in done:
            continue
        done.add(cell)
        for dc, dr in STEPS:
            to = cell[0] + dc, cell[1] + dr
            if not (0 <= to[0] < width and 0 <= to[1] < height):
                continue
            price = so_far + price_HW[to[1]][to[0]]
            if price < cost.get(to, np.inf):
                cost[to], before[to] = price, cell
                heapq.heappush(queue, (price, to))
    return cost, before


def _prices(plan: Plan) -> np.ndarray:
    """What it costs to make each cell one that can be walked on."""
    level = plan.level
    shut = np.pad(~plan.open_HW, 1, constant_values=True)
    beside = shut[1:-1, :-2].astype(int) + shut[1:-1, 2:]
    along = shut[:-2, 1:-1].astype(int) + shut[2:, 1:-1]
    straight = ((beside == 2) & (along == 0)) | ((beside == 0) & (along == 2))
    price = np.where(straight, STRAIGHT, CORNER)
    walls = level.having("solid") & ~level.having("hazard", "liquid")
    common = np.bincount(level.grid_HW[walls], minlength=1) if walls.any() else np.zeros(1)
    price += np.where(level.grid_HW == int(np.argmax(common)), 0.0, ODD)
    price[level.having(*KEPT) & ~plan.open_HW] = np.inf
    price[plan.open_HW] = 1e-3
    return price


def _opening(plan: Plan, cell: Cell) -> int | None:
    """The tile that a closed one becomes: a door in a line with a wall (the tileset's first solid
    tile), if the tileset has doors; else the most common walked-on tile around."""
    column, row = cell
    level, tileset = plan.level, plan.level.tileset
    height, width = plan.open_HW.shape

    walls = np.flatnonzero(tileset.having("solid") & ~tileset.having("hazard", "liquid"))
    doors = np.flatnonzero(tileset.having("door") & ~tileset.having("solid", "locked", *KEPT))
    for dc, dr in ((1, 0), (0, 1)) if len(walls) and len(doors) else ():
        ends = ((column - dc, row - dr), (column + dc, row + dr))
        if all(0 <= c < width and 0 <= r < height for c, r in ends) and all(
            not plan.open_HW[r, c] for c, r in ends
        ):
            line = {int(level.grid_HW[r, c]) for c, r in (*ends, cell)}
            if int(walls[0]) in line:
                return int(doors[0])
    plain = tileset.having("empty") & ~tileset.having("solid", "hazard", "liquid", "locked", *KEPT)
    for far in (1, 2, 4):
        around = level.grid_HW[
            max(row - far, 0) : row + far + 1, max(column - far, 0) : column + far + 1
        ]
        count = Counter(int(k) for k in around.reshape(-1) if plain[k])
        if count:
            return max(sorted(count), key=lambda k: count[k])
    found = np.flatnonzero(plain)
    return int(found[0]) if len(found) else None
