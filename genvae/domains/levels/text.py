"""Levels as text: one symbol a tile, one line a row.

Three shapes of file are read: one level a file; many under ``%% name height width`` headers (rows
short of the width are filled up with a space); many under ``; name`` headers with blank lines
between them, as Boxoban has them. A file that ends in .gz is unpacked on the way.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.tileset import Tileset
from genvae.domains.writing import whole
from genvae.errors import FileProblem

SUFFIXES = (".txt", ".lvl", ".txt.gz")
"""How a level's file name may end."""

MAX_BYTES = 64 * 1024 * 1024
"""Larger text files are refused: no level or collection seen comes near."""


@dataclass(frozen=True)
class Block:
    """Rows of one level as they stand in a file; ``line`` is the number of the first, from 1."""

    rows: list[str]
    line: int
    number: int | None = None
    width: int | None = None
    fill: str | None = None


def read_levels(path: Path, tileset: Tileset) -> Iterator[Level]:
    """The levels of a file, in order.

    Raises FileProblem when the file cannot be read, holds no level, has a ragged row or a symbol
    that is not in ``tileset``; the message names the place and the cure.
    """
    lines = read_lines(path)
    for block in _blocks(path, lines, tileset):
        stem = _stem(path)
        name = stem if block.number is None else f"{stem}#{block.number}"
        yield Level(
            _grid(path, block, tileset),
            tileset,
            name,
            group_of(path) if block.number is None else name,
        )


def read_lines(path: Path) -> list[str]:
    """The lines of a text file, without their ends. Raises FileProblem."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileProblem(f"{path}: {path.stat().st_size} bytes, too large for a text level")
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error) as e:
        raise FileProblem(f"{path}: cannot be read: {getattr(e, 'strerror', None) or e}") from None
    except UnicodeDecodeError as e:
        raise FileProblem(f"{path}: not a text level: byte {e.start + 1} is not UTF-8") from None
    if "\0" in text:
        raise FileProblem(f"{path}: not a text level: it holds zero bytes")
    return [line.removesuffix("\r") for line in text.split("\n")]


def symbols_in(path: Path) -> set[str]:
    """The symbols of a text level, comments left out; none of another file."""
    if path.suffix.lower() not in (".txt", ".lvl"):
        return set()
    try:
        lines = read_lines(path)
    except FileProblem:
        return set()
    return {symbol for line in lines if not line.startswith(";") for symbol in line}


def write_level(level: Level, path: Path) -> None:
    """Write a level as text, whole or not at all. Raises FileProblem."""
    write_text(level_text(level), path)


def write_text(text: str, path: Path) -> None:
    """Write a text file, whole or not at all. Raises FileProblem."""
    with whole(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def level_text(level: Level) -> str:
    """A level as lines, each with its end."""
    symbols = np.array(list(level.tileset.symbols))
    return "".join("".join(row) + "\n" for row in symbols[level.grid_HW])


def level_from_rows(rows: list[str], tileset: Tileset, name: str = "level") -> Level:
    """A level from its rows, top first. Raises FileProblem as ``read_levels`` does."""
    return Level(_grid(Path(name), Block(rows, 1), tileset), tileset, name)


def group_of(path: Path) -> str:
    """What must not be split: the add-on (before ``__``) in a folder ``addons``, otherwise the
    level that a sector belongs to (``world1__ice_bridge__2`` -> ``world1__ice_bridge``)."""
    stem = _stem(path)
    if path.parent.name == "addons":
        return stem.split("__")[0]
    return re.sub(r"__\d+$", "", stem)


def _stem(path: Path) -> str:
    return Path(path.stem).stem if path.suffix == ".gz" else path.stem


def _blocks(path: Path, lines: list[str], tileset: Tileset) -> Iterator[Block]:
    while lines and not lines[-1]:
        lines.pop()
    first = next((i for i, line in enumerate(lines) if line), None)
    if first is None:
        raise FileProblem(f"{path}: empty, expected rows of tiles")
    if lines[first].startswith("%% "):
        yield from _headed(path, lines, first)
    elif lines[first].startswith(";") and ";" not in tileset.numbers:
        yield from _separated(path, lines, tileset)
    else:
        yield Block(lines[first:], first + 1, fill=tileset.fill)


def _headed(path: Path, lines: list[str], at: int) -> Iterator[Block]:
    number = 0
    while at < len(lines):
        if not lines[at]:
            at += 1
            continue
        parts = lines[at].split()
        if len(parts) < 4 or parts[0] != "%%" or not (parts[-1] + parts[-2]).isdigit():
            raise FileProblem(
                f"{path}: line {at + 1}: {lines[at][:40]!r}, expected '%% name height width'"
            )
        number += 1
        height, width = int(parts[-2]), int(parts[-1])
        rows = lines[at + 1 : at + 1 + height]
        if len(rows) < height or not height or not width:
            raise FileProblem(
                f"{path}: line {at + 1}: {height} rows of {width} announced, {len(rows)} found"
            )
        yield Block(rows, at + 2, number, width, " ")
        at += 1 + height


def _separated(path: Path, lines: list[str], tileset: Tileset) -> Iterator[Block]:
    number, begun = 0, 0
    rows: list[str] = []
    for at, line in enumerate([*lines, ""]):
        if line and not line.startswith(";"):
            begun = begun if rows else at + 1
            rows.append(line)
        elif rows:
            number += 1
            yield Block(rows, begun, number, fill=tileset.fill)
            rows = []
    if not number:
        raise FileProblem(f"{path}: headers only, expected rows of tiles under them")


def _grid(path: Path, block: Block, tileset: Tileset) -> np.ndarray:
    """Rows to tile numbers ``(H, W)``. Raises FileProblem."""
    rows = block.rows
    width = block.width or max((len(r) for r in rows), default=0)
    if not width:
        raise FileProblem(f"{path}: empty, expected rows of tiles")
    if block.fill is not None:
        rows = [r.ljust(width, block.fill) for r in rows]
    lengths = [len(r) for r in rows]
    usual = block.width or max(set(lengths), key=lengths.count)
    for i, length in enumerate(lengths):
        if length != usual:
            raise FileProblem(
                f"{path}: row {block.line + i} has {length} tiles, the others {usual}; "
                "every row of a level must have the same length"
            )
    unknown = set("".join(rows)) - set(tileset.symbols)
    if unknown:
        _refuse(path, rows, block.line, unknown, tileset)
    codes = np.array([[tileset.numbers[s] for s in row] for row in rows], dtype=np.uint8)
    return codes


def _refuse(path: Path, rows: list[str], line: int, unknown: set[str], tileset: Tileset) -> None:
    for i, row in enumerate(rows):
        for j, symbol in enumerate(row):
            if symbol in unknown:
                quoted = '"\\""' if symbol == '"' else '"\\\\"' if symbol == "\\" else f'"{symbol}"'
                raise FileProblem(
                    f"{path}: row {line + i}, column {j + 1}: symbol {symbol!r} is not in tileset "
                    f"{tileset.name!r} ({tileset.symbols}); map it in a tileset of your own with "
                    f'[[tile]] symbol = {quoted}, name = "...", roles = ["solid"] '
                    "and give that with --tileset FILE.toml"
                )


def looks_like_level(path: Path) -> bool:
    """Does the beginning of a file look like rows of tiles? Never raises."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            start = file.read(8192)
        text = start.decode("utf-8-sig", errors="strict" if len(start) < 8192 else "ignore")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        return False
    if "\0" in text:
        return False
    lines = [line.rstrip("\r") for line in text.split("\n")]
    if len(start) == 8192:
        lines = lines[:-1] or lines
    rows = [line for line in lines if line and not re.match(r"%% |; ?\S", line)]
    if not rows:
        return False
    symbols = set("".join(rows))
    runs = re.findall(r"[A-Za-z]{4,}", "\n".join(rows))
    words = sum(len(set(run)) >= 4 and not run.isupper() for run in runs)
    return len(symbols) <= 40 and words <= len(rows) // 4 and max(map(len, rows)) >= 2
