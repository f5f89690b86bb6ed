"""Walking seen from above: doors, keys, and goals that must all be reached.

- a body of one tile walks up, down, left and right (with ``diagonal`` also between, squeezing
  past corners as roguelikes allow)
- ``solid`` tiles and hazards cannot be entered; a liquid only with ``swim``; a ``door`` is walked
  through
- a ``locked`` tile is solid until it is opened with a ``key``; locked tiles that touch are one
  door. A key opens one door and is used up, unless ``reuse``: then any key opens every door
- every tile with the role ``goal`` must be reached on one walk (with ``any_goal`` one is enough);
  with ``collect`` every collectable, too
- ``floor`` is the share of the walkable tiles that can be walked to from the start at least

The walk begins at the start; with ``entries`` there may be several, and it begins at the first.
In a level without a start it begins on the edge of the level, else in the largest walkable part.

The search: walkable tiles fall into parts that locked doors separate. Keys make the order matter,
so the state is the set of doors opened. A door that leads to at least as many keys as it takes is
opened at once (it can only help); else each choice is tried, breadth first, up to ``nodes`` sets,
then the verdict is "undecided".
"""

from __future__ import annotations

from collections import deque

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Cell, Ruleset, Verdict, several_starts, spoken
from genvae.domains.levels.rules.walking import Plan, Walking, farthest, walk_through


class TopDown(Ruleset):
    """Walk to every goal, opening locked doors with keys."""

    name = "topdown"
    about = "walk, open locked doors with keys, and reach every goal"
    parameters = Walking
    tolerant = True

    def faults(self, level: Level) -> list[str]:
        """More than one start, unless they are entries."""
        return [] if self.settings.entries else several_starts(level)

    def check(self, level: Level) -> Verdict:
        """The proof is ``{"path": [[column, row], ...]}`` from 0: a step each, keys taken and
        doors opened in passing, through every goal."""
        plan = Plan(level, self.settings)
        start = plan.start()
        if start is None:
            return Verdict(False, ("there is nowhere to stand",))
        if not plan.open_HW[start[1], start[0]]:
            return Verdict(False, (f"the start in {spoken(start)} is blocked",), place=start)
        if plan.settings.any_goal:
            return _any_goal(plan, start)
        return _verdict(plan, start, plan.goals)


def _any_goal(plan: Plan, start: Cell) -> Verdict:
    if not plan.goals:
        return _verdict(plan, start, [])
    found = [_verdict(plan, start, [goal]) for goal in plan.goals]
    good = [v for v in found if v.playable]
    unsure = [v for v in found if v.playable is None]
    if good:
        return min(good, key=lambda v: len(v.path))
    return (unsure or found)[0]


def _verdict(plan: Plan, start: Cell, goals: list[Cell]) -> Verdict:
    """What a walk from ``start`` to all ``goals`` comes to."""
    order, tried, decided = _doors_to_open(plan, start, goals)
    reached = plan.parts_reached(start, order)
    shares = _floor_share(plan, reached)
    facts = {"floor": shares, "doors": float(len(order)), "sets": float(tried)}
    missing = [g for g in goals if plan.part_at(g) not in reached]
    problems = []
    if missing:
        problems.append(_out_of_reach(plan, missing, reached))
    short = shares < plan.settings.floor
    stranded = _largest_stranded(plan, reached) if short else None
    if stranded is not None:
        problems.append(
            f"{shares:.0%} of the walkable tiles can be reached, expected "
            f"{plan.settings.floor:.0%}; {spoken(stranded)} cannot"
        )
    if problems:
        place = missing[0] if missing else stranded
        if missing and not decided:
            words = f"undecided after {tried} sets of doors"
            return Verdict(None, (words, *problems), place=place, facts=facts)
        path = walk_through(plan, start, [g for g in goals if g not in missing], order)
        return Verdict(False, tuple(problems), None, path, place, facts)
    path = walk_through(plan, start, goals or farthest(plan, start), order if goals else [])
    facts["steps"] = float(len(path) - 1)
    return Verdict(True, (), {"path": [list(c) for c in path]}, path, path[-1], facts)


def reach(plan: Plan, start: Cell) -> tuple[set[int], list[Cell]]:
    """The parts that are walked to, and the goals that cannot be and should."""
    order, _, _ = _doors_to_open(plan, start, plan.goals)
    reached = plan.parts_reached(start, order)
    missing = [g for g in plan.goals if plan.part_at(g) not in reached]
    enough = plan.settings.any_goal and len(missing) < len(plan.goals)
    return reached, [] if enough else missing


def _doors_to_open(plan: Plan, start: Cell, goals: list[Cell]) -> tuple[list[int], int, bool]:
    """Doors in an order that reaches the most goals; sets of doors tried; whether the search was
    complete (or found all goals)."""
    wanted = {plan.part_at(g) for g in goals}
    first = _take_free(plan, start, [])
    best, most = first, -1.0
    queue, seen = deque([first]), {frozenset(first)}
    tried = 0
    while queue:
        order = queue.popleft()
        tried += 1
        reached = plan.parts_reached(start, order)
        score = len(wanted & reached) + _floor_share(plan, reached) / 2
        if score > most:
            best, most = order, score
        if wanted <= reached and _floor_share(plan, reached) >= plan.settings.floor:
            return order, tried, True
        if tried >= plan.settings.nodes:
            return best, tried, False
        if _keys_left(plan, reached, order) <= 0:
            continue
        for door in _closed_here(plan, reached, order):
            further = _take_free(plan, start, [*order, door])
            if frozenset(further) not in seen:
                seen.add(frozenset(further))
                queue.append(further)
    return best, tried, True


def _take_free(plan: Plan, start: Cell, order: list[int]) -> list[int]:
    """``order`` and the doors behind which there is a key for each that is opened."""
    order = list(order)
    while True:
        reached = plan.parts_reached(start, order)
        left = _keys_left(plan, reached, order)
        closed = _closed_here(plan, reached, order) if left > 0 else []
        free = [d for d in closed if plan.settings.reuse or _keys_behind(plan, d, reached)]
        if not free:
            return order
        order.append(free[0])


def _closed_here(plan: Plan, reached: set[int], order: list[int]) -> list[int]:
    """Closed doors that can be walked up to and lead to something new."""
    at_hand = [i for i, sides in enumerate(plan.sides) if i not in order and sides & reached]
    return [i for i in at_hand if plan.sides[i] - reached]


def _keys_behind(plan: Plan, door: int, reached: set[int]) -> bool:
    return any(plan.keys.get(part) for part in plan.sides[door] - reached)


def _keys_left(plan: Plan, reached: set[int], order: list[int]) -> int:
    keys = sum(len(plan.keys.get(part, ())) for part in reached)
    return keys if plan.settings.reuse else keys - len(order)


def _floor_share(plan: Plan, reached: set[int]) -> float:
    total = sum(plan.sizes)
    return sum(plan.sizes[part] for part in reached if part >= 0) / total if total else 1.0


def _largest_stranded(plan: Plan, reached: set[int]) -> Cell:
    sizes = [0 if part in reached else size for part, size in enumerate(plan.sizes)]
    row, column = np.argwhere(plan.part_HW == int(np.argmax(sizes)))[0]
    return int(column), int(row)


def _out_of_reach(plan: Plan, missing: list[Cell], reached: set[int]) -> str:
    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    what = "goal" if plan.level.having("goal")[missing[0][1], missing[0][0]] else "collectable"
    text = f"the {what} in {spoken(missing[0])}{more} cannot be reached"
    barred = [i for i in range(len(plan.sides)) if plan.sides[i] & reached]
    barred = [i for i in barred if plan.sides[i] - reached]
    if barred:
        row, column = np.argwhere(plan.door_HW == barred[0])[0]
        text += f": no key is left for the door in {spoken((int(column), int(row)))}"
    return text
