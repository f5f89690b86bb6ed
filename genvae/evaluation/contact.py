"""A contact sheet: pieces in rows and columns that mean something.

Axes:  H height · W width · 3 red, green, blue
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from genvae.domains.writing import whole
from genvae.evaluation.chart import INK, PAPER

if TYPE_CHECKING:
    from PIL.Image import Image

GAP, MARGIN = 6, 26
LEFT, TOP, BELOW = 74, 76, 64
SOFT, EMPTY = "#6b685e", "#efece3"
WIDEST, HIGHEST = 200, 150
"""Pixels that a piece may take, where there are no more than ``FULL`` in a row."""
FULL = 10

Place = tuple[int, int]
"""Row and column from 0; row 0 is drawn at the bottom, as axes run."""


@dataclass(frozen=True)
class Axis:
    """What rows or columns say: a title, and a label for each of ``ticks``, in cells from the
    beginning (0 the first cell's near edge, 1 its far one)."""

    title: str
    ticks: Sequence[tuple[float, str]]


def contact(
    pictures: Mapping[Place, np.ndarray],
    size: tuple[int, int],
    across: Axis,
    up: Axis,
    path: Path,
    *,
    title: str,
    caption: str = "",
    stretches: bool = False,
) -> None:
    """Write ``pictures`` ``(H, W, 3)`` as .png in ``size`` (rows, columns) cells, empty cells pale,
    whole or not at all. ``stretches``: the pictures may be squeezed (piano-rolls).
    Raises FileProblem."""
    from PIL import Image, ImageDraw

    rows, columns = size
    width, height = _cell(pictures, columns, stretches)
    inner = columns * (width + GAP) - GAP, rows * (height + GAP) - GAP
    paper = Image.new("RGB", (LEFT + inner[0] + MARGIN, TOP + inner[1] + BELOW), PAPER)
    pen = ImageDraw.Draw(paper)
    pen.text((LEFT, 20), title, fill=INK, font=_font(20))
    pen.text((LEFT, 48), caption, fill=SOFT, font=_font(13))
    for row in range(rows):
        for column in range(columns):
            x = LEFT + column * (width + GAP)
            y = TOP + (rows - 1 - row) * (height + GAP)
            image = pictures.get((row, column))
            if image is None:
                pen.rectangle((x, y, x + width - 1, y + height - 1), fill=EMPTY)
                continue
            small = thumbnail(image, width, height, stretches=stretches)
            down, right = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
            paper.paste(Image.fromarray(small), (x + right, y + down))
    _across(pen, across, inner, width, TOP + inner[1])
    _up(paper, up, inner, height)
    with whole(path) as part:
        paper.save(part, format="PNG")


def thumbnail(image: np.ndarray, width: int, height: int, *, stretches: bool = False) -> np.ndarray:
    """The picture within a box. One that ``stretches`` fills it, and of each spot its darkest pixel
    is kept: the notes of a piano-roll would fade into the paper. Others keep their shape."""
    from PIL.Image import Resampling, fromarray

    if stretches:
        return _darkest(image, min(height, image.shape[0]), min(width, image.shape[1]))
    share = min(width / image.shape[1], height / image.shape[0])
    size = max(1, round(image.shape[1] * share)), max(1, round(image.shape[0] * share))
    smooth = Resampling.BOX if share < 1 else Resampling.NEAREST
    return np.asarray(fromarray(image).resize(size, smooth))


def _darkest(image_HW3: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """The darkest pixel of each of ``rows`` x ``columns`` blocks."""
    y_R = np.linspace(0, image_HW3.shape[0], rows + 1).astype(int)[:-1]
    x_C = np.linspace(0, image_HW3.shape[1], columns + 1).astype(int)[:-1]
    red, green, blue = np.moveaxis(image_HW3.astype(np.int64), 2, 0)
    # One number a pixel, the brightness in front, so that the lowest is the darkest.
    key_HW = (red + green + blue) << 24 | red << 16 | green << 8 | blue
    key_RC = np.minimum.reduceat(np.minimum.reduceat(key_HW, y_R, axis=0), x_C, axis=1)
    found = [key_RC >> shift & 255 for shift in (16, 8, 0)]
    return np.stack(found, axis=2).astype(np.uint8)


def _cell(pictures: Mapping[Place, np.ndarray], columns: int, stretches: bool) -> tuple[int, int]:
    """Width and height of a cell."""
    width = max(40, WIDEST * FULL // max(columns, FULL))
    shapes = {image.shape[:2] for image in pictures.values()} or {(1, 1)}
    if stretches:
        return width, max(
            40, round(0.62 * width) if max(w for _, w in shapes) < 400 else width // 2
        )
    height = max(round(width * h / w) for h, w in shapes)
    highest = HIGHEST * width // WIDEST
    if height <= highest:
        return width, max(8, height)
    return max(round(highest * w / h) for h, w in shapes), highest


def _across(pen: Any, axis: Axis, inner: tuple[int, int], width: int, bottom: int) -> None:
    for at, label in axis.ticks:
        x = LEFT + at * (width + GAP) - GAP / 2
        pen.text((x, bottom + 8), label, fill=SOFT, font=_font(12), anchor="ma")
    middle = LEFT + inner[0] / 2
    pen.text((middle, bottom + 34), axis.title, fill=INK, font=_font(14), anchor="ma")


def _up(paper: Image, axis: Axis, inner: tuple[int, int], height: int) -> None:
    from PIL import Image, ImageDraw

    pen = ImageDraw.Draw(paper)
    for at, label in axis.ticks:
        y = TOP + inner[1] - at * (height + GAP) + GAP / 2
        pen.text((LEFT - 8, y), label, fill=SOFT, font=_font(12), anchor="rm")
    side = Image.new("RGB", (inner[1], 22), PAPER)
    ImageDraw.Draw(side).text((inner[1] / 2, 2), axis.title, fill=INK, font=_font(14), anchor="ma")
    paper.paste(side.rotate(90, expand=True), (10, TOP))


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)
