"""Levels as CSV and as JSON.

CSV: a line a row, top first, tile numbers from 0 with commas between them; a single symbol in place
of a number is read as well, and a comma at the end of every row, as LDtk's simplified export has it
in its IntGrid layers. JSON: an object with ``rows``, a text a row as in a text level, and
``tiles``, what each symbol means; on the way back the rows alone count.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.text import level_from_rows, level_text, read_lines, write_text
from genvae.domains.levels.tileset import Tileset
from genvae.errors import FileProblem


def write_csv(level: Level, path: Path) -> None:
    """Write tile numbers. Raises FileProblem."""
    rows = (",".join(map(str, row)) for row in level.grid_HW.tolist())
    write_text("".join(f"{row}\n" for row in rows), path)


def read_csv(path: Path, tileset: Tileset) -> Level:
    """The level of a CSV file. Raises FileProblem, naming row and column from 1."""
    try:
        rows = [row for row in csv.reader(io.StringIO("\n".join(read_lines(path)))) if row]
    except csv.Error as why:
        raise FileProblem(f"{path}: not CSV ({why}), expected tile numbers and commas") from None
    if not rows:
        raise FileProblem(f"{path}: empty, expected rows of tile numbers")
    if len(rows[0]) > 1 and all(row[-1] == "" for row in rows):
        rows = [row[:-1] for row in rows]  # LDtk ends each row of an IntGrid with a comma
    width = len(rows[0])
    for i, row in enumerate(rows, 1):
        if len(row) != width:
            raise FileProblem(f"{path}: row {i} has {len(row)} tiles, the first {width}")
    grid = [
        [_number(cell, tileset, f"{path}: row {i}, column {j}") for j, cell in enumerate(row, 1)]
        for i, row in enumerate(rows, 1)
    ]
    return Level(np.array(grid, dtype=np.uint8), tileset, path.stem)


def _number(cell: str, tileset: Tileset, where: str) -> int:
    text = cell.strip() or cell
    if text.isdecimal() and text.isascii() and len(text) < 5 and int(text) < len(tileset):
        return int(text)
    if text in tileset.numbers:
        return tileset.numbers[text]
    raise FileProblem(
        f"{where}: {text[:20]!r}, expected a tile of {tileset.name!r}: 0 to {len(tileset) - 1}, "
        f"or one of {tileset.symbols}; give another tileset with --tileset"
    )


def write_json(level: Level, path: Path) -> None:
    """Write rows and what their symbols mean. Raises FileProblem."""
    tileset = level.tileset
    tiles = [{"symbol": t.symbol, "name": t.name, "roles": list(t.roles)} for t in tileset.tiles]
    data = {
        "name": level.name,
        "width": level.width,
        "height": level.height,
        **({"made": level.text} if level.text else {}),
        "tileset": tileset.name,
        "tiles": tiles,
        "rows": level_text(level).splitlines(),
    }
    write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", path)


def json_level(path: Path, data: Mapping[str, Any], tileset: Tileset) -> Level:
    """The level of a JSON file that holds ``data``. Raises FileProblem."""
    rows = data.get("rows")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, str) for row in rows):
        raise FileProblem(f'{path}: no level; expected an object with "rows", a text a row')
    level = level_from_rows(rows, tileset, str(path))
    made = data.get("made")
    text = made if isinstance(made, str) else ""
    return replace(level, name=path.stem, group=path.stem, text=text)


def load_json(path: Path) -> dict[str, Any]:
    """The object in a file. Raises FileProblem."""
    try:
        data = json.loads("\n".join(read_lines(path)))
    except (ValueError, RecursionError) as why:
        raise FileProblem(f"{path}: not JSON ({why})") from None
    if not isinstance(data, dict):
        raise FileProblem(f"{path}: a JSON {type(data).__name__}, expected an object")
    return data
