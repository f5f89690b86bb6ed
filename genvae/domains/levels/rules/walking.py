"""A level seen from above as parts that locked doors separate, and walks through it; see
``topdown.py``.

Axes:  H rows, the top one first · W columns
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Cell, cells_having

STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))
DIAGONALS = ((1, 1), (-1, 1), (-1, -1), (1, -1))


@dataclass(frozen=True)
class Walking:
    """What a walker can do and must do. Raises ValueError out of range."""

    diagonal: bool = False
    swim: bool = False
    reuse: bool = False
    any_goal: bool = False
    collect: bool = False
    entries: bool = False
    floor: float = 0.0
    nodes: int = 20_000

    def __post_init__(self) -> None:
        if not 0.0 <= self.floor <= 1.0:
            raise ValueError(f"floor = {self.floor}: expected a share from 0 to 1")
        if self.nodes < 1:
            raise ValueError(f"nodes = {self.nodes}: expected 1 or more")


class Plan:
    """A level as parts (numbers in ``part_HW``, -1 where nobody walks) and locked doors."""

    def __init__(self, level: Level, settings: Walking) -> None:
        self.level, self.settings = level, settings
        blocked = level.having("solid", "hazard")
        if not settings.swim:
            blocked |= level.having("liquid")
        locked = level.having("locked")
        self.open_HW = ~blocked & ~locked
        self.steps = STEPS + DIAGONALS if settings.diagonal else STEPS
        self.part_HW, self.sizes = self._flooded(self.open_HW, self.steps)
        self.door_HW, doors = self._flooded(locked, STEPS)
        self.keys: dict[int, list[Cell]] = {}
        for cell in cells_having(level, "key"):
            self.keys.setdefault(self.part_at(cell), []).append(cell)
        self.sides: list[set[int]] = [set() for _ in doors]
        for column, row in cells_having(level, "locked"):
            door = int(self.door_HW[row, column])
            for c, r in self.around((column, row)):
                if self.open_HW[r, c]:
                    self.sides[door].add(int(self.part_HW[r, c]))
        wanted = ("goal", "collectable") if settings.collect else ("goal",)
        self.goals = cells_having(level, *wanted)

    def part_at(self, cell: Cell) -> int:
        """The part a cell is in, -1 for none."""
        return int(self.part_HW[cell[1], cell[0]])

    def around(self, cell: Cell) -> Iterator[Cell]:
        """The cells one step away."""
        for dc, dr in self.steps:
            c, r = cell[0] + dc, cell[1] + dr
            if 0 <= c < self.level.width and 0 <= r < self.level.height:
                yield c, r

    def start(self) -> Cell | None:
        """Where the walk begins."""
        marked = cells_having(self.level, "start")
        if marked:
            return marked[0]
        height, width = self.open_HW.shape
        edge = np.zeros((height, width), dtype=bool)
        edge[[0, -1]] = edge[:, [0, -1]] = True
        at_edge = np.argwhere(edge & self.open_HW)
        if len(at_edge):
            # The part that most of the edge belongs to: the outside, rather than a niche.
            parts = self.part_HW[tuple(at_edge.T)]
            best = np.argmax(np.bincount(parts))
            row, column = at_edge[parts == best][0]
            return int(column), int(row)
        if not self.sizes:
            return None
        row, column = np.argwhere(self.part_HW == int(np.argmax(self.sizes)))[0]
        return int(column), int(row)

    def parts_reached(self, start: Cell, opened: list[int]) -> set[int]:
        """The parts that can be walked to with these doors open."""
        reached = {self.part_at(start)}
        for door in opened:
            reached |= self.sides[door]
        return reached

    def _flooded(
        self, mask_HW: np.ndarray, steps: tuple[tuple[int, int], ...]
    ) -> tuple[np.ndarray, list[int]]:
        """Numbers of the connected parts of a mask (-1 elsewhere), and their sizes."""
        height, width = mask_HW.shape
        number_HW = np.full(mask_HW.shape, -1, dtype=np.int64)
        left = mask_HW.tolist()
        sizes: list[int] = []
        for row in range(height):
            for column in range(width):
                if not left[row][column]:
                    continue
                left[row][column] = False
                todo, part = [(column, row)], []
                while todo:
                    c, r = todo.pop()
                    part.append((r, c))
                    for dc, dr in steps:
                        a, b = c + dc, r + dr
                        if 0 <= a < width and 0 <= b < height and left[b][a]:
                            left[b][a] = False
                            todo.append((a, b))
                number_HW[tuple(np.array(part).T)] = len(sizes)
                sizes.append(len(part))
        return number_HW, sizes


def farthest(plan: Plan, start: Cell) -> list[Cell]:
    """Where a level without goals is walked to: the cell that is farthest from the start."""
    far = _distances(plan, start, plan.open_HW)
    return [max(far, key=lambda cell: far[cell][0])]


class Walk:
    """A walk as it grows: cells passed, keys in hand, and what is open by now."""

    def __init__(self, plan: Plan, start: Cell) -> None:
        self.plan = plan
        self.path = [start]
        self.open_HW = plan.open_HW.copy()
        self.keys = {key for cells in plan.keys.values() for key in cells} - {start}
        self.hold = int(start in {key for cells in plan.keys.values() for key in cells})

    def go(self, targets: Iterable[Cell]) -> None:
        """On to the nearest target that can be reached; keys on the way are taken."""
        found = _distances(self.plan, self.path[-1], self.open_HW)
        cell = min((t for t in targets if t in found), key=lambda t: found[t][0])
        leg = []
        while cell != self.path[-1]:
            leg.append(cell)
            cell = found[cell][1]
        self.path.extend(reversed(leg))
        taken = self.keys.intersection(leg)
        self.keys -= taken
        self.hold += len(taken)

    def open(self, door: int) -> None:
        """Fetch a key if there is none in hand, and step into the door."""
        while not self.hold:
            self.go(self.keys)
        if not self.plan.settings.reuse:
            self.hold -= 1
        self.open_HW |= self.plan.door_HW == door
        self.go((int(c), int(r)) for r, c in np.argwhere(self.plan.door_HW == door))


def walk_through(plan: Plan, start: Cell, goals: list[Cell], order: list[int]) -> tuple[Cell, ...]:
    """One walk: the doors in order, keys as they are needed, then each goal, the nearest first."""
    walk = Walk(plan, start)
    for door in order:
        walk.open(door)
    left = set(goals).difference(walk.path)
    while left:
        walk.go(left)
        left.difference_update(walk.path)
    return tuple(walk.path)


def _distances(plan: Plan, start: Cell, open_HW: np.ndarray) -> dict[Cell, tuple[int, Cell]]:
    """Steps to each cell that can be walked to, and the cell before it."""
    free = open_HW.tolist()
    found = {start: (0, start)}
    queue = deque([start])
    while queue:
        cell = queue.popleft()
        steps = found[cell][0] + 1
        for c, r in plan.around(cell):
            if free[r][c] and (c, r) not in found:
                found[c, r] = (steps, cell)
                queue.append((c, r))
    return found
