"""Steps from note to note: to which intervals drawn lines lean more than the decoder would.

Axes:  N pieces · I intervals · S steps · R cells within a step · K categories

Drawn latents say less of a line than those of songs do, and what the decoder makes of the rest has
fewer small steps and more odd leaps than songs have. Where a note begins, the odds of each pitch
are therefore multiplied by a number that hangs on its interval from the note before alone; how
often something begins stays as it is. This tilts what is decoded as little as can give it the
intervals of songs (minimum relative entropy; Csiszar, Annals of Probability 3, 1975). The numbers
are counted: real pieces by made ones, a few times over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from genvae.domains.base import Field, WindowSpec

WIDEST = 24
"""Wider intervals count as this one, in the field's categories (semitones)."""
INTERVALS = 2 * WIDEST + 1
UNSURE = 4.0
"""So often each interval is taken to have been made beyond what was counted, and as much oftener
in real pieces as these are more."""
STRONGEST = 2.0
"""No odds are multiplied by more than e to the power of this, or divided."""


def is_line(field: Field) -> bool:
    """Is the field one note after another, with pitch?"""
    return field.period > 0 and field.rows == 1


def intervals(cells_SR: np.ndarray, spec: WindowSpec) -> dict[str, np.ndarray]:
    """How often each interval comes in a piece, ``(I,)``, line by line."""
    found, at = {}, 0
    for field in spec.fields:
        if is_line(field):
            line = cells_SR[:, at].astype(np.int64)
            steps = np.diff(line[line >= field.temper_from])
            places = np.clip(steps, -WIDEST, WIDEST) + WIDEST
            found[field.name] = np.bincount(places, minlength=INTERVALS).astype(float)
        at += field.rows
    return found


def lean_of(real_I: np.ndarray, made_I: np.ndarray) -> np.ndarray:
    """By how much more, as a logarithm, real lines go by each interval than made ones, ``(I,)``."""
    more = real_I.sum() / max(made_I.sum(), 1.0)
    if not more:
        return np.zeros(INTERVALS)
    return np.asarray(np.log((real_I / more + UNSURE) / (made_I + UNSURE)))


class Leaning:
    """The logarithms ``(I,)`` of what odds are multiplied by, for some lines of a spec."""

    def __init__(self, spec: WindowSpec, tables: Mapping[str, Sequence[float]]) -> None:
        self._lines: dict[int, tuple[Field, np.ndarray]] = {}
        at = 0
        for field in spec.fields:
            if field.name in tables and is_line(field):
                self._lines[at] = field, np.asarray(tables[field.name], dtype=np.float32)
            at += field.rows

    def start(self, pieces: int) -> Heard:
        """What was heard of some pieces before they begin."""
        return Heard(self._lines, pieces)


class Heard:
    """The last note of each line of some pieces."""

    def __init__(self, lines: Mapping[int, tuple[Field, np.ndarray]], pieces: int) -> None:
        self._lines = lines
        self._last = {r: np.full(pieces, -1) for r in lines}

    def at(self, r: int) -> Tensor | None:
        """The logarithms for what may begin at cell r, ``(N, K - temper_from)``; None where it
        is of no line."""
        if r not in self._lines:
            return None
        field, table_I = self._lines[r]
        last_N = self._last[r]
        steps_NK = np.arange(field.temper_from, field.categories) - last_N[:, None]
        lean_NK = table_I[np.clip(steps_NK, -WIDEST, WIDEST) + WIDEST]
        lean_NK[last_N < 0] = 0.0
        return torch.from_numpy(lean_NK)

    def hear(self, cells_NR: np.ndarray) -> None:
        """Go on by a step."""
        for r, (field, _) in self._lines.items():
            begins_N = cells_NR[:, r] >= field.temper_from
            self._last[r] = np.where(begins_N, cells_NR[:, r], self._last[r])
