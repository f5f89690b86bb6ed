"""Transposition and distortion for training, and a form of windows that ignores transposition.

Axes:  N windows · R rows of a field · T steps
"""

from __future__ import annotations

import numpy as np

from genvae.domains.base import Windows, WindowSpec
from genvae.domains.music.key import INTERVALS_WITHIN_C, MAJOR
from genvae.domains.music.layouts import Layout, flat

OCTAVE_SHARE = 0.1
"""How often a chunk also moves by an octave, where the voices' ranges allow it."""


NEARBY = (-5, -2, 2, 5)
"""Semitones to the nearest keys of the circle of fifths."""
FURTHEST = 14
"""Scale steps by which a distorted line moves at most: two octaves."""


def _scale_steps() -> np.ndarray:
    """``(2 * FURTHEST + 1, 128)``: where each pitch goes when it moves by -FURTHEST.. steps of C
    major's scale; a chromatic pitch keeps its distance to the degree below it."""
    degrees, above = np.empty(128, dtype=np.int64), np.empty(128, dtype=np.int64)
    for pitch in range(128):
        below = max(d for d in MAJOR if d <= pitch % 12)
        degrees[pitch] = pitch // 12 * 7 + MAJOR.index(below)
        above[pitch] = pitch % 12 - below
    moved = degrees + np.arange(-FURTHEST, FURTHEST + 1)[:, None]
    pitches: np.ndarray = moved // 7 * 12 + np.array(MAJOR)[moved % 7] + above
    return pitches


SCALE_STEPS = _scale_steps()


def distort_chunk(windows: Windows, layout: Layout, rng: np.random.Generator) -> Windows:
    """Each voice on its own moved by a random number of scale steps that its range allows.

    The voices no longer fit each other; but all registers and many contours are met, and an
    encoder that has met them does not stumble over the song that goes higher than most.
    """
    moved = dict(windows)
    for plan in layout.pitched:
        x_NRT = windows[plan.main]
        onset = x_NRT >= plan.first
        pitches = x_NRT[onset].astype(np.int64) - plan.first
        if not len(pitches):
            continue
        reached = SCALE_STEPS[:, pitches]
        fits = np.flatnonzero((reached.min(1) >= plan.low) & (reached.max(1) <= plan.high))
        if not len(fits):
            continue
        x_NRT = x_NRT.copy()
        x_NRT[onset] = reached[rng.choice(fits)] + plan.first
        moved[plan.main] = x_NRT
    return moved


def transpose_chunk(windows: Windows, layout: Layout, rng: np.random.Generator) -> Windows:
    """All windows moved by one random interval that keeps their pitch classes in C's set.

    Windows with a foreign pitch class stay where they are, but for octaves.
    """
    mask = 0
    room_down, room_up = 127, 127
    for plan in layout.pitched:
        pitches = windows[plan.main]
        pitches = pitches[pitches >= plan.first] - plan.first
        if len(pitches):
            mask |= int(np.bitwise_or.reduce(1 << (pitches % 12).astype(np.int64)))
            room_down = min(room_down, int(pitches.min()) - plan.low)
            room_up = min(room_up, plan.high - int(pitches.max()))
    if not mask:
        return windows
    intervals = INTERVALS_WITHIN_C[mask]
    first, second = rng.random(2)
    interval = intervals[int(first * len(intervals))]
    if second < OCTAVE_SHARE:
        octave = 12 if second < OCTAVE_SHARE / 2 else -12
        interval += octave if -room_down <= interval + octave <= room_up else 0
    if interval == 0 or not -room_down <= interval <= room_up:
        return windows
    moved = dict(windows)
    for plan in layout.pitched:
        x_NRT = windows[plan.main]
        higher_NRT = np.where(x_NRT >= plan.first, x_NRT + interval, x_NRT)
        moved[plan.main] = higher_NRT.astype(x_NRT.dtype)
    return moved


def transpositions(spec: WindowSpec, layout: Layout) -> list[dict[str, np.ndarray]]:
    """Where each category goes in each of the ``NEARBY`` keys; the pitches that leave the range of
    MIDI come in at its other end."""
    categories = {field.name: field.categories for field in spec.fields}
    found = []
    for interval in NEARBY:
        moved = {}
        for plan in layout.pitched:
            to_K = np.arange(categories[plan.main])
            to_K[plan.first :] = np.roll(to_K[plan.first :], -interval)
            moved[plan.main] = to_K
        found.append(moved)
    return found


def relative_windows(windows: Windows, layout: Layout) -> np.ndarray:
    """What each window plays, ``(N, rows * T)`` int16, with pitches relative to the first onset of
    the highest-ranked voice that has one (the last in decoding order: the melody; of notes that
    begin together the highest). How it is struck is left out."""
    first = next(iter(windows.values()))
    reference_N = np.zeros(len(first), dtype=np.int64)
    for plan in layout.pitched:
        x_NT = windows[plan.main][:, 0, :]
        onset_NT = x_NT >= plan.first
        at_N = onset_NT.argmax(axis=1)
        found_N = x_NT[np.arange(len(x_NT)), at_N]
        reference_N = np.where(onset_NT.any(axis=1), found_N, reference_N)
    parts = []
    for plan in layout.voices:
        x_NT = flat(windows[plan.main]).astype(np.int64)
        if not plan.drums:
            x_NT = np.where(x_NT >= plan.first, x_NT - reference_N[:, None] + 256, x_NT)
        parts.append(x_NT)
    return np.concatenate(parts, axis=1).astype(np.int16)


def segment_bytes(windows: Windows, layout: Layout) -> list[bytes]:
    """A byte string a window, the same for transpositions of one another."""
    rows = np.ascontiguousarray(relative_windows(windows, layout))
    return [row.tobytes() for row in rows]
