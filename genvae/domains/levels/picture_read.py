"""Pictures to levels: those that genvae draws, and plans in flat colours.

A plan has one colour a tile, the one that the tileset gives it; a tile is a square of any side.

Axes:  H rows, the top one first · W columns · K tiles
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.picture import TILE, draw
from genvae.domains.levels.tileset import Tileset
from genvae.errors import FileProblem

MOST_PIXELS = 1 << 26
SIDES = (64, 48, 32, 24, 16, 8, 4, 2, 1)
"""Sides of a tile in pixels that are tried, the largest first."""


def read_png(path: Path, tileset: Tileset) -> Level:
    """The level of a picture. Raises FileProblem."""
    image_YX3 = _pixels(path)
    numbers = np.arange(len(tileset), dtype=np.uint8)[None]
    stamps = _blocks(draw(Level(numbers, tileset)), TILE)[0]
    drawn = _known(_blocks(image_YX3, TILE), stamps) if _fits(image_YX3, TILE) else None
    if drawn is not None and (drawn >= 0).all():
        return Level(drawn.astype(np.uint8), tileset, path.stem)
    colours = np.array([tile.rgb for tile in tileset.tiles], dtype=np.uint8)
    for side in SIDES:
        if _fits(image_YX3, side):
            blocks = _blocks(image_YX3, side).reshape(*_size(image_YX3, side), -1, 3)
            if (blocks == blocks[:, :, :1]).all():
                return Level(_flat(path, blocks[:, :, 0], colours, tileset), tileset, path.stem)
    raise AssertionError("a single pixel is a square of one colour")


def _pixels(path: Path) -> np.ndarray:
    from PIL import Image

    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise FileProblem(
                    f"{path}: {image.width} x {image.height} pixels, too large for a level"
                )
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as why:
        raise FileProblem(f"{path}: not a picture that can be read ({why})") from None


def _fits(image_YX3: np.ndarray, side: int) -> bool:
    height, width, _ = image_YX3.shape
    return bool(height % side == 0 and width % side == 0)


def _size(image_YX3: np.ndarray, side: int) -> tuple[int, int]:
    return image_YX3.shape[0] // side, image_YX3.shape[1] // side


def _blocks(image_YX3: np.ndarray, side: int) -> np.ndarray:
    """``(H, W, side * side * 3)``, the pixels of each tile."""
    height, width = _size(image_YX3, side)
    blocks = image_YX3.reshape(height, side, width, side, 3).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(blocks).reshape(height, width, -1)


def _known(blocks: np.ndarray, known_K: np.ndarray) -> np.ndarray:
    """The number of each block among ``known_K``, ``(H, W)``; -1 for none."""
    height, width, _ = blocks.shape
    found, place = np.unique(blocks.reshape(height * width, -1), axis=0, return_inverse=True)
    equal = (found[:, None] == known_K[None]).all(-1)
    numbers = np.where(equal.any(1), equal.argmax(1), -1)
    return numbers[place.reshape(-1)].reshape(height, width)


def _flat(
    path: Path, colours_HW3: np.ndarray, colours_K3: np.ndarray, tileset: Tileset
) -> np.ndarray:
    numbers = _known(colours_HW3, colours_K3)
    if (numbers < 0).any():
        row, column = np.argwhere(numbers < 0)[0]
        red, green, blue = colours_HW3[row, column].tolist()
        raise FileProblem(
            f"{path}: row {row + 1}, column {column + 1}: colour #{red:02x}{green:02x}{blue:02x} "
            f"is of no tile of {tileset.name!r}; a picture is read if genvae drew it or each tile "
            "is a square of its tileset's colour (--tileset FILE.toml, colour = ...)"
        )
    return numbers.astype(np.uint8)
