from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genvae.domains.levels.level import Level
from genvae.domains.levels.repair.climbing import repair_climb
from genvae.domains.levels.rules.climber import Climber
from genvae.domains.levels.rules.diggings import Climbing
from genvae.domains.levels.text import level_from_rows, level_text
from genvae.domains.levels.tileset import builtin

from ..replay_climber import play  # noqa: TID252

TILESET = builtin()["climber"]


def repaired(rows: str, most: int = 9) -> tuple[list[str], int]:
    """Rows separated by ``|``; a dot is air."""
    level = level_from_rows(rows.replace(".", " ").split("|"), TILESET)
    found = repair_climb(level, Climbing(), most=most)
    assert found is not None
    drawn = level_text(found[0]).rstrip("\n").split("\n")
    verdict = Climber().check(found[0])
    assert verdict.proof is not None
    assert play([f"{row:{level.width}}" for row in drawn], verdict.proof["moves"]) == ""
    return [row.replace(" ", ".") for row in drawn], len(found[1])


def test_a_level_that_can_be_finished_stays_as_it_is() -> None:
    level = level_from_rows(["    H", "R N H", "XXXXX"], TILESET)
    assert repair_climb(level, Climbing(), most=9) == (level, [])


def test_gold_out_of_reach_gets_a_ladder() -> None:
    rows, changes = repaired("......H|N.....H|XX....H|......H|R.....H|XXXXXXX")
    assert changes == 3
    assert sum(row.count("T") for row in rows) <= 3


def test_a_gap_is_bridged_by_a_rope() -> None:
    rows, changes = repaired("........H|N......RH|XX.XXXXXH|........H|XXXXXXXXX")
    assert changes == 1
    assert rows[1] == "N.T....RH"


def test_a_pit_gets_a_way_out() -> None:
    _, changes = repaired("....H|R.N.H|XXXXH|X..XH|XN.XX|XXXXX", most=6)
    assert changes <= 3


def test_the_way_out_is_a_hidden_ladder() -> None:
    rows, changes = repaired("....|R.N.|XXXX")
    assert changes == 1
    assert sum(row.count("Z") for row in rows) == 1


def test_too_many_changes_are_none() -> None:
    level = level_from_rows(["     ", "     ", "     ", "R N  ", "XXXXX"], TILESET)
    assert repair_climb(level, Climbing(), most=2) is None
    assert repair_climb(level_from_rows(["  ", "XX"], TILESET), Climbing(), most=2) is None


@pytest.mark.parametrize("dig", [False, True])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=25)
def test_what_is_repaired_can_be_finished(dig: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    chances = np.array([10, 6, 2, 0.7, 1, 0.5, 1, 0.7, 0.3, 0])
    grid = rng.choice(10, size=(9, 12), p=chances / chances.sum())
    grid[rng.integers(9), rng.integers(12)] = 9
    level = Level(grid, TILESET)
    found = repair_climb(level, Climbing(dig=dig), most=20)
    if found is not None:
        verdict = Climber(Climbing(dig=dig)).check(found[0])
        assert verdict.proof is not None
        drawn = level_text(found[0]).rstrip("\n").split("\n")
        assert play(drawn, verdict.proof["moves"]) == ""
        assert (found[0].grid_HW != level.grid_HW).sum() == len(found[1]) <= 20
        kept = level.having("start", "collectable", "enemy")
        assert (found[0].grid_HW[kept] == level.grid_HW[kept]).all()
