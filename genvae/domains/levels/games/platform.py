"""Run and jump through a level, a key a move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genvae.domains.levels.games.base import WAYS, Action, Game, between
from genvae.domains.levels.rules.base import cells_having
from genvae.domains.levels.rules.terrain import FALL, RISE, STAND, SWIM, Terrain


class PlatformGame(Game):
    """Run and jump: a key a move, and in the air as long as one likes."""

    keys = "left, right: walk; up: jump, and rise on; in the air: rise or fall to that side"

    def _begin(self) -> None:
        self.terrain = Terrain(self.level, self.rules.settings)
        found = self.rules.check(self.level)
        self.front = [0] * self.terrain.phases
        start = [*cells_having(self.level, "start"), *found.path][:1]
        if not start:
            self.said = "there is nowhere to begin"
            return
        self.here = start[0]
        bit = 1 << self.terrain.bit(*self.here)
        terrain = self.terrain
        for phase, cells in ((STAND, terrain.support), (SWIM, terrain.liquid)):
            self.front[phase] = bit & cells
        self.front[FALL] = bit & ~terrain.support & ~terrain.liquid

    def _reached(self, way: tuple[int, int]) -> list[int]:
        """The states after going there; none if that is impossible."""
        assert self.here is not None
        column, row = self.here[0] + way[0], self.here[1] + way[1]
        if not (0 <= column < self.level.width and 0 <= row < self.level.height):
            return [0] * self.terrain.phases
        bit = 1 << self.terrain.bit(column, row)
        return [x & bit for x in self.terrain.advance(self.front)]

    def _grounded(self) -> bool:
        return bool(self.front[STAND] or self.front[SWIM])

    def _ways(self, action: Action) -> list[tuple[int, int]]:
        """The moves that a key may mean, the likeliest first."""
        if isinstance(action, tuple):
            return [action]
        if action not in WAYS:
            return []
        way = WAYS[action]
        if self._grounded() or abs(way[0]) + abs(way[1]) == 2:
            return [way]
        if way[0]:
            return [(way[0], -1), (way[0], 1), (0, 1)]
        return [way, (0, 1)]

    def _do(self, action: Action) -> bool:
        assert self.here is not None
        for way in self._ways(action):
            reached = self._reached(way)
            if any(reached):
                self.front = reached
                self.here = self.here[0] + way[0], self.here[1] + way[1]
                if not any(any(self._reached(w)) for w in WAYS.values()):
                    self.said = "lost: below is nothing; r begins again"
                return True
        self.said = "blocked"
        return False

    def _done(self) -> bool:
        assert self.here is not None
        goals = self.level.having("goal")
        if goals.any():
            return bool(goals[self.here[::-1]])
        return self.here[0] == self.level.width - 1 and self._grounded()

    def status(self) -> str:
        rising = max((p for p, x in enumerate(self.front) if x and p > RISE), default=RISE) - RISE
        air = "" if self._grounded() else f"in the air, {rising} rows up are left"
        return ", ".join(word for word in (super().status(), air) if word)

    def solution(self, proof: Mapping[str, Any]) -> Sequence[Action]:
        return between(proof["path"])
