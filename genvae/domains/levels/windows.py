"""Between a level and its windows: cut along the columns, without overlap.

Axes:  N windows · R rows of a window, the bottom one first · T columns · H rows of a level, the
       top one first · W columns of a level
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from genvae.domains.base import Encoded
from genvae.domains.levels.bands import best_band
from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.platformer import cross, standing
from genvae.domains.levels.tileset import Tileset

FIELD = "tiles"


def to_windows(grid_HW: np.ndarray, columns: int) -> np.ndarray:
    """``x_NRT`` of a grid whose width is a multiple of ``columns``."""
    height, width = grid_HW.shape
    x_RNT = grid_HW[::-1].reshape(height, width // columns, columns)
    return np.ascontiguousarray(x_RNT.transpose(1, 0, 2))


def from_windows(x_NRT: np.ndarray) -> np.ndarray:
    """``grid_HW`` of windows that follow one another; the inverse of ``to_windows``."""
    n, rows, columns = x_NRT.shape
    grid = np.asarray(x_NRT).transpose(1, 0, 2).reshape(rows, n * columns)[::-1]
    return np.ascontiguousarray(grid, dtype=np.uint8)


def encode_level(level: Level) -> Encoded:
    """Cut a level into windows.

    A level taller than a window keeps the band its crossing uses most (without one: the bottom);
    a lower one gets sky on top; the last column is repeated to fill the last window. The context
    holds the true ``width`` and ``height``, of a band its first row (``top``, from 0) and the
    ``whole`` height, and the cells of the start marker (``placed``, a list of [column, row] from
    0), which is not part of the windows.
    """
    tileset = level.tileset
    notes = list(level.notes)
    grid = level.grid_HW
    top = 0
    if level.height > tileset.rows:
        top, grid = _one_band(level, notes)
    height, width = grid.shape
    grid, placed = _unmarked(grid, tileset)
    if height < tileset.rows:
        notes.append(
            f"{level.name}: {height} rows high; filled up to {tileset.rows} with "
            f"{tileset.tiles[tileset.empty].name} on top, and cut back when written"
        )
    missing = tileset.rows - height, -width % tileset.columns
    grid = np.pad(grid, ((missing[0], 0), (0, 0)), constant_values=tileset.empty)
    grid = np.pad(grid, ((0, 0), (0, missing[1])), mode="edge")
    context: dict[str, Any] = {"width": width, "height": height}
    if level.height > height:
        context |= {"top": top, "whole": level.height}
    if placed:
        context["placed"] = placed
    return Encoded({FIELD: to_windows(grid, tileset.columns).astype(np.uint8)}, context, notes)


def encode_bands(level: Level, bands: int, shared: int) -> Encoded:
    """Cut all of a level that is higher than a window into bands of windows, the bottom one first,
    of which two neighbours share ``shared`` rows; ``assemble_level`` puts them together again."""
    tileset, rows = level.tileset, level.tileset.rows
    step = rows - shared
    grid, placed = _unmarked(level.grid_HW, tileset)
    above = rows + (bands - 1) * step - level.height
    grid = np.pad(grid, ((above, 0), (0, 0)), constant_values=tileset.empty)
    grid = np.pad(grid, ((0, 0), (0, -level.width % tileset.columns)), mode="edge")
    ends = [grid.shape[0] - band * step for band in range(bands)]
    x_NRT = np.concatenate([to_windows(grid[end - rows : end], tileset.columns) for end in ends])
    context: dict[str, Any] = {"width": level.width, "height": level.height}
    context |= {"bands": bands, "shared": shared} | ({"placed": placed} if placed else {})
    return Encoded({FIELD: x_NRT.astype(np.uint8)}, context, list(level.notes))


def _unmarked(grid_HW: np.ndarray, tileset: Tileset) -> tuple[np.ndarray, list[list[int]]]:
    """The tiles without the start marker, and its cells (column, row)."""
    if tileset.placed is None:
        return grid_HW, []
    marker = grid_HW == tileset.numbers[tileset.placed]
    placed = [[int(c), int(r)] for r, c in np.argwhere(marker)]
    return np.where(marker, tileset.empty, grid_HW), placed


def assemble_level(x_NRT: np.ndarray, context: Mapping[str, Any], tileset: Tileset) -> Level:
    """Windows to a level, trimmed to the context's ``width`` and ``height`` (default: all). With
    ``bands`` they are rows of windows, the bottom one first, of which two neighbours share
    ``shared`` rows of tiles."""
    bands, shared = int(context.get("bands", 1)), int(context.get("shared", 0))
    grids = [from_windows(x) for x in np.split(np.asarray(x_NRT), bands)]
    # The bands' shared rows are equal; those of the upper band are left out.
    upper = [grid[: grid.shape[0] - shared] for grid in grids[:0:-1]]
    grid = np.concatenate([*upper, grids[0]])
    width = min(int(context.get("width", grid.shape[1])), grid.shape[1])
    height = min(int(context.get("height", grid.shape[0])), grid.shape[0])
    grid = grid[grid.shape[0] - height :, :width].copy()
    if tileset.placed is not None:
        for column, row in context.get("placed", []):
            if row < height and column < width and grid[row, column] == tileset.empty:
                grid[row, column] = tileset.numbers[tileset.placed]
    return Level(grid, tileset)


def mark_start(level: Level, path: Sequence[tuple[int, int]]) -> Level:
    """The level with its start marker at the first cell of ``path`` ((column, row) from 0) that
    is empty and stood on, if that comes early, else at the first that may hold it; always so
    that the level can still be crossed. Without such a cell the level as it is."""
    tileset = level.tileset
    assert tileset.placed is not None
    stands = standing(level) & level.having("empty")
    early = [(c, r) for c, r in path if c < path[0][0] + 8]
    loose = level.having("empty", "liquid")
    for column, row in [
        *((c, r) for c, r in early if stands[r, c]),
        *((c, r) for c, r in early if loose[r, c]),
    ]:
        grid = level.grid_HW.copy()
        grid[row, column] = tileset.numbers[tileset.placed]
        marked = replace(level, grid_HW=grid)
        if cross(marked).playable:
            return marked
    return level


def _one_band(level: Level, notes: list[str]) -> tuple[int, np.ndarray]:
    """The first row (from 0) of the band that is kept, and its tiles."""
    rows = level.tileset.rows
    top = level.height - rows
    why = "the bottom ones"
    if level.tileset.rules == "platformer":
        crossing = cross(level)
        top = best_band(level, crossing)
        if crossing.path:
            why = "the ones that the way through it uses most"
    notes.append(
        f"{level.name}: {level.height} rows high, the model sees {rows}; "
        f"kept rows {top + 1} to {top + rows}, {why}"
    )
    return top, level.grid_HW[top : top + rows]
