"""Little pictures beside the points of a map, none over another. NumPy only.

Axes:  N points · all places in pixels, x to the right, y down (or up: nothing here depends on it)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

NEAR = (0.62, 0.9, 1.3)
"""How far a picture's middle lies from its point, in its own half sizes and half a gap."""
TURNS = 12
"""Directions that are tried."""
GAP = 6.0


@dataclass(frozen=True)
class Placed:
    """A picture of point ``index`` with its ``left`` and ``top`` corner (lowest x and y)."""

    index: int
    left: float
    top: float
    width: float
    height: float

    def overlaps(self, other: Placed, gap: float = 0.0) -> bool:
        """Do the two, ``gap`` apart, have anything in common?"""
        return (
            self.left < other.left + other.width + gap
            and other.left < self.left + self.width + gap
            and self.top < other.top + other.height + gap
            and other.top < self.top + self.height + gap
        )


def spread(xy_N2: np.ndarray, first: Sequence[int] = ()) -> list[int]:
    """All points in an order in which each is as far as can be from those before (Gonzalez 1985),
    so that the first few stand for all; those of ``first`` come first."""
    order = list(first) or [int(np.square(xy_N2 - xy_N2.mean(0)).sum(1).argmin())]
    apart_N = np.min([np.square(xy_N2 - xy_N2[i]).sum(1) for i in order], axis=0)
    while len(order) < len(xy_N2):
        apart_N[order[-1]] = -1.0
        order.append(int(apart_N.argmax()))
        apart_N = np.minimum(apart_N, np.square(xy_N2 - xy_N2[order[-1]]).sum(1))
    return order


def place(
    xy_N2: np.ndarray,
    size: Callable[[int], tuple[float, float]],
    area: tuple[float, float, float, float],
    *,
    most: int,
    first: Sequence[int] = (),
    tried: int = 400,
) -> list[Placed]:
    """Up to ``most`` pictures within ``area`` (left, top, right, bottom), each beside its point
    where it hides the fewest others. ``size`` gives width and height of a point's picture."""
    found: list[Placed] = []
    for index in spread(xy_N2, first)[:tried]:
        if len(found) == most:
            break
        free = [
            spot for spot in _spots(index, xy_N2[index], size(index), area) if _fits(spot, found)
        ]
        if free:
            found.append(min(free, key=lambda spot: _hidden(spot, xy_N2)))
    return found


def _spots(
    index: int,
    at: np.ndarray,
    size: tuple[float, float],
    area: tuple[float, float, float, float],
) -> list[Placed]:
    """Places around a point that lie within the area."""
    left, top, right, bottom = area
    width, height = size
    spots = []
    for reach in NEAR:
        for angle in np.linspace(0, 2 * np.pi, TURNS, endpoint=False):
            x = at[0] + reach * (width + GAP) * np.cos(angle) - width / 2
            y = at[1] + reach * (height + GAP) * np.sin(angle) - height / 2
            if left <= x and x + width <= right and top <= y and y + height <= bottom:
                spots.append(Placed(index, float(x), float(y), width, height))
    return spots


def _fits(spot: Placed, others: Sequence[Placed]) -> bool:
    return not any(spot.overlaps(other, GAP) for other in others)


def _hidden(spot: Placed, xy_N2: np.ndarray) -> int:
    """Points below the picture."""
    x, y = xy_N2[:, 0] - spot.left, xy_N2[:, 1] - spot.top
    return int(((x >= 0) & (x <= spot.width) & (y >= 0) & (y <= spot.height)).sum())
