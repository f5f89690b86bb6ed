"""Levels as games that a person plays, a key a move, by the rules that the search plays by.

Places are (column, row) from 0, row 0 on top.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Cell, Ruleset, cells_having
from genvae.domains.levels.rules.climber import Climber
from genvae.domains.levels.rules.diggings import World
from genvae.domains.levels.rules.platformer import Platformer
from genvae.domains.levels.rules.sokoban import Sokoban
from genvae.domains.levels.rules.terrain import FALL, RISE, STAND, SWIM, Terrain
from genvae.domains.levels.rules.topdown import TopDown
from genvae.domains.levels.rules.walking import Plan

WAYS: Mapping[str, tuple[int, int]] = {
    "left": (-1, 0),
    "right": (1, 0),
    "up": (0, -1),
    "down": (0, 1),
    "up-left": (-1, -1),
    "up-right": (1, -1),
    "down-left": (-1, 1),
    "down-right": (1, 1),
}
"""What a key means, as columns and rows."""


Action = str | tuple[int, int]
"""The name of what a key does, or exactly so many columns and rows."""


class Game(ABC):
    """A level being played. ``here`` is where the player is, None in a level without a place for
    one; ``said`` is a line about the last move."""

    keys: ClassVar[str]

    def __init__(self, level: Level, rules: Ruleset) -> None:
        self.level, self.rules = level, rules
        self.restart()

    def restart(self) -> None:
        """Back to the beginning."""
        self.moves, self.won, self.said = 0, False, ""
        self.here: Cell | None = None
        self.taken: set[Cell] = set()
        self._begin()

    def press(self, action: Action) -> None:
        """Do what a key means; what cannot be done is said, and is no move."""
        if self.here is None or self.won:
            return
        self.said = ""
        if self._do(action):
            self.moves += 1
            self._collect()
            self.won = self._done()

    @abstractmethod
    def _begin(self) -> None:
        """Set ``here`` and what else changes while playing."""

    @abstractmethod
    def _do(self, action: Action) -> bool:
        """Was it a move?"""

    @abstractmethod
    def _done(self) -> bool:
        """Is the level finished?"""

    @abstractmethod
    def solution(self, proof: Mapping[str, Any]) -> Sequence[Action]:
        """The actions of a proof, from the beginning."""

    def status(self) -> str:
        """What is left to do."""
        left = int(self.level.having("collectable").sum()) - len(self.taken)
        return f"{left} to collect" if left else ""

    def view(self) -> np.ndarray:
        """The tiles as they are now, without the player."""
        grid_HW = self.level.grid_HW.copy()
        grid_HW[self.level.having("start")] = self.level.tileset.empty
        for column, row in self.taken:
            grid_HW[row, column] = self.level.tileset.empty
        return grid_HW

    def _collect(self) -> None:
        if self.here is not None and self.level.having("collectable", "key")[self.here[::-1]]:
            self.taken.add(self.here)


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
        return _between(proof["path"])


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
        return _between(proof["path"])


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


LETTERS = {
    "l": "left",
    "r": "right",
    "u": "up",
    "d": "down",
    ".": "down",
    "L": "dig left",
    "R": "dig right",
    "w": "wait",
}
"""Moves as proofs spell them."""

GAMES: Mapping[type[Ruleset], type[Game]] = {
    Platformer: PlatformGame,
    TopDown: WalkGame,
    Sokoban: BoxGame,
    Climber: ClimbGame,
}


def game_of(level: Level, rules: Ruleset | None) -> Game | None:
    """The level as a game, if its rules are ones that a person can play by here."""
    kind = GAMES.get(type(rules))  # type: ignore[arg-type]
    return kind(level, rules) if kind is not None and rules is not None else None


def _plain(tileset: Any) -> np.ndarray:
    mask: np.ndarray = tileset.having("box", "goal", "empty")
    return mask


def _between(path: Sequence[Sequence[int]]) -> list[Action]:
    """The moves that lead from cell to cell."""
    return [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(path)]
