"""The fewest tile changes that let a sokoban level be solved: walls that become floor.

Which wall to open is guessed from what costs little to know, for each wall within the level that
has floor beside it: boxes that a lone push could bring to no goal, how far the player can walk, and
the pushes that a matching of boxes to goals needs. The best guesses are tried by the solver, with
few states each; opening a wall takes no solution away, so a second wall is added to the best guess
of the first.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from genvae.domains.levels.level import Change, Level, changed
from genvae.domains.levels.rules.sokoban import Pushing, search
from genvae.domains.levels.rules.warehouse import Warehouse

WALLS = 3
"""Walls that are opened at most."""
TRIED = 5
"""Guesses that are tried by the solver, for each number of walls."""
STATES, ALL_STATES = 500, 2500
"""States of one such try, and of all: to draw another level takes as long."""

Guess = tuple[int, int, int]


def repair_pushing(
    level: Level, settings: Pushing, *, most: int
) -> tuple[Level, list[Change]] | None:
    """A level that cannot be solved with at most ``most`` walls made floor so that it can be, and
    the changes; None if that is not found."""
    states = ALL_STATES
    floor, changes = level.tileset.empty, list[Change]()
    for _ in range(min(WALLS, most)):
        if states <= 0:
            break
        guesses = []
        for column, row in _walls(changed(level, changes)):
            opened = [*changes, (column, row, floor)]
            house = Warehouse(changed(level, opened))
            guesses.append((_guess(house), opened, house))
        guesses.sort(key=lambda guess: (guess[0], guess[1]))
        for (blocked, _, _), opened, house in guesses[:TRIED]:
            if blocked or states <= 0:
                continue
            solved, tried = _solved(house, replace(settings, nodes=min(STATES, states)))
            states -= tried
            if solved:
                return changed(level, opened), sorted(opened)
        if not guesses:
            return None
        changes = guesses[0][1]
    return None


def _solved(house: Warehouse, settings: Pushing) -> tuple[bool, int]:
    """Is there a solution, and how many states were tried?"""
    pushes, tried, _ = search(house, settings)
    return bool(pushes) or (pushes is not None and house.boxes == house.goals), tried


def _walls(level: Level) -> list[tuple[int, int]]:
    """The walls (column, row) within the border that have something else beside them."""
    solid = level.having("solid")
    beside = np.zeros_like(solid)
    beside[1:-1, 1:-1] = ~(solid[:-2, 1:-1] & solid[2:, 1:-1] & solid[1:-1, :-2] & solid[1:-1, 2:])
    return [(int(c), int(r)) for r, c in np.argwhere(solid & beside)]


def _guess(house: Warehouse) -> Guess:
    """How far from solved a level looks, the least first: boxes that no goal can be pushed to
    (more if they have none together), pushes that are needed, and squares out of reach."""
    dead = sum(house.dead >> box & 1 for box in house.boxes)
    blocked = dead + sum(house.frozen(box, house.boxes) for box in house.boxes)
    region, _ = house.state(house.player, house.boxes)
    unreached = (house.open & ~region).bit_count()
    pushes = None if dead else house.estimate(house.boxes)
    return (blocked + 1, unreached, 0) if pushes is None else (blocked, unreached, pushes)
