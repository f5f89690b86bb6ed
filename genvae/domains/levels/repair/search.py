"""Ways through a platformer level that change it, the fewest changes first.

The search of ``rules/platformer.py`` is carried on where it ends: a body may also enter a solid
tile or a hazard (which is then cleared away) and may stand where nothing carries it (a tile is
then put below it). Each change costs ``EDIT``, and a little more where it would look odd; ways
are searched in the order of their cost (Dial's buckets, 1969, over the rules' own bit sets), as
if the changes of a way did not disturb one another. What comes of them must be tried by the
rules.

Axes:  H rows, the top one first · W columns
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.terrain import (
    FALL,
    RISE,
    STAND,
    SWIM,
    Physics,
    State,
    Terrain,
)

EDIT = 16
"""What a change costs; how it looks costs 0 to 5 more, so that up to three changes are never
exchanged for more changes that look better."""
KEPT = ("pipe", "cannon", "door", "goal", "start", "box", "climb")
"""What is never changed: whole only together, or what the level is about."""

Cell = tuple[int, int]
"""(column, row), from 0."""


@dataclass(frozen=True)
class Wishes:
    """Which cells may be changed, as pairs of what it costs beside ``EDIT`` and a bit set:
    ``clear`` of cells that may become free, ``fill`` of cells below which a tile may be put."""

    clear: list[tuple[int, int]]
    fill: list[tuple[int, int]]


class Search:
    """Ways through a level that change it, the cheapest first.

    ``layers`` holds for each cost the fronts of the moves made at it, as in ``cross``.
    """

    def __init__(
        self,
        level: Level,
        physics: Physics,
        ruled_out: np.ndarray,
        start: Cell | None = None,
        goal: int | None = None,
    ) -> None:
        self.level, self.start = level, start
        self.goal = level.width - 1 if goal is None else goal
        self.terrain = terrain = Terrain(level, physics)
        self.wishes = _wishes(level, terrain, ruled_out)
        self.clearable = _either(self.wishes.clear)
        self.opened = copy.copy(terrain)
        """The same terrain with all that may be cleared away gone."""
        self.opened.free = terrain.free | self.clearable
        self.opened.liquid = terrain.liquid & terrain.free
        carrying = level.having("solid", "oneway") & ~level.having("hazard")
        self.opened.support = terrain.bits(carrying) >> 1 & self.opened.free & ~self.opened.liquid
        self.passable = bool((level.tileset.having("oneway")).any())
        self.layers: dict[int, list[list[int]]] = {}
        self.starts: dict[int, list[int]] = {}

    def cell(self, bit: int) -> Cell:
        """(column, row) of a bit."""
        return self.terrain.cell(bit)

    def run(self, most: int) -> list[State] | None:
        """The states of the cheapest way with at most ``most`` changes, start first."""
        terrain = self.terrain
        target = terrain.columns(self.goal, terrain.width - 1)
        seen = [0] * terrain.phases
        self.starts = self._starts()
        pending = {cost: list(front) for cost, front in self.starts.items()}
        while pending:
            cost = min(pending)
            front = _without(pending.pop(cost), seen)
            fronts = self.layers.setdefault(cost, [])
            while any(front):
                fronts.append(front)
                seen = _joined(seen, front)
                hit = (front[STAND] | front[SWIM]) & target
                if hit:
                    return self._trace(cost, (hit & -hit).bit_length() - 1)
                front = _without(terrain.advance(front), seen)
            if fronts and cost + EDIT < (most + 1) * EDIT:
                for extra, found in self.edits(_union(fronts)).items():
                    new = _without(found, seen)
                    before = pending.get(cost + extra)
                    pending[cost + extra] = _joined(before, new) if before else new
        return None

    def _starts(self) -> dict[int, list[int]]:
        """Where a way may begin, by cost: at the start marker, else in the leftmost columns."""
        terrain = self.terrain
        found = {0: [0] * terrain.phases}
        marked = np.argwhere(self.level.having("start"))
        start = self.start
        if start is None and len(marked):
            start = int(marked[0][1]), int(marked[0][0])
        if start is not None:
            at = 1 << terrain.bit(*start)
            self._settle(found[0], at & terrain.free, terrain)
            return found
        near = terrain.columns(0, min(2, terrain.width - 1))
        found[0][STAND] = near & terrain.support
        found[0][SWIM] = near & terrain.liquid & terrain.free
        for extra, cells in self.wishes.fill:
            front = found.setdefault(EDIT + extra, [0] * terrain.phases)
            front[STAND] |= near & cells & terrain.free & ~terrain.liquid & ~terrain.support
        for extra, cells in self.wishes.clear:
            front = found.setdefault(EDIT + extra, [0] * terrain.phases)
            front[STAND] |= near & cells & self.opened.support
        return found

    def edits(self, front: list[int]) -> dict[int, list[int]]:
        """The states that one change leads to from ``front``, by what the change costs."""
        terrain, opened = self.terrain, self.opened
        found: dict[int, list[int]] = {}

        def add(extra: int, states: list[int]) -> None:
            if any(states):
                here = found.get(EDIT + extra)
                found[EDIT + extra] = _joined(here, states) if here else states

        plain, wide = terrain.advance(front), opened.advance(front)
        self._settle(wide, front[STAND] << 1 & self.clearable, opened)
        for extra, cells in self.wishes.clear:
            add(extra, [x & cells for x in wide])
        add(1, [x & terrain.free & ~y for x, y in zip(wide, plain, strict=True)])  # a corner
        beside, straight = self._arrivals(front)
        for extra, cells in self.wishes.fill:
            add(extra, self._standing(beside & cells))
            if self.passable:
                add(extra + 2, self._standing(straight & cells))
        return found

    def _arrivals(self, front: list[int]) -> tuple[int, int]:
        """Cells in the air that one move leads to, and that a tile may then be put below: those
        that the tile would not have been in the way to, and those reached straight from below,
        where only a one-way tile will do."""
        terrain = self.terrain
        rising = front[STAND] | front[SWIM]
        for phase in range(RISE + 1, terrain.phases):
            rising |= front[phase]
        above = rising >> 1 & terrain.free
        aslant = (above << terrain.stride | above >> terrain.stride) & terrain.free
        beside = terrain.side(front[STAND] | front[SWIM]) | aslant
        beside |= terrain.down(front[FALL] | front[SWIM])
        air = terrain.free & ~terrain.support & ~terrain.liquid
        return beside & air, above & air

    def _standing(self, cells: int) -> list[int]:
        front = [0] * self.terrain.phases
        front[STAND] = cells
        return front

    def _settle(self, front: list[int], cells: int, terrain: Terrain) -> None:
        """Add bodies that have arrived in ``cells``."""
        front[SWIM] |= cells & terrain.liquid
        front[STAND] |= cells & terrain.support
        front[FALL] |= cells & ~terrain.liquid & ~terrain.support

    def _trace(self, cost: int, bit: int) -> list[State]:
        """The way to the last state of the last front, from its start."""
        at, last = len(self.layers[cost]) - 1, self.layers[cost][-1]
        state = next((p, bit) for p in (STAND, SWIM) if last[p] >> bit & 1)
        way = [state]
        while not (at == 0 and _holds(self.starts.get(cost), state)):
            cost, at, state = self._before(cost, at, state)
            way.append(state)
        way.reverse()
        return way

    def _before(self, cost: int, at: int, state: State) -> tuple[int, int, State]:
        """A state one move or one change before ``state``, and where it stands in ``layers``."""
        if at:
            for near in self._near(self.layers[cost][at - 1], state[1]):
                if _holds(self.terrain.advance(self._only(near)), state):
                    return cost, at - 1, near
        for earlier in sorted((c for c in self.layers if c + EDIT <= cost), reverse=True):
            for number, front in enumerate(self.layers[earlier]):
                for near in self._near(front, state[1]):
                    if _holds(self.edits(self._only(near)).get(cost - earlier), state):
                        return earlier, number, near
        raise AssertionError("a state that nothing leads to")

    def _only(self, state: State) -> list[int]:
        front = [0] * self.terrain.phases
        front[state[0]] = 1 << state[1]
        return front

    def _near(self, front: list[int], bit: int) -> list[State]:
        """The states of ``front`` in the cells around ``bit``."""
        w = self.terrain.stride
        places = [bit - o for o in (0, -1, 1, w, -w, w - 1, w + 1, -w - 1, -w + 1) if bit >= o]
        return [(p, b) for b in places for p, x in enumerate(front) if x >> b & 1]

    def changed(self, way: list[State]) -> tuple[set[Cell], set[Cell]]:
        """The cells (column, row) that a way clears, and those that it fills."""
        terrain, h = self.terrain, self.terrain.stride
        cleared, filled = set(), set()
        for (_, a), (phase, b) in zip([way[0], *way], way, strict=False):
            if not terrain.free >> b & 1:
                cleared.add(b)
            if phase == STAND and not self.opened.support >> b & 1:
                filled.add(b + 1)
            along = b // h - a // h
            if b % h != a % h and along:
                corners = a + along * h, b - along * h
                if not any(terrain.free >> c & 1 for c in corners):
                    cleared.add(next((c for c in corners if self.clearable >> c & 1), corners[0]))
        return {self.cell(b) for b in cleared}, {self.cell(b) for b in filled}


def _wishes(level: Level, terrain: Terrain, ruled_out: np.ndarray) -> Wishes:
    """What may be changed: hazards and bricks are cleared before ground, and ground before what
    something stands on; a ledge is made longer before a tile floats, and water, coins and
    creatures stay if they can."""
    kept = level.having(*KEPT) | ruled_out
    solid, hazard = level.having("solid"), level.having("hazard")
    carrying = (solid | level.having("oneway")) & ~hazard
    looks = np.where(hazard | level.having("breakable"), 0, 1)
    looks[level.having("slope", "bonus")] = 3
    looks[1:][level.having("enemy", "door")[:-1]] = 3
    clear = _by_cost(terrain, looks, (solid | hazard) & ~kept)
    touching = np.zeros_like(solid)
    touching[:, 1:] |= carrying[:, :-1]
    touching[:, :-1] |= carrying[:, 1:]
    touching[:-1] |= carrying[1:]
    looks = np.where(touching, 0, 1)
    looks[~level.having("empty")] = 3
    fill = _by_cost(terrain, looks, ~carrying & ~kept)
    return Wishes(clear, [(extra, cells >> 1) for extra, cells in fill])


def _by_cost(
    terrain: Terrain, looks_HW: np.ndarray, allowed_HW: np.ndarray
) -> list[tuple[int, int]]:
    sets = [(int(c), terrain.bits(allowed_HW & (looks_HW == c))) for c in np.unique(looks_HW)]
    return [(extra, cells) for extra, cells in sets if cells]


def _either(sets: list[tuple[int, int]]) -> int:
    every = 0
    for _, cells in sets:
        every |= cells
    return every


def _without(front: list[int], seen: list[int]) -> list[int]:
    return [x & ~y for x, y in zip(front, seen, strict=True)]


def _joined(a: list[int], b: list[int]) -> list[int]:
    return [x | y for x, y in zip(a, b, strict=True)]


def _union(fronts: list[list[int]]) -> list[int]:
    every = fronts[0]
    for front in fronts[1:]:
        every = _joined(every, front)
    return every


def _holds(front: list[int] | None, state: State) -> bool:
    return front is not None and bool(front[state[0]] >> state[1] & 1)
