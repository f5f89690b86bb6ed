"""Where one can be in a climber level and still get everything and get out: what is to be collected
goes there, and who collects it begins there.

Inside a strongly connected part of the graph of places (``routes.py``) all can be had in any order,
and from one part to the next there is no way back. So the parts that one goes through are a chain;
of all chains that end where there is a way out, the one with most room is taken. Shafts below what
will be collected are taken for free to dig: whether they are is seen when all stands.
"""

from __future__ import annotations

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Room, cells_having
from genvae.domains.levels.rules.diggings import Climbing
from genvae.domains.levels.rules.routes import Near, Routes, deepest, parts
from genvae.domains.levels.rules.shafts import Ground

DEPTH = 1
"""Layers of the shafts: deeper ones hardly lead further."""


def roomiest(level: Level, settings: Climbing) -> Room | None:
    """The room of the best chain on the empty cells of a terrain; from the player of the level, if
    there is one. None where no way leads out."""
    grounds = [Ground(level, dig=settings.dig, revealed=r) for r in (False, True)]
    routes, after = (Routes(ground, settings) for ground in grounds)
    for _ in range(min(DEPTH, deepest(settings))):
        routes.deepen()
        after.deepen()
    ground, near = grounds[0], routes.every
    empty = np.zeros(len(near), dtype=bool)
    empty[[ground.place((c, r)) for r, c in np.argwhere(level.having("empty"))]] = True
    empty &= ground.free
    starts = [ground.place(cell) for cell in cells_having(level, "start")]
    begins = starts or np.flatnonzero(empty & ground.stable).tolist()
    # From one place more all beginnings can be gone to.
    part = parts([*near, tuple(begins)], len(near))
    del part[len(near)]
    goals = cells_having(level, "goal") or [(c, 0) for c in range(level.width)]
    exits = [p for p in map(ground.place, goals) if grounds[1].free[p]]
    chain = _chain(near, part, empty, _leading_to(after.every, exits), set(begins))
    if not chain:
        return None
    masks = [np.zeros(level.grid_HW.shape, dtype=bool) for _ in range(2)]
    for place, number in part.items():
        column, row = ground.cell(place)
        if number in chain and empty[place]:
            masks[1][row, column] = True
            masks[0][row, column] = number == chain[0] and bool(ground.stable[place])
    return Room(*masks)


def _leading_to(near: Near, targets: list[int]) -> set[int]:
    """All places from which one of the targets can be gone to."""
    before: dict[int, list[int]] = {}
    for place, to in enumerate(near):
        for other in to:
            before.setdefault(other, []).append(place)
    found, todo = set(targets), list(targets)
    while todo:
        for place in before.get(todo.pop(), ()):
            if place not in found:
                found.add(place)
                todo.append(place)
    return found


def _chain(
    near: Near, part: dict[int, int], empty: np.ndarray, outward: set[int], begins: set[int]
) -> list[int]:
    """The numbers of the parts of the chain with most empty places, in the order in which they are
    gone through; it begins in a part of ``begins`` and ends in one of ``outward``."""
    count = max(part.values(), default=-1) + 1
    size, leaves, first = [0] * count, [False] * count, [False] * count
    to: list[set[int]] = [set() for _ in range(count)]
    for place, number in part.items():
        size[number] += int(empty[place])
        leaves[number] |= place in outward
        first[number] |= place in begins
        to[number] |= {part[other] for other in near[place]} - {number}
    most: list[int | None] = [None] * count
    then: list[int | None] = [None] * count
    # A part that leads to another has the higher number.
    for number in range(count):
        most[number] = size[number] if leaves[number] else None
        further = [(most[n] or 0, n) for n in to[number] if most[n] is not None]
        if further and (most[number] is None or max(further)[0] > 0):
            most[number], then[number] = size[number] + max(further)[0], max(further)[1]
    able = [(most[n] or 0, n) for n in range(count) if first[n] and most[n] is not None]
    at: int | None = max(able)[1] if able else None
    found: list[int] = []
    while at is not None:
        found.append(at)
        at = then[at]
    return found
