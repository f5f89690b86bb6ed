"""A level being played: the contract of a game, and what keys and proofs mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Cell, Ruleset

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


def between(path: Sequence[Sequence[int]]) -> list[Action]:
    """The moves that lead from cell to cell."""
    return [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(path)]
