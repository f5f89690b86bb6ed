"""The curve of tension along a level's way."""

from __future__ import annotations

import numpy as np
import pytest

from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.level import Level
from genvae.domains.levels.tension import level_curve, smoothed


def level(tileset: str, *rows: str) -> tuple[Level, object]:
    codec = LevelsDomain().open({"tileset": tileset})
    tiles = codec.tileset
    made = Level(np.array([[tiles.numbers[s] for s in row] for row in rows]), tiles)
    return made, codec.check(made)


def test_enemies_raise_the_curve_where_they_stand() -> None:
    calm, quiet = "-" * 40, "X" * 40
    walk = "-" * 30 + "EE" + "-" * 8
    curve = level_curve(*level("platformer", calm, calm, calm, walk, quiet))
    assert len(curve.tension_M) == 38
    assert curve.seconds == pytest.approx(19.0)
    assert curve.note == ""
    assert curve.tension_M.max() > 0.3
    assert 26 <= int(curve.parts["danger"].argmax()) <= 33
    assert curve.tension_M[:12].max() == 0.0


def test_a_level_without_a_way_is_taken_from_left_to_right() -> None:
    wall = ["-" * 10 + "X" + "-" * 13] * 9
    curve = level_curve(*level("platformer", *wall, "X" * 24))
    assert len(curve.tension_M) == 24
    assert "from left to right" in curve.note


def test_pushes_are_effort() -> None:
    rows = ("########", "#@ $  .#", "########")
    made, report = level("sokoban", *rows)
    curve = level_curve(made, report)
    assert report.proof == {"moves": "rRRR"}
    assert len(curve.tension_M) == 5
    assert curve.parts["effort"][-1] > curve.parts["effort"][0]


@pytest.mark.parametrize("count", [1, 2, 5, 50])
def test_smoothing_keeps_the_length_and_what_is_even(count: int) -> None:
    np.testing.assert_allclose(smoothed(np.full(count, 3.0), 3.0), np.full(count, 3.0))
