"""Pictures to levels: those that genvae draws, with a user's own tiles too, and plans in flat
colours.

A plan has one colour a tile, the one that the tileset gives it; a tile is a square of any side.

Axes:  H rows, the top one first · W columns · K tiles
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.picture import strip
from genvae.domains.levels.tileset import Tileset
from genvae.errors import FileProblem

MOST_PIXELS = 1 << 26
SIDES = (64, 48, 32, 24, 16, 8, 4, 2, 1)
"""Sides of a tile in pixels that are tried, the largest first."""


def read_png(path: Path, tileset: Tileset) -> Level:
    """The level of a picture. Raises FileProblem."""
    image_YX3 = _pixels(path)
    own = (tileset,) if tileset.images is not None else ()
    for look in (*own, replace(tileset, images=None)):
        drawn = _drawn(image_YX3, look)
        if drawn is not None:
            _unlike(path, drawn, look)
            return Level(drawn.astype(np.uint8), tileset, path.stem)
    colours = np.array([tile.rgb for tile in tileset.tiles], dtype=np.uint8)
    for side in SIDES:
        if _fits(image_YX3, side):
            blocks = _blocks(image_YX3, side).reshape(*_size(image_YX3, side), -1, 3)
            if (blocks == blocks[:, :, :1]).all():
                return Level(_flat(path, blocks[:, :, 0], colours, tileset), tileset, path.stem)
    raise AssertionError("a single pixel is a square of one colour")


def _drawn(image_YX3: np.ndarray, tileset: Tileset) -> np.ndarray | None:
    """The tiles of a picture that was drawn with this tileset's pictures, None for another."""
    row = strip(tileset)
    side = row.shape[0]
    if not _fits(image_YX3, side):
        return None
    drawn = _known(_blocks(image_YX3, side), _blocks(row, side)[0])
    return drawn if bool((drawn >= 0).all()) else None


def _unlike(path: Path, drawn_HW: np.ndarray, tileset: Tileset) -> None:
    """Do the tiles of a picture look like no other ones? Raises FileProblem."""
    stamps = _blocks(strip(tileset), strip(tileset).shape[0])[0]
    for number in np.unique(drawn_HW).tolist():
        alike = np.flatnonzero((stamps == stamps[number]).all(1))
        if len(alike) > 1:
            named = " and ".join(repr(tileset.tiles[k].name) for k in alike[:2])
            raise FileProblem(
                f"{path}: {named} have the same picture, so that they cannot be told apart; "
                "give tiles that differ with --tiles"
            )


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
