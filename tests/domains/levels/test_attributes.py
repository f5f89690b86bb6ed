"""By what levels are steered."""

from __future__ import annotations

import numpy as np
import pytest

from genvae.domains.levels.attributes import TYPICAL, dangerous_columns, difficulty
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.level import Level
from genvae.domains.levels.tileset import builtin


def level(*rows: str) -> Level:
    tileset = builtin()["platformer"]
    return Level(np.array([[tileset.numbers[s] for s in row] for row in rows]), tileset)


def test_a_fall_an_enemy_and_a_hazard_are_dangers_a_column_each() -> None:
    #                enemy twice, spikes, hole, water
    made = level("---E----", "---E-^--", "XXXXXX-~")
    assert dangerous_columns(made).tolist() == [0, 0, 0, 1, 0, 1, 1, 0]


def test_half_is_as_dangerous_as_the_median_level() -> None:
    assert TYPICAL == 0.125
    assert difficulty(level("--------", "XXXX-XXX")) == pytest.approx(0.5)
    assert difficulty(level("--------", "XXXXXXXX")) == 0.0
    assert difficulty(level("--E-E-E-", "XX-XX-X-")) == pytest.approx(5 / 6)


def test_every_attribute_is_measured() -> None:
    for name in LevelsDomain().codecs():
        codec = LevelsDomain().open({"tileset": name})
        found = codec.measure(Level(np.zeros((codec.spec.rows, 16)), codec.tileset))
        assert set(codec.attributes) <= set(found)
        assert all(name == a.name for name, a in codec.attributes.items())


def test_what_can_be_asked_of_a_platformer() -> None:
    attributes = LevelsDomain().open({}).attributes
    assert {"enemies", "coins", "difficulty", "linearity", "leniency"} <= set(attributes)
    assert attributes["enemies"].counted
    assert not attributes["difficulty"].counted
    assert "boxes" not in attributes
