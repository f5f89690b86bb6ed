from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genvae.domains.levels.level import Change, Level
from genvae.domains.levels.repair.walking import repair_walk
from genvae.domains.levels.rules.topdown import TopDown
from genvae.domains.levels.rules.walking import Walking
from genvae.domains.levels.text import level_from_rows, level_text
from genvae.domains.levels.tileset import builtin

CATACLYSM, FREEDOOM = builtin()["cataclysm"], builtin()["freedoom"]
INDOORS = Walking(diagonal=True, floor=0.9)


def of(rows: str) -> Level:
    return level_from_rows(rows.split("|"), CATACLYSM)


def repaired(level: Level, rules: Walking = INDOORS, most: int = 9) -> tuple[list[str], int]:
    found = repair_walk(level, rules, most=most)
    assert found is not None
    assert TopDown(rules).check(found[0]).playable
    assert int((found[0].grid_HW != level.grid_HW).sum()) == len(found[1])
    return level_text(found[0]).splitlines(), len(found[1])


def test_a_level_that_can_be_walked_stays_as_it_is() -> None:
    level = of(",,,,,|,#+#,|,#.#,|,###,")
    assert repair_walk(level, INDOORS, most=9) == (level, [])


def test_a_closed_room_gets_one_door_in_a_straight_wall() -> None:
    rows, changes = repaired(of(",,,,,,,|,#####,|,#..>#,|,#...#,|,#####,|,,,,,,,"))
    assert changes == 1
    assert sum(row.count("+") for row in rows) == 1
    assert "+" not in rows[1][1] + rows[1][5] + rows[4][1] + rows[4][5]


def test_walls_are_opened_before_windows() -> None:
    rows, changes = repaired(of(',,,,,|"###"|".>."|"""#"'), most=9)
    assert changes == 1
    assert rows[1] == '"#+#"'


def test_what_is_in_a_wood_becomes_ground() -> None:
    rows, changes = repaired(of("TTTTT|TTTTT|TT>TT|TTTTT|,,,,,"))
    assert changes == 1
    assert rows[3] == "TT,TT"


def test_too_many_changes_are_none() -> None:
    thick = of(",,,,,|#####|#####|#####|#####|..>..")
    assert repair_walk(thick, INDOORS, most=3) is None
    assert repaired(thick, most=4)[1] == 4


def test_a_locked_door_without_a_key_is_opened() -> None:
    symbols = {
        role: next(t.symbol for t in FREEDOOM.tiles if role in t.roles)
        for role in ("empty", "solid", "goal", "start")
    }
    row = [symbols[r] for r in ("start", "empty", "solid", "empty", "goal")]
    wall = symbols["solid"] * 5
    level = level_from_rows([wall, "".join(row), wall], FREEDOOM)
    rows, changes = repaired(level, Walking())
    assert changes == 1
    assert rows[1][2] != symbols["solid"]


@pytest.mark.parametrize("any_goal", [False, True])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=40)
def test_what_is_repaired_can_be_walked(any_goal: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    chances = np.array([4, 1, 0, 0, 5, 1, 0.5, 1, 0, 0, 0.5, 0.3])
    level = Level(rng.choice(12, size=(12, 12), p=chances / chances.sum()), CATACLYSM)
    rules = Walking(diagonal=True, floor=0.9, any_goal=any_goal)
    found = repair_walk(level, rules, most=40)
    if found is not None:
        changes: list[Change] = found[1]
        assert TopDown(rules).check(found[0]).playable
        assert (found[0].grid_HW != level.grid_HW).sum() == len(changes) <= 40
        kept = level.having("goal")
        assert (found[0].grid_HW[kept] == level.grid_HW[kept]).all()
