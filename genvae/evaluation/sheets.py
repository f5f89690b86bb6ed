"""Many pieces on one picture, made ones beside real ones, for a person to look at.

Axes:  H height · W width · 3 red, green, blue
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from genvae.domains.writing import whole

if TYPE_CHECKING:
    from PIL.Image import Image

CELL_W, CELL_H = 480, 200
"""Pixels that a piece may take; pictures keep their shape."""
COLUMNS = 2
"""Of each kind."""
GAP, HEAD = 10, 24
MIDDLE = 30


def sheet(groups: Mapping[str, Sequence[np.ndarray]], path: Path) -> None:
    """Write a .png of the groups' pictures ``(H, W, 3)``, each group in ``COLUMNS`` columns under
    its name and numbered from 1, whole or not at all. Raises FileProblem."""
    from PIL import ImageDraw
    from PIL.Image import new

    cells = {name: [_fitted(image) for image in images] for name, images in groups.items()}
    height = max((c.height for images in cells.values() for c in images), default=CELL_H)
    width = max((c.width for images in cells.values() for c in images), default=CELL_W)
    rows = max(-(-len(images) // COLUMNS) for images in cells.values())
    side = COLUMNS * (width + GAP)
    paper = new("RGB", (len(cells) * (side + MIDDLE), HEAD + rows * (height + GAP + 12)), "white")
    pen = ImageDraw.Draw(paper)
    for number, (name, images) in enumerate(cells.items()):
        left = number * (side + MIDDLE) + GAP
        pen.text((left, 6), name, fill="black")
        for i, image in enumerate(images):
            x = left + i % COLUMNS * (width + GAP)
            y = HEAD + i // COLUMNS * (height + GAP + 12)
            pen.text((x, y), str(i + 1), fill="gray")
            paper.paste(image, (x, y + 12))
    with whole(path) as part:
        paper.save(part, format="PNG")


def _fitted(image: np.ndarray) -> Image:
    """The picture, made smaller where it does not fit into a cell."""
    from PIL.Image import Resampling, fromarray

    picture = fromarray(image)
    picture.thumbnail((CELL_W, CELL_H), Resampling.BOX)
    return picture
