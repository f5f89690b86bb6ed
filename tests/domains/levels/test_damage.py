"""Flipped tiles."""

from __future__ import annotations

import numpy as np
import pytest

from genvae.domains.levels.damage import KINDS
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.level import Level

CODEC = LevelsDomain().open({})


def tiles() -> np.ndarray:
    x_NRT = np.zeros((8, 16, 16), dtype=np.uint8)
    x_NRT[:, :3] = 1
    return x_NRT


@pytest.mark.parametrize("kind", KINDS)
def test_a_hit_tile_becomes_another_one(kind: str) -> None:
    x_NRT = tiles()
    found = CODEC.corrupt({"tiles": x_NRT}, 1.0, np.random.default_rng(0), (kind,))["tiles"]
    assert found.dtype == np.uint8
    assert (found != x_NRT).mean() > 0.97
    placed = CODEC.tileset.numbers[CODEC.tileset.placed]
    assert not (found == placed).any()
    if kind == "swapped":
        assert set(np.unique(found)) == {0, 1}


def test_the_share_that_is_damaged() -> None:
    x_NRT = tiles()
    found = CODEC.corrupt({"tiles": x_NRT}, 0.1, np.random.default_rng(1))["tiles"]
    assert abs((found != x_NRT).mean() - 0.1) < 0.02
    same = CODEC.corrupt({"tiles": x_NRT}, 0.0, np.random.default_rng(1))["tiles"]
    np.testing.assert_array_equal(same, x_NRT)


def test_both_layers_are_damaged_alike() -> None:
    codec = LevelsDomain().open({"tileset": "sokoban", "layers": 2})
    x_NRC = np.zeros((1, 10, 10), dtype=np.uint8)
    before = codec.corrupt(
        {"tiles": np.concatenate([x_NRC, x_NRC], axis=2)}, 0.0, np.random.default_rng(0)
    )
    after = codec.corrupt(before, 0.5, np.random.default_rng(0))["tiles"]
    assert after.shape == (1, 10, 20)
    again = codec.corrupt({"tiles": after}, 0.0, np.random.default_rng(0))["tiles"]
    np.testing.assert_array_equal(again, after)


def test_events_and_parts() -> None:
    level = CODEC.assemble({"tiles": tiles()[:1]}, {})
    events = CODEC.events(level)
    assert len(events) == 256
    assert events[0] == (0, 0, CODEC.tileset.symbols[0])
    assert CODEC.part_of(level, (4, 0)) == ("column", 5)


def test_a_marker_stays_where_it_stands() -> None:
    grid = np.zeros((15, 20), dtype=np.uint8)
    grid[13, 17] = CODEC.tileset.numbers[CODEC.tileset.placed]
    encoded = CODEC.encode(Level(grid, CODEC.tileset))
    solid = {"tiles": np.ones_like(encoded.windows["tiles"])}
    kept = CODEC.kept(encoded.windows, solid, encoded)["tiles"]
    assert np.argwhere(kept).tolist() == [[1, 1, 1]]
    whole = CODEC.joined(
        Level(grid, CODEC.tileset),
        CODEC.assemble(solid, encoded.context),
        {"tiles": kept},
        encoded,
    )
    assert whole.grid_HW[13, 17] == grid[13, 17]
    assert (whole.grid_HW == 1).sum() == 15 * 20 - 1
