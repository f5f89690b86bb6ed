"""Levels of the editor LDtk, as its "super simple export" has them: a folder for each level.

``data.json`` says how large the level is and where its entities are; an IntGrid layer stands in a
.csv of numbers, and the layers' pictures in .png files (ldtk.io, "Super Simple Export"). Numbers of
the IntGrid are tile numbers of the tileset. An entity becomes the tile that its name says: a tile's
name, a role, or a word for the player and the like. Without an IntGrid the picture
``_composite.png`` is read, which takes the tiles' own pictures.

Axes:  H rows, the top one first · W columns
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.picture_read import read_png
from genvae.domains.levels.tables import read_csv
from genvae.domains.levels.tileset import Tileset
from genvae.errors import FileProblem

WORDS = {
    "player": "start",
    "spawn": "start",
    "playerstart": "start",
    "hero": "start",
    "exit": "goal",
    "flag": "goal",
    "finish": "goal",
    "coin": "collectable",
    "gold": "collectable",
    "gem": "collectable",
    "mob": "enemy",
    "monster": "enemy",
    "crate": "box",
    "spike": "hazard",
    "spikes": "hazard",
    "ladder": "climb",
    "rope": "hang",
}
"""What entities are often called, and the role that this means."""
LDTK_FILE, COMPOSITE = "data.json", "_composite.png"


def is_ldtk(data: Mapping[str, Any]) -> bool:
    """Is this the ``data.json`` of a level?"""
    return isinstance(data.get("entities"), Mapping) and "identifier" in data


def read_ldtk(path: Path, data: Mapping[str, Any], tileset: Tileset) -> Level:
    """The level of a folder, whose ``data.json`` is at ``path``. Raises FileProblem."""
    grids = sorted(path.parent.glob("*.csv"))
    composite = path.parent / COMPOSITE
    if grids:
        level = read_csv(grids[0], tileset)
    elif composite.exists():
        level = read_png(composite, tileset)
    else:
        raise FileProblem(
            f"{path}: no .csv of an IntGrid layer beside it, and no {COMPOSITE}; expected a level "
            "of LDtk's super simple export"
        )
    notes = list(level.notes)
    if len(grids) > 1:
        more = ", ".join(p.name for p in grids[1:])
        notes.append(f"{grids[0].name} read, {more} left out")
    grid_HW, left_out = _with_entities(data, level, path)
    if left_out:
        notes.append(f"entities that are no tiles left out: {', '.join(left_out)}")
    name = str(data["identifier"]) or path.parent.name
    return replace(level, grid_HW=grid_HW, name=name, group=name, notes=notes)


def _with_entities(
    data: Mapping[str, Any], level: Level, path: Path
) -> tuple[np.ndarray, list[str]]:
    """The tiles with the entities in their cells, and the names of those that mean none."""
    grid_HW, left_out = level.grid_HW.copy(), set[str]()
    try:
        wide, high = float(data["width"]) / level.width, float(data["height"]) / level.height
        for name, things in data["entities"].items():
            number = _tile(str(name), level.tileset)
            for thing in things:
                column = int((float(thing["x"]) + 0.5) // wide)
                row = int((float(thing["y"]) + 0.5) // high)
                inside = 0 <= column < level.width and 0 <= row < level.height
                if number is None or not inside:
                    left_out.add(str(name))
                else:
                    grid_HW[row, column] = number
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError, OverflowError):
        raise FileProblem(
            f"{path}: damaged; expected width, height and entities of LDtk's super simple export"
        ) from None
    return grid_HW, sorted(left_out)


def _tile(name: str, tileset: Tileset) -> int | None:
    """The number of the tile that an entity's name means."""
    word = name.lower().replace("_", " ").strip()
    for number, tile in enumerate(tileset.tiles):
        if tile.name.lower() == word:
            return number
    role = WORDS.get(word.replace(" ", ""), word)
    found = np.flatnonzero(tileset.having(role))
    return int(found[0]) if len(found) else None
