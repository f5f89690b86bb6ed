"""Two layers of a window: the terrain alone, then all tiles.

What is placed (players, boxes, goals, enemies, treasure) depends on the ground on all sides of it,
also on what a decoder that goes column by column has not yet written. A layered window has its
terrain first, as many columns again with everything in it, and objects are written when the whole
terrain is known.

Axes:  N windows · R rows, the bottom one first · C columns of a level's window · T = 2*C
"""

from __future__ import annotations

import numpy as np

from genvae.domains.levels.tileset import Tileset

PLACED = ("start", "goal", "box", "enemy", "collectable", "key")
"""Roles of the tiles that stand on the ground and are no part of it."""


def objects_of(tileset: Tileset) -> np.ndarray:
    """Mask ``(K,)`` of the tiles that are placed."""
    return tileset.having(*PLACED)


def layered(x_NRC: np.ndarray, tileset: Tileset) -> np.ndarray:
    """``x_NRT``: the terrain, objects replaced by the empty tile, before the whole."""
    ground = np.where(objects_of(tileset)[x_NRC], tileset.empty, x_NRC)
    return np.concatenate([ground, x_NRC], axis=2).astype(x_NRC.dtype)


def whole(x_NRT: np.ndarray, tileset: Tileset) -> np.ndarray:
    """``x_NRC``: the second layer."""
    return x_NRT[:, :, tileset.columns :]
