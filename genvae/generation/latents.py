"""Paths between latents. NumPy only.

Axes:  any leading axes · D the dimensions a path is taken in
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

PARALLEL = 1e-6
"""Sine of the angle below which two directions count as one (or as opposite)."""


def linear(a: np.ndarray, b: np.ndarray, t: float) -> np.ndarray:
    """The straight line. Exact at t = 0 and t = 1."""
    if t <= 0 or t >= 1:
        return np.array(b if t >= 1 else a, copy=True)
    return np.asarray(a + (b - a) * t)


def spherical(a_D: np.ndarray, b_D: np.ndarray, t: float) -> np.ndarray:
    """Along the great circle from a to b, the length changing evenly (Shoemake 1985; White 2016).

    Two Gaussian draws in many dimensions lie on a shell; a straight line between them would
    dip inside it. Where no great circle is determined (identical, opposite or zero vectors)
    the straight line is taken. Exact at t = 0 and t = 1.
    """
    if t <= 0 or t >= 1:
        return np.array(b_D if t >= 1 else a_D, copy=True)
    length_a, length_b = float(np.linalg.norm(a_D)), float(np.linalg.norm(b_D))
    if length_a == 0 or length_b == 0:
        return linear(a_D, b_D, t)
    a, b = a_D / length_a, b_D / length_b
    cosine = float(np.clip(np.dot(a.ravel(), b.ravel()), -1.0, 1.0))
    angle = np.arccos(cosine)
    if np.sin(angle) < PARALLEL:
        return linear(a_D, b_D, t)
    direction = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
    return np.asarray(direction * ((1 - t) * length_a + t * length_b))


METHODS = {"linear": linear, "spherical": spherical}


def between(a_WPD: np.ndarray, b_WPD: np.ndarray, t: float, method: str) -> np.ndarray:
    """Window by window along the chosen path, each window one vector of P*D numbers."""
    path = METHODS[method]
    steps = [path(a.ravel(), b.ravel(), t) for a, b in zip(a_WPD, b_WPD, strict=True)]
    return np.stack(steps).reshape(a_WPD.shape).astype(np.float32)


def apart(share: float) -> float:
    """How far a step lies from any piece, 0 at one and 1 in the middle of a way; ``share`` is the
    greatest share that a piece has in the step."""
    return float(np.sin(np.pi * np.clip(share, 0.5, 1.0)))


def amid(corners: Sequence[np.ndarray], u: float, v: float, method: str) -> np.ndarray:
    """Within four corners (top left, top right, bottom left, bottom right): ``u`` of the way
    along the top and the bottom path, then ``v`` of the way down between these two."""
    a_WPD, b_WPD, c_WPD, d_WPD = corners
    top, bottom = between(a_WPD, b_WPD, u, method), between(c_WPD, d_WPD, u, method)
    return between(top, bottom, v, method)


def looped(z_WPD: np.ndarray, windows: int) -> np.ndarray:
    """Repeat a piece's windows from its beginning until there are ``windows`` of them."""
    return z_WPD[np.arange(windows) % len(z_WPD)]
