"""Between all formats of levels, without loss."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.level import Level
from genvae.domains.levels.tileset import builtin
from genvae.workflows.convert import convert

FORMATS = ("txt", "lvl", "csv", "json", "png", "tmx", "tmj")
HOLD_TEXT = {"json", "tmx", "tmj"}
"""Formats that hold the line on how a level came to be."""


@pytest.mark.parametrize(("source", "target"), list(permutations(FORMATS, 2)))
def test_every_pair_is_lossless(tmp_path: Path, source: str, target: str) -> None:
    tileset = "climber"
    tiles = builtin()[tileset]
    grid = np.arange(3 * len(tiles)).reshape(3, -1) % len(tiles)
    codec, first = LevelsCodec(tiles), tmp_path / f"a.{source}"
    codec.writers[f".{source}"](Level(grid, tiles, text="genvae seed=1"), first)
    convert(first, tmp_path / f"b.{target}", tileset=tileset)
    (read,) = codec.read(tmp_path / f"b.{target}")
    assert (read.grid_HW == grid).all()
    assert read.notes == []
    convert(tmp_path / f"b.{target}", first, tileset=tileset, overwrite=True)
    (again,) = codec.read(first)
    assert (again.grid_HW == grid).all()
    if {source, target} <= HOLD_TEXT:
        assert again.text == "genvae seed=1"
