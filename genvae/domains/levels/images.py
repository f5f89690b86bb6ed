"""A user's own pictures of tiles: a folder with one a tile, or a sheet with all of them.

A folder holds a .png for each tile, named by the tile (``false brick.png``, ``false-brick.png``)
or its number from 0 (``3.png``). A sheet holds them side by side in the order of the tileset, in
one row or several, left to right and top to bottom. All are squares of one size; a sheet's is the
largest one that divides it into enough tiles. What is transparent shows the picture of the empty
tile.

Axes:  K tiles · S pixels of a side
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from genvae.domains.levels.tileset import Tileset
from genvae.errors import FileProblem

MOST_SIDE = 256
"""The largest side of a tile in pixels."""
MOST_PIXELS = 1 << 24


def load_images(path: Path, tileset: Tileset) -> np.ndarray:
    """Pictures ``(K, S, S, 3)`` uint8 of the tiles of ``tileset``. Raises FileProblem, naming what
    is missing or of another size."""
    read = _from_folder if path.is_dir() else _from_sheet
    found = read(path, tileset)
    sky = _over(found[tileset.empty], np.full(3, tileset.tiles[tileset.empty].rgb))
    return np.stack([_over(image, sky) for image in found]).astype(np.uint8)


def _from_folder(path: Path, tileset: Tileset) -> list[np.ndarray]:
    names = {p.stem.lower(): p for p in sorted(path.glob("*.png"))}
    found: list[np.ndarray | None] = []
    missing = []
    for number, tile in enumerate(tileset.tiles):
        own = tile.name.lower()
        spelled = (own, own.replace(" ", "-"), own.replace(" ", "_"), str(number))
        given = next((names[name] for name in spelled if name in names), None)
        found.append(None if given is None else _pixels(given))
        if given is None and "empty" not in tile.roles:
            missing.append(f"{own.replace(' ', '-')}.png")
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise FileProblem(
            f"{path}: no {', '.join(missing[:3])}{more}; expected a .png for each tile of "
            f"{tileset.name!r}, named by the tile"
        )
    sides = {image.shape[:2] for image in found if image is not None}
    height, width = min(sides)
    if len(sides) > 1 or height != width:
        listed = ", ".join(f"{w} x {h}" for h, w in sorted(sides)[:3])
        raise FileProblem(f"{path}: tiles of {listed} pixels, expected squares of one size")
    flat = [np.full((height, width, 4), (*tile.rgb, 255)) for tile in tileset.tiles]
    return [plain if image is None else image for image, plain in zip(found, flat, strict=True)]


def _from_sheet(path: Path, tileset: Tileset) -> list[np.ndarray]:
    image = _pixels(path)
    height, width = image.shape[:2]
    common = np.gcd(height, width)
    sides = [s for s in range(min(int(common), MOST_SIDE), 0, -1) if common % s == 0]
    for side in sides:
        rows, columns = height // side, width // side
        if rows * columns >= len(tileset):
            cells = image.reshape(rows, side, columns, side, 4).transpose(0, 2, 1, 3, 4)
            return list(cells.reshape(rows * columns, side, side, 4)[: len(tileset)])
    raise FileProblem(
        f"{path}: {width} x {height} pixels hold no {len(tileset)} squares of one size; expected "
        f"the tiles of {tileset.name!r} side by side in their order"
    )


def _pixels(path: Path) -> np.ndarray:
    """``(height, width, 4)``, the last one how little is transparent."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise FileProblem(f"{path}: {image.width} x {image.height} pixels, too large")
            return np.asarray(image.convert("RGBA"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as why:
        raise FileProblem(f"{path}: not a picture that can be read ({why})") from None


def _over(image: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """A picture over another one or over a colour, without transparency."""
    share = image[..., 3:].astype(float) / 255
    return np.rint(image[..., :3] * share + ground[..., :3] * (1 - share)).astype(np.uint8)
