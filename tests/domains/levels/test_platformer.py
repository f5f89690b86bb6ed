from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.platformer import Physics, cross, standing
from genvae.domains.levels.text import level_from_rows, level_text
from genvae.domains.levels.tileset import builtin, tileset_from

from .replay import illegal_move  # noqa: TID252

Draw = Callable[[str], Level]


def gap(columns: int) -> str:
    """Flat ground with a gap, and room to jump."""
    sky = "-" * (columns + 8)
    ground = "XXXX" + "-" * columns + "XXXX"
    return "\n".join([sky] * 6 + [ground] * 2)


def wall(rows: int, above: int = 3) -> str:
    """Flat ground with a wall of ``rows`` rows."""
    sky = ["-" * 9] * above
    return "\n".join(sky + ["----X----"] * rows + ["X" * 9])


def test_a_walk_on_flat_ground(draw_level: Draw) -> None:
    crossing = cross(draw_level("----- ----- XXXXX"))
    assert crossing.playable
    assert crossing.path == [(2, 1), (3, 1), (4, 1)]
    assert (crossing.furthest_column, crossing.reason) == (4, "")


@pytest.mark.parametrize(("columns", "crossed"), [(1, True), (6, True), (7, True), (8, False)])
def test_how_wide_a_gap_may_be(draw_level: Draw, columns: int, crossed: bool) -> None:
    assert cross(draw_level(gap(columns))).playable is crossed


@pytest.mark.parametrize(("rows", "crossed"), [(1, True), (3, True), (4, True), (5, False)])
def test_how_high_a_wall_may_be(draw_level: Draw, rows: int, crossed: bool) -> None:
    assert cross(draw_level(wall(rows))).playable is crossed


def test_a_stronger_jump(draw_level: Draw) -> None:
    strong = Physics(jump=5)
    assert cross(draw_level(wall(5)), strong).playable
    assert not cross(draw_level(wall(6)), strong).playable
    assert cross(draw_level(gap(9)), strong).playable
    assert not cross(draw_level(gap(10)), strong).playable


@pytest.mark.parametrize(("reach", "crossed"), [(1, 1), (3, 3), (5, 5), (7, 7), (9, 7)])
def test_a_gap_limit(draw_level: Draw, reach: int, crossed: int) -> None:
    physics = Physics(reach=reach)
    for columns in (crossed - 1, crossed, crossed + 1):
        level = draw_level(gap(columns) if columns else gap(1).replace("X-X", "XXX"))
        found = cross(level, physics)
        assert found.playable is (columns <= crossed)
        assert illegal_move(level_text(level).split(), found.path) == ""


def test_a_gap_limit_does_not_lower_walls(draw_level: Draw) -> None:
    assert cross(draw_level(wall(4)), Physics(reach=1)).playable
    assert not cross(draw_level(wall(5)), Physics(reach=1)).playable


@given(seed=st.integers(0, 10**6), share=st.sampled_from([0.05, 0.2, 0.35]))
@settings(max_examples=60, deadline=None)
def test_flights_keep_the_gap_limit(seed: int, share: float) -> None:
    level = scattered(seed, share, height=10, width=24)
    rows = level_text(level).split()
    path = cross(level, Physics(reach=2)).path
    moved, stands = 0, standing(level)
    for (a, _), (b, row) in pairwise(path):
        moved += a != b
        assert moved <= 3
        if stands[row, b] or rows[row][b] == "~":
            moved = 0
    if path:
        assert illegal_move(rows, path) == ""
    assert cross(level, Physics(reach=30)).playable is cross(level).playable


def goal_level(*rows: str) -> Level:
    table = builtin()["platformer"].table()
    table["tile"] = [*table["tile"], {"symbol": "G", "name": "flag", "roles": ["goal"]}]
    return level_from_rows(list(rows), tileset_from(table))


def test_a_goal_tile_is_the_end() -> None:
    found = cross(goal_level("-----", "--G-X", "XXXXX"), start=(0, 1))
    assert found.path == [(0, 1), (1, 1), (2, 1)]
    air = cross(goal_level("---G-----", "---------", "-P-------", "XXXXXX---"))
    assert air.playable
    assert air.path[-1] == (3, 0)
    closed = cross(goal_level("---X-", "P--XG", "XXXXX"))
    assert closed.reason == "the goal in column 5, row 2 is out of reach; the way ends in column 3"
    assert cross(goal_level("---X-", "P--XG", "XXXXX"), goal_column=2).playable


def test_a_tileset_brings_its_physics(draw_level: Draw) -> None:
    level = draw_level(wall(5))
    table = level.tileset.table() | {"rules": {"name": "platformer", "jump": 5}}
    assert not cross(level).playable
    assert cross(Level(level.grid_HW, tileset_from(table))).playable


def test_a_wall_to_the_ceiling(draw_level: Draw) -> None:
    crossing = cross(draw_level(wall(3, above=0)))
    assert not crossing.playable
    assert crossing.furthest_column == 3
    assert crossing.reason == (
        "no way beyond column 4 of 9: a gap too wide, a wall too high, or a dead end"
    )
    assert crossing.path[-1] == (3, 2)


def test_trampolines_throw_higher(draw_level: Draw) -> None:
    rows = ["-----------"] * 3 + ["-----X-----"] * 7 + ["XXXXXXXXXXX"]
    assert not cross(draw_level("\n".join(rows))).playable
    rows[-2] = "---J-X-----"
    assert cross(draw_level("\n".join(rows))).playable
    assert not cross(draw_level("\n".join(rows)), Physics(bounce=5)).playable


@pytest.mark.parametrize(("tile", "crossed"), [("T", True), ("X", False)])
def test_one_way_platforms_let_through_from_below(
    draw_level: Draw, tile: str, crossed: bool
) -> None:
    rows = ["-------"] * 2 + ["----X--", tile * 4 + "X--"] + ["----X--"] * 3 + ["XXXXXXX"]
    crossing = cross(draw_level("\n".join(rows)), start=(1, 6))
    assert crossing.playable is crossed
    assert any(row == 3 for _, row in crossing.path) is crossed


def test_a_platform_carries(draw_level: Draw) -> None:
    assert cross(draw_level("------- ------- XTTTTTX")).playable


def test_hazards_kill(draw_level: Draw) -> None:
    assert cross(draw_level("------- ------- X-^^^-X XXXXXXX")).playable
    assert not cross(draw_level("^^^^^^^ ------- X-^^^-X XXXXXXX")).playable
    assert not cross(draw_level("--^-- --^-- XXXXX")).playable


def test_water_is_swum_and_left_with_a_leap(draw_level: Draw) -> None:
    pool = ["---------"] * 4 + ["----~XXXX", "XX~~~XXXX", "XX~~~XXXX"]
    assert cross(draw_level("\n".join(pool))).playable
    deep = ["---------"] * 3 + ["-----XXXX"] * 3 + ["XX~~~XXXX", "XX~~~XXXX"]
    assert cross(draw_level("\n".join(deep))).playable
    deeper = ["---------"] * 3 + ["-----XXXX"] * 5 + ["--~~~XXXX", "~~~~~XXXX"]
    assert not cross(draw_level("\n".join(deeper))).playable


def test_falling_out_of_the_level_is_no_way(draw_level: Draw) -> None:
    assert not cross(draw_level("XXX------------X " + "---------------- " * 3)).playable


def test_corners_are_not_cut(draw_level: Draw) -> None:
    assert not cross(draw_level("---X- --X-- XXXXX")).playable
    assert cross(draw_level("----- --X-- XXXXX")).playable


def test_where_a_way_begins(draw_level: Draw) -> None:
    closed = "---X--- ---X--- XXXXXXX"
    assert not cross(draw_level(closed)).playable
    assert cross(draw_level("---X--- ---XP-- XXXXXXX")).path[0] == (4, 1)
    assert cross(draw_level(closed), start=(5, 1)).path == [(5, 1), (6, 1)]
    assert cross(draw_level(closed), start_columns=(4, 5)).playable
    assert cross(draw_level(closed), goal_column=2).playable
    nowhere = cross(draw_level("----- ----X"))
    assert nowhere.reason == "there is nowhere to stand in columns 1 to 3"
    inside = cross(draw_level(closed), start=(3, 0))
    assert inside.reason == "the start in column 4 is inside something solid"
    outside = cross(draw_level(closed), start=(9, 0))
    assert outside.reason == "the start lies outside the level (column 10, row 1)"


def test_the_last_column_needs_a_place_to_stand(draw_level: Draw) -> None:
    crossing = cross(draw_level("------ ------ XXXXX-"))
    assert not crossing.playable
    assert crossing.furthest_column == 4


def test_standing(draw_level: Draw) -> None:
    stands = standing(draw_level("-T-- X^~- XXXT"))
    assert np.argwhere(stands).tolist() == [[0, 0], [1, 3]]


def test_physics_out_of_range() -> None:
    with pytest.raises(ValueError, match=r"expected 1\.\.30 rows"):
        Physics(jump=0)


def scattered(seed: int, share: float, height: int = 16, width: int = 40) -> Level:
    """Tiles thrown over the sky, on some ground."""
    rng = np.random.default_rng(seed)
    tileset = builtin()["platformer"]
    chances = np.array([0, 5, 1, 3, 1, 1, 1, 2, 2, 1, 1, 0, 0], dtype=float)
    grid = rng.choice(13, size=(height, width), p=chances / chances.sum())
    grid[rng.random(grid.shape) > share] = 0
    grid[-1, rng.random(width) < 0.7] = 1
    return Level(grid, tileset)


@given(seed=st.integers(0, 10**6), share=st.sampled_from([0.05, 0.1, 0.2, 0.35, 0.5]))
@settings(max_examples=150, deadline=None)
def test_every_path_can_be_played(seed: int, share: float) -> None:
    level = scattered(seed, share)
    crossing = cross(level)
    if crossing.path:
        assert illegal_move(level_text(level).split(), crossing.path) == ""
    if crossing.playable:
        assert crossing.path[-1][0] == level.width - 1


@given(seed=st.integers(0, 10**6), share=st.sampled_from([0.1, 0.2, 0.35]))
@settings(max_examples=30, deadline=None)
def test_a_search_state_by_state_agrees(seed: int, share: float) -> None:
    """Breadth-first over the replay's own rules finds a way exactly where the search does."""
    level = scattered(seed, share, height=8, width=16)
    rows = level_text(level).split()
    crossing = cross(level)
    assert reachable(rows) == crossing.playable


def reachable(rows: list[str]) -> bool:
    """Plain search over (column, row, state); written from the rules, for small levels."""
    height, width = len(rows), len(rows[0])

    def tile(c: int, r: int) -> str:
        return rows[r][c] if 0 <= r < height and 0 <= c < width else "^"

    def stands(c: int, r: int) -> bool:
        return r + 1 < height and tile(c, r + 1) in "X/S?TJ"

    def arrive(c: int, r: int, rise: int) -> list[tuple[int, int, int]]:
        if tile(c, r) == "~":
            return [(c, r, -1)]
        return [(c, r, 0), *([(c, r, rise)] if rise > 0 else [])]

    todo = []
    for c in range(3):
        for r in range(height):
            if tile(c, r) not in "X/S?^" and (tile(c, r) == "~" or stands(c, r)):
                todo += arrive(c, r, 0)
    seen = set(todo)
    while todo:
        c, r, rise = todo.pop()
        swims = rise == -1
        on_feet = rise == 0 and stands(c, r)
        if c == width - 1 and (swims or on_feet):
            return True
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                left = 0
                if dy == -1:
                    if swims:
                        left = 2
                    elif on_feet:
                        left = 5 if tile(c, r + 1) == "J" else 3
                    elif rise > 0:
                        left = rise - 1
                    else:
                        continue
                elif (not swims and on_feet != (dy == 0)) or (not swims and rise > 0):
                    continue
                to = (c + dx, r + dy)
                stop = "X/S?^TJ" if dy == 1 else "X/S?^"
                over = tile(c + dx, r) not in "X/S?^" and tile(*to) not in stop
                along = tile(c, r + dy) not in stop and tile(*to) not in "X/S?^"
                if over or along:
                    for state in arrive(*to, left):
                        if state not in seen:
                            seen.add(state)
                            todo.append(state)
    return False


def test_the_search_is_fast() -> None:
    level = scattered(1, 0.1, height=35, width=400)
    begin = time.perf_counter()
    cross(level)
    assert time.perf_counter() - begin < 1.0
