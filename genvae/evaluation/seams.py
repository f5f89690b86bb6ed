"""Do neighbouring windows agree? Neighbouring cells across seams beside those inside windows.

Axes:  N pieces · S steps · R cells · T steps of a window
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genvae.domains.base import WindowSpec


def unseen_pairs(
    spec: WindowSpec, pieces: Sequence[np.ndarray], train: Sequence[np.ndarray]
) -> dict[str, float]:
    """Share of pairs (a cell, the cell of the same row one step later) that no training piece
    has: ``inside`` windows and across the ``seam`` between two. Pieces are ``(S, R)``."""
    known = np.unique(np.concatenate([_pairs(spec, c).reshape(-1) for c in train]))
    inside: list[float] = []
    seam: list[float] = []
    for cells in pieces:
        new_SR = ~np.isin(_pairs(spec, cells), known)
        at_seam = np.arange(1, len(cells)) % spec.steps == 0
        inside.extend(new_SR[~at_seam].mean(axis=1))
        seam.extend(new_SR[at_seam].mean(axis=1))
    return {
        "inside": float(np.mean(inside)) if inside else float("nan"),
        "seam": float(np.mean(seam)) if seam else float("nan"),
    }


def _pairs(spec: WindowSpec, cells_SR: np.ndarray) -> np.ndarray:
    """A number for each pair, ``(S - 1, R)``; rows of one field share their numbers' meaning
    only with themselves."""
    most = max(f.categories for f in spec.fields)
    row = np.arange(spec.rows, dtype=np.int64)
    before, after = cells_SR[:-1].astype(np.int64), cells_SR[1:].astype(np.int64)
    return (row * most + before) * most + after
