"""The excavations of a climber game: which shafts can be dug where, and the moves of each.

A shaft of depth k goes down through k layers: k holes side by side in the first, dug walking
backwards, then k - 1 in the second, dug while standing in the first, and so on; each layer is as
wide as the next one and the place to stand beside it. What is open already need not be dug. No
fewer holes will do, since a brick is dug from beside and from above it; so all ways down are
shafts, but for those that lead through a shaft's side into another one.

Where a shaft of a shape can be dug is a conjunction of what the cells around must be, found for
all places at once; see ``Ground``.

A *place* is the number of a cell in a level with a margin: ``row * stride + column``.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import NamedTuple

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Cell

DEEPEST = 3
"""Layers of the deepest shaft: six holes."""
MARGIN = DEEPEST + 1
"""Cells around the level that a shape may ask for."""

Leg = list[tuple[str, int]]
"""Moves: the letter of each, and the place of the body after it."""


class Ground:
    """A level as flat masks over its places, with a margin of wall."""

    def __init__(self, level: Level, *, dig: bool, revealed: bool) -> None:
        self.height, self.width = level.grid_HW.shape
        self.stride = level.width + 2 * MARGIN
        hidden = level.having("hidden") & (not revealed)
        solid = self._flat(level.having("solid", "hazard") & ~hidden, wall=True)
        self.brick = self._flat(level.having("dig")) & dig
        self.ladder = self._flat(level.having("climb") & ~hidden)
        self.held = self.ladder | self._flat(level.having("hang") & ~hidden)
        self.open = ~solid
        self.free = self.open & ~self._flat(level.having("trap"))
        below_open = np.append(self.open[self.stride :], np.zeros(self.stride, dtype=bool))
        below_ladder = np.append(self.ladder[self.stride :], np.zeros(self.stride, dtype=bool))
        self.carried = ~below_open | below_ladder
        """Is a body carried here by what is below, whatever is here?"""
        self.stable = self.open & (self.held | self.carried)

    def _flat(self, mask_HW: np.ndarray, *, wall: bool = False) -> np.ndarray:
        return np.pad(mask_HW, MARGIN, constant_values=wall).reshape(-1)

    def place(self, cell: Cell) -> int:
        """The place of a cell (column, row)."""
        return (cell[1] + MARGIN) * self.stride + cell[0] + MARGIN

    def cell(self, place: int) -> Cell:
        """(column, row) of a place."""
        row, column = divmod(place, self.stride)
        return column - MARGIN, row - MARGIN

    @cached_property
    def steps(self) -> list[tuple[int, ...]]:
        """For each place the places one move away, with all bricks there (see ``climber.py``)."""
        stride = self.stride
        free, opened = self.free.tolist(), self.open.tolist()
        stable, ladder = self.stable.tolist(), self.ladder.tolist()
        near: list[tuple[int, ...]] = [()] * len(free)
        for p in np.flatnonzero(self.open).tolist():
            if not stable[p]:
                near[p] = (p + stride,)
                continue
            to = [q for q in (p - 1, p + 1) if free[q]]
            if ladder[p] and free[p - stride]:
                to.append(p - stride)
            if opened[p + stride]:
                to.append(p + stride)
            near[p] = tuple(to)
        return near

    def letter(self, here: int, to: int) -> str:
        """What a move to a neighbour is called."""
        if to == here + self.stride:
            return "d" if self.stable[here] else "."
        return {-1: "l", 1: "r", -self.stride: "u"}[to - here]


@dataclass(frozen=True)
class Shape:
    """A shaft as ways to turn: ``ways[i]`` is 1 if layer i is dug while walking to the right, and
    entered from the right, else -1. ``runs[i]`` are the columns of layer i, the lowest layer's
    being column 0."""

    ways: tuple[int, ...]
    runs: tuple[tuple[int, ...], ...]

    @property
    def depth(self) -> int:
        return len(self.ways)

    @cached_property
    def longest(self) -> int:
        """The most moves that it takes, way out included."""
        moves = 1
        for layer, run in enumerate(self.runs):
            moves += 2 * len(run) + 1
            if layer:
                moves += abs(self.entry(layer - 1) - self.stands(layer)[0])
        return moves

    def stands(self, layer: int) -> list[int]:
        """The columns, one layer up, from which a layer is dug, in order."""
        way = self.ways[layer]
        return [x + way for x in self.runs[layer][::way]]

    def entry(self, layer: int) -> int:
        """The column in which one falls into a layer."""
        return self.runs[layer][::-1][0] if self.ways[layer] > 0 else self.runs[layer][0]

    def walked(self, layer: int) -> set[int]:
        """The columns of a layer that are stood on before the next one is entered."""
        stands = self.stands(layer + 1)
        low, high = sorted((self.entry(layer), stands[0]))
        return {*stands, *range(low, high + 1)}


@cache
def shapes(depth: int) -> tuple[Shape, ...]:
    """All shapes of one depth."""
    found = []
    for ways in product((1, -1), repeat=depth):
        runs: list[tuple[int, ...]] = [(0,)]
        for way in ways[:0:-1]:
            runs.insert(0, tuple(sorted({*runs[0], *(x + way for x in runs[0])})))
        found.append(Shape(ways, tuple(runs)))
    return tuple(found)


class Shaft(NamedTuple):
    """A shape at a place: ``top`` is the place above its lowest column on which the digging
    begins."""

    shape: Shape
    top: int

    @property
    def start(self) -> int:
        """Where the body stands first."""
        return self.top + self.shape.stands(0)[0]

    def below(self, gold: Set[int]) -> bool:
        """Is there any of this gold on the bricks that are dug?"""
        return any(self.top + x in gold for x in self.shape.runs[0])

    def leg(self, ground: Ground, to: int) -> Leg:
        """The moves from ``start`` through the shaft to ``to``."""
        leg: Leg = []
        at, row = self.start, self.top
        for layer in range(self.shape.depth):
            way = self.shape.ways[layer]
            for stand in self.shape.stands(layer):
                while at != row + stand:
                    right = row + stand > at
                    at += 1 if right else -1
                    leg.append(("r" if right else "l", at))
                if ground.brick[at - way + ground.stride]:
                    leg.append(("L" if way > 0 else "R", at))
            at -= way
            leg.append(("l" if way > 0 else "r", at))
            at += ground.stride
            row += ground.stride
            leg.append((".", at))
        down = "d" if ground.carried[at] else "."
        leg.append(({-1: "l", 1: "r"}.get(to - at, down), to))
        return leg


def shafts(ground: Ground, depth: int, hold: int) -> Iterator[tuple[int, int, Shaft]]:
    """All shafts of one depth that last at most ``hold`` moves: where from, where to, and how."""
    row = ground.stride
    for shape in shapes(depth):
        if shape.longest > hold:
            continue
        start = shape.stands(0)[0]
        tops = _tops(ground, shape)
        bottoms = tops + depth * row
        ways = (
            (row, ground.open[bottoms + row]),
            (-1, ground.carried[bottoms] & ground.free[bottoms - 1]),
            (1, ground.carried[bottoms] & ground.free[bottoms + 1]),
        )
        for offset, possible in ways:
            for top in tops[possible].tolist():
                yield top + start, top + depth * row + offset, Shaft(shape, top)


def _tops(ground: Ground, shape: Shape) -> np.ndarray:
    """The places where a shape can be dug."""
    row, depth = ground.stride, shape.depth
    clear = ground.free & ~ground.held
    passable = ground.brick | clear
    tops = np.flatnonzero(ground.brick) - depth * row

    def keep(mask: np.ndarray, offset: int) -> None:
        nonlocal tops
        tops = tops[mask[tops + offset]]

    stands = shape.stands(0)
    for x in shape.runs[0]:
        keep(clear, x)
    keep(ground.stable, stands[0])
    for x in stands[1:]:
        keep(ground.free & ground.stable, x)
    for layer in range(depth - 1):
        down = (layer + 1) * row
        for x in shape.runs[layer]:
            keep(passable, down + x)
        for x in shape.walked(layer):
            keep(ground.carried, down + x)
        bricks = np.zeros(len(tops), dtype=bool)
        for x in shape.runs[layer]:
            bricks |= ground.brick[tops + down + x]
        tops = tops[bricks]
    return tops
