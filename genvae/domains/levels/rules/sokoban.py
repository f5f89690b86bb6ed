"""Push every box onto a goal: A* over pushes, so that a solution has as few as there can be.

The player walks up, down, left and right, and pushes one box at a time; boxes are never pulled.
Outside the level is wall. A level is well-formed with one player, at least one box, and a goal
for each box.

- A state is where the boxes are and which part of the floor the player can walk in.
- The estimate of the pushes left is the cheapest matching of boxes to goals by the pushes that a
  lone box would need (for more than ``MATCHED`` boxes the sum of each box's nearest goal). It
  never overestimates, so the first solution found has the fewest pushes. With ``optimal = false``
  the estimate counts double: found sooner, with some more pushes.
- Dead states are cut: a box where a lone box can reach no goal (corners and blind walls); boxes
  that block each other for good while one of them is off goal (freeze deadlocks); no matching of
  boxes to goals.
- After ``nodes`` states the search gives up, and the verdict is "undecided".

Junghanns and Schaeffer, "Sokoban: Enhancing general single-agent search methods using domain
knowledge" (2001), describes heuristic and deadlocks.

Squares are numbered row by row with a wall all around, and a set of them is one integer, a bit a
square.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import (
    Cell,
    Ruleset,
    Verdict,
    several_starts,
    spoken,
)
from genvae.domains.levels.rules.pulling import room_for_a_box
from genvae.domains.levels.rules.warehouse import Boxes, Push, State, Warehouse


@dataclass(frozen=True)
class Pushing:
    """How the search goes about it. Raises ValueError out of range."""

    optimal: bool = True
    nodes: int = 20_000

    def __post_init__(self) -> None:
        if not 1 <= self.nodes <= 10_000_000:
            raise ValueError(f"nodes = {self.nodes}: expected 1 to 10,000,000 states")


class Sokoban(Ruleset):
    """Push every box onto a goal."""

    name = "sokoban"
    about = "push every box onto a goal"
    parameters = Pushing

    def faults(self, level: Level) -> list[str]:
        """Not one player, no box, or not as many goals as boxes."""
        found = several_starts(level)
        if not level.having("start").any():
            found.append("no player")
        boxes, goals = int(level.having("box").sum()), int(level.having("goal").sum())
        if not boxes:
            found.append("no box")
        elif boxes != goals:
            found.append(f"boxes: {boxes}, goals: {goals}; expected as many goals as boxes")
        return found

    def room(
        self, role: str, open_NHW: np.ndarray, standing: Mapping[str, np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Of boxes, once goals are there; see ``pulling.room_for_a_box``."""
        goals = standing.get("goal")
        if role != "box" or goals is None or not goals.any():
            return None
        boxes = standing.get("box", np.zeros_like(goals))
        return room_for_a_box(open_NHW, goals, boxes)

    def check(self, level: Level) -> Verdict:
        """The proof is ``{"moves": "rrUl..."}``: u, d, l, r for a step, capitals for a push."""
        house = Warehouse(level)
        stuck = [b for b in sorted(house.boxes) if house.dead >> b & 1]
        if stuck:
            corner = house.cell(stuck[0])
            words = f"the box in {spoken(corner)} can never be pushed onto a goal"
            return Verdict(False, (words,), place=corner)
        pushes, tried, place = search(house, self.settings)
        facts = {"states": float(tried)}
        if pushes is None:
            words = f"undecided after {tried} states"
            return Verdict(None, (words,), place=place, facts=facts)
        if not pushes and house.boxes != house.goals:
            words = f"no way to push every box onto a goal ({tried} states, all tried)"
            at = f"; at best the box in {spoken(place)} is left" if place is not None else ""
            return Verdict(False, (words + at,), place=place, facts=facts)
        moves, path = house.replayed(pushes)
        facts |= {"pushes": float(len(pushes)), "moves": float(len(moves))}
        return Verdict(True, (), {"moves": moves}, path, path[-1], facts)


def search(house: Warehouse, settings: Pushing) -> tuple[list[Push] | None, int, Cell | None]:
    """The pushes that solve a level ([] if there are none, or none needed; None if undecided),
    how many states were tried, and a box that was off goal where the search came closest."""
    weight = 1 if settings.optimal else 2
    start = house.state(house.player, house.boxes)
    guess = house.estimate(house.boxes)
    if guess is None:
        return [], 0, None
    # Among equal sums the state nearest the end, then the youngest.
    queue = [(weight * guess, guess, 0, start)]
    cost, before = {start: 0}, dict[State, tuple[State, Push]]()
    done: set[State] = set()
    least, closest, age = guess, house.boxes, 0
    while queue:
        _, left, _, state = heapq.heappop(queue)
        if state in done:
            continue
        region, boxes = state
        if boxes == house.goals:
            return _backwards(before, state), len(done), None
        if len(done) >= settings.nodes:
            return None, len(done), _off_goal(house, closest)
        done.add(state)
        if left < least:
            least, closest = left, boxes
        so_far = cost[state] + 1
        for push in house.pushes(region, boxes):
            new = house.after(push, boxes)
            guess = house.estimate(new)
            if guess is None or house.frozen(push[0] + push[1], new):
                continue
            child = house.state(push[0], new)
            if child in done or cost.get(child, so_far + 1) <= so_far:
                continue
            cost[child], before[child] = so_far, (state, push)
            age -= 1
            heapq.heappush(queue, (so_far + weight * guess, guess, age, child))
    return [], len(done), _off_goal(house, closest)


def _backwards(before: dict[State, tuple[State, Push]], state: State) -> list[Push]:
    pushes = []
    while state in before:
        state, push = before[state]
        pushes.append(push)
    return pushes[::-1]


def _off_goal(house: Warehouse, boxes: Boxes) -> Cell | None:
    left = sorted(boxes - house.goals)
    return house.cell(left[0]) if left else None
