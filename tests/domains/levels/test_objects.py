"""How things are placed on terrain.

Axes:  N windows · R rows, the bottom one first · C columns · K kinds
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.objects import LevelPlacement, placement_of
from genvae.domains.levels.text import level_from_rows
from tests.domains.levels.test_facts import ROOM

GOAL, BOX, PLAYER = 0, 1, 2


@pytest.fixture
def codec() -> LevelsCodec:
    """One that has seen the room as it is and with a box on a goal."""
    codec = LevelsDomain().open({"tileset": "sokoban", "layers": 2})
    seen = [ROOM, [row.replace(".. .", ".. *").replace("$$", "$ ") for row in ROOM]]
    tiles = np.concatenate(
        [codec.encode(level_from_rows(rows, codec.tileset)).windows["tiles"] for rows in seen]
    )
    codec.observe({"tiles": tiles})
    return codec


@pytest.fixture
def cells(codec: LevelsCodec) -> np.ndarray:
    """The room, ``(1, T, R)``."""
    x_NRT = codec.encode(level_from_rows(ROOM, codec.tileset)).windows["tiles"]
    return x_NRT.transpose(0, 2, 1)


def placement(codec: LevelsCodec) -> LevelPlacement:
    found = codec.placement()
    assert found is not None
    return found


def test_goals_come_first_and_the_player_last(codec: LevelsCodec) -> None:
    assert placement(codec).kinds == ("goal", "box", "start")
    assert placement(codec).order == (GOAL,) * 4 + (BOX,) * 4 + (PLAYER,)


def test_apart_and_together_again(codec: LevelsCodec, cells: np.ndarray) -> None:
    ground, has = placement(codec).split(cells)
    assert has.sum((2, 3)).tolist() == [[4, 4, 1]]
    np.testing.assert_array_equal(placement(codec).joined(ground, has), cells[:, 10:])
    # A box on a goal is one tile.
    has[0, BOX] = has[0, GOAL]
    symbols = [codec.tileset.symbols[k] for k in placement(codec).joined(ground, has).reshape(-1)]
    assert (symbols.count("*"), symbols.count("."), symbols.count("$")) == (4, 0, 0)


def test_what_is_seen_and_where_a_thing_may_come(codec: LevelsCodec, cells: np.ndarray) -> None:
    rules = placement(codec)
    ground, has = rules.split(cells)
    boxless = has.copy()
    boxless[:, [BOX, PLAYER]] = False
    planes, may = rules.seen(ground, boxless, np.array([BOX]))
    assert planes.shape == (1, rules.planes, 10, 10)
    assert planes.dtype == np.float32
    np.testing.assert_array_equal(planes[0, 3], may[0])
    assert (may & has[:, BOX]).sum() == 4  # where they really stand
    assert not may[0, 8, 1]  # a corner; rows count from the bottom
    assert planes[0, 4][may[0]].min() > 0
    # Nobody stands in a wall, or where a box is.
    _, may = rules.seen(ground, has, np.array([PLAYER]))
    solid = np.array([[symbol == "#" for symbol in row] for row in ROOM])[::-1]
    assert not (may[0] & solid).any()
    assert not (may[0] & has[0, BOX]).any()


def test_where_nothing_is_good_anything_is_better_than_nothing(
    codec: LevelsCodec, cells: np.ndarray
) -> None:
    rules = placement(codec)
    ground, has = rules.split(cells)
    has[:, [GOAL, BOX, PLAYER]] = False
    has[0, GOAL, 1, 1] = has[0, GOAL, 8, 1] = True  # goals in corners
    _, may = rules.seen(ground, has, np.array([BOX]))
    assert may.any()


def test_all_that_is_placed_must_be_counted(codec: LevelsCodec) -> None:
    assert codec.facts is not None
    fewer = {k: v for k, v in codec.facts.counts.items() if k != "box"}
    facts = replace(codec.facts, counts=fewer)
    assert placement_of(codec.tileset, facts, codec.ruleset) is None
    assert placement_of(codec.tileset, None, codec.ruleset) is None
