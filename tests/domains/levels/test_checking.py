"""What the codec of levels finds in a level, and what it marks in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.level import Level
from genvae.domains.levels.text import level_from_rows, level_text
from genvae.domains.levels.tileset import builtin

Draw = Callable[[str], Level]


def test_check(codec: LevelsCodec, draw_level: Draw) -> None:
    report = codec.check(draw_level("---- ---- XXXX"))
    assert (report.valid, report.playable, report.problems) == (True, True, [])
    assert report.proof == {"path": [[2, 1], [3, 1]]}
    report = codec.check(draw_level("---X- ---X- XXXXX"))
    assert (report.valid, report.playable, report.proof) == (True, False, None)
    assert report.problems == [
        "no way beyond column 3 of 5: a gap too wide, a wall too high, or a dead end"
    ]
    report = codec.check(draw_level("P--P XXXX"))
    assert report.valid is False
    assert report.problems[0] == "2 starts (columns 1, 4), at most one is allowed"
    unknown = codec.check(Level(np.array([[0, 13]]), codec.tileset))
    assert (unknown.valid, unknown.problems) == (False, ["row 1, column 2: a tile without meaning"])


def test_without_rules_playable_has_no_meaning() -> None:
    table = builtin()["sokoban"].table() | {"rules": None}
    codec = LevelsDomain().open({"tileset": table})
    assert codec.check(level_from_rows(["#@#"], codec.tileset)).playable is None


def test_check_by_the_rules_of_the_tileset() -> None:
    codec = LevelsDomain().open({"tileset": "sokoban"})
    report = codec.check(level_from_rows(["#####", "#@$.#", "#####"], codec.tileset))
    assert (report.valid, report.playable, report.proof) == (True, True, {"moves": "R"})
    assert report.facts["path"] == [[1, 1], [2, 1]]
    report = codec.check(level_from_rows(["#####", "#@ .#", "#####"], codec.tileset))
    assert (report.valid, report.playable, report.problems) == (False, None, ["no box"])


def test_what_was_found_is_drawn() -> None:
    codec = LevelsDomain().open({"tileset": "sokoban"})
    for rows, place in ((["#####", "#@$.#", "#####"], None), (["####", "#@ #", "#$.#", "####"], 1)):
        level = level_from_rows(rows, codec.tileset)
        drawn = codec.checked_picture(level, codec.check(level))
        red = (drawn == (230, 30, 30)).all(axis=2)
        assert red[11, 11] == (place is None)
        assert red[16, 8] == (place is not None)


def test_rules_in_place_of_the_tilesets_own(tmp_path: Path) -> None:
    (tmp_path / "weak.toml").write_text("jump = 1\n")
    codec = LevelsDomain().open({"rules": str(tmp_path / "weak.toml")})
    assert codec.tileset.settings == (("jump", 1),)
    assert LevelsDomain().open(codec.config).tileset == codec.tileset
    assert LevelsDomain().open({"rules": "topdown"}).tileset.rules == "topdown"


def test_finish_marks_the_start(codec: LevelsCodec, draw_level: Draw) -> None:
    level = draw_level("------ ------ XXXXXX")
    done = codec.finish(level, codec.check(level))
    assert level_text(done) == "------\n--P---\nXXXXXX\n"
    assert codec.check(done).playable
    assert not level.having("start").any()
    assert codec.finish(done, codec.check(done)) is done


def test_finish_never_overwrites(codec: LevelsCodec, draw_level: Draw) -> None:
    level = draw_level("------ EEEo-- XXXXXX")
    done = codec.finish(level, codec.check(level))
    assert level_text(done) == "------\nEEEoP-\nXXXXXX\n"
    full = draw_level("oooo XXXX")
    assert codec.finish(full, codec.check(full)) is full
    closed = draw_level("---X- ---X- XXXXX")
    assert codec.finish(closed, codec.check(closed)) is closed


def test_finish_in_the_water(codec: LevelsCodec, draw_level: Draw) -> None:
    level = draw_level("------ ~~~~~~ ~~~~~~")
    done = codec.finish(level, codec.check(level))
    assert done.having("start").sum() == 1
    assert codec.check(done).playable
