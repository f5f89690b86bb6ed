"""Push the boxes of a sokoban level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from genvae.domains.levels.games.base import LETTERS, WAYS, Action, Game
from genvae.domains.levels.rules.base import Cell, cells_having


class BoxGame(Game):
    """Push the boxes onto the goals."""

    keys = "left, right, up, down: a step, pushing a box"

    def _begin(self) -> None:
        self.here = next(iter(cells_having(self.level, "start")), None)
        self.boxes = set(cells_having(self.level, "box"))
        self.goals = set(cells_having(self.level, "goal"))
        self.said = "" if self.here else "no player"

    def _free(self, cell: Cell) -> bool:
        inside = 0 <= cell[0] < self.level.width and 0 <= cell[1] < self.level.height
        return inside and not self.level.having("solid")[cell[::-1]]

    def _do(self, action: Action) -> bool:
        assert self.here is not None
        (x, y), (dx, dy) = self.here, WAYS.get(str(action), (0, 0))
        to, beyond = (x + dx, y + dy), (x + 2 * dx, y + 2 * dy)
        stuck = to in self.boxes and (beyond in self.boxes or not self._free(beyond))
        if abs(dx) + abs(dy) != 1 or not self._free(to) or stuck:
            self.said = "blocked"
            return False
        if to in self.boxes:
            self.boxes = (self.boxes - {to}) | {beyond}
        self.here = to
        return True

    def _done(self) -> bool:
        return bool(self.boxes) and self.boxes <= self.goals

    def status(self) -> str:
        return f"{len(self.boxes - self.goals)} boxes off their goals"

    def view(self) -> np.ndarray:
        tileset, grid_HW = self.level.tileset, self.level.grid_HW.copy()
        box, goal = tileset.having("box"), tileset.having("goal")
        start = tileset.having("start")
        of = {
            (b, g): int(np.flatnonzero((box == b) & (goal == g) & ~start & _plain(tileset))[0])
            for b in (False, True)
            for g in (False, True)
            if ((box == b) & (goal == g) & ~start & _plain(tileset)).any()
        }
        moving = self.level.having("box", "goal", "start")
        for row, column in np.argwhere(moving | self._had(grid_HW)):
            cell = int(column), int(row)
            kind = cell in self.boxes, cell in self.goals
            grid_HW[row, column] = of.get(kind, of.get((kind[0], False), tileset.empty))
        return grid_HW

    def _had(self, grid_HW: np.ndarray) -> np.ndarray:
        mask: np.ndarray = np.zeros(grid_HW.shape, dtype=bool)
        for column, row in self.boxes:
            mask[row, column] = True
        return mask

    def solution(self, proof: Mapping[str, Any]) -> Sequence[Action]:
        return [LETTERS[letter.lower()] for letter in proof["moves"]]


def _plain(tileset: Any) -> np.ndarray:
    mask: np.ndarray = tileset.having("box", "goal", "empty")
    return mask
