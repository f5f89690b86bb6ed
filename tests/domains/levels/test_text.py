from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from genvae.domains.levels.level import Level
from genvae.domains.levels.text import (
    group_of,
    level_text,
    looks_like_level,
    read_levels,
    write_level,
)
from genvae.domains.levels.tileset import builtin
from genvae.errors import FileProblem

PLATFORMER = builtin()["platformer"]
SOKOBAN = builtin()["sokoban"]


def read_one(path: Path, tileset: object = PLATFORMER) -> Level:
    (level,) = read_levels(path, tileset)  # type: ignore[arg-type]
    return level


@pytest.mark.parametrize("content", ["-o\nXX\n", "-o\nXX", "-o\r\nXX\r\n", "\n-o\nXX\n\n\n"])
def test_line_ends_and_blank_lines_around(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content.encode())
    level = read_one(path)
    assert level.grid_HW.tolist() == [[0, 6], [1, 1]]
    assert (level.name, level.group) == ("a", "a")


@given(
    name=st.sampled_from(["platformer", "mario", "sokoban"]),
    data=st.data(),
)
@settings(max_examples=60)
def test_text_round_trip(name: str, data: st.DataObject) -> None:
    tileset = builtin()[name]
    shape = st.tuples(st.integers(1, 20), st.integers(1, 70))
    grid = data.draw(arrays(np.uint8, shape, elements=st.integers(0, len(tileset) - 1)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.txt"
        write_level(Level(grid, tileset), path)
        back = read_one(path, tileset)
        assert [p.name for p in Path(folder).iterdir()] == ["a.txt"]
    assert np.array_equal(back.grid_HW, grid)


def test_text_is_rows_of_symbols() -> None:
    assert level_text(Level(np.array([[0, 12], [1, 3]]), PLATFORMER)) == "-P\nXT\n"


def test_an_unknown_symbol_names_place_and_cure(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("---\n-X#\nXXX\n", encoding="utf-8")
    with pytest.raises(FileProblem) as error:
        read_one(path)
    assert str(error.value) == (
        f"{path}: row 2, column 3: symbol '#' is not in tileset 'platformer' (-X/TS?o~^EJDP); "
        'map it in a tileset of your own with [[tile]] symbol = "#", name = "...", '
        'roles = ["solid"] and give that with --tileset FILE.toml'
    )


@pytest.mark.parametrize(("symbol", "quoted"), [('"', '"\\""'), ("\\", '"\\\\"')])
def test_the_cure_is_valid_toml(tmp_path: Path, symbol: str, quoted: str) -> None:
    (tmp_path / "a.txt").write_text(f"--{symbol}\n", encoding="utf-8")
    with pytest.raises(FileProblem) as error:
        read_one(tmp_path / "a.txt")
    assert f"symbol = {quoted}," in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("---\n--\nXXX\n", "row 2 has 2 tiles, the others 3; every row"),
        ("---\n\nXXX\n", "row 2 has 0 tiles, the others 3"),
        ("", "empty, expected rows of tiles"),
        ("\n\r\n\n", "empty, expected rows of tiles"),
        ("--\0\n", "it holds zero bytes"),
        ("%% a 3 2\n--\nXX\n", "line 1: 3 rows of 2 announced, 2 found"),
        ("%% a 1 2\n--\nXX\n", "line 3: 'XX', expected '%% name height width'"),
        ("%% a 1 2\n---\n", "row 2 has 3 tiles, the others 2"),
        ("; 0\n; 1\n", "headers only, expected rows of tiles"),
    ],
)
def test_what_cannot_be_a_level(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content.encode())
    with pytest.raises(FileProblem) as error:
        list(read_levels(path, PLATFORMER))
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="cannot be read: No such file"):
        read_one(tmp_path / "none.txt")
    (tmp_path / "a.txt").write_bytes(b"--\xff")
    with pytest.raises(FileProblem, match="byte 3 is not UTF-8"):
        read_one(tmp_path / "a.txt")
    (tmp_path / "a.txt.gz").write_bytes(b"no gzip")
    with pytest.raises(FileProblem, match="cannot be read"):
        read_one(tmp_path / "a.txt.gz")
    with pytest.raises(FileProblem, match="cannot be written"):
        write_level(Level(np.zeros((1, 1)), PLATFORMER), tmp_path / "no" / "a.txt")


def test_a_collection_under_headers(tmp_path: Path) -> None:
    path = tmp_path / "levels.txt"
    path.write_text("%% first one 2 4\n####\n# .\n%% second 1 2\n@$\n", encoding="utf-8")
    first, second = read_levels(path, SOKOBAN)
    assert level_text(first) == "####\n# . \n"
    assert level_text(second) == "@$\n"
    assert [x.name for x in (first, second)] == ["levels#1", "levels#2"]
    assert [x.group for x in (first, second)] == ["levels#1", "levels#2"]


def test_a_packed_collection_between_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "000.txt.gz"
    path.write_bytes(gzip.compress(b"; 0\n###\n#@#\n\n; 1\n####\n#\n"))
    first, second = read_levels(path, SOKOBAN)
    assert (first.name, level_text(first)) == ("000#1", "###\n#@#\n")
    assert (second.name, level_text(second)) == ("000#2", "####\n#   \n")


def test_short_rows_are_filled_up_where_the_tileset_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("####\n#@\n####\n", encoding="utf-8")
    assert level_text(read_one(path, SOKOBAN)) == "####\n#@  \n####\n"


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("addons/ATTNW1__03_-_pacific__0.txt", "ATTNW1"),
        ("base/world2__wooden_roots__0.txt", "world2__wooden_roots"),
        ("base/world2__wooden_roots__12.txt", "world2__wooden_roots"),
        ("mine.txt", "mine"),
    ],
)
def test_groups(path: str, group: str) -> None:
    assert group_of(Path(path)) == group


@pytest.mark.parametrize(
    ("content", "yes"),
    [
        (b"---oo---\nXXXXXXXX\n", True),
        (b"%% name 2 3\n###\n#@#\n", True),
        (b"; 0\n####\n", True),
        (b"WWFFBMWW\nWWDDIPWW\n", True),
        (b"This is a letter.\nIt has words in it.\n", False),
        (b"key = 1\nother = 2\nalpha, beta, gamma\n", False),
        (b"", False),
        (b"\n\n", False),
        (b"MThd\0\0\0\6", False),
        (b"\xff\xfe\xfd", False),
    ],
)
def test_what_looks_like_a_level(tmp_path: Path, content: bytes, yes: bool) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    assert looks_like_level(path) is yes


def test_looking_never_raises(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(b"no gzip")
    assert not looks_like_level(tmp_path / "a.txt.gz")
    assert not looks_like_level(tmp_path / "none.txt")
    assert not looks_like_level(tmp_path)
