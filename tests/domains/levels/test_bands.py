from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from genvae.domains.levels.bands import BandPlan, bands, best_band
from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.platformer import Crossing, cross

Draw = Callable[[str], Level]


@pytest.fixture
def hills(codec: LevelsCodec) -> Level:
    """A sector of 30 rows and 100 columns: ground that rises and falls, a start at the left."""
    heights = 4 + np.arange(100) // 6 % 5
    grid = (np.arange(30)[::-1, None] < heights[None]).astype(np.uint8)
    grid[25, 1] = 12
    return Level(grid, codec.tileset, "hills", "hills")


def test_bands_are_crossable_crops_without_a_start(hills: Level) -> None:
    found = bands(hills)
    assert [(b.name, b.width) for b in found] == [
        ("hills@4,14", 64),
        ("hills@4,12", 64),
        ("hills@28,13", 64),
        ("hills@28,15", 64),
        ("hills@52,13", 32),
        ("hills@52,15", 32),
        ("hills@76,13", 16),
        ("hills@76,15", 16),
    ]
    for band in found:
        left, top = (int(n) - 1 for n in band.name.split("@")[1].split(","))
        original = hills.grid_HW[top : top + 16, left : left + band.width]
        assert np.array_equal(band.grid_HW, np.where(original == 12, 0, original))
        assert band.group == "hills"
        assert cross(band).playable


def test_what_is_beyond_an_obstacle_is_used_too(hills: Level) -> None:
    grid = hills.grid_HW.copy()
    grid[:, 40:42] = 1
    lefts = {int(b.name.split("@")[1].split(",")[0]) for b in bands(replace(hills, grid_HW=grid))}
    assert min(lefts) < 10
    assert max(lefts) > 42


@pytest.mark.parametrize(
    "rows",
    [
        ["-" * 64] * 15 + ["X" * 64],
        ["X" * 64] * 14 + ["-" * 64] + ["X" * 64],
        ["-" * 64] * 16,
        ["-" * 10] * 15 + ["X" * 10],
        ["-" * 64] * 7 + ["X" * 64],
    ],
    ids=["flat", "solid", "sky", "narrow", "low"],
)
def test_levels_without_a_band(draw_level: Draw, rows: list[str]) -> None:
    assert bands(draw_level("\n".join(rows))) == []


def test_a_plan_decides_what_is_flat(draw_level: Draw) -> None:
    level = draw_level("\n".join(["-" * 64] * 14 + ["X" * 64] * 2))
    assert bands(level) == []
    assert [b.width for b in bands(level, BandPlan(max_flat=1.0))][:1] == [32]


def test_the_band_that_shows_a_path(hills: Level) -> None:
    assert best_band(hills, cross(hills)) == 13
    assert best_band(hills, Crossing(False)) == 14
    assert best_band(hills, Crossing(True, [(0, 3), (1, 3), (2, 29)])) == 0


@pytest.mark.corpus
def test_a_hundredth_of_a_real_corpus(codec: LevelsCodec, shared_data: Path) -> None:
    files = sorted((shared_data / "levels/copyleft/supertux/levels").rglob("*.txt"))
    if not files:
        pytest.skip("no SuperTux sectors in ../shared/data/levels")
    sectors = [level for f in files[::100] for level in codec.read(f)]
    found = [band for sector in sectors for band in codec.training_pieces(sector)]
    assert len(sectors) == 14
    assert len(found) > 100
    assert all(codec.check(band).playable for band in found)
    windows = {w.tobytes() for b in found for w in codec.encode(b).windows["tiles"]}
    assert len(windows) > 250
