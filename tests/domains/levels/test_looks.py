from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.level import Level
from genvae.domains.levels.measures import ground_heights
from genvae.domains.levels.picture import draw, ruler
from genvae.errors import FileProblem

Draw = Callable[[str], Level]


def test_a_picture_has_the_colours_of_the_tiles(codec: LevelsCodec, draw_level: Draw) -> None:
    image = codec.picture(draw_level("-~ X?"))
    assert (image.shape, image.dtype) == ((16, 16, 3), np.uint8)
    assert image[4, 4].tolist() == [0x8F, 0xC7, 0xF2]
    assert image[4, 12].tolist() == [0x3F, 0x78, 0xD1]
    assert image[12, 4].tolist() == [0x8A, 0x5A, 0x34]
    assert (image[8:, 8:] == 255).all(axis=2).any()  # the question mark


def test_every_tile_looks_different(codec: LevelsCodec) -> None:
    image = codec.picture(Level(np.arange(13)[None], codec.tileset))
    tiles = {image[:, 8 * i : 8 * i + 8].tobytes() for i in range(13)}
    assert len(tiles) == 13


def test_a_path_is_dotted(draw_level: Draw) -> None:
    image = draw(draw_level("-- XX"), [(0, 0), (1, 0)])
    assert (image == (230, 30, 30)).all(axis=2).sum() == 8


def test_writing_a_picture(codec: LevelsCodec, draw_level: Draw, tmp_path: Path) -> None:
    level = draw_level("-o- XXX")
    codec.writers[".png"](level, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert np.array_equal(np.asarray(image), codec.picture(level))
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]
    with pytest.raises(FileProblem, match="cannot be written"):
        codec.writers[".png"](level, tmp_path / "none" / "a.png")
    assert set(codec.writers) == {".txt", ".lvl", ".png", ".csv", ".json", ".tmx", ".tmj"}


def test_show_wraps_wide_levels_under_a_ruler(codec: LevelsCodec, draw_level: Draw) -> None:
    level = draw_level("-----------------o------- XXXXXXXXXXXXXXXXXXXXXXXXX")
    out = StringIO()
    Console(file=out, width=12, force_terminal=False).print(codec.show(level, 12))
    assert [line.rstrip() for line in out.getvalue().split("\n")] == [
        "1         11",
        "------------",
        "XXXXXXXXXXXX",
        "",
        "13      21",
        "-----o------",
        "XXXXXXXXXXXX",
        "",
        "",
        "-",
        "X",
        "",
    ]


def test_show_is_coloured(codec: LevelsCodec, draw_level: Draw) -> None:
    styles = {str(s.style) for s in codec.show(draw_level("-o XX"), 80).spans}
    assert styles == {"dim", "bold #ffe35a", "white on #8a5a34"}


@pytest.mark.parametrize(
    ("left", "right", "text"),
    [
        (0, 25, "1         11        21   "),
        (95, 115, "96   101       111  "),
        (99, 104, "100  "),
        (24, 25, " "),
    ],
)
def test_rulers(left: int, right: int, text: str) -> None:
    assert ruler(left, right) == text


def test_measures_of_a_level(codec: LevelsCodec, draw_level: Draw) -> None:
    level = draw_level("--o-o--- -E------ -----S?T X^XX-XXX XXXX-XXX")
    assert codec.measure(level) == {
        "width": 8.0,
        "height": 5.0,
        "density": pytest.approx(15 / 40),
        "sky": pytest.approx(20 / 40),
        "enemies": 1.0,
        "coins": 2.0,
        "hazards": 1.0,
        "blocks": 2.0,
        "platforms": 1.0,
        "water": 0.0,
        "doors": 0.0,
        "gaps": 1.0,
        "linearity": pytest.approx(27 / 112),
        "leniency": -3 / 8,
        "difficulty": pytest.approx(2 / 3),
    }


def test_heights_of_the_ground() -> None:
    solid = np.array([[0, 1, 0, 1], [0, 1, 1, 0], [0, 1, 1, 1]], dtype=bool)
    assert ground_heights(solid).tolist() == [0, 3, 2, 1]


def test_flat_ground_is_linear(codec: LevelsCodec, draw_level: Draw) -> None:
    assert codec.measure(draw_level("---- XXXX"))["linearity"] == 1.0
    assert codec.measure(draw_level("---X --XX -XXX XXXX"))["linearity"] == pytest.approx(1.0)


def test_measures_of_windows(codec: LevelsCodec) -> None:
    x_NRT = np.zeros((2, 16, 16), dtype=np.uint8)
    x_NRT[1, 0, :8] = 1
    x_NRT[1, 1, 0] = 9
    found = codec.measure_windows({"tiles": x_NRT})
    assert {name: values.tolist() for name, values in found.items()} == {
        "non_empty": [0.0, 9 / 256],
        "solid": [0.0, 8 / 256],
        "ground": [0.0, 0.5],
        "changes": [0.0, 2 / 240],
        "enemies": [0.0, 1.0],
        "coins": [0.0, 0.0],
        "hazards": [0.0, 0.0],
        "blocks": [0.0, 0.0],
        "platforms": [0.0, 0.0],
        "water": [0.0, 0.0],
        "doors": [0.0, 0.0],
    }
    empty = codec.measure_windows({"tiles": x_NRT[:0]})
    assert {values.shape for values in empty.values()} == {(0,)}


def test_histograms_are_aligned(codec: LevelsCodec) -> None:
    sky = codec.histograms({"tiles": np.zeros((2, 16, 16), dtype=np.uint8)})
    assert sky["tiles_2x2"].shape == (28561,)
    assert sky["tiles_2x2"][0] == 2 * 15 * 15
    assert sky["tiles_3x3"].shape == (65536,)
    assert sky["tiles_3x3"].max() == 2 * 14 * 14
    ground = np.zeros((1, 16, 16), dtype=np.uint8)
    ground[:, 0] = 1
    counts = codec.histograms({"tiles": ground})["tiles_2x2"]
    assert counts[1 * 13**3 + 1 * 13**2] == 15
    assert counts[0] == 14 * 15
