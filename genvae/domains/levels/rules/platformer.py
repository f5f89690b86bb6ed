"""Can a side-scrolling level be crossed from left to right? A search over what a player can do.

Physics, in tiles, with a body of one tile. Each move takes the body to one of the eight cells
around it, or leaves it in place:

- standing: walk one column to either side; step off a ledge; jump
- rising: one row up a move, and up to one column to either side, for at most ``jump`` rows (a
  jump may end earlier); so a wall of ``jump`` rows is climbed and a flat gap of
  ``2 * jump - 1`` columns is crossed
- falling: one row down a move, and up to one column to either side
- one-way platforms carry from above and let the body through from below and from the sides
- from a trampoline a jump rises ``bounce`` rows
- in a liquid (or on a ladder) the body moves freely; out of it a jump rises ``leap`` rows
- solid tiles and hazards cannot be entered; below the bottom row lies death; the top row is a
  ceiling; a diagonal move needs one of the two cells beside it free
- creatures do not move and do not hurt: they can be jumped on

Calibrated on SuperTux (tiles of 32 px, gravity 1000 px/s2, jump 520 to 580 px/s, walk 230, run
320 px/s): there a jump from standing rises 4.2 tiles, a running jump 5.2, and crosses a gap of
about 10. The default of 4 rows and 7 columns is what a walking player reaches.

A set of body positions is one Python integer, a bit a cell (rows of ``W + 1`` bits, the last a
guard that is never free), so that all positions advance one move in a few shifts; the fronts of
all moves are kept, and the path is traced back through them.

Axes:  H rows, the top one first · W columns
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from genvae.domains.levels.level import Level


@dataclass(frozen=True)
class Physics:
    """What a body can do, in rows. Raises ValueError outside 1..30 (``leap`` from 0)."""

    jump: int = 4
    bounce: int = 6
    leap: int = 3

    def __post_init__(self) -> None:
        if not (1 <= self.jump <= 30 and 1 <= self.bounce <= 30 and 0 <= self.leap <= 30):
            raise ValueError(f"{self}: expected 1..30 rows")


@dataclass(frozen=True)
class Crossing:
    """What a search found.

    ``path`` is the proof: (column, row) from 0 of each move, row 0 on top, from the start to the
    last column, or to the furthest point when ``playable`` is false. ``furthest_column`` is from
    0; ``reason`` says in words why there is no way, with columns counted from 1.
    """

    playable: bool
    path: list[tuple[int, int]] = field(default_factory=list)
    furthest_column: int = -1
    reason: str = ""


STAND, FALL, SWIM, RISE = 0, 1, 2, 3
"""Phases of a body; ``RISE + k`` can rise k rows more."""

State = tuple[int, int]
"""(phase, bit number)."""


class Terrain:
    """A level as bit sets, and the moves on it."""

    def __init__(self, level: Level, physics: Physics) -> None:
        self.height, self.width = level.height, level.width
        self.stride = level.width + 1
        self.physics = physics
        solid = level.having("solid")
        hazard = level.having("hazard")
        oneway = level.having("oneway")
        self.free = self.bits(~solid & ~hazard)
        self.oneway = self.bits(oneway)
        self.liquid = self.bits(level.having("liquid", "climb"))
        carrying = self.bits((solid | oneway) & ~hazard)
        self.support = (carrying >> self.stride) & self.free & ~self.liquid
        self.springs = (self.bits(level.having("bounce")) >> self.stride) & self.support
        self.phases = RISE + max(physics.jump, physics.bounce, physics.leap)

    def bits(self, mask_HW: np.ndarray) -> int:
        """A mask as one integer: bit ``row * (W + 1) + column``."""
        guarded = np.zeros((self.height, self.stride), dtype=np.uint8)
        guarded[:, :-1] = mask_HW
        return int.from_bytes(np.packbits(guarded.reshape(-1), bitorder="little"), "little")

    def columns(self, first: int, last: int) -> int:
        """All cells of the columns ``first..last``."""
        mask = np.zeros((self.height, self.width), dtype=bool)
        mask[:, max(first, 0) : last + 1] = True
        return self.bits(mask)

    def side(self, x: int) -> int:
        return (x | x << 1 | x >> 1) & self.free

    def up(self, x: int) -> int:
        return (self.side(x) >> self.stride & self.free) | self.side(x >> self.stride & self.free)

    def down(self, x: int) -> int:
        enter = self.free & ~self.oneway
        return (self.side(x) << self.stride & enter) | self.side(x << self.stride & enter)

    def advance(self, front: list[int]) -> list[int]:
        """The states one move after those of ``front`` (a bit set a phase)."""
        stand, fall, swim = front[STAND], front[FALL], front[SWIM]
        reached = [0] * self.phases
        arrive = 0
        if stand:
            arrive |= self.side(stand)
            launch = stand & ~self.springs
            if launch:
                reached[RISE + self.physics.jump - 1] |= self.up(launch)
            if launch != stand:
                reached[RISE + self.physics.bounce - 1] |= self.up(stand & self.springs)
        for k in range(1, self.phases - RISE):
            if front[RISE + k]:
                reached[RISE + k - 1] |= self.up(front[RISE + k])
        if fall:
            arrive |= self.down(fall)
        if swim:
            above = self.up(swim)
            arrive |= above | self.side(swim) | self.down(swim)
            if self.physics.leap:
                reached[RISE + self.physics.leap - 1] |= above
        return self.settle(reached, arrive)

    def settle(self, reached: list[int], arrive: int) -> list[int]:
        """Who has arrived: swims in a liquid, stands where carried, falls otherwise; who rises
        may also stop doing so."""
        for phase in range(RISE, self.phases):
            arrive |= reached[phase]
            reached[phase] &= ~self.liquid
        reached[SWIM] = arrive & self.liquid
        reached[STAND] = arrive & self.support
        reached[FALL] = arrive & ~self.liquid & ~self.support
        return reached

    def cell(self, bit: int) -> tuple[int, int]:
        """(column, row) of a bit."""
        row, column = divmod(bit, self.stride)
        return column, row


def cross(
    level: Level,
    physics: Physics | None = None,
    *,
    start: tuple[int, int] | None = None,
    start_columns: tuple[int, int] | None = None,
    goal_column: int | None = None,
) -> Crossing:
    """Find the shortest way from the left to the right of ``level``.

    The way begins at ``start`` (column, row), else at the tile with the role ``start``, else at
    any place to stand or swim in ``start_columns`` (first, last; by default the leftmost three).
    It ends standing or swimming in ``goal_column`` (by default the last). All are from 0.
    """
    terrain = Terrain(level, physics or Physics())
    goal = level.width - 1 if goal_column is None else goal_column
    begin, why = _begin(level, terrain, start, start_columns)
    if not begin:
        return Crossing(False, reason=why)
    front = [0] * terrain.phases
    front[STAND], front[SWIM] = begin & terrain.support, begin & terrain.liquid
    front[FALL] = begin & ~terrain.support & ~terrain.liquid
    seen = list(front)
    fronts = [front]
    target = terrain.columns(goal, goal)
    while True:
        hit = (front[STAND] | front[SWIM]) & target
        if hit:
            return Crossing(True, trace(terrain, fronts, _low(hit)), goal)
        reached = terrain.advance(front)
        front = [new & ~old for new, old in zip(reached, seen, strict=True)]
        if not any(front):
            break
        seen = [old | new for old, new in zip(seen, front, strict=True)]
        fronts.append(front)
    return _stuck(level, terrain, fronts, seen, goal)


def _begin(
    level: Level,
    terrain: Terrain,
    start: tuple[int, int] | None,
    start_columns: tuple[int, int] | None,
) -> tuple[int, str]:
    """The cells a way may begin at, and why there are none."""
    marked = np.argwhere(level.having("start"))
    if start is None and start_columns is None and len(marked):
        start = int(marked[0][1]), int(marked[0][0])
    if start is not None:
        column, row = start
        if not (0 <= column < level.width and 0 <= row < level.height):
            return 0, f"the start lies outside the level (column {column + 1}, row {row + 1})"
        at = 1 << (row * terrain.stride + column)
        return at & terrain.free, f"the start in column {column + 1} is inside something solid"
    first, last = start_columns or (0, min(2, level.width - 1))
    places = (terrain.support | (terrain.liquid & terrain.free)) & terrain.columns(first, last)
    return places, f"there is nowhere to stand in columns {first + 1} to {last + 1}"


def _stuck(
    level: Level, terrain: Terrain, fronts: list[list[int]], seen: list[int], goal: int
) -> Crossing:
    """The furthest safe place that was reached, and the way there."""
    safe = seen[STAND] | seen[SWIM]
    safe = safe or seen[FALL]
    furthest = _rightmost(terrain, safe)
    at = safe & terrain.columns(furthest, furthest)
    reason = (
        f"no way beyond column {furthest + 1} of {level.width}: "
        "a gap too wide, a wall too high, or a dead end"
    )
    if furthest >= goal:
        reason = f"column {goal + 1} is passed by but has no place to stand that can be reached"
    for when, front in enumerate(fronts):
        hit = at & (front[STAND] | front[SWIM] | front[FALL])
        if hit:
            path = trace(terrain, fronts[: when + 1], _low(hit))
            return Crossing(False, path, furthest, reason)
    return Crossing(False, [], furthest, reason)


def trace(terrain: Terrain, fronts: list[list[int]], bit: int) -> list[tuple[int, int]]:
    """The cells (column, row) of a way through ``fronts`` that ends at ``bit``."""
    last = fronts[-1]
    state = next((p, bit) for p in range(terrain.phases) if last[p] >> bit & 1)
    path = [terrain.cell(bit)]
    for front in reversed(fronts[:-1]):
        state = next(s for s in _near(terrain, front, state[1]) if _leads(terrain, s, state))
        path.append(terrain.cell(state[1]))
    path.reverse()
    return path


def _near(terrain: Terrain, front: list[int], bit: int) -> Iterator[State]:
    """The states of ``front`` in the cells around ``bit``, the nearest first."""
    w = terrain.stride
    for offset in (0, -1, 1, w, -w, w - 1, w + 1, -w - 1, -w + 1):
        at = bit - offset
        if at >= 0:
            for phase in range(terrain.phases):
                if front[phase] >> at & 1:
                    yield phase, at


def _leads(terrain: Terrain, state: State, to: State) -> bool:
    """Is ``to`` one move from ``state``?"""
    front = [0] * terrain.phases
    front[state[0]] = 1 << state[1]
    return bool(terrain.advance(front)[to[0]] >> to[1] & 1)


def _low(x: int) -> int:
    return (x & -x).bit_length() - 1


def _rightmost(terrain: Terrain, x: int) -> int:
    """The largest column of any bit of ``x``."""
    every = 0
    row = (1 << terrain.stride) - 1
    while x:
        every |= x & row
        x >>= terrain.stride
    return every.bit_length() - 1


def standing(level: Level) -> np.ndarray:
    """Mask ``(H, W)`` of the cells where a body can stand."""
    carrying = level.having("solid", "oneway") & ~level.having("hazard")
    stands = np.zeros((level.height, level.width), dtype=bool)
    stands[:-1] = carrying[1:] & ~level.having("solid", "hazard", "liquid", "climb")[:-1]
    return stands
