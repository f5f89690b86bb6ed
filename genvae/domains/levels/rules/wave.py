"""All that a body can reach on a terrain, a move at a time; see ``terrain.py``.

The states that are first reached by the same number of moves, a *front*, lie near one another, and
wander through a level. Work is done in a view of the columns around the front, which is moved when
the front comes to its edge: time and memory grow with a level's width, not with its square.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from genvae.domains.levels.rules.terrain import FALL, STAND, SWIM, State, Terrain

BEHIND, AHEAD = 48, 144
"""Columns of a view beside those of the front that it is made for."""
EDGE = 2
"""Columns from the edge of a view that a front must not come to: a move goes one to the side."""


@dataclass(frozen=True)
class Front:
    """New states of one move: a bit set a phase, whose bit 0 is bit ``base`` of the terrain."""

    base: int
    sets: tuple[int, ...]

    def holds(self, phase: int, bit: int) -> bool:
        """Is this state one of them?"""
        return bit >= self.base and bool(self.sets[phase] >> bit - self.base & 1)

    def among(self, cells: int, phases: tuple[int, ...] = (STAND, SWIM)) -> int:
        """Those of ``cells`` (bits of the terrain) that a body is in, in one of ``phases``."""
        every = 0
        for phase in phases:
            every |= self.sets[phase]
        return (every & cells >> self.base) << self.base


class Wave:
    """The fronts of all moves from where a body may begin."""

    def __init__(self, terrain: Terrain, begin: int) -> None:
        self.terrain = terrain
        first = [0] * terrain.phases
        first[STAND], first[SWIM] = begin & terrain.support, begin & terrain.liquid
        first[FALL] = begin & ~terrain.support & ~terrain.liquid
        self.seen = list(first)
        """The states reached so far, as bits of the terrain; up to date between two views."""
        self.fronts: list[Front] = []
        self._first = first

    def spread(self, target: int, phases: tuple[int, ...]) -> int:
        """Go on until a cell of ``target`` is reached in one of ``phases``, and return those that
        are; 0 if there is none. The first fronts that hold states are kept in ``fronts``."""
        front, terrain = self._first, self.terrain
        while True:
            first, last = self._view(front)
            base = first * terrain.stride
            view = terrain.cut(first, last)
            mask = (1 << view.width * terrain.stride) - 1
            margin = (1 << EDGE * terrain.stride) - 1
            edges = margin if first else 0
            if last < terrain.width - 1:
                edges |= margin << (view.width - EDGE) * terrain.stride
            local = [x >> base for x in front]
            seen = [x >> base & mask for x in self.seen]
            wanted = target >> base & mask
            while True:
                self.fronts.append(Front(base, tuple(local)))
                every = 0
                for phase in phases:
                    every |= local[phase]
                if every & wanted:
                    self._note(seen, base)
                    return (every & wanted) << base
                reached = view.advance(local)
                local = [new & ~old for new, old in zip(reached, seen, strict=True)]
                touched = 0
                for x in local:
                    touched |= x
                if not touched:
                    self._note(seen, base)
                    return 0
                seen = [old | new for old, new in zip(seen, local, strict=True)]
                if touched & edges:
                    break
            self._note(seen, base)
            front = [x << base for x in local]

    def _note(self, seen: list[int], base: int) -> None:
        self.seen = [old | new << base for old, new in zip(self.seen, seen, strict=True)]

    def _view(self, front: list[int]) -> tuple[int, int]:
        """The first and the last column of a view around a front."""
        every = 0
        for x in front:
            every |= x
        stride, width = self.terrain.stride, self.terrain.width
        lowest = ((every & -every).bit_length() - 1) // stride
        highest = (every.bit_length() - 1) // stride
        return max(lowest - BEHIND, 0), min(highest + AHEAD, width - 1)

    def trace(self, bit: int, moves: int | None = None) -> list[tuple[int, int]]:
        """The cells (column, row) of a way that ends at ``bit`` with the last front (or after so
        many ``moves``)."""
        last = len(self.fronts) - 1 if moves is None else moves
        end = self.fronts[last]
        state = next((p, bit) for p in range(self.terrain.phases) if end.holds(p, bit))
        path = [self.terrain.cell(bit)]
        views: dict[int, Terrain] = {}
        for number in range(last - 1, -1, -1):
            front = self.fronts[number]
            state = next(s for s in self._near(front, state[1]) if self._leads(s, state, views))
            path.append(self.terrain.cell(state[1]))
        path.reverse()
        return path

    def _near(self, front: Front, bit: int) -> Iterator[State]:
        """The states of ``front`` in the cells around ``bit``, the nearest first."""
        h = self.terrain.stride
        for offset in (0, -h, h, 1, -1, 1 - h, 1 + h, -1 - h, -1 + h):
            at = bit - offset
            if at >= 0:
                for phase in range(self.terrain.phases):
                    if front.holds(phase, at):
                        yield phase, at

    def _leads(self, state: State, to: State, views: dict[int, Terrain]) -> bool:
        """Is ``to`` one move from ``state``? ``views`` are kept from one question to the next."""
        stride = self.terrain.stride
        block = state[1] // stride // AHEAD
        first = max(block * AHEAD - EDGE, 0)
        if block not in views:
            last = min((block + 1) * AHEAD + EDGE, self.terrain.width - 1)
            views[block] = self.terrain.cut(first, last)
        base = first * stride
        if to[1] < base:
            return False
        front = [0] * self.terrain.phases
        front[state[0]] = 1 << state[1] - base
        return bool(views[block].advance(front)[to[0]] >> to[1] - base & 1)
