"""A level: a rectangle of tile numbers, top row first.

Axes:  H rows, the top one first · W columns, the left one first
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from genvae.domains.levels.tileset import Tileset


@dataclass(eq=False)
class Level:
    """A level in the tiles of one tileset.

    ``grid_HW`` holds uint8 tile numbers, row 0 on top. ``name`` is the file's stem, or
    ``file#17`` within a collection; levels of one ``group`` belong together (the sectors of a
    level, the levels of an add-on). ``notes`` are lines for the user; ``text`` says where the level
    came from, and stands in the files that can hold it.
    """

    grid_HW: np.ndarray
    tileset: Tileset
    name: str = "level"
    group: str = ""
    notes: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        self.grid_HW = np.ascontiguousarray(self.grid_HW, dtype=np.uint8)
        self.group = self.group or self.name

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.grid_HW.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.grid_HW.shape[1])

    def having(self, *roles: str) -> np.ndarray:
        """Mask ``(H, W)`` of the cells whose tile has any of ``roles``."""
        mask: np.ndarray = self.tileset.having(*roles)[self.grid_HW]
        return mask

    def cut(self, top: int, left: int, height: int, width: int) -> Level:
        """The part whose top left corner is at row ``top``, column ``left`` (from 0)."""
        return replace(
            self,
            grid_HW=self.grid_HW[top : top + height, left : left + width].copy(),
            name=f"{self.name}@{left + 1},{top + 1}",
            notes=[],
        )

    def mirrored(self) -> Level:
        """Left and right exchanged."""
        swapped = self.tileset.mirror_numbers[self.grid_HW[:, ::-1]]
        return replace(self, grid_HW=swapped, notes=[])


Change = tuple[int, int, int]
"""(column, row, new tile number), all from 0."""


def changed(level: Level, changes: Sequence[Change]) -> Level:
    """The level with these changes."""
    grid_HW = level.grid_HW.copy()
    for column, row, tile in changes:
        grid_HW[row, column] = tile
    return replace(level, grid_HW=grid_HW)
