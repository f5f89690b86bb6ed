"""The contract of a ruleset: what playing a level means.

A tileset says what tiles mean; a ruleset says what a player can do among them. Each is a file
beside this one; one's own is a class of the entry-point group ``genvae.rulesets`` (see
``registry.py``). A ruleset's parameters are a frozen dataclass whose defaults are the calibrated
ones; a tileset's table ``[rules]`` or a file given with ``--rules`` changes them.

Places are (column, row) from 0, row 0 on top; words count both from 1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, NamedTuple

import numpy as np

from genvae.domains.levels.level import Level
from genvae.errors import RecipeProblem, nearest

Cell = tuple[int, int]
"""(column, row) from 0."""


@dataclass(frozen=True)
class Verdict:
    """What a ruleset found.

    ``playable`` is None when the search gave up before it knew. ``problems`` say in words why a
    level is not playable. ``proof`` is JSON-able and can be replayed move by move (None unless
    playable). ``path`` holds the cells that a player passes, to the end or, when the level is not
    playable, to where it ends; ``place`` is where it ends, when there is one such place.
    ``facts`` are numbers about the way (moves, pushes) and the search (nodes).
    """

    playable: bool | None
    problems: tuple[str, ...] = ()
    proof: dict[str, Any] | None = None
    path: tuple[Cell, ...] = ()
    place: Cell | None = None
    facts: Mapping[str, float] = field(default_factory=dict)


class Room(NamedTuple):
    """Masks ``(H, W)``: where one can begin, and where one comes by on the way out."""

    begin_HW: np.ndarray
    come_by_HW: np.ndarray


class Ruleset(ABC):
    """What playing means, for one choice of parameters."""

    name: ClassVar[str]
    about: ClassVar[str]
    parameters: ClassVar[type]
    """A frozen dataclass; every field has a default, and out of range it raises ValueError."""
    tolerant: ClassVar[bool] = False
    """Can a level with faults be searched all the same?"""

    def __init__(self, settings: Any = None) -> None:
        self.settings = self.parameters() if settings is None else settings

    @abstractmethod
    def check(self, level: Level) -> Verdict:
        """Can a well-formed level be finished? Called only when ``faults`` found nothing, or the
        ruleset is ``tolerant``."""

    def faults(self, level: Level) -> list[str]:
        """Why a level is not well-formed, in words (default: more than one start)."""
        return several_starts(level)

    def room(
        self, role: str, open_NHW: np.ndarray, standing: Mapping[str, np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """For one more thing of a role on each of N grounds where others are ``standing`` (by
        role, masks ``(N, H, W)``): how good each place is for it, 0 to 1, and where it may stand
        at all if the level is to be finished; None where the rules say nothing of that."""
        return None

    def roomiest(self, level: Level) -> Room | None:
        """Where on a terrain the player may begin, and where things to be collected can be had
        on one way out; from the player of the level, if there is one. None where the rules say
        nothing of that, or no way leads out."""
        return None


def several_starts(level: Level) -> list[str]:
    """The fault of more than one start, or none."""
    starts = np.argwhere(level.having("start"))
    if len(starts) <= 1:
        return []
    columns = ", ".join(str(c + 1) for _, c in starts[:5])
    return [f"{len(starts)} starts (columns {columns}), at most one is allowed"]


def cells_having(level: Level, *roles: str) -> list[Cell]:
    """The cells (column, row) whose tile has any of ``roles``, row by row."""
    return [(int(c), int(r)) for r, c in np.argwhere(level.having(*roles))]


def spoken(cell: Cell) -> str:
    """A place in words, counted from 1."""
    return f"column {cell[0] + 1}, row {cell[1] + 1}"


def settings_from(parameters: type, table: Mapping[str, Any], where: str) -> Any:
    """Parameters from a table. Raises RecipeProblem, which names ``where``, on an unknown key, a
    value of the wrong kind or out of range."""
    known = {f.name: f.default for f in fields(parameters)}
    for key, value in table.items():
        if key not in known:
            raise RecipeProblem(f"{where}: unknown key {key!r}; {nearest(str(key), known)}")
        kind = int if known[key] is None else type(known[key])
        fits = isinstance(value, kind) or (kind is float and isinstance(value, int))
        if not fits or (isinstance(value, bool) and kind is not bool):
            words = {int: "a whole number", float: "a number", bool: "true or false"}
            raise RecipeProblem(f"{where}: {key} = {value!r}, expected {words.get(kind, 'a text')}")
    try:
        return parameters(**table)
    except ValueError as why:
        raise RecipeProblem(f"{where}: {why}") from None
