"""All the gold of a climber level, and then out: in which order, and by which moves; see
``climber.py``.

Within a strongly connected part of the graph of places all gold can be had in any order. The more
gold is taken, the more shafts can be dug; so all gold of the part one is in is taken before one
goes on to another part, from which all that is left must be possible to reach.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from genvae.domains.levels.rules.routes import Near, Routes, parts, reachable, way


@dataclass
class Plan:
    """The gold in groups, in the order in which they are had; ``missing`` is the place of gold
    that is not, ``together`` if it could be had but for the rest, of which the gold in ``stuck`` is
    had next; ``cut`` if not all was tried; ``tried`` counts the states that were."""

    groups: list[set[int]] = field(default_factory=list)
    missing: int | None = None
    together: bool = False
    stuck: int = -1
    cut: bool = False
    tried: int = 0

    @property
    def had(self) -> int:
        return sum(len(group) for group in self.groups)


class _Parts:
    """The strongly connected parts of the places that can be reached from a start, and what each
    leads to, for each set of barred edges that have become clear."""

    def __init__(self, routes: Routes, start: int) -> None:
        self.routes, self.start = routes, start
        self.known: dict[tuple[tuple[int, int], ...], tuple[Near, dict[int, int]]] = {}
        self.reach: dict[tuple[int, int], set[int]] = {}

    def now(self, gold: Set[int]) -> tuple[Near, dict[int, int]]:
        """The edges, and the number of each place's part; one that leads to another has the
        higher number."""
        clear = self.routes.clear(gold)
        if clear not in self.known:
            near = self.routes.near(clear)
            self.known[clear] = near, parts(near, self.start)
        return self.known[clear]

    def reached(self, near: Near, part: dict[int, int], at: int) -> set[int]:
        """The places that ``at`` leads to by these edges."""
        key = id(near), part[at]
        if key not in self.reach:
            self.reach[key] = reachable(near, at)
        return self.reach[key]


def planned(routes: Routes, start: int, gold: Set[int], most: int) -> Plan:
    """The order of collecting; after ``most`` states the search gives up. Of plans that fail the
    one that comes furthest."""
    known = _Parts(routes, start)
    reach = {start: reachable(routes.every, start)}
    lost = sorted(gold - reach[start])
    best = Plan(missing=lost[0] if lost else min(gold, default=None))
    todo: list[tuple[int, frozenset[int], list[set[int]]]] = [(start, frozenset(gold), [])]
    seen: set[tuple[int, frozenset[int]]] = set()
    tried = 0
    while todo:
        if tried == most:
            best.cut = True
            break
        at, left, groups = todo.pop()
        tried += 1
        near, part = known.now(left)
        while here := {g for g in left if part.get(g) == part[at]}:
            left, groups = left - here, [*groups, here]
            near, part = known.now(left)
        if not left:
            return Plan(groups, tried=tried)
        plan = Plan(groups, lost[0] if lost else min(left), not lost, at)
        if plan.had > best.had or not best.together:
            best = plan
        if lost:
            break
        first: dict[int, int] = {}
        for g in sorted(left & known.reached(near, part, at), reverse=True):
            first[part[g]] = g
        for number in sorted(first):
            goal = first[number]
            if (goal, left) in seen:
                continue
            seen.add((goal, left))
            if goal not in reach:
                reach[goal] = reachable(routes.every, goal)
            if left <= reach[goal]:
                todo.append((goal, left, groups))
            elif plan is best:
                best.missing, best.stuck = min(left - reach[goal]), goal
    best.tried = tried
    return best


class Journey:
    """Moves as they are made, and the gold that is left."""

    def __init__(self, routes: Routes, start: int, gold: Set[int]) -> None:
        self.routes = routes
        self.places, self.letters = [start], list[str]()
        self.gold = set(gold) - {start}
        self.open = False
        """Have holes been dug that may not have closed yet?"""

    def copy(self) -> Journey:
        """One that goes on alone."""
        twin = Journey(self.routes, self.places[0], self.gold)
        twin.places, twin.letters, twin.open = list(self.places), list(self.letters), self.open
        return twin

    def collect(self, group: Set[int], final: int | None = None) -> bool:
        """Go and get all gold of a group, ``final`` last if one is named. False if that cannot
        be, or if the very last gold comes in the middle of an excavation."""
        while left := group & self.gold:
            others = left - {final} if final is not None else left
            avoid = {final} if final is not None and others else set()
            near = self.routes.near(self.routes.clear(self.gold))
            passed = way(near, self.places[-1], others or left, avoid)
            if passed is None or not self.follow(passed):
                return False
        return True

    def follow(self, passed: list[int]) -> bool:
        """Make the moves, until there is no gold left if there is some now. False if the last
        gold is collected within a leg: what is hidden would appear too early."""
        some = bool(self.gold)
        for to in passed:
            leg = self.routes.leg(self.places[-1], to, self.gold)
            for number, (letter, place) in enumerate(leg, 1):
                self.pause()
                self.letters.append(letter)
                self.places.append(place)
                self.gold.discard(place)
                if some and not self.gold:
                    self.open = self.open or len(leg) > 1
                    return number == len(leg)
            self.open = self.open or len(leg) > 1
        return True

    def pause(self) -> None:
        """Wait until the holes have closed, where one can."""
        if self.open and self.routes.ground.stable[self.places[-1]]:
            self.letters.append("w")
            self.open = False

    def leave(self, after: Routes, exits: Set[int]) -> bool:
        """With all the gold, go out. False if there is no way."""
        if self.gold:
            return False
        self.routes = after
        passed = way(after.every, self.places[-1], exits)
        return passed is not None and self.follow(passed)


def gathered(
    routes: Routes, after: Routes, start: int, gold: Set[int], exits: Set[int]
) -> tuple[Journey, Plan, bool]:
    """The journey through all gold and out, as far as it comes, and whether it is out. ``after``
    are the routes once all gold is taken."""
    journey = Journey(routes if gold else after, start, gold)
    plan = planned(routes, start, gold, routes.settings.nodes)
    for group in plan.groups[:-1]:
        journey.collect(group)
    last = plan.groups[-1] if plan.groups else set()
    enclosed: set[int] = set()
    """Places from which there is no way out."""
    for final in sorted(last) or [start]:
        if (gold and plan.missing is not None) or final in enclosed:
            continue
        further = reachable(after.every, final)
        if exits.isdisjoint(further):
            enclosed |= further
            continue
        trial = journey.copy()
        if last and not trial.collect(last, final):
            continue
        if trial.leave(after, exits):
            return trial, plan, True
    journey.collect(last)
    return journey, plan, False
