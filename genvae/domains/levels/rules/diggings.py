"""The world of a climber game: where a body stands, hangs or falls, and what digging opens.

Cells are (column, row) from 0. A world is fixed: whether hidden ladders are there is chosen when
it is made. This is the world to play in, move by move and with any holes; what searches it are
``shafts.py`` and ``routes.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Cell, cells_having

Holes = frozenset[Cell]

NO_HOLES: Holes = frozenset()


@dataclass(frozen=True)
class Climbing:
    """What a climber can do: whether they ``dig``, how many ``holes`` are open at once at most,
    and for how many moves an excavation may last (``hold``); ``nodes`` bounds the orders of
    collecting that are tried. Raises ValueError out of range."""

    dig: bool = True
    holes: int = 6
    hold: int = 28
    nodes: int = 200

    def __post_init__(self) -> None:
        if not (0 <= self.holes <= 6 and 1 <= self.hold <= 100 and self.nodes >= 1):
            raise ValueError(f"{self}: expected holes 0..6, hold 1..100, nodes from 1")


class World:
    """Walls, ladders and ropes of a level."""

    def __init__(self, level: Level, settings: Climbing, *, revealed: bool) -> None:
        self.width, self.height, self.settings = level.width, level.height, settings
        hidden = set(cells_having(level, "hidden")) if not revealed else set()
        self.solid = set(cells_having(level, "solid", "hazard")) - hidden
        self.brick = set(cells_having(level, "dig")) if settings.dig else set()
        self.ladder = set(cells_having(level, "climb")) - hidden
        self.rope = set(cells_having(level, "hang")) - hidden
        self.held = self.ladder | self.rope
        self.trap = set(cells_having(level, "trap"))

    def free(self, cell: Cell, holes: Holes = NO_HOLES) -> bool:
        """Can a body go into this cell from beside or below?"""
        return cell not in self.trap and self.open(cell, holes)

    def open(self, cell: Cell, holes: Holes = NO_HOLES) -> bool:
        """Can a body go into this cell from above?"""
        inside = 0 <= cell[0] < self.width and 0 <= cell[1] < self.height
        return inside and (cell not in self.solid or cell in holes)

    def stable(self, cell: Cell, holes: Holes = NO_HOLES) -> bool:
        """Does a body stay in this cell: on a ladder, a rope, the ground, or a ladder's top?"""
        below = cell[0], cell[1] + 1
        if cell in self.held or below in self.ladder:
            return True
        return not self.open(below, holes)

    def steps(self, cell: Cell, holes: Holes = NO_HOLES) -> Iterator[tuple[str, Cell]]:
        """The moves from a cell, digging left out: l, r, u, d, or a row of falling (.)."""
        column, row = cell
        below = column, row + 1
        if not self.stable(cell, holes):
            yield ".", below
            return
        for letter, to in (("l", (column - 1, row)), ("r", (column + 1, row))):
            if self.free(to, holes):
                yield letter, to
        if cell in self.ladder and self.free((column, row - 1), holes):
            yield "u", (column, row - 1)
        if self.open(below, holes):
            yield "d", below

    def digs(self, cell: Cell, holes: Holes) -> Iterator[tuple[str, Cell]]:
        """The bricks that a body in ``cell`` can dig away: to the lower left (L) or right (R),
        with nothing above them but what can be walked through (gold must be taken first)."""
        if not self.stable(cell, holes):
            return
        for letter, column in (("L", cell[0] - 1), ("R", cell[0] + 1)):
            brick, above = (column, cell[1] + 1), (column, cell[1])
            clear = self.free(above, holes) and above not in self.held
            if clear and brick in self.brick and brick not in holes:
                yield letter, brick
