from __future__ import annotations

import numpy as np
import pytest

from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.facts import (
    Facts,
    Kept,
    find_facts,
    largest_parts,
    solid_beside,
)
from genvae.domains.levels.layers import layered, whole
from genvae.domains.levels.text import level_from_rows
from genvae.domains.levels.tileset import builtin
from genvae.errors import RecipeProblem

ROOM = [
    "##########",
    "#   ######",
    "# @ ######",
    "#  $ #####",
    "#  $  ####",
    "# .. .####",
    "#  $$.####",
    "#    #####",
    "##########",
    "##########",
]
SOKOBAN = {"tileset": "sokoban", "layers": 2}


@pytest.fixture
def codec() -> LevelsCodec:
    return LevelsDomain().open(SOKOBAN)


def room(codec: LevelsCodec) -> np.ndarray:
    return codec.encode(level_from_rows(ROOM, codec.tileset)).windows["tiles"]


def test_terrain_comes_first(codec: LevelsCodec) -> None:
    x_NRT = room(codec)
    assert x_NRT.shape == (1, 10, 20)
    assert (codec.spec.steps, codec.spec.layers) == (20, 2)
    assert x_NRT[0, 4, :6].tolist() == [1, 0, 0, 0, 0, 0]
    assert x_NRT[0, 4, 10:16].tolist() == [1, 0, 2, 2, 0, 2]
    assert np.array_equal(layered(whole(x_NRT, codec.tileset), codec.tileset), x_NRT)
    level = codec.assemble({"tiles": x_NRT}, {})
    assert "".join(codec.tileset.symbols[k] for k in level.grid_HW[6]) == "#  $$.####"


def test_what_the_training_levels_have_in_common(codec: LevelsCodec) -> None:
    codec.observe({"tiles": room(codec)})
    facts = codec.facts
    assert facts is not None
    assert facts.counts == {"start": 1, "goal": 4, "box": 4}
    assert (facts.border, facts.joined) == ("#", True)
    assert facts.beside["@"] == 1 << 0  # nothing solid around the player
    assert facts.beside["+"] == 0  # never seen
    again = LevelsDomain().open(codec.config)
    assert again.facts == facts
    assert again.config == codec.config


def test_patterns_of_neighbours_and_parts() -> None:
    tileset = builtin()["sokoban"]
    x = np.ones((1, 10, 10), dtype=int)
    x[0, 1, 1:3] = 0
    x[0, 5, 5] = 0
    assert solid_beside(x, tileset)[0, 1, 1] == 1 + 2 + 4
    assert np.argwhere(largest_parts(x == 0)).tolist() == [[0, 1, 1], [0, 1, 2]]


def test_facts_are_kept_whatever_is_drawn(codec: LevelsCodec) -> None:
    tileset = codec.tileset
    facts = Facts({"start": 1, "goal": 4, "box": 4}, "#", {"*": 0, "+": 0}, True)
    rng = np.random.default_rng(3)
    kept = Kept(tileset, facts)
    cells = np.zeros((40, 20, 10), dtype=np.int64)
    for step in range(20):
        for row in range(10):
            mask = np.broadcast_to(kept.allow(step, row, cells), (40, len(tileset)))
            assert mask.any(axis=1).all()
            odds = rng.random(mask.shape) * np.where(mask, [3, 1, 0.2, 0.2, 1, 0.2, 1], 0)
            cells[:, step, row] = odds.argmax(axis=1)
    x_NRT = cells.transpose(0, 2, 1)
    ground, full = x_NRT[:, :, :10], x_NRT[:, :, 10:]
    assert (full[:, 0] == 1).all()
    assert (full[:, :, 9] == 1).all()
    assert np.array_equal(full[ground == 1], ground[ground == 1])
    for role, count in facts.counts.items():
        assert (tileset.having(role)[full].sum(axis=(1, 2)) == count).all()
    assert find_facts(full, tileset).counts == facts.counts


def test_eight_ways_to_turn(codec: LevelsCodec) -> None:
    windows = {"tiles": room(codec)}
    rng = np.random.default_rng(0)
    seen = {codec.augment(windows, rng)["tiles"].tobytes() for _ in range(200)}
    assert len(seen) == 8
    for _ in range(8):
        x_NRT = codec.augment(windows, rng)["tiles"]
        assert np.array_equal(layered(whole(x_NRT, codec.tileset), codec.tileset), x_NRT)


def test_one_window_is_a_level_where_nothing_is_crossed(codec: LevelsCodec) -> None:
    assert codec.windows_for(None) == (1, {"width": 10, "height": 10})


def test_layers_are_one_or_two() -> None:
    with pytest.raises(RecipeProblem, match="layers = 3, expected 1 or 2"):
        LevelsDomain().open({"tileset": "sokoban", "layers": 3})


def test_unknown_facts_are_named() -> None:
    with pytest.raises(RecipeProblem, match=r"facts: unknown key 'halve'"):
        LevelsDomain().open({"tileset": "mario", "facts": {"halve": {}}})
