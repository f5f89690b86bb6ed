from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Verdict
from genvae.domains.levels.rules.sokoban import Pushing, Sokoban
from genvae.domains.levels.text import level_from_rows, level_text
from genvae.domains.levels.tileset import builtin

from .replay_sokoban import WAYS, play  # noqa: TID252

TILESET = builtin()["sokoban"]

ROOM = ["#######", "#@ $ .#", "#     #", "#######"]
CORNER = ["#######", "#@   .#", "#     #", "#    $#", "#######"]
WALLED = ["#######", "#@ #  #", "# $# .#", "#  #  #", "#######"]
BLOCK = ["########", "#@     #", "# $$   #", "# $$   #", "#  ....#", "########"]
ROUND = ["########", "#  .   #", "# $$   #", "# @ #. #", "#      #", "########"]


def check(rows: list[str], **parameters: int) -> Verdict:
    verdict = Sokoban(Pushing(**parameters)).check(level_from_rows(rows, TILESET))
    if verdict.proof is not None:
        assert play(rows, verdict.proof["moves"]) == ""
    return verdict


def test_a_box_in_a_row() -> None:
    verdict = check(ROOM)
    assert verdict.proof == {"moves": "rRR"}
    assert (verdict.facts["pushes"], verdict.facts["moves"]) == (2, 3)
    assert verdict.path == ((1, 1), (2, 1), (3, 1), (4, 1))


def test_a_box_in_a_corner() -> None:
    verdict = check(CORNER)
    assert verdict.playable is False
    assert verdict.place == (5, 3)
    assert verdict.problems == ("the box in column 6, row 4 can never be pushed onto a goal",)


def test_a_wall_between_box_and_goal() -> None:
    assert check(WALLED).playable is False


def test_boxes_that_freeze_one_another() -> None:
    verdict = check(BLOCK)
    assert verdict.playable is False
    assert "all tried" in verdict.problems[0]


def test_two_boxes_around_a_corner() -> None:
    verdict = check(ROUND)
    assert verdict.playable
    assert verdict.facts["pushes"] == fewest(ROUND)


def test_solved_already() -> None:
    verdict = check(["####", "#*@#", "####"])
    assert (verdict.playable, verdict.proof) == (True, {"moves": ""})


def test_the_search_gives_up() -> None:
    verdict = check(ROUND, nodes=1)
    assert verdict.playable is None
    assert verdict.problems == ("undecided after 1 states",)


def test_sooner_with_more_pushes() -> None:
    verdict = check(ROUND, optimal=False)
    assert verdict.playable


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        (["#@$.#"], []),
        (["#@@$.#"], ["2 starts (columns 2, 3), at most one is allowed"]),
        (["# $.#"], ["no player"]),
        (["#@ #"], ["no box"]),
        (["#@$$.#"], ["boxes: 2, goals: 1; expected as many goals as boxes"]),
        (["#@$*#"], ["boxes: 2, goals: 1; expected as many goals as boxes"]),
    ],
)
def test_faults(rows: list[str], faults: list[str]) -> None:
    assert Sokoban().faults(level_from_rows(rows, TILESET)) == faults


@given(seed=st.integers(0, 10**6))
@settings(max_examples=60)
def test_as_few_pushes_as_there_can_be(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = (rng.random((4, 6)) < 0.15).astype(int)
    places = rng.choice(24, size=5, replace=False)
    for place, tile in zip(places, [5, 3, 3, 2, 2], strict=True):
        grid[place // 6, place % 6] = tile
    rows = level_text(Level(grid, TILESET)).rstrip("\n").split("\n")
    verdict = check(rows)
    best = fewest(rows)
    assert verdict.playable is (best is not None)
    if best is not None:
        assert verdict.facts["pushes"] == best


def fewest(rows: list[str]) -> int | None:
    """Pushes needed, by plain search move by move over (player, boxes)."""
    at = {(x, y): t for y, row in enumerate(rows) for x, t in enumerate(row)}
    goals = {p for p, t in at.items() if t in ".*+"}
    boxes = frozenset(p for p, t in at.items() if t in "$*")
    (player,) = (p for p, t in at.items() if t in "@+")
    cost = {(player, boxes): 0}
    queue = deque([(player, boxes)])
    while queue:
        state = queue.popleft()
        (x, y), boxes = state
        if boxes == goals:
            return cost[state]
        for dx, dy in WAYS.values():
            to, beyond = (x + dx, y + dy), (x + 2 * dx, y + 2 * dy)
            if at.get(to, "#") == "#":
                continue
            pushed = to in boxes
            if pushed and (at.get(beyond, "#") == "#" or beyond in boxes):
                continue
            new = (to, boxes - {to} | {beyond} if pushed else boxes)
            total = cost[state] + pushed
            if new not in cost or total < cost[new]:
                cost[new] = total
                (queue.append if pushed else queue.appendleft)(new)
    return None
