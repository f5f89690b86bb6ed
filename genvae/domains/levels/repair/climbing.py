"""The fewest tile changes that let a climber level be finished.

Where gold cannot be reached, or left again, or there is no way out, the way there that takes the
fewest new tiles is found (Dijkstra 1959, over the routes of ``rules/climber.py``): a ladder can be
put where air or a wall is, and a rope in the air. Ladders and ropes take no way away but to dig
below them. The changed level is tried by the untouched rules, and so on until it can be finished.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from genvae.domains.levels.level import Change, Level, changed
from genvae.domains.levels.rules.base import Cell
from genvae.domains.levels.rules.climber import Climber, Trial, attempt
from genvae.domains.levels.rules.diggings import Climbing
from genvae.domains.levels.rules.routes import Routes, reachable
from genvae.domains.levels.rules.shafts import MARGIN, Ground

ROUNDS = 28
"""Ways that are made before a level is given up."""
AIR, WALL = 1.0, 1.25
"""What a tile costs in the air and in a wall: walls stay if they can."""
NEAR = 1e-3
"""What a move costs."""


@dataclass(frozen=True)
class _Tiles:
    """The tiles that may be put in, or None."""

    ladder: int
    hidden: int
    rope: int | None


def repair_climb(
    level: Level, settings: Climbing, *, most: int
) -> tuple[Level, list[Change]] | None:
    """The level with at most ``most`` tiles changed so that it can be finished, and the changes;
    None if that is not found. One that can be comes back as it is."""
    tiles = _tiles(level)
    changes: dict[Cell, int] = {}
    mended = level
    for _ in range(ROUNDS):
        trial = attempt(mended, settings)
        if trial is None:
            return None
        if trial.done:
            return _thinned(level, changes, settings) if changes else (level, [])
        if tiles is None:
            return None
        new = _bridged(mended, trial, tiles)
        if not new:
            return None
        changes |= new
        if len(changes) > most:
            return None
        mended = changed(level, _listed(changes))
    return None


def _tiles(level: Level) -> _Tiles | None:
    tileset = level.tileset
    odd = tileset.having("solid", "hazard", "trap", "start", "collectable", "enemy", "goal")
    ladders = np.flatnonzero(tileset.having("climb") & ~tileset.having("hidden") & ~odd)
    hidden = np.flatnonzero(tileset.having("climb") & tileset.having("hidden") & ~odd)
    ropes = np.flatnonzero(tileset.having("hang") & ~tileset.having("climb", "hidden") & ~odd)
    if not len(ladders):
        return None
    ladder = int(ladders[0])
    return _Tiles(
        ladder, int(hidden[0]) if len(hidden) else ladder, int(ropes[0]) if len(ropes) else None
    )


def _listed(changes: dict[Cell, int]) -> list[Change]:
    return sorted((c, r, tile) for (c, r), tile in changes.items())


def _thinned(
    level: Level, changes: dict[Cell, int], settings: Climbing
) -> tuple[Level, list[Change]]:
    """Without the changes that are not needed after all."""
    rules = Climber(settings)
    for cell in list(changes) if len(changes) > 1 else []:
        fewer = {c: tile for c, tile in changes.items() if c != cell}
        if rules.check(changed(level, _listed(fewer))).playable:
            changes = fewer
    listed = _listed(changes)
    return changed(level, listed), listed


def _bridged(level: Level, trial: Trial, tiles: _Tiles) -> dict[Cell, int]:
    """The tiles of the cheapest way that is missing; none if there is none."""
    missing = trial.plan.missing if trial.gold else None
    if missing is None:
        last = trial.plan.groups[-1] if trial.plan.groups else {trial.start}
        routes, targets, ladder = trial.after, trial.exits, tiles.hidden
        sources = set[int]().union(*(reachable(routes.every, place) for place in last))
    else:
        routes, ladder = trial.routes, tiles.ladder
        at = trial.plan.stuck if trial.plan.together else trial.start
        sources, targets = reachable(routes.every, at), {missing}
        if missing in sources:
            return {}
    way = _cheapest(level, routes, sources, targets)
    return _placed(level, routes.ground, way, ladder, tiles)


def _placed(
    level: Level, ground: Ground, way: list[tuple[int, bool]], ladder: int, tiles: _Tiles
) -> dict[Cell, int]:
    """The tiles of a way: ropes where it goes on level through the air, else ladders, which are
    ``ladder`` in the air."""
    placed: dict[Cell, int] = {}
    row = ground.stride
    for number, (place, made) in enumerate(way):
        if not made:
            continue
        before = way[number - 1][0] if number else place
        after = next((p for p, _ in way[number + 1 :] if p != place), place)
        upright = abs(before - place) == row or abs(after - place) == row
        airy = ground.free[place] and not ground.held[place]
        tile = ladder if airy else tiles.ladder
        if tiles.rope is not None and airy and not upright:
            tile = tiles.rope
        placed[ground.cell(place)] = tile
    return placed


def _cheapest(
    level: Level, routes: Routes, sources: Collection[int], targets: Collection[int]
) -> list[tuple[int, bool]]:
    """The cheapest way from any of ``sources`` to any of ``targets``: places, and whether a tile
    that holds is put there. Empty if there is none."""
    price = _prices(level)
    cost: dict[tuple[int, bool], float] = {(p, False): 0.0 for p in sources}
    before: dict[tuple[int, bool], tuple[int, bool]] = {}
    queue = [(0.0, p, False) for p in sources]
    done: set[tuple[int, bool]] = set()
    while queue:
        so_far, place, made = heapq.heappop(queue)
        here = place, made
        if here in done:
            continue
        done.add(here)
        if place in targets:
            way = [here]
            while here in before:
                here = before[here]
                way.append(here)
            return way[::-1]
        for to, build in _further(routes, place, made):
            extra = price[to] if build else NEAR
            total = so_far + extra
            if total < cost.get((to, build), np.inf):
                cost[to, build], before[to, build] = total, here
                heapq.heappush(queue, (total, to, build))
    return []


def _further(routes: Routes, place: int, made: bool) -> list[tuple[int, bool]]:
    """Where one can go from a place, in which a ladder was put or not, and whether another is put
    there."""
    ground = routes.ground
    row = ground.stride
    to = [(q, False) for q in routes.every[place]] if not made else []
    if not made:
        to.append((place, True))
    if made or ground.stable[place]:
        to += [(q, True) for q in (place - 1, place + 1)]
        to += [(q, False) for q in (place - 1, place + 1) if made and ground.free[q]]
    if made or ground.ladder[place]:
        to.append((place - row, True))
        if ground.free[place - row]:
            to.append((place - row, False))
    to.append((place + row, True))
    if made and ground.open[place + row]:
        to.append((place + row, False))
    return to


def _prices(level: Level) -> list[float]:
    """What it costs to put a ladder in each place."""
    price_HW = np.where(level.having("solid"), WALL, AIR)
    fixed = level.having("start", "collectable", "goal", "enemy", "hazard", "climb", "hang")
    price_HW[fixed & ~level.having("hidden")] = np.inf
    prices: list[float] = np.pad(price_HW, MARGIN, constant_values=np.inf).reshape(-1).tolist()
    return prices
