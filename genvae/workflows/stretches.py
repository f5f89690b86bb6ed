"""Pieces cut to one length, and their attributes.

Axes:  N windows, or pieces · S steps of a piece · T steps of a window · R cells · A attributes
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genvae.domains.base import Codec, Windows, split_cells
from genvae.errors import CorpusProblem


def stretches(
    codec: Codec, cells: Sequence[np.ndarray], shortest: int, longest: int
) -> list[Windows]:
    """Pieces cut into stretches of ``longest`` windows, what is left over from ``shortest`` up."""
    spec, found = codec.spec, []
    for piece in cells:
        count = len(piece) // spec.steps
        windows_NTR = piece[: count * spec.steps].reshape(count, spec.steps, spec.rows)
        for at in range(0, count, longest):
            part = windows_NTR[at : at + longest]
            if len(part) >= shortest:
                found.append(split_cells(spec, part.astype(np.int64)))
    if not found:
        raise CorpusProblem(f"no piece is as long as {shortest} windows; give longer ones")
    return found


def longer(codec: Codec, cells: Sequence[np.ndarray], longest: int) -> list[Windows]:
    """Stretches of two windows or more; of one where no piece has two (a level seen whole)."""
    steps = 2 * codec.spec.steps
    return stretches(codec, cells, 2 if any(len(x) >= steps for x in cells) else 1, longest)


def measured(codec: Codec, pieces: Sequence[Windows]) -> np.ndarray:
    """Attributes ``(N, A)`` of pieces in the order of ``codec.attributes``."""
    rows = []
    for windows in pieces:
        values = codec.measure(codec.assemble(windows, {}))
        rows.append([float(values.get(name, np.nan)) for name in codec.attributes])
    return np.array(rows, dtype=float).reshape(len(pieces), len(codec.attributes))
