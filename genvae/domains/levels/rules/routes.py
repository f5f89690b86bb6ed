"""Routes through a climber level: its places as a graph, in which a shaft is an edge; see
``climber.py``."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Set

from genvae.domains.levels.rules.diggings import Climbing
from genvae.domains.levels.rules.shafts import DEEPEST, Ground, Leg, Shaft, shafts

Near = list[tuple[int, ...]]
"""For each place those that it leads to."""


def deepest(settings: Climbing) -> int:
    """The layers of the deepest shafts that are dug."""
    possible = [d for d in range(1, DEEPEST + 1) if d * (d + 1) // 2 <= settings.holes]
    return len(possible) if settings.dig else 0


class Routes:
    """Which places lead to which, by moves and by shafts. Nothing is dug below gold: shafts below
    ``gold`` are ``barred`` until it is taken. There are no shafts before ``deepen``."""

    def __init__(self, ground: Ground, settings: Climbing, gold: Set[int] = frozenset()) -> None:
        self.ground, self.settings, self.gold = ground, settings, gold
        self.depth = 0
        self.dug: dict[tuple[int, int], Shaft] = {}
        self.barred: dict[tuple[int, int], list[Shaft]] = {}
        self.base: Near = ground.steps
        self.every: Near = ground.steps
        """The edges there are with all gold taken."""

    def deepen(self) -> None:
        """Allow for shafts of one layer more."""
        self.depth += 1
        known = self.ground.steps
        for start, to, shaft in shafts(self.ground, self.depth, self.settings.hold):
            edge = start, to
            if to in known[start] or edge in self.dug:
                continue
            if shaft.below(self.gold):
                self.barred.setdefault(edge, []).append(shaft)
            else:
                self.dug[edge] = shaft
                self.barred.pop(edge, None)
        self.base = _joined(known, self.dug)
        self.every = _joined(self.base, self.barred)

    def clear(self, gold: Set[int]) -> tuple[tuple[int, int], ...]:
        """The barred edges that can be used while only ``gold`` is left."""
        return tuple(
            edge
            for edge, choice in self.barred.items()
            if not all(shaft.below(gold) for shaft in choice)
        )

    def near(self, clear: tuple[tuple[int, int], ...]) -> Near:
        """The edges that are not barred, and these."""
        return _joined(self.base, clear) if clear else self.base

    def leg(self, here: int, to: int, gold: Set[int]) -> Leg:
        """The moves of an edge."""
        if to in self.ground.steps[here]:
            return [(self.ground.letter(here, to), to)]
        shaft = self.dug.get((here, to))
        if shaft is None:
            shaft = next(s for s in self.barred[here, to] if not s.below(gold))
        return shaft.leg(self.ground, to)


def _joined(near: Near, edges: Iterable[tuple[int, int]]) -> Near:
    joined = list(near)
    for start, to in edges:
        joined[start] = (*joined[start], to)
    return joined


def reachable(near: Near, start: int) -> set[int]:
    """All places that can be gone to."""
    found, todo = {start}, [start]
    while todo:
        for to in near[todo.pop()]:
            if to not in found:
                found.add(to)
                todo.append(to)
    return found


def way(
    near: Near, start: int, targets: Collection[int], avoid: Collection[int] = ()
) -> list[int] | None:
    """The places on the way to the nearest of ``targets`` around ``avoid``, without the start;
    None if there is no way."""
    before = {start: start}
    queue = deque([start])
    while queue:
        place = queue.popleft()
        if place in targets:
            passed: list[int] = []
            while place != start:
                passed.append(place)
                place = before[place]
            return passed[::-1]
        for to in near[place]:
            if to not in before and to not in avoid:
                before[to] = place
                queue.append(to)
    return None


def parts(near: Near, start: int) -> dict[int, int]:
    """The strongly connected part of each reachable place (Tarjan 1972); a part that leads to
    another has the higher number."""
    index: dict[int, int] = {start: 0}
    low = {start: 0}
    part: dict[int, int] = {}
    stack, count = [start], 0
    calls: list[tuple[int, Iterator[int]]] = [(start, iter(near[start]))]
    while calls:
        place, further = calls[-1]
        for to in further:
            if to not in index:
                index[to] = low[to] = len(index)
                stack.append(to)
                calls.append((to, iter(near[to])))
                break
            if to not in part and index[to] < low[place]:
                low[place] = index[to]
        else:
            calls.pop()
            if calls:
                parent = calls[-1][0]
                low[parent] = min(low[parent], low[place])
            if low[place] == index[place]:
                while True:
                    member = stack.pop()
                    part[member] = count
                    if member == place:
                        break
                count += 1
    return part
