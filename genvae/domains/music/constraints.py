"""Rules that decoding keeps, cell by cell, so that only well-formed songs can be written.

Axes:  N pieces · T steps · R cells of a step · K categories
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from genvae.domains.music.chords import EMPTY, PITCH, SLOT_TOKENS, TOUCHES
from genvae.domains.music.feel import EARLY, FEELS, GROUPS, SILENT, SOUNDING
from genvae.domains.music.grids import from_grid
from genvae.domains.music.layouts import HOLD, LINE_TOKENS, ONSET, REST, Layout, VoicePlan
from genvae.domains.music.meters import Padding

_Rule = Callable[[int, np.ndarray], np.ndarray | None]
"""(step, cells so far ``(N, T, R)``) to a mask ``(K,)`` or ``(N, K)``, or None."""


class LayoutRules:
    """A hold follows an onset or a hold of its voice and never begins a piece; pitches lie within
    the voice's range, those of a chord going down; velocity, length and timing are said of what
    sounds, and of nothing else. In the padding of a short bar what sounds before it goes on, as
    it is in windows of songs, and nothing begins."""

    def __init__(self, layout: Layout, padding: Padding | None = None) -> None:
        self._padding = padding or Padding(())
        self._sizes = [field.categories for field, _ in layout.spec().cells()]
        lines = {plan.name for plan in layout.voices if plan.line}
        self._lines = [field.name in lines for field, _ in layout.spec().cells()]
        self._rules: list[_Rule] = []
        for plan in layout.voices:
            row = len(self._rules)
            self._rules += _drums(plan, row) if plan.drums else _pitched(plan, row, layout.grid)

    def allow(self, step: int, row: int, steps_NTR: np.ndarray) -> np.ndarray | None:
        """``(K,)`` or ``(N, K)``, None where any category may come."""
        empty_N = self._padding.at(step)
        if empty_N is None:
            return self._rules[row](step, steps_NTR)
        quiet_NK = np.zeros((len(steps_NTR), self._sizes[row]), dtype=bool)
        sounds = self._lines[row] and step and steps_NTR[:, step - 1, row] != REST
        quiet_NK[np.arange(len(steps_NTR)), np.where(sounds, HOLD, REST)] = True
        if empty_N.all():
            return quiet_NK
        mask = self._rules[row](step, steps_NTR)
        return np.where(empty_N[:, None], quiet_NK, True if mask is None else mask)


def _drums(plan: VoicePlan, row: int) -> list[_Rule]:
    feels = [_feel(row, group) for group in range(len(GROUPS))] if plan.feel else []
    return [lambda step, cells_NTR: None, *feels]


def _pitched(plan: VoicePlan, row: int, grid: int) -> list[_Rule]:
    if plan.line:
        return [_line(plan, row, grid)]
    slots = [_slot(plan, row, slot) for slot in range(plan.slots)]
    return slots + [_touch(row + slot) for slot in range(plan.slots)]


def _line(plan: VoicePlan, row: int, grid: int) -> _Rule:
    going_K = np.zeros(LINE_TOKENS, dtype=bool)
    going_K[[REST, HOLD]] = True
    going_K[ONSET + plan.low : ONSET + plan.high + 1] = True
    fresh_K: np.ndarray = going_K & (np.arange(LINE_TOKENS) != HOLD)

    def allow(step: int, cells_NTR: np.ndarray) -> np.ndarray:
        if step == 0:
            return fresh_K
        mask_NK = np.tile(going_K, (len(cells_NTR), 1))
        before_N = cells_NTR[:, step - 1, row]
        mask_NK[:, HOLD] = before_N != REST
        if from_grid(step, grid) == from_grid(step - 1, grid):  # in one 16th's room is one note's
            mask_NK[before_N >= ONSET, ONSET:] = False
        return mask_NK

    return allow


def _slot(plan: VoicePlan, row: int, slot: int) -> _Rule:
    within_K = np.zeros(SLOT_TOKENS, dtype=bool)
    within_K[EMPTY] = True
    within_K[PITCH + plan.low : PITCH + plan.high + 1] = True

    def allow(step: int, cells_NTR: np.ndarray) -> np.ndarray:
        if slot == 0:
            return within_K
        above_N = cells_NTR[:, step, row + slot - 1]
        lower_NK = np.arange(SLOT_TOKENS) < np.maximum(above_N, PITCH)[:, None]
        mask_NK: np.ndarray = lower_NK & within_K
        return mask_NK

    return allow


def _touch(slot_row: int) -> _Rule:
    def allow(step: int, cells_NTR: np.ndarray) -> np.ndarray:
        return _only_if(cells_NTR[:, step, slot_row] != EMPTY, np.ones(TOUCHES, dtype=bool))

    return allow


def _feel(set_row: int, group: int) -> _Rule:
    first_K = ~EARLY  # nothing begins before the song does

    def allow(step: int, cells_NTR: np.ndarray) -> np.ndarray:
        sounds_N = SOUNDING[cells_NTR[:, step, set_row], group]
        return _only_if(sounds_N, np.ones(FEELS, dtype=bool) if step else first_K)

    return allow


def _only_if(sounds_N: np.ndarray, any_K: np.ndarray) -> np.ndarray:
    """Category 0 where nothing sounds, one of the others where something does: ``(N, K)``."""
    assert EMPTY == SILENT == 0
    mask_NK: np.ndarray = any_K & sounds_N[:, None]
    mask_NK[:, 0] = ~sounds_N
    return mask_NK
