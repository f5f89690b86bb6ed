"""Which reader a level's file gets, and which files are levels: by suffix and content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from genvae.domains.levels.ldtk import is_ldtk, read_ldtk
from genvae.domains.levels.level import Level
from genvae.domains.levels.picture_read import read_png
from genvae.domains.levels.tables import json_level, load_json, read_csv
from genvae.domains.levels.text import SUFFIXES, looks_like_level, read_levels
from genvae.domains.levels.tiled_read import read_tiled
from genvae.domains.levels.tileset import Tileset


def _read_json(path: Path, tileset: Tileset) -> Level:
    """Rows of symbols, or a level of LDtk."""
    data = load_json(path)
    return read_ldtk(path, data, tileset) if is_ldtk(data) else json_level(path, data, tileset)


READERS = {
    ".csv": read_csv,
    ".json": _read_json,
    ".tmx": read_tiled,
    ".tmj": read_tiled,
    ".png": read_png,
}
"""Formats of one level a file."""

_SIGNS = {
    ".csv": re.compile(rb"(?:\xef\xbb\xbf)?(?:[^,\n]{1,4},){1,}(?:[^,\n]{1,4})?\r?(?:\n|$)"),
    ".json": re.compile(rb'\s*\{(?s:.)*"(?:rows"\s*:\s*\[|uniqueIdentifer"|neighbourLevels")'),
    ".tmx": re.compile(rb"(?s:.)*<map\b"),
    ".png": re.compile(rb"\x89PNG"),
    ".tmj": re.compile(rb'\s*\{(?s:.)*"(?:layers|tilesets|orientation)"'),
}
"""What a format's file has within its first bytes."""
LOOKED_AT = 1 << 16


def read_file(path: Path, tileset: Tileset) -> Iterator[Level]:
    """The levels of a file, in order. Raises FileProblem."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        yield from read_levels(path, tileset)
    else:
        yield reader(path, tileset)


def looks_like_a_level(path: Path) -> bool:
    """Does a file look like a level in any format? Never raises."""
    sign = _SIGNS.get(path.suffix.lower())
    if sign is None:
        return path.name.lower().endswith(SUFFIXES) and looks_like_level(path)
    try:
        with path.open("rb") as file:
            return bool(sign.match(file.read(LOOKED_AT)))
    except OSError:
        return False
