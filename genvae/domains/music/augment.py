"""Transposition: variations for training, and a form of windows that ignores it.

Axes:  N windows · R rows (1) · T steps
"""

from __future__ import annotations

import numpy as np

from genvae.domains.base import Windows
from genvae.domains.music.key import INTERVALS_WITHIN_C
from genvae.domains.music.layouts import ONSET, Layout

OCTAVE_SHARE = 0.1
"""How often a chunk also moves by an octave, where the voices' ranges allow it."""


def transpose_chunk(windows: Windows, layout: Layout, rng: np.random.Generator) -> Windows:
    """All windows moved by one random interval that keeps their pitch classes in C's set.

    Windows with a foreign pitch class stay where they are, but for octaves.
    """
    mask = 0
    room_down, room_up = 127, 127
    for plan in layout.lines:
        pitches = windows[plan.name]
        pitches = pitches[pitches >= ONSET] - ONSET
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
    for plan in layout.lines:
        x_NRT = windows[plan.name]
        moved[plan.name] = np.where(x_NRT >= ONSET, x_NRT + interval, x_NRT).astype(x_NRT.dtype)
    return moved


def relative_windows(windows: Windows, layout: Layout) -> np.ndarray:
    """Each window as ``(N, voices * T)`` int16 with pitches relative to the first onset of the
    highest-ranked line that has one (the last in decoding order: the melody)."""
    names = [plan.name for plan in layout.lines]
    first = next(iter(windows.values()))
    reference_N = np.zeros(len(first), dtype=np.int64)
    for name in names:
        x_NT = windows[name][:, 0, :]
        onset_NT = x_NT >= ONSET
        at_N = onset_NT.argmax(axis=1)
        found_N = x_NT[np.arange(len(x_NT)), at_N]
        reference_N = np.where(onset_NT.any(axis=1), found_N, reference_N)
    parts = []
    for plan in layout.voices:
        x_NT = windows[plan.name][:, 0, :].astype(np.int64)
        if not plan.drums:
            x_NT = np.where(x_NT >= ONSET, x_NT - reference_N[:, None] + 256, x_NT)
        parts.append(x_NT)
    return np.concatenate(parts, axis=1).astype(np.int16)


def segment_bytes(windows: Windows, layout: Layout) -> list[bytes]:
    """A byte string a window, the same for transpositions of one another."""
    rows = np.ascontiguousarray(relative_windows(windows, layout))
    return [row.tobytes() for row in rows]
