"""Numbers about windows, and what makes a song well-formed.

*One scale*: all pitch classes of a window with at least 4 notes lie in one of the 12 major-type
sets. Intervals and durations are those within a window, so that real and sampled windows count
alike.

Axes:  N windows · R rows (1) · T steps
"""

from __future__ import annotations

import numpy as np

from genvae.domains.base import Report, Windows
from genvae.domains.music.drums import BITS_OF_SET
from genvae.domains.music.key import ONE_SCALE
from genvae.domains.music.layouts import HOLD, ONSET, STEPS, Layout
from genvae.domains.music.song import Song

FEWEST_NOTES = 4
WIDEST = 24
"""Intervals beyond two octaves count as two octaves."""


def window_measures(windows: Windows, layout: Layout) -> dict[str, np.ndarray]:
    """``notes_<voice>`` of each window; ``one_scale`` of the last line (the melody) and
    ``one_scale_all`` of all lines together: 1 or 0, NaN with fewer than 4 notes."""
    found: dict[str, np.ndarray] = {}
    union_N = np.zeros(len(next(iter(windows.values()))), dtype=np.int64)
    total_N = np.zeros(len(union_N), dtype=np.int64)
    for plan in layout.voices:
        x_NT = windows[plan.name][:, 0, :].astype(np.int64)
        if plan.drums:
            found[f"notes_{plan.name}"] = BITS_OF_SET[x_NT].sum(axis=(1, 2)).astype(float)
            continue
        onset_NT = x_NT >= ONSET
        notes_N = onset_NT.sum(axis=1)
        bits_NT = np.where(onset_NT, 1 << ((x_NT - ONSET) % 12), 0)
        mask_N = np.bitwise_or.reduce(bits_NT, axis=1)
        union_N |= mask_N
        total_N += notes_N
        found[f"notes_{plan.name}"] = notes_N.astype(float)
        found["one_scale"] = _one_scale(mask_N, notes_N)
    if layout.lines:
        found["one_scale_all"] = _one_scale(union_N, total_N)
    return found


def window_histograms(windows: Windows, layout: Layout) -> dict[str, np.ndarray]:
    """Counts over all windows: ``<line>_intervals`` (49: -24..24 semitones between neighbours),
    ``<line>_durations`` (32: 1..32 steps), ``<drums>_classes`` (9)."""
    found: dict[str, np.ndarray] = {}
    for plan in layout.voices:
        x_NT = windows[plan.name][:, 0, :].astype(np.int64)
        if plan.drums:
            found[f"{plan.name}_classes"] = BITS_OF_SET[x_NT].sum(axis=(0, 1))
            continue
        window_M, step_M = np.nonzero(x_NT >= ONSET)
        pitch_M = x_NT[window_M, step_M]
        near = np.diff(window_M) == 0
        moves = np.clip(np.diff(pitch_M)[near], -WIDEST, WIDEST) + WIDEST
        found[f"{plan.name}_intervals"] = np.bincount(moves, minlength=2 * WIDEST + 1)
        found[f"{plan.name}_durations"] = _durations(x_NT, window_M, step_M)
    return found


def song_report(song: Song) -> Report:
    """Valid where every note lies within the song and MIDI's ranges, and no two notes of one
    pitch (in a voice of single notes: no two notes) sound at once."""
    problems = []
    for voice in song.voices:
        table = voice.table()
        if not len(table):
            continue
        if table[:, 0].min() < 0 or (table[:, 0] + table[:, 1]).max() > song.steps:
            problems.append(f"{voice.name}: a note outside the song's {song.steps} steps")
        if table[:, 1].min() < 1:
            problems.append(f"{voice.name}: a note without length")
        if table[:, 2].min() < 0 or table[:, 2].max() > 127:
            problems.append(f"{voice.name}: a pitch outside 0..127")
        if table[:, 3].min() < 1 or table[:, 3].max() > 127:
            problems.append(f"{voice.name}: a velocity outside 1..127")
        by = np.lexsort((table[:, 0], table[:, 2])) if voice.drums else np.argsort(table[:, 0])
        ordered = table[by]
        overlap = ordered[:-1, 0] + ordered[:-1, 1] > ordered[1:, 0]
        if voice.drums:
            overlap &= ordered[:-1, 2] == ordered[1:, 2]
        if overlap.any():
            problems.append(f"{voice.name}: {int(overlap.sum())} notes overlap the next one")
    return Report(valid=not problems, problems=problems)


def _one_scale(mask_N: np.ndarray, notes_N: np.ndarray) -> np.ndarray:
    return np.where(notes_N >= FEWEST_NOTES, ONE_SCALE[mask_N].astype(float), np.nan)


def _durations(x_NT: np.ndarray, window_M: np.ndarray, step_M: np.ndarray) -> np.ndarray:
    stops_NT = np.where(x_NT != HOLD, np.arange(STEPS), STEPS)
    next_NT = np.minimum.accumulate(stops_NT[:, ::-1], axis=1)[:, ::-1]
    next_NT = np.concatenate([next_NT[:, 1:], np.full((len(x_NT), 1), STEPS)], axis=1)
    lengths = next_NT[window_M, step_M] - step_M
    return np.bincount(lengths, minlength=STEPS + 1)[1:]
