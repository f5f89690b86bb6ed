"""Pieces spread over two attributes, the best of each cell kept: an archive of MAP-Elites (Mouret
and Clune 2015).

*Coverage* is the share of cells that hold a piece, the *QD score* the sum of the qualities of all
that are held (Pugh et al. 2016).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
Cell = tuple[int, int]
"""Row (of the second attribute) and column (of the first), from 0."""


@dataclass
class Shelf(Generic[T]):
    """``size`` is (rows, columns); ``ranges`` are (low, high) of the first attribute, which goes
    along a row, and of the second."""

    size: tuple[int, int]
    ranges: Sequence[tuple[float, float]]
    held: dict[Cell, tuple[float, T]] = field(default_factory=dict)
    """Quality and piece by cell."""

    def cell(self, measures: Sequence[float]) -> Cell | None:
        """Where attributes lie; None outside the ranges, or where one is no number."""
        found = []
        sides = (self.size[1], self.size[0])
        for value, (low, high), side in zip(measures, self.ranges, sides, strict=True):
            if not (math.isfinite(value) and low <= value <= high):
                return None
            found.append(min(side - 1, int((value - low) / (high - low) * side)))
        return found[1], found[0]

    def add(self, measures: Sequence[float], quality: float, item: T) -> bool:
        """Keep a piece if its cell is empty or holds a worse one."""
        cell = self.cell(measures)
        if cell is None or quality <= self.held.get(cell, (0.0, None))[0]:
            return False
        self.held[cell] = quality, item
        return True

    @property
    def coverage(self) -> float:
        """The share of cells that hold a piece."""
        return len(self.held) / (self.size[0] * self.size[1])

    @property
    def score(self) -> float:
        """The QD score; qualities are 1 at best, so it is at most the number of cells."""
        return sum(quality for quality, _ in self.held.values())
