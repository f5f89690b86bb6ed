"""Which columns of a level that cannot be played are written anew."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.facts import Facts
from genvae.domains.levels.level import Level
from genvae.domains.levels.reopening import AHEAD, BEHIND, PLACINGS
from genvae.domains.levels.windows import FIELD


def test_around_the_place_where_the_way_ends(
    codec: LevelsCodec, draw_level: Callable[[str], Level]
) -> None:
    level = draw_level(" ".join(["-" * 32] * 14 + ["XXXXXX" + "-" * 20 + "XXXXXX"]))
    report = codec.check(level)
    assert report.playable is False
    found = codec.reopened(report, 32, 0)
    assert found is not None
    column = report.facts["place"][0]
    assert found.reached == column
    at = np.flatnonzero(found.open_S)
    assert (at[0], at[-1]) == (column - BEHIND + 1, column + AHEAD)
    wider = codec.reopened(report, 32, 2)
    assert wider is not None
    assert wider.open_S.sum() == found.open_S.sum() + 4


def test_the_first_columns_where_there_is_nowhere_to_begin(
    codec: LevelsCodec, draw_level: Callable[[str], Level]
) -> None:
    level = draw_level(" ".join(["-" * 16] * 14 + ["------XXXXXXXXXX"]))
    report = codec.check(level)
    assert "place" not in report.facts
    found = codec.reopened(report, 16, 0)
    assert found is not None
    assert np.flatnonzero(found.open_S).tolist() == list(range(AHEAD + 1))


def test_things_are_placed_anew_on_terrain_that_stays() -> None:
    base = LevelsDomain().open({"tileset": "sokoban"})
    facts = Facts({"start": 1, "goal": 4, "box": 4})
    layered = LevelsCodec(base.tileset, layers=2, facts=facts)
    columns = base.tileset.columns
    report = layered.check(layered.assemble(_empty(layered), {}))
    found = layered.reopened(report, layered.spec.steps, 0)
    assert found is not None
    assert not found.open_S[:columns].any()
    assert found.open_S[columns:].all()
    assert layered.reopened(report, layered.spec.steps, PLACINGS) is None


def test_other_games_are_repaired() -> None:
    codec = LevelsDomain().open({"tileset": "climber"})
    report = codec.check(codec.assemble(_empty(codec), {}))
    assert codec.reopened(report, codec.spec.steps, 0) is None


def _empty(codec: LevelsCodec) -> dict[str, np.ndarray]:
    rows, steps = codec.spec.rows, codec.spec.steps
    return {FIELD: np.full((1, rows, steps), codec.tileset.empty)}
