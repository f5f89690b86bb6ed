"""Notes that sound together, as slots of a step.

A step has ``slots`` notes that begin there, from the highest pitch down, each a pitch and a
*touch*: a length from a small table together with a velocity level. An empty slot ends the step.
Where more notes begin than there are slots, the highest and the lowest stay.

Axes:  R slots · S steps · N windows · M notes · K categories
"""

from __future__ import annotations

import numpy as np

from genvae.domains.music.feel import nearest_of

EMPTY = 0
PITCH = 1
"""Categories of a slot: nothing, then ``PITCH + pitch``."""
SLOT_TOKENS = PITCH + 128
LENGTHS = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32])
"""Steps that a note may last; the nearest by ratio stands for all others."""
LEVELS = np.array([52, 76, 92, 112])
"""Velocities that a note may have."""
TOUCHES = 1 + len(LENGTHS) * len(LEVELS)
"""Categories: no note, then for each length all levels."""
COMMON_TOUCH = (3, 76)
"""Length (as its place in the table) and velocity where a touch is missing."""


def chord_tokens(
    table_M4: np.ndarray, steps: int, slots: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Notes to pitches and touches, each ``(R, S)``, and how many notes found no slot.

    ``table_M4`` has step, length, pitch and velocity. Of two notes on one pitch at one step the
    longer one counts; a note ends where its pitch begins again.
    """
    pitches_RS = np.zeros((slots, steps), dtype=np.int64)
    touches_RS = np.zeros((slots, steps), dtype=np.int64)
    table = _tidy(table_M4[table_M4[:, 0] < steps], steps)
    table = table[np.lexsort((-table[:, 2], table[:, 0]))]
    first_M, rank_M, count_M = _ranks(table[:, 0])
    # The lowest note of a chord moves up into the last slot.
    rank_M = np.where((rank_M == count_M - 1) & (rank_M >= slots), slots - 1, rank_M)
    crowded = (count_M > slots) & (np.arange(len(table)) - first_M == slots - 1)
    kept = (rank_M < slots) & ~crowded
    table, rank_M = table[kept], rank_M[kept]
    lengths_M = nearest_of(np.log(table[:, 1]), np.log(LENGTHS))
    levels_M = nearest_of(table[:, 3], LEVELS)
    pitches_RS[rank_M, table[:, 0]] = PITCH + table[:, 2]
    touches_RS[rank_M, table[:, 0]] = 1 + lengths_M * len(LEVELS) + levels_M
    return pitches_RS, touches_RS, int((~kept).sum())


def chord_notes(pitches_RS: np.ndarray, touches_RS: np.ndarray, shift_S: np.ndarray) -> np.ndarray:
    """The inverse, for any categories: notes ``(M, 4)`` in order of step, then pitch, none of
    which overlaps another of its pitch. ``shift_S`` is taken off each pitch."""
    slots, starts = np.nonzero(pitches_RS >= PITCH)
    touches = touches_RS[slots, starts] - 1
    known = touches >= 0
    lengths = LENGTHS[np.where(known, touches // len(LEVELS), COMMON_TOUCH[0])]
    velocities = np.where(known, LEVELS[touches % len(LEVELS)], COMMON_TOUCH[1])
    pitches = folded(pitches_RS[slots, starts] - PITCH - shift_S[starts])
    table = np.stack([starts, lengths, pitches, velocities], axis=1)
    return _tidy(table, pitches_RS.shape[1])


def chord_weights(pitches_RC: np.ndarray, touches_RC: np.ndarray, window: int) -> np.ndarray:
    """How long each pitch class of each window of ``window`` cells is to sound, and how often it
    begins: ``(2, N, 12)``, in steps and notes."""
    slots, cells = np.nonzero(pitches_RC >= PITCH)
    touches = np.maximum(touches_RC[slots, cells] - 1, 0)
    place = cells // window * 12 + (pitches_RC[slots, cells] - PITCH) % 12
    count = pitches_RC.shape[1] // window
    both = [
        np.bincount(place, weights, count * 12)
        for weights in (LENGTHS[touches // len(LEVELS)].astype(float), np.ones(len(place)))
    ]
    return np.stack(both).reshape(2, count, 12)


def touch_counts(touches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How often each length and each level comes, over categories of any shape."""
    some = touches[touches > 0].astype(np.int64) - 1
    counts = np.bincount(some, minlength=TOUCHES - 1).reshape(len(LENGTHS), len(LEVELS))
    return counts.sum(axis=1), counts.sum(axis=0)


def folded(pitches: np.ndarray) -> np.ndarray:
    """Pitches an octave off where they leave 0..127."""
    up = np.where(pitches < 0, pitches + 12, pitches)
    down: np.ndarray = np.where(up > 127, up - 12, up)
    return down


def _tidy(table_M4: np.ndarray, steps: int) -> np.ndarray:
    """One note at each step and pitch, ending with the song and where its pitch begins again."""
    table = table_M4[np.lexsort((-table_M4[:, 1], table_M4[:, 0], table_M4[:, 2]))]
    same = (table[1:, [0, 2]] == table[:-1, [0, 2]]).all(axis=1)
    table = table[np.append(np.ones(min(len(table), 1), dtype=bool), ~same)]
    again = np.append(table[1:, 2] == table[:-1, 2], False)[: len(table)]
    room = np.where(again, np.append(table[1:, 0], steps)[: len(table)], steps) - table[:, 0]
    table[:, 1] = np.minimum(table[:, 1], room)
    ordered: np.ndarray = table[np.lexsort((table[:, 2], table[:, 0]))]
    return ordered


def _ranks(steps_M: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each row of sorted steps: the first row of its step, its place there, how many are."""
    first_M = np.searchsorted(steps_M, steps_M, side="left")
    count_M = np.searchsorted(steps_M, steps_M, side="right") - first_M
    return first_M, np.arange(len(steps_M)) - first_M, count_M
