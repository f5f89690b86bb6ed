"""A voice to the tokens of its fields and back, whatever kind of voice it is.

Axes:  R rows of a field · S steps of the song · M notes
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from genvae.domains.music.chords import chord_notes, chord_tokens, folded
from genvae.domains.music.drums import CLASS_OF_PITCH
from genvae.domains.music.feel import feel_tokens, struck
from genvae.domains.music.grids import line_from_grid, line_on_grid
from genvae.domains.music.layouts import FEEL, NOTES, TOUCH, VoicePlan
from genvae.domains.music.roll import drum_notes, drum_tokens, line_notes, line_tokens
from genvae.domains.music.song import Voice
from genvae.domains.music.units import STEPS_PER_BEAT


def voice_tokens(
    voice: Voice, plan: VoicePlan, steps: int, grid: int = STEPS_PER_BEAT
) -> tuple[dict[str, np.ndarray], list[str]]:
    """``(R, S)`` for each of the plan's fields, at the pitches that sound, and lines that say
    what found no place. ``steps`` are those of the ``grid``, steps a beat."""
    table_M4 = voice.table()
    if plan.line:
        table_M5 = np.column_stack([table_M4, voice.offsets()])
        table_M4, lost = line_on_grid(table_M5, grid)
        remark = f"{plan.name}: {lost} notes left out that are nearer to others than the grid is"
        return {plan.name: line_tokens(table_M4, steps)[None]}, [remark] if lost else []
    if not plan.drums:
        notes_RS, touch_RS, lost = chord_tokens(table_M4, steps, plan.slots)
        remark = f"{plan.name}: {lost} notes left out where more than {plan.slots} begin at once"
        return {NOTES: notes_RS, TOUCH: touch_RS}, [remark] if lost else []
    tokens = {plan.name: drum_tokens(table_M4, steps)[None]}
    if plan.feel:
        classes_M = CLASS_OF_PITCH[table_M4[:, 2]]
        known = (classes_M >= 0) & (table_M4[:, 0] < steps)
        steps_M, velocities_M = table_M4[known, 0], table_M4[known, 3]
        offsets_M = voice.offsets()[known]
        tokens[FEEL] = feel_tokens(steps_M, classes_M[known], velocities_M, offsets_M, steps)
    return tokens, []


def voice_notes(
    tokens: Mapping[str, np.ndarray],
    plan: VoicePlan,
    shift_S: np.ndarray,
    accents_S: np.ndarray,
    grid: int = STEPS_PER_BEAT,
) -> np.ndarray:
    """The inverse: notes ``(M, 5)``: step, length, pitch, velocity, offset, those of the song.

    ``shift_S`` is taken off each pitch; ``accents_S`` are the velocities where none is said.
    """
    if plan.slots:
        table = chord_notes(tokens[NOTES], tokens[TOUCH], shift_S)
        return np.column_stack([table, np.zeros(len(table), dtype=np.int64)])
    tokens_S = tokens[plan.name][0]
    if plan.line:
        table = line_notes(tokens_S, shift_S)
        table[:, 2] = folded(table[:, 2])
    else:
        table = drum_notes(tokens_S)
    velocities_M, offsets_M = accents_S[table[:, 0]], np.zeros(len(table), dtype=np.int64)
    if plan.feel:
        classes_M = CLASS_OF_PITCH[table[:, 2]]
        velocities_M, offsets_M = struck(tokens[FEEL], table[:, 0], classes_M, accents_S)
    return line_from_grid(np.column_stack([table, velocities_M, offsets_M]), grid)
