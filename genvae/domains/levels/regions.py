"""Parts of a level that are kept while the rest is made anew: columns, rows, rectangles.

Axes:  H rows of the level, the top one first · W columns · N windows · R rows of a window, the
       bottom one first · T columns of a window
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from genvae.domains.base import Encoded
from genvae.domains.levels.level import Level
from genvae.domains.levels.tileset import Tileset
from genvae.domains.levels.windows import from_windows, to_windows
from genvae.domains.regions import parts, ranges
from genvae.errors import OptionProblem

KNOWN = ("x", "y", "rect")


def region(text: str, encoded: Encoded, tileset: Tileset) -> np.ndarray:
    """The tiles that a region names, ``x_NRT`` of booleans: ``x`` columns, ``y`` rows of the file
    from the top, ``rect=COLUMN,ROW,WIDTH,HEIGHT``. Raises OptionProblem."""
    width, height = int(encoded.context["width"]), _height(encoded)
    inside_HW = np.ones((height, width), dtype=bool)
    for name, value in parts(text, KNOWN):
        if name == "x":
            inside_HW &= ranges(value, width, f"--keep {text}", "column")
        elif name == "y":
            inside_HW &= ranges(value, height, f"--keep {text}", "row")[:, None]
        else:
            inside_HW &= _rectangle(value, width, height, f"--keep {text}")
    return _to_windows(inside_HW, encoded, tileset)


def _height(encoded: Encoded) -> int:
    """The height of the file's level: of a tall one the windows are a band."""
    return int(encoded.context.get("whole", encoded.context["height"]))


def _rectangle(value: str, width: int, height: int, where: str) -> np.ndarray:
    found = re.fullmatch(r"\s*(\d{1,9})" + r"\s*,\s*(\d{1,9})" * 3 + r"\s*", value, re.ASCII)
    if found is None:
        raise OptionProblem(f"{where}: expected rect=COLUMN,ROW,WIDTH,HEIGHT, such as rect=3,4,5,5")
    column, row, wide, high = map(int, found.groups())
    last = column + wide - 1, row + high - 1
    if min(column, row, wide, high) < 1 or last[0] > width or last[1] > height:
        raise OptionProblem(
            f"{where}: outside the piece, which has columns 1 to {width} and rows 1 to {height}"
        )
    inside = np.zeros((height, width), dtype=bool)
    inside[row - 1 : last[1], column - 1 : last[0]] = True
    return inside


def _to_windows(inside_HW: np.ndarray, encoded: Encoded, tileset: Tileset) -> np.ndarray:
    """A mask of the file's level as windows; the sky above a low level is kept, the columns that
    fill the last window are as the last one."""
    top = int(encoded.context.get("top", 0))
    band = inside_HW[top : top + tileset.rows]
    missing = tileset.rows - len(band), -band.shape[1] % tileset.columns
    band = np.pad(band, ((missing[0], 0), (0, 0)), constant_values=True)
    return to_windows(np.pad(band, ((0, 0), (0, missing[1])), mode="edge"), tileset.columns)


def joined(piece: Level, made: Level, keep_NRT: np.ndarray, encoded: Encoded) -> Level:
    """The level with the tiles of ``made`` where nothing is kept."""
    top, height = int(encoded.context.get("top", 0)), made.height
    rows = keep_NRT.shape[1]
    open_HW = ~from_windows(keep_NRT).astype(bool)[rows - height :, : made.width]
    grid = piece.grid_HW.copy()
    band = grid[top : top + height]
    band[open_HW] = made.grid_HW[open_HW]
    return replace(piece, grid_HW=grid, notes=[])
