"""Climb and dig through a level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from genvae.domains.levels.games.base import LETTERS, Action, Game
from genvae.domains.levels.rules.base import Cell, cells_having
from genvae.domains.levels.rules.diggings import World


class ClimbGame(Game):
    """Collect all the gold and get out; holes close again."""

    keys = "left, right, up, down: a step; z, x: dig to the lower left, right; space: wait"

    def _begin(self) -> None:
        self.here = next(iter(cells_having(self.level, "start")), None)
        self.said = "" if self.here else "no player"
        self.gold = set(cells_having(self.level, "collectable")) - {self.here}
        self.exits = set(cells_having(self.level, "goal"))
        self.exits = self.exits or {(c, 0) for c in range(self.level.width)}
        settings = self.rules.settings
        self.worlds = [World(self.level, settings, revealed=r) for r in (False, True)]
        self.holes: dict[Cell, int] = {}

    @property
    def world(self) -> World:
        """The level as it is now; hidden ladders come with the last gold."""
        return self.worlds[not self.gold]

    def _do(self, action: Action) -> bool:
        assert self.here is not None
        holes = frozenset(self.holes)
        if action == "wait" and self.holes and self.world.stable(self.here, frozenset()):
            self.moves += max(self.holes.values())
            self.holes.clear()
            return True
        letter = next((k for k, v in LETTERS.items() if v == action), "")
        if action in ("dig left", "dig right"):
            side = "L" if action == "dig left" else "R"
            bricks = dict(self.world.digs(self.here, holes))
            brick = bricks.get(side)
            if brick is None or (brick[0], brick[1] - 1) in self.gold:
                self.said = "nothing to dig there"
                return False
            self.holes[brick] = self.rules.settings.hold + 1
            return self._pass()
        steps = dict(self.world.steps(self.here, holes))
        to = steps.get(".") or steps.get(letter)
        if to is None:
            self.said = "blocked"
            return False
        self.here = to
        self.gold.discard(to)
        return self._pass()

    def _pass(self) -> bool:
        """A move's time goes by."""
        self.holes = {brick: left - 1 for brick, left in self.holes.items() if left > 1}
        if self.here in self.world.solid and self.here not in self.holes:
            self.said = "lost: walled in; r begins again"
            self.here = None
        return True

    def _done(self) -> bool:
        return not self.gold and self.here in self.exits

    def status(self) -> str:
        return f"{len(self.gold)} gold left" if self.gold else "now out"

    def view(self) -> np.ndarray:
        grid_HW = super().view()
        for column, row in self.holes:
            grid_HW[row, column] = self.level.tileset.empty
        return grid_HW

    def solution(self, proof: Mapping[str, Any]) -> Sequence[Action]:
        return [LETTERS[letter] for letter in proof["moves"]]
