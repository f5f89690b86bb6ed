"""A sokoban level as numbered squares, and what can be pushed in it; see ``sokoban.py``."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Cell, cells_having

MATCHED = 5
"""With more boxes than this the matching costs more than it saves."""

Boxes = frozenset[int]
State = tuple[int, Boxes]
"""(the squares that the player can walk to, as bits; the boxes)."""
Push = tuple[int, int]
"""(square of the box before the push, step to the square after it)."""


class Warehouse:
    """The fixed part of a level, and the moves in it. Squares are ``(row + 1) * stride + column
    + 1``; ``steps`` maps the step to a neighbouring square to its letter."""

    def __init__(self, level: Level) -> None:
        self.stride = level.width + 2
        self.steps = {1: "r", -1: "l", self.stride: "d", -self.stride: "u"}
        self.open = 0
        for row, column in np.argwhere(~level.having("solid")):
            self.open |= 1 << self.square((int(column), int(row)))
        self.boxes: Boxes = frozenset(map(self.square, cells_having(level, "box")))
        self.goals: Boxes = frozenset(map(self.square, cells_having(level, "goal")))
        self.player = self.square(cells_having(level, "start")[0])
        self.far = [self._pushes_to(goal) for goal in sorted(self.goals)]
        self.dead = self.open
        for distances in self.far:
            for square in distances:
                self.dead &= ~(1 << square)
        self._estimates: dict[Boxes, int | None] = {}

    def square(self, cell: Cell) -> int:
        """The number of a cell."""
        return (cell[1] + 1) * self.stride + cell[0] + 1

    def cell(self, square: int) -> Cell:
        """(column, row) of a square."""
        row, column = divmod(square, self.stride)
        return column - 1, row - 1

    def is_open(self, square: int) -> bool:
        """Is it no wall?"""
        return bool(self.open >> square & 1)

    def _pushes_to(self, goal: int) -> dict[int, int]:
        """Pushes that a lone box needs from each square to ``goal``: pulled from there."""
        found, queue = {goal: 0}, deque([goal])
        while queue:
            square = queue.popleft()
            for step in self.steps:
                origin = square - step
                if self.is_open(origin) and self.is_open(origin - step) and origin not in found:
                    found[origin] = found[square] + 1
                    queue.append(origin)
        return found

    def state(self, player: int, boxes: Boxes) -> State:
        """The state with the player at a square."""
        free = self.open
        for box in boxes:
            free &= ~(1 << box)
        stride = self.stride
        region, edge = 0, 1 << player
        while edge:
            region |= edge
            edge = (edge << 1 | edge >> 1 | edge << stride | edge >> stride) & free & ~region
        return region, boxes

    def pushes(self, region: int, boxes: Boxes) -> Iterator[Push]:
        """The pushes that the player can make without killing a box on the spot."""
        good = self.open & ~self.dead
        for box in boxes:
            for step in self.steps:
                target = box + step
                if region >> (box - step) & 1 and good >> target & 1 and target not in boxes:
                    yield box, step

    def after(self, push: Push, boxes: Boxes) -> Boxes:
        """The boxes after a push."""
        return boxes - {push[0]} | {push[0] + push[1]}

    def frozen(self, box: int, boxes: Boxes) -> bool:
        """Can ``box`` and those that hold it never move again, one of them off goal?"""
        held: set[int] = set()
        return self._held(box, boxes, held) and not held <= self.goals

    def _held(self, box: int, boxes: Boxes, held: set[int]) -> bool:
        """Is ``box`` blocked along both axes? Boxes already in ``held`` count as walls; all that
        hold it are added."""
        held.add(box)
        for step in (1, self.stride):
            sides = (box - step, box + step)
            if any(not self.is_open(s) or s in held for s in sides):
                continue
            if all(self.dead >> s & 1 for s in sides):
                continue
            trial = set(held)
            for side in sides:
                if side in boxes and self._held(side, boxes, trial):
                    held |= trial
                    break
                trial = set(held)
            else:
                return False
        return True

    def estimate(self, boxes: Boxes) -> int | None:
        """Pushes needed at least, or None if the boxes cannot all get to goals."""
        if boxes not in self._estimates:
            matched = len(boxes) <= MATCHED
            self._estimates[boxes] = self._matching(boxes) if matched else self._nearest(boxes)
        return self._estimates[boxes]

    def _nearest(self, boxes: Boxes) -> int | None:
        return sum(self._least[box] for box in boxes)

    @cached_property
    def _least(self) -> dict[int, int]:
        """Pushes from each square to the nearest goal."""
        squares = {square for distances in self.far for square in distances}
        return {s: min(d[s] for d in self.far if s in d) for s in squares}

    def _matching(self, boxes: Boxes) -> int | None:
        """The cheapest matching of boxes to goals: box by box, over sets of goals taken."""
        costs = {0: 0}
        for box in boxes:
            options = [(1 << i, d[box]) for i, d in enumerate(self.far) if box in d]
            further: dict[int, int] = {}
            for taken, cost in costs.items():
                for goal, pushes in options:
                    if not taken & goal:
                        total = cost + pushes
                        if total < further.get(taken | goal, 1 << 30):
                            further[taken | goal] = total
            costs = further
        return next(iter(costs.values()), None)

    def replayed(self, pushes: list[Push]) -> tuple[str, tuple[Cell, ...]]:
        """Pushes as letters, with the shortest walks between them, and the player's cells."""
        letters: list[str] = []
        player, boxes = self.player, self.boxes
        path = [player]
        for box, step in pushes:
            for move in self._walk(player, box - step, boxes):
                player += move
                letters.append(self.steps[move])
                path.append(player)
            player = box
            path.append(player)
            letters.append(self.steps[step].upper())
            boxes = self.after((box, step), boxes)
        return "".join(letters), tuple(map(self.cell, path))

    def _walk(self, start: int, end: int, boxes: Boxes) -> list[int]:
        """The steps of a shortest walk around the boxes."""
        before, queue = {start: 0}, deque([start])
        while end not in before:
            square = queue.popleft()
            for step in self.steps:
                to = square + step
                if self.is_open(to) and to not in boxes and to not in before:
                    before[to] = step
                    queue.append(to)
        steps: list[int] = []
        while end != start:
            steps.append(before[end])
            end -= before[end]
        return steps[::-1]
