"""A picture of two pieces and their curves: a level above, the song that follows it below.

Axes:  H height · W width (of pictures) or places on the curves · 3 red, green, blue
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BAND, EDGE, GAP = 120, 8, 10
"""Pixels: the height of the band of curves, paper above and below them, between parts."""
LEADING, FOLLOWING = (200, 70, 50), (40, 90, 170)
PAPER, RULE = (250, 249, 245), (205, 203, 196)


def followed(
    above_HW3: np.ndarray,
    below_HW3: np.ndarray,
    leading_W: np.ndarray,
    following_W: np.ndarray,
    edges: Sequence[int] = (),
) -> np.ndarray:
    """``(H, W, 3)`` uint8: the picture that leads, the two curves (red leads, blue follows, each
    from its lowest to its highest; ``edges`` ruled), the picture that follows, all as wide."""
    from PIL import Image, ImageDraw

    width = max(320, below_HW3.shape[1])
    band = Image.new("RGB", (width, BAND), PAPER)
    pen = ImageDraw.Draw(band)
    count = len(leading_W)
    for edge in edges:
        if edge:
            x = round(edge * width / count)
            pen.line([(x, 0), (x, BAND)], fill=RULE, width=2)
    for values, colour in ((following_W, FOLLOWING), (leading_W, LEADING)):
        pen.line(_points(values, width), fill=colour, width=3, joint="curve")
    parts = [_wide(above_HW3, width), np.asarray(band), _wide(below_HW3, width)]
    gap = np.full((GAP, width, 3), 255, dtype=np.uint8)
    return np.concatenate([parts[0], gap, parts[1], gap, parts[2]], axis=0)


def _points(values_W: np.ndarray, width: int) -> list[tuple[float, float]]:
    """The middle of each place, the curve stretched to the band."""
    low, range_ = float(values_W.min()), float(np.ptp(values_W))
    share_W = (values_W - low) / range_ if range_ > 1e-9 else np.full(len(values_W), 0.5)
    x_W = (np.arange(len(values_W)) + 0.5) * width / len(values_W)
    y_W = BAND - EDGE - share_W * (BAND - 2 * EDGE)
    return list(zip(x_W.tolist(), y_W.tolist(), strict=True))


def _wide(picture_HW3: np.ndarray, width: int) -> np.ndarray:
    """The picture made as wide, but not more than four times as tall as a band: a square level
    stands in the middle of the paper."""
    from PIL import Image

    image = Image.fromarray(picture_HW3)
    factor = width / image.width
    if image.height * factor > 4 * BAND and image.height * factor > picture_HW3.shape[0]:
        factor = max(1.0, 4 * BAND / image.height)
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    drawn = image.resize(size, Image.Resampling.NEAREST if factor >= 1 else Image.Resampling.BOX)
    paper = Image.new("RGB", (width, drawn.height), "white")
    paper.paste(drawn, ((width - drawn.width) // 2, 0))
    return np.asarray(paper)
