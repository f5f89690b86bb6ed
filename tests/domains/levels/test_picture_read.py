"""Pictures back to levels, the VGLC's legends, and LDtk's layers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from genvae.domains.levels.formats import looks_like_a_level, read_file
from genvae.domains.levels.level import Level
from genvae.domains.levels.picture import write_png
from genvae.domains.levels.text import level_from_rows
from genvae.domains.levels.tileset import builtin, load_tileset
from genvae.errors import FileProblem, RecipeProblem

PLATFORMER = load_tileset("platformer")


@pytest.mark.parametrize("name", builtin())
@given(data=st.data())
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_drawn_is_read(name: str, data: st.DataObject, tmp_path: Path) -> None:
    """Tiles that look alike are told apart by no picture: they come back as the first of them."""
    tileset = builtin()[name]
    shape = data.draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    level = Level(rng.integers(0, len(tileset), shape), tileset)
    write_png(level, tmp_path / "a.png")
    (again,) = read_file(tmp_path / "a.png", tileset)
    write_png(again, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    if name == "platformer":
        np.testing.assert_array_equal(again.grid_HW, level.grid_HW)


@pytest.mark.parametrize("side", [1, 7, 16])
def test_a_plan_in_flat_colours(side: int, tmp_path: Path) -> None:
    level = level_from_rows(["--o", "PEX", "XX^"], PLATFORMER)
    colours = np.array([tile.rgb for tile in PLATFORMER.tiles], dtype=np.uint8)
    plan = colours[level.grid_HW].repeat(side, axis=0).repeat(side, axis=1)
    path = tmp_path / "plan.png"
    Image.fromarray(plan).save(path)
    assert looks_like_a_level(path)
    (again,) = read_file(path, PLATFORMER)
    if side == 7:  # no usual side: every pixel is a tile
        assert again.grid_HW.shape == (21, 21)
    else:
        np.testing.assert_array_equal(again.grid_HW, level.grid_HW)


def test_another_colour_and_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (3, 2), (1, 2, 3)).save(path)
    with pytest.raises(FileProblem, match=r"row 1, column 1: colour #010203 is of no tile of"):
        list(read_file(path, PLATFORMER))
    path.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    with pytest.raises(FileProblem, match="not a picture that can be read"):
        list(read_file(path, PLATFORMER))


def test_a_layer_of_ldtk(tmp_path: Path) -> None:
    path = tmp_path / "IntGrid.csv"
    path.write_text("0,0,6,\n1,1,1,\n")
    assert looks_like_a_level(path)
    (level,) = read_file(path, PLATFORMER)
    assert level.grid_HW.tolist() == [[0, 0, 6], [1, 1, 1]]


def test_a_legend_of_the_vglc(tmp_path: Path) -> None:
    tiles = {
        "X": ["solid", "ground"],
        "-": ["passable", "empty"],
        "E": ["enemy", "damaging", "hazard", "moving"],
        "o": ["coin", "collectable", "passable"],
        "#": ["passable", "climbable", "ladder"],
        "|": ["passable", "climbable"],
        "T": ["solidtop", "passable", "platform"],
    }
    path = tmp_path / "smb.json"
    path.write_text(json.dumps({"tiles": tiles}))
    tileset = load_tileset(path)
    assert (tileset.name, tileset.symbols, tileset.rules) == ("smb", "X-Eo#|T", None)
    roles = {tile.symbol: tile.roles for tile in tileset.tiles}
    assert roles == {
        "X": ("solid",),
        "-": ("empty",),
        "E": ("enemy",),
        "o": ("collectable",),
        "#": ("climb",),
        "|": ("climb",),
        "T": ("oneway",),
    }
    path.write_text('{"nodes": {}}')
    with pytest.raises(RecipeProblem, match="no legend of the VGLC"):
        load_tileset(path)
