"""Levels to look at: pixels for files and previews, coloured text for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.tileset import Tile, Tileset
from genvae.domains.writing import whole

if TYPE_CHECKING:
    from rich.text import Text

TILE = 8
"""Side of a tile in pixels."""


def draw(
    level: Level, path: Sequence[Sequence[int]] = (), place: Sequence[int] | None = None
) -> np.ndarray:
    """RGB ``(H * S, W * S, 3)`` uint8, S the side of a tile (8 without a user's own pictures);
    ``path`` ((column, row) from 0) is dotted in red, and ``place`` framed."""
    stamps_K = _stamps(level.tileset)
    side = stamps_K.shape[1]
    tiles = stamps_K[level.grid_HW]
    image: np.ndarray = tiles.transpose(0, 2, 1, 3, 4).reshape(
        level.height * side, level.width * side, 3
    )
    dot, line = max(side // 4, 1), max(side // 8, 1)
    for column, row in path:
        y, x = row * side + (side - dot) // 2, column * side + (side - dot) // 2
        image[y : y + dot, x : x + dot] = (230, 30, 30)
    if place is not None:
        left, top = place[0] * side, place[1] * side
        frame = np.ones((side, side), dtype=bool)
        frame[line:-line, line:-line] = False
        image[top : top + side, left : left + side][frame] = (230, 30, 30)
    return image


def write_png(level: Level, path: Path) -> None:
    """Write a level as a picture, whole or not at all. Raises FileProblem."""
    from PIL import Image

    with whole(path) as part:
        Image.fromarray(draw(level)).save(part, format="PNG")


def strip(tileset: Tileset) -> np.ndarray:
    """All tiles side by side in the order of their numbers, RGB ``(S, K * S, 3)``."""
    return np.concatenate(list(_stamps(tileset)), axis=1)


def terminal(level: Level, width: int) -> Text:
    """Coloured text at most ``width`` columns wide: wider levels go in blocks one below the
    other, each under a ruler of column numbers (from 1)."""
    from rich.text import Text

    width = max(width, 10)
    out = Text(no_wrap=True)
    for left in range(0, level.width, width):
        right = min(left + width, level.width)
        if left:
            out.append("\n\n")
        out.append(ruler(left, right), style="dim")
        for row in level.grid_HW[:, left:right]:
            out.append("\n")
            for number, count in _runs(row):
                tile = level.tileset.tiles[number]
                out.append(tile.symbol * count, style=_style(tile))
    return out


def ruler(left: int, right: int) -> str:
    """Column numbers (from 1) above the columns ``left..right - 1``: each number begins at its
    column, one every ten."""
    marks = [" "] * (right - left)
    for column in range(left + 1, right + 1):
        text = str(column)
        at = column - 1 - left
        fits = at + len(text) <= len(marks)
        if (column % 10 == 1 or at == 0) and fits and not "".join(marks[max(at - 1, 0) :]).strip():
            marks[at : at + len(text)] = text
    return "".join(marks)


def _runs(row: np.ndarray) -> list[tuple[int, int]]:
    """(number, how many in a row) from left to right."""
    cuts = np.flatnonzero(np.diff(row)) + 1
    starts = [0, *cuts.tolist(), len(row)]
    return [(int(row[a]), b - a) for a, b in pairwise(starts)]


def _style(tile: Tile) -> str:
    if "empty" in tile.roles:
        return "dim"
    if "solid" in tile.roles:
        r, g, b = tile.rgb
        ink = "black" if r + g + b > 380 else "white"
        return f"{ink} on {tile.colour}"
    return f"bold {tile.colour}"


def _stamps(tileset: Tileset) -> np.ndarray:
    """A small picture a tile, ``(K, 8, 8, 3)``, or the user's own."""
    if tileset.images is not None:
        return tileset.images
    sky = np.array(tileset.tiles[tileset.empty].rgb)
    return np.stack([_stamp(tile, sky) for tile in tileset.tiles]).astype(np.uint8)


def _stamp(tile: Tile, sky: np.ndarray) -> np.ndarray:
    """The shape of a tile by its roles, in its colour, over the sky."""
    roles = set(tile.roles)
    y, x = np.mgrid[0:TILE, 0:TILE]
    colour = np.array(tile.rgb)
    stamp = np.tile(sky, (TILE, TILE, 1))
    if roles & {"empty", "liquid"}:
        stamp[:] = colour
        if "liquid" in roles:
            stamp[(y == 1) & ((x % 4) < 2)] = np.minimum(colour + 40, 255)
        return stamp
    full = np.ones((TILE, TILE), dtype=bool)
    round_ = (x - 3.5) ** 2 + (y - 3.5) ** 2 <= 10
    shape = full
    if "oneway" in roles:
        shape = (y < 3) | ((y >= 5) & (x % 3 == 1)) if "bounce" in roles else y < 3
    elif "hazard" in roles:
        shape = y >= 7 - 2 * np.minimum(x % 4, 3 - x % 4) - 2
    elif roles & {"collectable", "goal", "start", "enemy"}:
        shape = round_ if "enemy" not in roles else round_ | ((y == 7) & (x % 5 == 1))
    elif "door" in roles:
        shape = (x >= 1) & (x <= 6)
    elif "climb" in roles:
        shape = (x == 1) | (x == 6) | (y % 3 == 1)
    stamp[shape] = colour
    if "solid" in roles or "box" in roles:
        stamp[(y == 0) | (x == 0)] = np.minimum(colour + 30, 255)
        stamp[(y == TILE - 1) | (x == TILE - 1)] = np.maximum(colour - 30, 0)
    if "breakable" in roles:
        stamp[(y == 4) | ((x == 4) & (y < 4))] = np.maximum(colour - 60, 0)
    if "bonus" in roles:
        stamp[((y == 2) & (x > 1) & (x < 6)) | ((x == 4) & (y > 2) & (y != 5) & (y < 7))] = 255
    if "slope" in roles:
        stamp[y + x < 7] = np.minimum(colour + 50, 255)
    if "enemy" in roles:
        stamp[(y == 3) & ((x == 2) | (x == 5))] = 255
    if "start" in roles:
        stamp[shape & (y > 3)] = (20, 20, 20)
    return stamp
