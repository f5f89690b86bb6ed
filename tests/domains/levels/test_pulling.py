"""Where boxes can be pushed from, beside what the solver finds for one level.

Axes:  N levels · H rows · W columns · G goals
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from genvae.domains.levels.rules.pulling import each_alone, matched, pulled, room_for_a_box
from genvae.domains.levels.rules.warehouse import Warehouse
from genvae.domains.levels.text import level_from_rows
from genvae.domains.levels.tileset import builtin

CORRIDOR = ["#####", "#...#", "#####"]


def open_of(rows: list[str]) -> np.ndarray:
    return np.array([[symbol != "#" for symbol in row] for row in rows])[None]


@settings(max_examples=30, deadline=None)
@given(arrays(bool, (6, 7)), st.integers(0, 41), st.integers(0, 41))
def test_as_the_solver_has_it(wall_HW: np.ndarray, goal: int, player: int) -> None:
    wall_HW = wall_HW.copy()
    wall_HW.reshape(-1)[[goal, player]] = False
    rows = [["#" if wall else " " for wall in row] for row in wall_HW]
    rows[goal // 7][goal % 7] = "."
    rows[player // 7][player % 7] = "+" if player == goal else "@"
    level = level_from_rows(["".join(row) for row in rows], builtin()["sokoban"])
    house = Warehouse(level)
    known = {house.cell(square) for square in house.far[0]}
    goals = level.having("goal")[None, None]
    found = pulled(~level.having("solid")[None], goals)[0, 0]
    assert {(int(c), int(r)) for r, c in np.argwhere(found)} == known


def test_each_goal_has_a_plane() -> None:
    mask = np.array([[[True, False], [True, True]]])
    planes = each_alone(mask, 4)[0]
    assert [np.argwhere(plane).tolist() for plane in planes] == [[[0, 0]], [[1, 0]], [[1, 1]], []]


@pytest.mark.parametrize(
    ("standing", "another", "good"),
    [((), 1, True), ((), 0, False), ((1,), 1, False), ((1,), 3, True), ((1, 2), 3, False)],
)
def test_every_box_has_a_goal_of_its_own(
    standing: tuple[int, ...], another: int, good: bool
) -> None:
    assert matched(standing, another) is good


def test_a_corner_is_no_place_for_a_box() -> None:
    ground = open_of(["######", "#    #", "#    #", "#    #", "######"])
    goals, boxes = np.zeros_like(ground), np.zeros_like(ground)
    goals[0, 2, 2] = goals[0, 2, 3] = True
    share, may = room_for_a_box(ground, goals, boxes)
    assert not may[0, 1, 1:3].any()  # a corner, a blind wall
    assert may[0, 2, 2]
    assert share[0, 2, 2] == 1.0


def test_the_last_box_needs_the_goal_that_is_left() -> None:
    # Two rooms without a way between them, a goal in each.
    ground = open_of(["##########", "#   ##   #", "#   ##   #", "#   ##   #", "##########"])
    goals, boxes = np.zeros_like(ground), np.zeros_like(ground)
    goals[0, 2, 2] = goals[0, 2, 7] = True
    boxes[0, 2, 2] = True
    share, may = room_for_a_box(ground, goals, boxes)
    assert share[0, 2, 2] == share[0, 2, 7] == 0.5
    assert not may[0, :, :5].any()
    assert may[0, 2, 7]


def test_with_many_goals_any_will_do() -> None:
    ground = open_of(["##########", *["#        #"] * 6, "##########"])
    goals = np.zeros_like(ground)
    goals[0, 3, 1:9] = True
    share, may = room_for_a_box(ground, goals, goals & False)
    np.testing.assert_array_equal(may, share > 0)
