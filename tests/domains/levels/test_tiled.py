"""Maps of Tiled, opened by other people's readers, and theirs opened by us."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pytiled_parser
import pytmx
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.level import Level
from genvae.domains.levels.text import level_from_rows
from genvae.domains.levels.tiled import write_tmj, write_tmx
from genvae.domains.levels.tileset import Tileset, builtin
from genvae.errors import FileProblem

CLIMBER = builtin()["climber"]
ROWS = ["    H", "R N H", "MMMFH", "  E H", "XXXXX"]


def level() -> Level:
    return level_from_rows(ROWS, CLIMBER)


def seen_by_pytmx(path: Path) -> list[str]:
    """The symbols that pytmx finds in a map: tiles first, then tile objects."""
    found = pytmx.TiledMap(str(path))
    rows = [[" "] * found.width for _ in range(found.height)]
    for x, y, gid in found.get_layer_by_name("tiles"):
        if gid:
            rows[y][x] = found.get_tile_properties_by_gid(gid)["symbol"]
    for thing in found.get_layer_by_name("objects"):
        # pytmx moves tile objects to their upper left corner.
        x, y = thing.x / found.tilewidth, thing.y / found.tileheight
        rows[round(y)][round(x)] = found.get_tile_properties_by_gid(thing.gid)["symbol"]
    return ["".join(row) for row in rows]


def seen_by_pytiled_parser(path: Path) -> list[str]:
    """The symbols that pytiled-parser finds in a map."""
    found = pytiled_parser.parse_map(path)
    (first, tileset), *_ = found.tilesets.items()
    symbols = {first + n: t.properties["symbol"] for n, t in (tileset.tiles or {}).items()}
    tiles, objects = found.layers
    rows = [[symbols.get(gid, " ") for gid in row] for row in tiles.data]  # type: ignore[attr-defined]
    for thing in objects.tiled_objects:  # type: ignore[attr-defined]
        column = thing.coordinates.x / found.tile_size.width
        row = thing.coordinates.y / found.tile_size.height - 1
        rows[round(row)][round(column)] = symbols[thing.gid]
    return ["".join(row) for row in rows]


def test_pytmx_opens_a_tmx(tmp_path: Path) -> None:
    write_tmx(replace(level(), text="genvae seed=1"), tmp_path / "a.tmx")
    assert seen_by_pytmx(tmp_path / "a.tmx") == ROWS
    found = pytmx.TiledMap(str(tmp_path / "a.tmx"))
    assert found.properties["genvae"] == "genvae seed=1"
    assert {thing.type for thing in found.objects} == {"player", "gold", "enemy"}
    assert found.background_color == "#1c2333"
    assert found.tilesets[0].source.startswith("climber-tiles-")


@pytest.mark.parametrize("suffix", [".tmx", ".tmj"])
def test_pytiled_parser_opens_both(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    LevelsCodec(CLIMBER).writers[suffix](level(), path)
    assert seen_by_pytiled_parser(path) == ROWS
    found = pytiled_parser.parse_map(path)
    assert found.map_file == path
    (tileset,) = found.tilesets.values()
    assert tileset.tile_width == 16
    assert tileset.image is not None
    with Image.open(tmp_path / Path(tileset.image).name) as image:
        assert image.size == (len(CLIMBER) * 16, 16)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 9999))
def test_others_see_what_was_written(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    tileset = builtin()["platformer"]
    grid = np.random.default_rng(seed).integers(0, len(tileset), (5, 7))
    grid[0, 0] = tileset.numbers["o"]  # so that there is an object layer
    folder = tmp_path_factory.mktemp("maps")
    given_level = Level(grid, tileset)
    rows = ["".join(tileset.symbols[k].replace("-", " ") for k in row) for row in grid]
    write_tmx(given_level, folder / "a.tmx")
    write_tmj(given_level, folder / "a.tmj")
    assert seen_by_pytmx(folder / "a.tmx") == rows
    assert seen_by_pytiled_parser(folder / "a.tmx") == rows
    assert seen_by_pytiled_parser(folder / "a.tmj") == rows


def test_maps_share_one_tileset(tmp_path: Path) -> None:
    for name in ("a.tmx", "b.tmx", "a.tmj"):
        LevelsCodec(CLIMBER).writers[Path(name).suffix](level(), tmp_path / name)
    kinds = sorted(p.suffix for p in tmp_path.iterdir())
    assert kinds == [".png", ".tmj", ".tmx", ".tmx", ".tsj", ".tsx"]
    (tsj,) = tmp_path.glob("*.tsj")
    assert json.loads(tsj.read_text())["tilecount"] == len(CLIMBER)


MINE = """<tileset name="mine" tilewidth="8" tileheight="8" tilecount="3" columns="3">
 <image source="mine.png" width="24" height="8"/>
 <tile id="0" type="brick"/>
 <tile id="2"><properties><property name="symbol" value="H"/></properties></tile>
</tileset>"""


def test_flipped_tiles_of_a_tileset_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "mine.tsx").write_text(MINE)
    Image.new("RGB", (24, 8)).save(tmp_path / "sets" / "mine.png")
    turned = 4 | 0x80000000 | 0x40000000 | 0x20000000
    path = tmp_path / "a.tmx"
    path.write_text(
        '<map version="1.10" orientation="orthogonal" renderorder="right-down" width="2" '
        'height="2" tilewidth="8" tileheight="8" infinite="0" nextlayerid="2" nextobjectid="1">'
        '<tileset firstgid="2" source="sets/mine.tsx"/><layer id="1" name="tiles" width="2" '
        f'height="2"><data encoding="csv">0,{turned},\n2,{2 | 0x80000000}</data></layer></map>'
    )
    (read,) = LevelsCodec(CLIMBER).read(path)
    assert read.grid_HW.tolist() == [[0, 4], [1, 1]]
    assert read.notes == ["tiles that are mirrored or turned stand as they are in the tileset"]
    assert pytmx.TiledMap(str(path)).layers[0].data[0][1] > 0
    (path.parent / "sets" / "mine.tsj").write_text(
        json.dumps(
            {
                "name": "mine",
                "tiles": [
                    {"id": 0, "type": "brick"},
                    {"id": 2, "properties": [{"name": "symbol", "value": "H"}]},
                ],
            }
        )
    )
    data = {
        "layers": [
            {"type": "tilelayer", "width": 2, "height": 2, "data": [0, turned, 2, 2 | 0x80000000]}
        ],
        "tilesets": [{"firstgid": 2, "source": "sets/mine.tsj"}],
    }
    (tmp_path / "a.tmj").write_text(json.dumps(data))
    (again,) = LevelsCodec(CLIMBER).read(tmp_path / "a.tmj")
    assert again.grid_HW.tolist() == read.grid_HW.tolist()


def own_tiles(folder: Path, tileset: Tileset, side: int = 6) -> Path:
    """A folder with a picture for each tile but the empty one, in a colour of its own."""
    folder.mkdir()
    for number, tile in enumerate(tileset.tiles):
        if number != tileset.empty:
            image = Image.new("RGBA", (side, side), (20 * number, 90, 255 - 20 * number, 255))
            image.putpixel((0, 0), (0, 0, 0, 0))
            image.save(folder / f"{tile.name.replace(' ', '-')}.png")
    return folder


@pytest.mark.parametrize("suffix", [".png", ".tmx", ".tmj"])
def test_ones_own_tiles_are_drawn_and_read_again(tmp_path: Path, suffix: str) -> None:
    tiles = own_tiles(tmp_path / "tiles", CLIMBER)
    codec = LevelsDomain().open({"tileset": "climber", "tiles": tiles})
    mine = Level(level().grid_HW, codec.tileset)
    codec.writers[suffix](mine, tmp_path / f"a{suffix}")
    (read,) = codec.read(tmp_path / f"a{suffix}")
    assert (read.grid_HW == mine.grid_HW).all()
    if suffix == ".png":
        with Image.open(tmp_path / "a.png") as image:
            assert image.size == (5 * 6, 5 * 6)
            assert image.convert("RGB").getpixel((0, 6)) == (0x1C, 0x23, 0x33)
    else:
        assert seen_by_pytiled_parser(tmp_path / f"a{suffix}") == ROWS


def test_a_sheet_in_two_rows(tmp_path: Path) -> None:
    side, columns = 12, 5
    sheet = np.zeros((2 * side, columns * side, 3), dtype=np.uint8)
    for number in range(len(CLIMBER)):
        row, column = divmod(number, columns)
        sheet[row * side : (row + 1) * side, column * side : (column + 1) * side] = 25 * number
    Image.fromarray(sheet).save(tmp_path / "sheet.png")
    codec = LevelsDomain().open({"tileset": "climber", "tiles": tmp_path / "sheet.png"})
    assert codec.tileset.images is not None
    assert codec.tileset.images.shape == (10, 12, 12, 3)
    assert codec.tileset.images[7].max() == 175
    assert codec.config["tileset"] == CLIMBER.table()


@pytest.mark.parametrize(
    ("size", "says"),
    [((3, 3), "3 x 3 pixels hold no 10 squares"), (None, "not a picture that can be read")],
)
def test_a_sheet_that_is_none(tmp_path: Path, size: tuple[int, int] | None, says: str) -> None:
    path = tmp_path / "sheet.png"
    if size:
        Image.new("RGB", size).save(path)
    else:
        path.write_text("no picture")
    with pytest.raises(FileProblem, match=says):
        LevelsDomain().open({"tileset": "climber", "tiles": path})


def test_folders_that_lack_something(tmp_path: Path) -> None:
    tiles = own_tiles(tmp_path / "tiles", CLIMBER)
    (tiles / "rope.png").unlink()
    with pytest.raises(FileProblem, match=r"no rope\.png; expected a \.png for each tile"):
        LevelsDomain().open({"tileset": "climber", "tiles": tiles})
    Image.new("RGB", (5, 6)).save(tiles / "rope.png")
    with pytest.raises(FileProblem, match="expected squares of one size"):
        LevelsDomain().open({"tileset": "climber", "tiles": tiles})
    with pytest.raises(FileProblem, match="not a picture that can be read"):
        LevelsDomain().open({"tileset": "climber", "tiles": tmp_path / "absent"})


def test_tiles_that_look_alike_are_named(tmp_path: Path) -> None:
    sheet = np.zeros((8, 80, 3), dtype=np.uint8)
    sheet[:, 16:] = 200
    Image.fromarray(sheet).save(tmp_path / "sheet.png")
    codec = LevelsDomain().open({"tileset": "climber", "tiles": tmp_path / "sheet.png"})
    codec.writers[".png"](Level(level().grid_HW, codec.tileset), tmp_path / "a.png")
    with pytest.raises(FileProblem, match="'air' and 'brick' have the same picture"):
        list(codec.read(tmp_path / "a.png"))
