from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from genvae.domains.levels.tileset import builtin, load_tileset, tileset_from
from genvae.errors import FileProblem, RecipeProblem

SMALL: dict[str, Any] = {
    "name": "small",
    "tile": [
        {"symbol": ".", "roles": ["empty"]},
        {"symbol": "#", "name": "rock", "roles": ["solid"], "colour": "#102030"},
    ],
}


def test_the_built_in_tilesets() -> None:
    assert {name: t.symbols for name, t in builtin().items()} == {
        "cataclysm": '.,= #"+fFT~>',
        "climber": " MXFHZTNER",
        "crawl": ". #+@Tlw,^G_F<>Ei",
        "freedoom": ".-XD~EKWAHt>P",
        "mario": "-XS?QE<>[]oBb",
        "platformer": "-X/TS?o~^EJDP",
        "sokoban": " #.$*@+",
    }
    assert {name: (t.rows, t.columns) for name, t in builtin().items()} == {
        "cataclysm": (24, 24),
        "climber": (20, 28),
        "crawl": (16, 16),
        "freedoom": (16, 16),
        "mario": (14, 16),
        "platformer": (16, 16),
        "sokoban": (10, 10),
    }


def test_roles_of_the_platformer() -> None:
    tileset = builtin()["platformer"]
    solid = [t.symbol for t, yes in zip(tileset.tiles, tileset.having("solid"), strict=True) if yes]
    assert solid == ["X", "/", "S", "?"]
    assert tileset.empty == 0
    assert tileset.placed == "P"


@pytest.mark.parametrize("name", list(builtin()))
def test_a_table_gives_an_equal_tileset(name: str) -> None:
    tileset = builtin()[name]
    assert tileset_from(tileset.table()) == tileset


def test_pipes_are_exchanged_in_a_mirror() -> None:
    tileset = builtin()["mario"]
    seen = "".join(tileset.symbols[i] for i in tileset.mirror_numbers)
    assert seen == "-XS?QE><][oBb"
    assert np.array_equal(builtin()["platformer"].mirror_numbers, np.arange(13))


def test_defaults_are_filled_in() -> None:
    tileset = tileset_from(SMALL)
    assert (tileset.rows, tileset.columns, tileset.rules, tileset.placed) == (16, 16, None, None)
    assert tileset.tiles[0].name == "."
    assert tileset.tiles[1].rgb == (16, 32, 48)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "my.toml: unknown key 'colour'; did you mean 'columns'?"),
        ({"rows": 0}, "my.toml: rows = 0, expected a whole number in 1..256"),
        ({"placed": "P"}, "my.toml: placed = 'P' is not the symbol of a tile"),
        ({"rules": "platform"}, "my.toml: rules = 'platform'; did you mean 'platformer'?"),
        ({"mirror": ["<>"]}, "my.toml: mirror = ['<>'], expected pairs of symbols"),
        ({"tile": []}, "my.toml: no tiles; expected [[tile]] tables"),
        ({"name": ""}, "my.toml: name = '', expected a text"),
    ],
)
def test_a_wrong_table_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeProblem) as error:
        tileset_from({**SMALL, **change}, "my.toml")
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"symbl": "x"}, "tile 2: unknown key 'symbl'; did you mean 'symbol'?"),
        ({"symbol": "ab"}, "tile 2: symbol = 'ab', expected one printable character"),
        ({"symbol": "."}, "symbol '.' stands for two tiles"),
        ({"roles": ["solit"]}, "tile 2: unknown role 'solit'; did you mean 'solid'?"),
        ({"roles": "solid"}, "tile 2: roles = 'solid', expected a list of names"),
        ({"colour": "#12345"}, "tile 2: colour = '#12345', expected \"#rrggbb\""),
    ],
)
def test_a_wrong_tile_is_refused(change: dict[str, Any], message: str) -> None:
    table = copy.deepcopy(SMALL)
    table["tile"][1].update(change)
    with pytest.raises(RecipeProblem) as error:
        tileset_from(table, "t")
    assert message in str(error.value)


def test_some_tile_must_be_empty() -> None:
    with pytest.raises(RecipeProblem, match='no tile has the role "empty"'):
        tileset_from({"name": "n", "tile": [{"symbol": "#", "roles": ["solid"]}]})


def test_ones_own_file(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('name = "own"\n[[tile]]\nsymbol = "."\nroles = ["empty"]\n', encoding="utf-8")
    assert load_tileset(path).symbols == "."
    assert load_tileset(str(path)).name == "own"


def test_a_file_that_is_no_tileset(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"none.toml: cannot read the tileset"):
        load_tileset(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("name = ", encoding="utf-8")
    with pytest.raises(FileProblem, match=r"bad.toml: not a TOML tileset"):
        load_tileset(tmp_path / "bad.toml")
    with pytest.raises(RecipeProblem, match=r"'platfomer': no such tileset; did you mean 'platf"):
        load_tileset("platfomer")
