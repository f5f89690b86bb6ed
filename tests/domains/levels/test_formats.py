"""Levels as CSV, JSON and maps of Tiled: there and back, and what is refused."""

from __future__ import annotations

import base64
import gzip
import json
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.level import Level
from genvae.domains.levels.tileset import Tile, Tileset, builtin
from genvae.errors import FileProblem

Draw = Callable[[str], Level]
FORMATS = (".csv", ".json", ".tmx", ".tmj", ".txt")
AWKWARD = Tileset(
    "awkward <&>",
    (
        Tile(",", "comma", ("empty",), "#000000"),
        Tile('"', "quote", ("solid",), "#ff0000"),
        Tile("<", "less & more", ("hazard",), "#00ff00"),
        Tile("1", "one", ("enemy",), "#0000ff"),
        Tile("é", "accent", ("goal",), "#00ffff"),
    ),
)


def write(level: Level, folder: Path, suffix: str) -> Path:
    path = folder / f"level{suffix}"
    LevelsCodec(level.tileset).writers[suffix](level, path)
    return path


def read(path: Path, tileset: Tileset) -> Level:
    (level,) = LevelsCodec(tileset).read(path)
    return level


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("tileset", [*builtin().values(), AWKWARD], ids=lambda t: t.name)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_levels_come_back(suffix: str, tileset: Tileset, data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 6), st.integers(2, 9)))
    tiles = st.integers(0, len(tileset) - 1)
    level = Level(data.draw(arrays(np.uint8, shape, elements=tiles)), tileset, "level")
    with tempfile.TemporaryDirectory() as folder:
        back = read(write(level, Path(folder), suffix), tileset)
    assert np.array_equal(back.grid_HW, level.grid_HW)
    assert back.name == "level"
    assert back.notes == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_written_is_recognised(draw_level: Draw, tmp_path: Path, suffix: str) -> None:
    assert LevelsDomain().recognises(write(draw_level("-o-- -XXX"), tmp_path, suffix))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '{"tiles": {"X": ["solid"]}}'),
        ("a.csv", "name,genre,played\nsome long words,are,here\n"),
        ("a.tmx", "<svg/>"),
        ("a.tmj", "[]"),
        ("a.json", ""),
    ],
)
def test_other_files_are_not_recognised(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    assert not LevelsDomain().recognises(tmp_path / name)


def test_csv_holds_numbers_and_may_hold_symbols(draw_level: Draw, tmp_path: Path) -> None:
    level = draw_level("-o X-")
    path = write(level, tmp_path, ".csv")
    assert path.read_text() == "0,6\n1,0\n"
    path.write_text("-,o\r\nX,-\r\n\r\n")
    assert np.array_equal(read(path, level.tileset).grid_HW, level.grid_HW)


def test_json_says_what_its_symbols_mean(draw_level: Draw, tmp_path: Path) -> None:
    level = replace(draw_level("-o X-"), text="genvae seed=1")
    found = json.loads(write(level, tmp_path, ".json").read_text(encoding="utf-8"))
    assert (found["width"], found["height"], found["made"]) == (2, 2, "genvae seed=1")
    assert found["rows"] == ["-o", "X-"]
    assert found["tiles"][6] == {"symbol": "o", "name": "coin", "roles": ["collectable"]}


def test_a_map_has_its_tiles_beside_it(draw_level: Draw, tmp_path: Path) -> None:
    level = replace(draw_level("-o X-"), text="genvae model=a <b> seed=1")
    write(level, tmp_path, ".tmj")
    root = ElementTree.parse(write(level, tmp_path, ".tmx")).getroot()
    (image,) = tmp_path.glob("*.png")
    (tileset,) = tmp_path.glob("*.tsx")
    assert root.find("tileset").attrib == {"firstgid": "1", "source": tileset.name}  # type: ignore[union-attr]
    shown = ElementTree.parse(tileset).getroot().find("image")
    assert shown.get("source") == image.name  # type: ignore[union-attr]
    with Image.open(image) as picture:
        assert picture.size == (13 * 16, 16)
    assert root.get("backgroundcolor") == "#8fc7f2"
    assert root.findtext("layer/data").split() == ["0,0,", "2,0"]  # type: ignore[union-attr]
    (coin,) = root.findall("objectgroup/object")
    assert [coin.get(key) for key in ("type", "gid", "x", "y")] == ["coin", "7", "16", "16"]
    given = [p.get("value") for p in root.findall("properties/property")]
    assert given == ["genvae model=a <b> seed=1"]
    before = image.stat().st_mtime_ns
    write(level, tmp_path, ".tmx")
    assert image.stat().st_mtime_ns == before
    names = {p.name for p in tmp_path.iterdir()}
    (beside,) = tmp_path.glob("*.tsj")
    assert names == {"level.tmx", "level.tmj", image.name, tileset.name, beside.name}
    assert read(tmp_path / "level.tmx", level.tileset).text == level.text
    assert read(tmp_path / "level.tmj", level.tileset).text == level.text


def packed(kind: str, gids: list[int]) -> str:
    data = np.array(gids, "<u4").tobytes()
    squeeze: dict[str, Callable[[bytes], bytes]] = {
        "": bytes,
        "zlib": zlib.compress,
        "gzip": partial(gzip.compress, mtime=0),
    }
    return base64.b64encode(squeeze[kind](data)).decode()


def tmx(data: str, attributes: str = 'encoding="csv"') -> str:
    """A map of 2 x 2 cells, in which tile 5 is ground by its type and 6 a coin by its symbol."""
    tiles = """<tile id="0" type="ground"/><tile id="1" class="?"><properties>
        <property name="symbol" value="o"/></properties></tile>"""
    return f"""<map width="2" height="2" infinite="0"><tileset firstgid="5">{tiles}</tileset>
        <group><layer name="one" width="2" height="2"><data {attributes}>{data}</data></layer>
        </group></map>"""


FLIPPED_COIN = 6 | 0x80000000


@pytest.mark.parametrize(
    ("data", "attributes"),
    [
        ("0,6,\n5,5", 'encoding="csv"'),
        (packed("", [0, 6, 5, 5]), 'encoding="base64"'),
        (packed("zlib", [0, 6, 5, 5]), 'encoding="base64" compression="zlib"'),
        (packed("gzip", [0, 6, 5, 5]), 'encoding="base64" compression="gzip"'),
        ('<tile/><tile gid="6"/><tile gid="5"/><tile gid="5"/>', ""),
        (f"0,{FLIPPED_COIN},5,5", 'encoding="csv"'),
    ],
)
def test_maps_of_other_hands_are_read(
    codec: LevelsCodec, tmp_path: Path, data: str, attributes: str
) -> None:
    path = tmp_path / "a.tmx"
    path.write_text(tmx(data, attributes))
    level = read(path, codec.tileset)
    assert level.grid_HW.tolist() == [[0, 6], [1, 1]]
    assert bool(level.notes) == (str(FLIPPED_COIN) in data)


def test_a_tileset_may_stand_in_its_own_file(codec: LevelsCodec, tmp_path: Path) -> None:
    (tmp_path / "my.tsx").write_text('<tileset name="my"><tile id="0" type="ground"/></tileset>')
    outside = '<map><tileset firstgid="5" source="my.tsx"/>'
    layer = '<layer width="2" height="2"><data encoding="csv">0,5,5,5</data></layer>'
    (tmp_path / "a.tmx").write_text(f"{outside}{layer}</map>")
    assert read(tmp_path / "a.tmx", codec.tileset).grid_HW.tolist() == [[0, 1], [1, 1]]


BOMB = base64.b64encode(zlib.compress(bytes(10**6))).decode()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", "0,1\n0\n", "row 2 has 1 tiles, the first 2"),
        ("a.csv", "0,99\n", "row 1, column 2: '99', expected a tile of 'platformer': 0 to 12"),
        ("a.csv", "\n\n", "empty, expected rows"),
        ("a.json", "{", "not JSON"),
        ("a.json", "[1]", "a JSON list, expected an object"),
        ("a.json", '{"rows": [1]}', "expected an object with \"rows\""),
        ("a.json", '{"rows": ["--", "--", "-"]}', "row 3 has 1 tiles, the others 2"),
        ("a.json", '{"rows": ["-@"]}', "symbol '@' is not in tileset"),
        ("a.json", "[" * 100_000, "not JSON"),
        ("a.tmx", "<map", "not XML"),
        ("a.tmx", "<svg/>", "<svg>, expected a <map>"),
        ("a.tmx", "<map/>", "without a tile layer"),
        ("a.tmx", '<map infinite="1"/>', "an infinite map"),
        ("a.tmx", '<!DOCTYPE m [<!ENTITY a "b">]><map/>', "defines entities"),
        ("a.tmx", tmx("0,9,5,5"), "row 1, column 2: tile 9 is none of tileset 'platformer'"),
        ("a.tmx", tmx("0,5,5"), "layer 'one' is damaged: 3 cells for 2 x 2"),
        ("a.tmx", tmx("0,x,5,5"), "layer 'one': invalid literal"),
        ("a.tmx", tmx("AAA", 'encoding="base64"'), "layer 'one' is damaged"),
        ("a.tmx", tmx(BOMB, 'encoding="base64" compression="zlib"'), "250000 cells for 2 x 2"),
        ("a.tmx", tmx("AAAA", 'encoding="base64" compression="zstd"'), "'zstd' is missing or not"),
        ("a.tmx", tmx("0,0,0,0").replace('firstgid="5"', ""), "a tileset without firstgid"),
        ("a.tmx", tmx("0,0,0,0").replace('d="5"', 'd="5" source="x.tsx"'), "x.tsx: cannot be read"),
        ("a.tmj", '{"layers": [{"type": "tilelayer", "width": 2}]}', "'height' is missing"),
        ("a.tmj", '{"layers": 7}', "without a tile layer"),
        ("a.tmj", '{"layers": [1, {"type": "tilelayer", "width": [], "height": 1}]}', "damaged"),
    ],
)  # fmt: skip
def test_damaged_files_are_one_line(
    codec: LevelsCodec, tmp_path: Path, name: str, content: str, says: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(FileProblem) as caught:
        read(path, codec.tileset)
    assert says in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_gid_beyond_reason_needs_no_memory(codec: LevelsCodec, tmp_path: Path) -> None:
    data: dict[str, Any] = {
        "layers": [{"type": "tilelayer", "width": 2, "height": 1, "data": [0, 2**27]}],
        "tilesets": [{"firstgid": 2**27, "tiles": [{"id": 0, "type": "ground"}]}],
    }
    (tmp_path / "a.tmj").write_text(json.dumps(data))
    assert read(tmp_path / "a.tmj", codec.tileset).grid_HW.tolist() == [[0, 1]]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_level_that_cannot_be_written_is_one_line(
    draw_level: Draw, tmp_path: Path, suffix: str
) -> None:
    with pytest.raises(FileProblem, match="cannot be written"):
        write(draw_level("-o X-"), tmp_path / "absent", suffix)
