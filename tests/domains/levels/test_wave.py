"""A search that looks at a few columns at a time finds what one over the whole level finds."""

from __future__ import annotations

import numpy as np
import pytest

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules import wave
from genvae.domains.levels.rules.platformer import Physics, cross
from genvae.domains.levels.text import level_text
from genvae.domains.levels.tileset import load_tileset
from tests.domains.levels.replay import illegal_move


def random_level(seed: int, width: int) -> Level:
    """Ground with gaps and steps, and platforms to be jumped on to: some ways end, some go back."""
    rng = np.random.default_rng(seed)
    tileset = load_tileset("platformer")
    grid = np.zeros((16, width), dtype=np.uint8)
    height = 13
    for column in range(width):
        height = int(np.clip(height + rng.integers(-1, 2) * (rng.random() < 0.3), 8, 14))
        if rng.random() > 0.15:
            grid[height:, column] = tileset.numbers["X"]
    for symbol, share in (("T", 0.03), ("X", 0.02), ("~", 0.02), ("^", 0.01), ("J", 0.005)):
        grid[rng.random(grid.shape) < share] = tileset.numbers[symbol]
    return Level(grid, tileset)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("physics", [Physics(), Physics(jump=3, reach=4)])
def test_views_change_nothing(seed: int, physics: Physics, monkeypatch: pytest.MonkeyPatch) -> None:
    level = random_level(seed, 150)
    whole = cross(level, physics)
    monkeypatch.setattr(wave, "BEHIND", 2)
    monkeypatch.setattr(wave, "AHEAD", 4)
    assert cross(level, physics) == whole
    if physics == Physics() and whole.playable:
        assert illegal_move(level_text(level).splitlines(), whole.path) == ""


def test_a_way_that_goes_back_far() -> None:
    """A wall across the level with a hole on the left: up there, and back over the top."""
    tileset = load_tileset("platformer")
    rows = ["-" * 500 for _ in range(16)]
    rows[15] = "X" * 500
    rows[8] = "-" * 4 + "X" * 496
    rows[9] = rows[10] = rows[11] = rows[12] = rows[13] = rows[14] = "-" * 499 + "X"
    grid = np.array([[tileset.numbers[s] for s in row] for row in rows])
    grid[14, 300] = tileset.numbers["P"]
    for row in range(9, 15):
        grid[row, 2] = tileset.numbers["~"]
    grid[8, 2] = tileset.numbers["~"]
    found = cross(Level(grid, tileset))
    assert found.playable
    assert found.path[0] == (300, 14)
    assert min(column for column, _ in found.path) <= 4
    text = level_text(Level(grid, tileset)).splitlines()
    assert illegal_move(text, found.path) == ""
