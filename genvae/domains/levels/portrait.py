"""Levels as a page draws them: rows of symbols, and one strip with a picture of each tile."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

from genvae.domains.base import Report
from genvae.domains.levels.level import Level
from genvae.domains.levels.picture import strip
from genvae.domains.levels.tileset import Tileset

FIRST = 48
"""The character that stands for tile 0; the others follow it."""


def level_portraits(
    levels: Sequence[Level], reports: Sequence[Report], tileset: Tileset
) -> dict[str, Any]:
    """``shared``: ``strip`` (a .png as a data address, all tiles side by side), ``side`` of a tile
    in pixels, ``first`` (the number of the character of tile 0) and the tiles' ``names``.
    ``each``: ``rows`` of characters, and the ``path`` that the check found, column and row in turn.
    """
    shared = {
        "strip": _png(tileset),
        "side": strip(tileset).shape[0],
        "first": FIRST,
        "names": [tile.name for tile in tileset.tiles],
    }
    each = []
    for level, report in zip(levels, reports, strict=True):
        rows = ["".join(chr(FIRST + int(k)) for k in row) for row in level.grid_HW]
        path = [int(x) for cell in report.facts.get("path", ()) for x in cell]
        each.append({"rows": rows, "path": path})
    return {"form": "tiles", "shared": shared, "each": each}


def _png(tileset: Tileset) -> str:
    from PIL import Image

    written = io.BytesIO()
    Image.fromarray(strip(tileset)).save(written, format="PNG")
    return "data:image/png;base64," + base64.b64encode(written.getvalue()).decode()
