"""Conversions: published files to files that genvae reads, for corpora that need one.

Each takes a corpus folder that holds the published files and writes beside them what the
catalogue names under ``reads``: collections of levels, a header ``%% name height width`` and
then as many rows as the height says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

NONE = "none"
"""The published files are read as they are."""
ABSENT = "not performed by genvae: get with --from a converted copy"
"""The published files were converted by hand or by another program."""


def kgoldrunner(folder: Path) -> None:
    """``original/game_*.txt`` to ``levels.txt``.

    A level is a line ``// L001`` followed, after lines of settings, by one line ``//  `` with
    560 tiles: 20 rows of 28.
    """
    rows, columns = 20, 28
    levels: list[str] = []
    for path in sorted((folder / "original").glob("game_*.txt")):
        number = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if header := re.fullmatch(r"// L(\d{3})\s*", line):
                number = header[1]
            elif number and (layout := re.fullmatch(rf"//  (.{{{rows * columns}}})", line)):
                tiles = layout[1]
                grid = [tiles[at : at + columns] for at in range(0, len(tiles), columns)]
                levels.append(_level(f"{path.stem.removeprefix('game_')}_{number}", grid))
                number = ""
    _write(folder / "levels.txt", levels)


def angband(folder: Path) -> None:
    """``original/room_template.txt`` and ``original/vault.txt`` to ``*_levels.txt``.

    An entry begins with ``name:`` and holds its rows in lines ``D:``.
    """
    for kind in ("room_template", "vault"):
        levels: list[str] = []
        name, grid = "", list[str]()
        text = (folder / "original" / f"{kind}.txt").read_text(encoding="utf-8")
        for line in [*text.splitlines(), "name:"]:
            if line.startswith("D:"):
                grid.append(line[2:])
            elif line.startswith("name:"):
                if grid:
                    levels.append(_level(name, grid))
                name, grid = line[5:].strip().replace(" ", "_"), []
        _write(folder / f"{kind}_levels.txt", levels)


CONVERSIONS: dict[str, Callable[[Path], None]] = {"kgoldrunner": kgoldrunner, "angband": angband}


def _level(name: str, grid: Sequence[str]) -> str:
    header = f"%% {name} {len(grid)} {max(map(len, grid))}"
    return "".join(f"{line}\n" for line in (header, *grid))


def _write(path: Path, levels: Iterable[str]) -> None:
    path.write_text("".join(levels), encoding="utf-8", newline="\n")
