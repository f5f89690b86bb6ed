"""Routes through the world of a climber game: a graph of cells, and a journey on it; see
``climber.py``."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from genvae.domains.levels.rules.base import Cell
from genvae.domains.levels.rules.diggings import Leg, World


@dataclass
class Routes:
    """The edges between cells of a world, found when they are asked for; ``cut`` once the states
    that may be spent on excavations are used up."""

    world: World
    most: int
    cut: bool = False
    edges: dict[Cell, dict[Cell, Leg]] = field(default_factory=dict)

    def leading(self, cell: Cell) -> dict[Cell, Leg]:
        """The cells that can be gone to directly, and how."""
        if cell not in self.edges:
            near: dict[Cell, Leg] = {to: [(m, to)] for m, to in self.world.steps(cell)}
            if self.most and self.world.spent >= self.world.settings.nodes:
                self.cut = True
            elif self.most:
                for to, leg in self.world.excavations(cell, self.most).items():
                    near.setdefault(to, leg)
            self.edges[cell] = near
        return self.edges[cell]

    def reachable(self, start: Cell) -> dict[Cell, Cell]:
        """All cells that can be gone to, breadth first, each with the one before it."""
        found, queue = {start: start}, deque([start])
        while queue:
            cell = queue.popleft()
            for to in self.leading(cell):
                if to not in found:
                    found[to] = cell
                    queue.append(to)
        return found

    def way(
        self, start: Cell, targets: Collection[Cell], avoid: Collection[Cell] = ()
    ) -> list[Leg] | None:
        """The legs to the nearest of ``targets`` around ``avoid``, or None."""
        before: dict[Cell, Cell] = {start: start}
        queue = deque([start])
        while queue:
            cell = queue.popleft()
            if cell in targets:
                legs: list[Leg] = []
                while cell != start:
                    legs.append(self.leading(before[cell])[cell])
                    cell = before[cell]
                return legs[::-1]
            for to in self.leading(cell):
                if to not in before and to not in avoid:
                    before[to] = cell
                    queue.append(to)
        return None

    def chain(self, start: Cell, gold: Collection[Cell]) -> tuple[list[set[Cell]], Cell | None]:
        """The gold by strongly connected parts, in the order in which these can be visited, as
        far as they can; and the first piece of gold that cannot be had, if there is one."""
        part = self._parts(start)
        lost = sorted(g for g in gold if g not in part)
        # Parts are numbered from the last one that can be reached to the start's.
        order = sorted({part[g] for g in gold if g in part}, reverse=True)
        groups = [{g for g in gold if part.get(g) == number} for number in order]
        at = start
        for i, group in enumerate(groups):
            goal = min(group)
            if goal not in self.reachable(at):
                return groups[:i], goal
            at = goal
        return groups, lost[0] if lost else None

    def _parts(self, start: Cell) -> dict[Cell, int]:
        """The strongly connected part of each reachable cell (Tarjan 1972); a part that leads to
        another has the higher number."""
        index: dict[Cell, int] = {start: 0}
        low = {start: 0}
        part: dict[Cell, int] = {}
        stack, parts = [start], 0
        calls: list[tuple[Cell, Iterator[Cell]]] = [(start, iter(self.leading(start)))]
        while calls:
            cell, further = calls[-1]
            for to in further:
                if to not in index:
                    index[to] = low[to] = len(index)
                    stack.append(to)
                    calls.append((to, iter(self.leading(to))))
                    break
                if to not in part:
                    low[cell] = min(low[cell], index[to])
            else:
                calls.pop()
                if calls:
                    parent = calls[-1][0]
                    low[parent] = min(low[parent], low[cell])
                if low[cell] == index[cell]:
                    while True:
                        member = stack.pop()
                        part[member] = parts
                        if member == cell:
                            break
                    parts += 1
        return part


class Journey:
    """Moves as they are made, and the gold that is left."""

    def __init__(self, world: World, start: Cell, gold: set[Cell]) -> None:
        self.world = world
        self.cells, self.letters = [start], list[str]()
        self.gold = gold - {start}
        self.open = False
        """Have holes been dug that may not have closed yet?"""

    def copy(self) -> Journey:
        """One that goes on alone."""
        twin = Journey(self.world, self.cells[0], self.gold)
        twin.cells, twin.letters, twin.open = list(self.cells), list(self.letters), self.open
        return twin

    def collect(self, routes: Routes, group: set[Cell], final: Cell | None = None) -> bool:
        """Go and get all gold of a group, ``final`` last if one is named. False if that cannot
        be, or if the very last gold comes in the middle of an excavation."""
        while left := group & self.gold:
            others = left - {final} if final is not None else left
            avoid = {final} if final is not None and others else set()
            way = routes.way(self.cells[-1], others or left, avoid)
            if way is None or not self.follow(way, routes):
                return False
        return True

    def clear(self, leg: Leg, routes: Routes, depth: int) -> bool:
        """Take the gold that lies on bricks which a leg digs away, and come back."""
        at = here = self.cells[-1]
        for letter, cell in leg:
            beside = (at[0] + (1 if letter == "R" else -1), at[1])
            at = cell
            if letter in "LR" and beside in self.gold:
                there = routes.way(here, {beside}) if depth < 2 else None
                if there is None or not self.follow(there, routes, depth + 1):
                    return False
                back = routes.way(self.cells[-1], {here}) if self.gold else []
                if back is None or not self.follow(back, routes, depth + 1):
                    return False
                if not self.gold:
                    return True
        return True

    def follow(self, way: list[Leg], routes: Routes, depth: int = 0) -> bool:
        """Make the moves, until there is no gold left if there is some now. False if the last
        gold is collected within a leg: what is hidden would appear too early."""
        some = bool(self.gold)
        for leg in way:
            if len(leg) > 1 and some:
                if not self.clear(leg, routes, depth):
                    return False
                if not self.gold:
                    return True
            for number, (letter, cell) in enumerate(leg, 1):
                self.pause()
                self.letters.append(letter)
                self.cells.append(cell)
                self.gold.discard(cell)
                if some and not self.gold:
                    self.open = self.open or len(leg) > 1
                    return number == len(leg)
            self.open = self.open or len(leg) > 1
        return True

    def pause(self) -> None:
        """Wait until the holes have closed, where one can."""
        if self.open and self.world.stable(self.cells[-1]):
            self.letters.append("w")
            self.open = False

    def leave(self, after: Routes, exits: set[Cell]) -> bool:
        """With all the gold, go out. False if there is no way."""
        if self.gold:
            return False
        self.world = after.world
        way = after.way(self.cells[-1], exits)
        return way is not None and self.follow(way, after)


@dataclass(frozen=True)
class Travelled:
    """How far a journey came: ``done`` if out, else ``reason`` and ``place`` say what is amiss;
    ``cut`` if the search gave up before it knew."""

    journey: Journey
    done: bool
    reason: str
    place: Cell
    spent: int
    cut: bool
    most: int
