"""Where a climber can be and still get everything and get out."""

from __future__ import annotations

import numpy as np

from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.facts import DRAWN_TO, Facts, Kept
from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.climber import Climber
from genvae.domains.levels.rules.diggings import Climbing
from genvae.domains.levels.rules.roaming import roomiest
from genvae.domains.levels.text import level_from_rows
from genvae.domains.levels.tileset import builtin

TILESET = builtin()["climber"]


def level(rows: str) -> Level:
    """Rows separated by ``|``; a dot is air."""
    return level_from_rows(rows.replace(".", " ").split("|"), TILESET)


def drawn(mask_HW: np.ndarray) -> str:
    return "|".join("".join(".o"[int(cell)] for cell in row) for row in mask_HW)


def test_what_is_shut_off_is_no_room() -> None:
    room = roomiest(level("...H.X..|XXXHXX..|...H.X..|XXXXXXXX"), Climbing())
    assert room is not None
    assert drawn(room.come_by_HW) == "ooo.o...|........|ooo.o...|........"
    assert np.array_equal(room.begin_HW, room.come_by_HW)


def test_of_two_ways_down_the_roomier_one() -> None:
    """From the top one falls to the left or to the right, and there is no way back."""
    room = roomiest(level("........|Z.XX..Z.|Z.XX..Z.|XXXXXXXX"), Climbing(dig=False))
    assert room is not None
    assert drawn(room.come_by_HW) == "..ooo...|....o...|....oo.o|........"
    assert drawn(room.begin_HW) == "..oo....|........|........|........"


def test_one_begins_before_there_is_no_way_back() -> None:
    room = roomiest(level("....X.H|XXX.X.H|XXX.X.H|XX....H|XXXXXXX"), Climbing(dig=False))
    assert room is not None
    assert drawn(room.come_by_HW) == "oooo.o.|...o.o.|...o.o.|..oooo.|......."
    assert drawn(room.begin_HW) == "ooo....|.......|.......|.......|......."


def test_from_where_the_player_stands() -> None:
    room = roomiest(level("....X.H|XXX.X.H|XXX.X.H|XX..R.H|XXXXXXX"), Climbing(dig=False))
    assert room is not None
    assert drawn(room.come_by_HW) == ".....o.|.....o.|.....o.|..oo.o.|......."


def test_no_way_out_is_no_room() -> None:
    assert roomiest(level("XXXXX|.....|XXXXX"), Climbing(dig=False)) is None


def layered() -> LevelsCodec:
    return LevelsCodec(TILESET, layers=2, facts=Facts({"start": 1}))


def terrain(codec: LevelsCodec) -> np.ndarray:
    """Cells of a window with two halls, three tiles high; out of the left one leads a ladder."""
    cells = np.zeros((1, 2 * TILESET.columns, TILESET.rows), dtype=np.int64)
    ground = cells[:, : TILESET.columns]
    ground[:] = TILESET.numbers["X"]
    ground[:, 1:14, 1:4] = ground[:, 15:, 1:4] = TILESET.empty
    ground[:, 0, 1:] = TILESET.numbers["H"]
    return cells


def test_things_come_beside_the_way() -> None:
    codec = layered()
    kept = codec.constraints()
    assert isinstance(kept, Kept)
    cells, gold, player = terrain(codec), TILESET.numbers["N"], TILESET.numbers["R"]
    begin = TILESET.columns
    odds = {}
    for step in range(begin, begin + 20):
        for row in range(TILESET.rows):
            odds[step - begin, row] = np.broadcast_to(kept.allow(step, row, cells), (1, 10))[0]
    assert odds[3, 1][gold] == DRAWN_TO
    assert odds[3, 1][TILESET.empty] == 1
    assert odds[3, 1][player] == 1
    assert odds[1, 3][gold] == DRAWN_TO  # one falls by
    assert odds[1, 3][player] == odds[5, 3][gold] == 0
    assert odds[16, 1][gold] == odds[16, 1][player] == 0


def test_without_much_room_things_come_anywhere() -> None:
    codec = layered()
    kept = codec.constraints()
    assert isinstance(kept, Kept)
    cells, gold = terrain(codec), TILESET.numbers["N"]
    cells[:, 3, 1:4] = TILESET.numbers["X"]
    begin = TILESET.columns
    kept.allow(begin, 0, cells)
    kept.allow(begin, 1, cells)
    assert kept.odds_NK is None
    assert np.broadcast_to(kept.allow(begin + 16, 1, cells), (1, 10))[0][gold] == 1


def test_a_ruleset_that_says_nothing_of_ways_changes_nothing() -> None:
    ruleset = LevelsDomain().open({"tileset": "sokoban"}).ruleset
    assert ruleset is not None
    assert ruleset.roomiest(level("...|XXX")) is None
    assert Climber().roomiest(level("..H|XXX")) is not None
