from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Verdict
from genvae.domains.levels.rules.climber import Climber
from genvae.domains.levels.rules.diggings import Climbing
from genvae.domains.levels.text import level_from_rows, level_text
from genvae.domains.levels.tileset import builtin

from .replay_climber import play  # noqa: TID252

TILESET = builtin()["climber"]


def check(rows: str, **parameters: Any) -> Verdict:
    """Rows separated by ``|``; a dot is air."""
    drawn = rows.replace(".", " ").split("|")
    verdict = Climber(Climbing(**parameters)).check(level_from_rows(drawn, TILESET))
    if verdict.proof is not None:
        assert play(drawn, verdict.proof["moves"]) == ""
    return verdict


def test_a_walk_and_a_ladder() -> None:
    verdict = check("....H|R.N.H|XXXXX")
    assert verdict.proof == {"moves": "rrrru"}
    assert verdict.path[-1] == (4, 0)
    assert verdict.facts["moves"] == 5


def test_hidden_ladders_come_with_the_last_gold() -> None:
    assert check("....Z|R.N.Z|XXXXX").playable
    pit = check("....Z|R.N.Z|XXNXX", dig=False)
    assert pit.problems == ("no way out with all the gold; the way ends in column 3, row 3",)
    blocked = check("N..Z|..XZ|R..Z|XXXX")
    assert blocked.problems == ("the gold in column 1, row 1 cannot be reached",)


def test_ropes_carry_and_are_let_go_of() -> None:
    assert check("......H|.HTTTTH|RH....H|XX....H|......H|N.....H|XXXXXXH").playable
    assert check("......H|.H.TTTH|RH....H|XX....H|......H|......H|XXXXXXH").playable


def test_falling_is_straight() -> None:
    verdict = check("R.....|XX....|......|.....N|XXXXXX")
    assert verdict.playable is False
    assert "no way out with all the gold" in verdict.problems[0]


@pytest.mark.parametrize(("brick", "playable"), [("M", True), ("X", False)])
def test_gold_walled_in(brick: str, playable: bool) -> None:
    rows = f"....H|R...H|M{brick}MMH|XN.MH|XX{brick}XH|X...H|XXXXX"
    assert check(rows).playable is playable
    assert check(rows, dig=False).playable is False


@pytest.mark.parametrize(("holes", "playable"), [(0, False), (1, False), (2, False), (3, True)])
def test_two_layers_take_three_holes(holes: int, playable: bool) -> None:
    rows = ".......XZ|..R....XZ|XMMMMMXXZ|XMMMMMXXZ|XN......Z|XXXXXXXXX"
    assert check(rows, holes=holes).playable is playable


def test_a_brick_under_gold_is_dug_once_the_gold_is_taken() -> None:
    verdict = check("....H|RN..H|XMXXH|XNXXH|X..XH|XX..H|XXXXX")
    assert verdict.playable


def test_false_bricks_let_through_from_above_only() -> None:
    assert check("H.....|HR..N.|XXXXXX").playable
    assert check("H.....|HR.FN.|XXXXXX").playable is False
    assert check("...H|R..H|XFXH|N..H|XXXX").playable
    assert check("...H|R..H|XFXH|NX.H|XXXX").playable is False
    assert check("NH|FH|.H|RH|XX").playable
    assert check("N.|F.|H.|R.|XX").playable is False


def test_gold_that_cannot_be_had_together() -> None:
    verdict = check("..R..|N.X.N|XXXXX", dig=False)
    assert verdict.problems[0].endswith("cannot be had together with the rest")
    assert verdict.place in {(0, 1), (4, 1)}


def test_no_player_and_no_gold() -> None:
    assert check("...|XXX").problems == ("no player",)
    assert check("R.|XX").playable
    assert check("..Z|R.Z|XXX").playable


def test_three_layers_take_six_holes() -> None:
    rows = "........XZ|..R.....XZ|XMMMMMMXXZ|XMMMMMMXXZ|XMMMMMMXXZ|XN.......Z|XXXXXXXXXX"
    assert check(rows, holes=5).playable is False
    verdict = check(rows)
    assert verdict.facts["layers"] == 3
    assert verdict.proof is not None
    assert verdict.proof["moves"].startswith("LrLrLl.lLrLl.Ll..w")
    assert check(rows, hold=16).playable is False


def test_gold_on_a_brick_bars_the_shaft_below_it() -> None:
    rows = "......H|R.N...H|XXMXXXH|XX.XXXH|XXN..XH|XXXX.XH|XXXX..H|XXXXXXX"
    assert check(rows).proof == {"moves": "rrlRr...wrr..rruuuuuu"}


def test_the_search_gives_up() -> None:
    rows = "R.N..Z|XXXX.Z|....NZ|XXXXXX"
    assert check(rows).playable
    verdict = check(rows, nodes=1)
    assert verdict.playable is None
    assert verdict.problems[0] == "undecided after 4 orders of collecting"


@given(seed=st.integers(0, 10**6))
@settings(max_examples=150)
def test_every_proof_can_be_played(seed: int) -> None:
    rng = np.random.default_rng(seed)
    chances = np.array([10, 6, 1, 0.7, 2, 1, 1.5, 0.7, 0, 0])
    grid = rng.choice(10, size=(7, 9), p=chances / chances.sum())
    grid[rng.integers(7), rng.integers(9)] = 9
    check("|".join(level_text(Level(grid, TILESET)).rstrip("\n").split("\n")))
