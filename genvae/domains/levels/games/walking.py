"""Walk through a level seen from above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from genvae.domains.levels.games.base import WAYS, Action, Game, between
from genvae.domains.levels.rules.base import Cell
from genvae.domains.levels.rules.walking import Plan


class WalkGame(Game):
    """Walk to every goal, with keys for doors."""

    keys = "left, right, up, down: a step; a locked door opens with a key"

    def _begin(self) -> None:
        self.plan = Plan(self.level, self.rules.settings)
        self.here = self.plan.start()
        self.held, self.opened = 0, set[Cell]()
        self.left = set(self.plan.goals) - {self.here}
        self.said = "" if self.here else "there is nowhere to stand"
        if not self.plan.goals:
            self.said = "no goal: a walk without an end"
        if self.here is not None:
            self._find()

    def _find(self) -> None:
        assert self.here is not None
        if self.level.having("key")[self.here[::-1]] and self.here not in self.taken:
            self.held += 1
        self._collect()

    def _do(self, action: Action) -> bool:
        assert self.here is not None
        way = action if isinstance(action, tuple) else WAYS.get(action)
        to = None if way is None else (self.here[0] + way[0], self.here[1] + way[1])
        if to is None or to not in self.plan.around(self.here):
            self.said = "blocked"
            return False
        if self.level.having("locked")[to[::-1]] and to not in self.opened:
            if not self.held:
                self.said = "locked, and no key"
                return False
            self.held -= not self.rules.settings.reuse
            door = self.plan.door_HW == self.plan.door_HW[to[::-1]]
            self.opened |= {(int(c), int(r)) for r, c in np.argwhere(door)}
        elif not (self.plan.open_HW[to[::-1]] or to in self.opened):
            self.said = "blocked"
            return False
        self.here = to
        self._find()
        self.left.discard(to)
        return True

    def _done(self) -> bool:
        goals = self.plan.goals
        return bool(goals) and (
            len(self.left) < len(goals) if self.rules.settings.any_goal else not self.left
        )

    def status(self) -> str:
        words = [f"{len(self.left)} goals left" if self.left else "", super().status()]
        words.append(f"{self.held} keys" if self.level.having("key").any() else "")
        return ", ".join(word for word in words if word)

    def view(self) -> np.ndarray:
        grid_HW = super().view()
        for column, row in self.opened:
            grid_HW[row, column] = self.level.tileset.empty
        return grid_HW

    def solution(self, proof: Mapping[str, Any]) -> Sequence[Action]:
        return between(proof["path"])
