"""A side-scrolling level as bit sets, and the moves of a body on it; see ``platformer.py``.

A set of body positions is one Python integer, a bit a cell (columns of ``H + 1`` bits from left to
right, the last a guard that is never free), so that all positions advance one move in a few shifts,
and those of one move, which are near one another, are few bits once cut to their place.

Axes:  H rows, the top one first · W columns
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np

from genvae.domains.levels.level import Level


@dataclass(frozen=True)
class Physics:
    """What a body can do: ``jump``, ``bounce`` and ``leap`` in rows, ``reach`` the widest flat gap
    in columns (None: as far as the height of a jump allows). Raises ValueError outside 1..30
    (``leap`` from 0)."""

    jump: int = 4
    bounce: int = 6
    leap: int = 3
    reach: int | None = None

    def __post_init__(self) -> None:
        if not (1 <= self.jump <= 30 and 1 <= self.bounce <= 30 and 0 <= self.leap <= 30):
            raise ValueError(f"{self}: expected 1..30 rows")
        if self.reach is not None and not 1 <= self.reach <= 30:
            raise ValueError(f"reach = {self.reach}: expected 1..30 columns")


STAND, FALL, SWIM, RISE = 0, 1, 2, 3
"""Phases of a body; ``RISE + k`` can rise k rows more."""

State = tuple[int, int]
"""(number of the phase, bit number). With a ``reach`` there is a set of all phases for each number
of columns that a flight has moved: lane L holds the numbers from ``L * span``."""


class Terrain:
    """A level as bit sets, and the moves on it."""

    def __init__(self, level: Level, physics: Physics) -> None:
        self.height, self.width = level.height, level.width
        self.stride = level.height + 1
        self.physics = physics
        solid = level.having("solid")
        hazard = level.having("hazard")
        oneway = level.having("oneway")
        self.free = self.bits(~solid & ~hazard)
        self.oneway = self.bits(oneway)
        self.liquid = self.bits(level.having("liquid", "climb"))
        carrying = self.bits((solid | oneway) & ~hazard)
        self.support = (carrying >> 1) & self.free & ~self.liquid
        self.springs = (self.bits(level.having("bounce")) >> 1) & self.support
        self.span = RISE + max(physics.jump, physics.bounce, physics.leap)
        self.lanes = 1 if physics.reach is None else physics.reach + 2
        self.phases = self.span * self.lanes

    def bits(self, mask_HW: np.ndarray) -> int:
        """A mask as one integer: bit ``column * (H + 1) + row``."""
        guarded = np.zeros((self.width, self.stride), dtype=np.uint8)
        guarded[:, :-1] = mask_HW.T
        return int.from_bytes(np.packbits(guarded.reshape(-1), bitorder="little"), "little")

    def bit(self, column: int, row: int) -> int:
        """The number of a cell's bit."""
        return column * self.stride + row

    def columns(self, first: int, last: int) -> int:
        """All cells of the columns ``first..last``."""
        mask = np.zeros((self.height, self.width), dtype=bool)
        mask[:, max(first, 0) : last + 1] = True
        return self.bits(mask)

    def cut(self, first: int, last: int) -> Terrain:
        """The columns ``first..last`` alone, bit 0 being the first cell of ``first``."""
        part = copy.copy(self)
        part.width = last - first + 1
        mask = (1 << part.width * self.stride) - 1
        for name in ("free", "oneway", "liquid", "support", "springs"):
            setattr(part, name, getattr(self, name) >> first * self.stride & mask)
        return part

    def side(self, x: int) -> int:
        return (x | x << self.stride | x >> self.stride) & self.free

    def up(self, x: int) -> int:
        return (self.side(x) >> 1 & self.free) | self.side(x >> 1 & self.free)

    def sink(self, x: int) -> int:
        return x << 1 & self.free & ~self.oneway

    def down(self, x: int) -> int:
        enter = self.free & ~self.oneway
        return (self.side(x) << 1 & enter) | self.side(x << 1 & enter)

    def advance(self, front: list[int]) -> list[int]:
        """The states one move after those of ``front`` (a bit set a phase)."""
        stand, swim = front[STAND], front[SWIM]
        reached = [0] * self.phases
        arrive = [0] * self.lanes
        if stand:
            self.spread(arrive, 0, 1, stand, self.side(stand))
            launch = stand & ~self.springs
            if launch:
                self.lift(reached, RISE + self.physics.jump - 1, launch)
            if launch != stand:
                self.lift(reached, RISE + self.physics.bounce - 1, stand & self.springs)
        if swim:
            above, below = swim >> 1 & self.free, self.sink(swim)
            every = self.up(swim) | self.side(swim) | self.down(swim)
            self.spread(arrive, 0, 1, swim | above | below, every)
            if self.physics.leap:
                self.lift(reached, RISE + self.physics.leap - 1, swim)
        for lane in range(self.lanes):
            base = lane * self.span
            for phase in range(base + RISE + 1, base + self.span):
                if front[phase]:
                    self.lift(reached, phase - 1, front[phase])
            if fall := front[base + FALL]:
                self.spread(arrive, lane, 1, self.sink(fall), self.down(fall))
        return self.settle(reached, arrive)

    def lift(self, reached: list[int], phase: int, x: int) -> None:
        """``x`` a row up, into ``phase``."""
        self.spread(reached, phase, self.span, x >> 1 & self.free, self.up(x))

    def spread(self, into: list[int], at: int, step: int, straight: int, every: int) -> None:
        """Cells of a move: those in the same column into ``at``, those beside it a lane on, which
        is ``step`` further, if there is one."""
        if self.lanes == 1:
            into[at] |= every
            return
        into[at] |= straight
        if at + step < len(into):
            into[at + step] |= every & ~straight

    def settle(self, reached: list[int], arrive: list[int]) -> list[int]:
        """Who has arrived: swims in a liquid, stands where carried, falls otherwise; who rises
        may also stop doing so."""
        for lane, here in enumerate(arrive):
            base = lane * self.span
            for phase in range(base + RISE, base + self.span):
                here |= reached[phase]
                reached[phase] &= ~self.liquid
            reached[SWIM] |= here & self.liquid
            reached[STAND] |= here & self.support
            reached[base + FALL] = here & ~self.liquid & ~self.support
        return reached

    def cell(self, bit: int) -> tuple[int, int]:
        """(column, row) of a bit."""
        column, row = divmod(bit, self.stride)
        return column, row
