"""Numbers that describe levels and windows, and counts of small tile patterns.

Linearity and leniency follow Smith and Whitehead, "Analyzing the expressive range of a level
generator" (2010); tile-pattern counts follow Lucas and Volz, "Tile pattern KL-divergence for
analysing and evolving game levels" (2019).

Axes:  N windows · R rows, the bottom one first · T columns · H, W as in level.py · K tiles
"""

from __future__ import annotations

import numpy as np

from genvae.domains.levels.attributes import difficulty
from genvae.domains.levels.level import Level
from genvae.domains.levels.tileset import Tileset

HASHED = 65536
"""Bins of the hashed patterns."""

COUNTED = {
    "enemies": ("enemy",),
    "coins": ("collectable",),
    "hazards": ("hazard",),
    "blocks": ("bonus", "breakable"),
    "platforms": ("oneway",),
    "water": ("liquid",),
    "doors": ("door",),
    "boxes": ("box",),
    "goals": ("goal",),
}
"""What is counted, and the roles it has."""


def measure_level(level: Level) -> dict[str, float]:
    """Width and height in tiles; counts; ``density`` (share of solid tiles); ``sky`` (share of
    empty ones); ``gaps`` (columns without ground); ``linearity`` in [0, 1] (R2 of a line through
    the heights of the ground, 1 for flat ground); ``leniency`` a column (gaps, enemies and
    hazards count against it, hence 0 or less); ``difficulty`` (see ``attributes.py``)."""
    found = {
        "width": float(level.width),
        "height": float(level.height),
        "density": float(level.having("solid").mean()),
        "sky": float(level.having("empty").mean()),
    }
    present = {role for tile in level.tileset.tiles for role in tile.roles}
    for name, roles in COUNTED.items():
        if present & set(roles):
            found[name] = float(level.having(*roles).sum())
    if level.tileset.rules != "platformer":
        return found
    heights = ground_heights(level.having("solid", "oneway"))
    gaps = int((heights == 0).sum())
    found["gaps"] = float(gaps)
    found["linearity"] = _line_fit(heights)
    danger = gaps + found.get("enemies", 0.0) + found.get("hazards", 0.0)
    found["leniency"] = -danger / level.width
    found["difficulty"] = difficulty(level)
    return found


def ground_heights(solid_HW: np.ndarray) -> np.ndarray:
    """Height ``(W,)`` of the ground: carrying tiles without a break from the bottom row up."""
    upward = solid_HW[::-1]
    return np.where(upward.all(axis=0), len(upward), np.argmin(upward, axis=0)).astype(int)


def measure_tiles(x_NRT: np.ndarray, tileset: Tileset) -> dict[str, np.ndarray]:
    """Per-window numbers ``(N,)``: shares ``non_empty``, ``solid``, ``ground`` (columns with
    ground at the bottom) and ``changes`` (neighbours along a row that differ); counts."""
    x = np.asarray(x_NRT)
    if not len(x):
        x = np.zeros((0, tileset.rows, tileset.columns), dtype=np.uint8)
    carrying = tileset.having("solid", "oneway")[x]
    found = {
        "non_empty": (x != tileset.empty).mean(axis=(1, 2)),
        "solid": tileset.having("solid")[x].mean(axis=(1, 2)),
        "ground": carrying[:, 0].mean(axis=1),
        "changes": (x[:, :, 1:] != x[:, :, :-1]).mean(axis=(1, 2)),
    }
    present = {role for tile in tileset.tiles for role in tile.roles}
    for name, roles in COUNTED.items():
        if present & set(roles):
            found[name] = tileset.having(*roles)[x].sum(axis=(1, 2)).astype(float)
    return found


def pattern_counts(x_NRT: np.ndarray, tileset: Tileset) -> dict[str, np.ndarray]:
    """Counts of the 2 x 2 and 3 x 3 patterns of tiles inside the windows, in arrays whose bins
    mean the same in every call: ``tiles_2x2`` has a bin a pattern (``K ** 4`` of them; hashed
    into 65,536 when K > 16), ``tiles_3x3`` is hashed into 65,536 bins."""
    x = np.asarray(x_NRT).astype(np.int64)
    two = _pattern_numbers(x, 2, len(tileset))
    bins = len(tileset) ** 4 if len(tileset) <= 16 else HASHED
    if len(tileset) > 16:
        two = _hash(two)
    three = _hash(_pattern_numbers(x, 3, len(tileset)))
    return {
        "tiles_2x2": np.bincount(two, minlength=bins),
        "tiles_3x3": np.bincount(three, minlength=HASHED),
    }


def _pattern_numbers(x: np.ndarray, side: int, base: int) -> np.ndarray:
    """A number for each ``side`` x ``side`` pattern, flat; wraps around for large tilesets."""
    rows, columns = x.shape[1] - side + 1, x.shape[2] - side + 1
    numbers = np.zeros((len(x), max(rows, 0), max(columns, 0)), dtype=np.uint64)
    for i in range(side):
        for j in range(side):
            part = x[:, i : i + rows, j : j + columns].astype(np.uint64)
            numbers = numbers * np.uint64(base) + part
    return numbers.reshape(-1).astype(np.int64)


def _hash(numbers: np.ndarray) -> np.ndarray:
    """Numbers to bins of equal chance (Knuth's multiplicative hash)."""
    mixed = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(48)).astype(np.int64)


def _line_fit(heights: np.ndarray) -> float:
    spread = float(((heights - heights.mean()) ** 2).sum())
    if spread == 0.0 or len(heights) < 3:
        return 1.0
    at = np.arange(len(heights)) - (len(heights) - 1) / 2
    explained = float((at * heights).sum() ** 2 / (at**2).sum())
    return explained / spread
