"""Where what a level counts stands, and where it may stand."""

from __future__ import annotations

import numpy as np
import pytest

from genvae.domains import registry
from genvae.domains.base import Codec
from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.facts import Facts
from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.platformer import reached
from genvae.domains.levels.tileset import Tileset


def level_of(tileset: Tileset, *lines: str) -> Level:
    return Level(np.array([[tileset.numbers[c] for c in line] for line in lines]), tileset)


@pytest.fixture(scope="module")
def codec() -> LevelsCodec:
    found = registry.get("levels").open({})
    assert isinstance(found, LevelsCodec)
    return found


def cells(mask: np.ndarray) -> list[tuple[int, int]]:
    """(column, row from the bottom) of the cells of a mask."""
    return [(int(s), int(r)) for s, r in np.argwhere(mask)]


def test_enemies_stand_on_something(codec: LevelsCodec) -> None:
    level = level_of(codec.tileset, "--E-", "E---", "XX-T")
    found = codec.places(level, "enemies")
    assert found is not None
    assert found.present_SR.shape == found.good_SR.shape == (16, 16)
    assert cells(found.present_SR) == [(0, 1), (2, 2)]
    assert cells(found.good_SR) == [(0, 1), (1, 1), (3, 1)]
    assert found.stray == 1
    numbers = codec.tileset.numbers
    assert [(int(k), int(to)) for k, to in np.argwhere(found.add_KK)] == [
        (numbers["-"], numbers["E"])
    ]
    assert (found.take_KK == found.add_KK.T).all()


def test_coins_are_where_a_player_comes_by(codec: LevelsCodec) -> None:
    # Behind a wall of seven rows nobody comes by.
    lines = ["---X---", *["---X-o-"] * 6, "o--X---", "XXXXXXX"]
    level = level_of(codec.tileset, *lines)
    here = reached(level)
    assert here[7, :3].all()
    assert not here[:, 4:].any()
    found = codec.places(level, "coins")
    assert found is not None
    assert found.stray == 6
    assert found.present_SR[0, 1]
    assert found.good_SR[0, 1]


def test_a_block_is_ground_or_nothing_before(codec: LevelsCodec) -> None:
    found = codec.places(level_of(codec.tileset, "-S", "XX"), "blocks")
    assert found is not None
    symbols = codec.tileset.symbols
    turns = {symbols[k] + symbols[to] for k, to in np.argwhere(found.add_KK)}
    assert turns == {"-S", "-?", "XS", "X?"}
    assert found.good_SR[:2, :2].all()


def test_a_box_on_a_goal_is_one_of_each() -> None:
    tileset = registry.get("levels").open({"tileset": "sokoban"})
    assert isinstance(tileset, LevelsCodec)
    codec = LevelsCodec(tileset.tileset, layers=2, facts=Facts(beside={"$": 1 << 1, "*": 1 << 1}))
    found = codec.places(level_of(codec.tileset, "   ", " . ", "###"), "boxes")
    assert found is not None
    symbols = codec.tileset.symbols
    turns = {symbols[k] + symbols[to] for k, to in np.argwhere(found.add_KK)}
    assert turns == {" $", ".*"}
    # Seen only with a wall below: the middle of the row above the wall, in the second layer.
    assert found.good_SR.shape == (20, 10)
    assert (11, 1) in cells(found.good_SR)
    assert all(step >= 10 for step, _ in cells(found.good_SR))
    assert codec.tied == {"boxes": "goals", "goals": "boxes"}


def test_terrain_in_two_layers_has_no_places(codec: Codec) -> None:
    assert isinstance(codec, LevelsCodec)
    layered = LevelsCodec(codec.tileset, layers=2)
    level = level_of(codec.tileset, "-E", "XX")
    assert layered.places(level, "blocks") is None
    assert layered.places(level, "enemies") is not None


def test_high_levels_are_bands_that_own_their_rows(codec: LevelsCodec) -> None:
    """28 rows are two bands of 16 that share 4: each tile is in one of them."""
    lines = ["-E" if row % 3 == 0 else "XX" for row in range(28)]
    level = level_of(codec.tileset, *lines)
    found = codec.places(level, "enemies")
    assert found is not None
    assert found.present_SR.shape == (32, 16)
    assert int(found.present_SR.sum()) == int(level.having("enemy").sum()) == 10
    # Of the upper band the shared rows are left out: its fifth row is the level's 17th from below.
    assert not found.present_SR[16:, :4].any()
    assert cells(found.present_SR[16:]) == [(1, r) for r in (6, 9, 12, 15)]
