"""The fewest changes that let a level be crossed."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genvae.domains.base import MOST_CHANGED
from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.level import Change, Level, changed
from genvae.domains.levels.repair.crossing import repair_crossing
from genvae.domains.levels.rules.platformer import Physics, cross
from genvae.domains.levels.text import level_from_rows, level_text
from genvae.domains.levels.tileset import builtin

from ..replay import illegal_move  # noqa: TID252

Draw = Callable[[str], Level]
PLATFORMER, MARIO = builtin()["platformer"], builtin()["mario"]


def of(rows: Sequence[str], tileset: str = "platformer") -> Level:
    return level_from_rows(list(rows), builtin()[tileset])


def gap(columns: int) -> list[str]:
    """Flat ground, two tiles thick, with a gap and room to jump."""
    return ["-" * (columns + 8)] * 6 + ["XXXX" + "-" * columns + "XXXX"] * 2


def wall(rows: int, above: int = 3) -> list[str]:
    return ["-" * 9] * above + ["----X----"] * rows + ["X" * 9]


def repaired(level: Level, **options: int) -> tuple[Level, list[Change]]:
    found = repair_crossing(level, **options)  # type: ignore[arg-type]
    assert found is not None
    assert cross(found[0]).playable
    if level.tileset is PLATFORMER:
        assert illegal_move(level_text(found[0]).splitlines(), cross(found[0]).path) == ""
    return found


def test_a_level_that_can_be_crossed_stays_as_it_is() -> None:
    level = of(gap(7))
    assert repair_crossing(level) == (level, [])


@pytest.mark.parametrize(("columns", "tiles"), [(8, 1), (9, 1), (15, 1), (16, 2), (24, 3)])
def test_a_gap_gets_the_fewest_tiles_of_the_ground(columns: int, tiles: int) -> None:
    level = of(gap(columns))
    _, changes = repaired(level)
    assert len(changes) == tiles
    assert {tile for _, _, tile in changes} == {PLATFORMER.numbers["X"]}


def test_a_ledge_is_made_longer_before_a_tile_floats() -> None:
    _, changes = repaired(of(gap(8)))
    assert changes in ([(4, 6, 1)], [(11, 6, 1)], [(4, 7, 1)], [(11, 7, 1)])


def test_a_wall_gets_a_step() -> None:
    level = of(wall(5))
    mended, changes = repaired(level)
    assert len(changes) == 1
    column, _, tile = changes[0]
    assert (abs(column - 4) <= 1, tile) == (True, PLATFORMER.numbers["X"])
    assert (mended.grid_HW != level.grid_HW).sum() == 1


def test_a_closed_wall_is_opened() -> None:
    level = of(wall(3, above=0))
    _, changes = repaired(level)
    assert len(changes) == 1
    assert changes[0][0] == 4
    assert changes[0][2] == PLATFORMER.empty


def test_what_is_cleared_under_water_is_water() -> None:
    rows = ["XXXXXXX", "~~~X~~~", "~~~X~~~", "~~~X~~~", "XXXXXXX"]
    _, changes = repaired(of(rows))
    assert [(column, tile) for column, _, tile in changes] == [(3, PLATFORMER.numbers["~"])]


def test_spikes_go_before_ground() -> None:
    rows = ["XXXXXXX", "XXX^XXX", "---^---", "---^---", "XXXXXXX"]
    _, changes = repaired(of(rows))
    assert len(changes) == 1
    assert changes[0][1] in (2, 3)


def test_nowhere_to_begin() -> None:
    level = of(["--------"] * 4 + ["---XXXXX"])
    assert cross(level).reason.startswith("there is nowhere to stand")
    _, changes = repaired(level)
    assert len(changes) == 1


def test_the_start_marker_is_kept() -> None:
    level = of(["-----X---", "-----X---", "-P---X---", "XXXXXXXXX"])
    mended, changes = repaired(level)
    assert len(changes) == 1
    assert mended.having("start").sum() == 1


def test_pipes_and_doors_stay_whole() -> None:
    pipe = ["---------"] * 2 + ["---<>----"] + ["---[]----"] * 5 + ["XXXXXXXXX"]
    level = of(pipe, "mario")
    mended, changes = repaired(level)
    assert changes
    kept = level.having("pipe")
    np.testing.assert_array_equal(mended.grid_HW[kept], level.grid_HW[kept])


def test_a_shaft_is_climbed_by_platforms_where_there_are_any() -> None:
    """A step in a shaft one column wide stands in the way of a jump, unless it is one-way."""
    shaft = ["XXXXXXXX", "X-------"] + ["X-XXXXXX"] * 6 + ["XPXXXXXX", "XXXXXXXX"]
    _, changes = repaired(of(shaft), most=3)
    assert [tile for _, _, tile in changes] == [PLATFORMER.numbers["T"]]


def test_at_most_so_many() -> None:
    assert repair_crossing(of(gap(16)), most=1) is None
    assert repair_crossing(of(gap(16)), most=0) is None
    assert repair_crossing(of(gap(16)), most=2) is not None


def test_weaker_bodies_need_more() -> None:
    found = repair_crossing(of(gap(7)), Physics(jump=2))
    assert found is not None
    assert len(found[1]) > 0
    assert cross(found[0], Physics(jump=2)).playable


def fewest(level: Level, physics: Physics, limit: int) -> int:
    """By trying everything: the fewest changes, or ``limit``."""
    tiles = range(len(level.tileset))
    names = [level.tileset.numbers[s] for s in "-XT" if s in level.tileset.numbers]
    cells = list(itertools.product(range(level.width), range(level.height)))
    assert set(names) <= set(tiles)
    for number in range(1, limit):
        for places in itertools.combinations(cells, number):
            for kinds in itertools.product(names, repeat=number):
                tried = [(c, r, k) for (c, r), k in zip(places, kinds, strict=True)]
                if cross(changed(level, tried), physics).playable:
                    return number
    return limit


@pytest.mark.parametrize("tileset", ["platformer", "mario"])
def test_against_trying_everything(tileset: str) -> None:
    """Levels of noise are the hardest case; there, ways that use a change twice cost one more."""
    rng = random.Random(7)
    physics = Physics(jump=2, bounce=3, leap=1)
    excess = []
    while len(excess) < 25:
        width, height = rng.choice([5, 6]), rng.choice([4, 5])
        rows = ["".join(rng.choice("----XX") for _ in range(width)) for _ in range(height)]
        level = of(rows, tileset)
        if cross(level, physics).playable:
            continue
        found = repair_crossing(level, physics, most=20)
        assert found is not None
        number = len(found[1])
        assert cross(found[0], physics).playable
        excess.append(number - fewest(level, physics, min(number, 3)))
    assert sum(excess) <= 2
    assert max(excess) <= 1


@st.composite
def planted(draw: st.DrawFn) -> list[str]:
    """Hilly ground with gaps, walls and hazards planted."""
    width = draw(st.integers(16, 40))
    height, rows = 5, [["-"] * width for _ in range(12)]
    for column in range(width):
        height = min(max(height + draw(st.sampled_from([-1, 0, 0, 0, 1])), 1), 8)
        for row in range(12 - height, 12):
            rows[row][column] = "X"
    for _ in range(draw(st.integers(1, 3))):
        kind, left = draw(st.sampled_from("gws")), draw(st.integers(3, width - 4))
        for column in range(left, min(left + draw(st.integers(1, 14)), width - 3)):
            for row in range(12):
                if kind == "g":
                    rows[row][column] = "-"
                elif kind == "w" and column < left + 2 and row >= draw(st.integers(0, 2)):
                    rows[row][column] = "X"
                elif kind == "s" and rows[row][column] == "-" and row > 3:
                    rows[row][column] = "^"
    return ["".join(row) for row in rows]


@settings(max_examples=40, deadline=None)
@given(planted(), st.sampled_from(["platformer", "mario"]))
def test_what_is_repaired_passes_and_the_rest_is_untouched(rows: list[str], tileset: str) -> None:
    if tileset == "mario":
        rows = [row.replace("^", "-") for row in rows]
    level = of(rows, tileset)
    before = level.grid_HW.copy()
    found = repair_crossing(level, most=30)
    np.testing.assert_array_equal(level.grid_HW, before)
    assert found is not None
    mended, changes = found
    assert cross(mended).playable
    places = np.argwhere(mended.grid_HW != level.grid_HW)
    assert sorted((int(c), int(r)) for r, c in places) == [(c, r) for c, r, _ in changes]
    for column, row, tile in changes:
        assert mended.grid_HW[row, column] == tile
        without = [c for c in changes if c != (column, row, tile)]
        assert not cross(changed(level, without)).playable
    assert repair_crossing(level, most=30)[1] == changes  # type: ignore[index]


def test_a_wide_level_is_repaired_in_sections() -> None:
    part = gap(12)
    level = of(["".join([row] * 40) for row in part])
    begun = time.process_time()
    _, changes = repaired(level, most=200)
    assert level.width == 800
    assert len(changes) == 40
    assert time.process_time() - begun < 10
    assert repair_crossing(level, most=39) is None


def test_it_is_quick() -> None:
    """A few milliseconds on an idle machine."""
    level = of([row * 3 for row in gap(12)[:1] * 8 + gap(12)])
    begun = time.process_time()
    _, changes = repaired(level)
    assert (level.width, level.height, len(changes)) == (60, 16, 3)
    assert time.process_time() - begun < 0.5


def test_the_codec_says_what_was_changed(codec: LevelsCodec, draw_level: Draw) -> None:
    level = draw_level("\n".join(gap(8)))
    found = codec.repair(level)
    assert found is not None
    assert codec.check(found.piece).playable
    (column, row, was, new) = found.changes[0]
    assert (was, new) == ("-", "X")
    assert level_text(found.piece).splitlines()[row][column] == "X"
    assert found.share == 1 / level.grid_HW.size
    assert found.share <= MOST_CHANGED


def test_the_codec_gives_up_beyond_its_share(codec: LevelsCodec, draw_level: Draw) -> None:
    closed = ["X" * 40] * 6
    closed[4] = "-" * 4 + "X" * 36
    assert codec.repair(draw_level("\n".join(closed))) is None


def test_other_games_are_not_repaired() -> None:
    from genvae.domains.levels.domain import LevelsDomain

    sokoban = LevelsDomain().open({"tileset": "sokoban"})
    assert sokoban.repair(Level(np.zeros((4, 4)), sokoban.tileset)) is None  # type: ignore[attr-defined]
