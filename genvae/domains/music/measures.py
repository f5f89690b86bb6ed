"""Numbers about windows, and what makes a song well-formed.

*One scale*: all pitch classes of a window with at least 4 notes lie in one of the 12 major-type
sets. Intervals and durations are those within a window, so that real and sampled windows count
alike.

Axes:  N windows · R rows of a field · T steps · X cells of a window
"""

from __future__ import annotations

import numpy as np

from genvae.domains.base import Report, Windows
from genvae.domains.music.chords import touch_counts
from genvae.domains.music.drums import BITS_OF_SET
from genvae.domains.music.feel import OFFSET_OF_FEEL, SILENT, VELOCITY_OF_FEEL, feel_counts
from genvae.domains.music.key import ONE_SCALE
from genvae.domains.music.layouts import FEEL, HOLD, TOUCH, Layout, flat
from genvae.domains.music.song import Song

FEWEST_NOTES = 4
WIDEST = 24
"""Intervals beyond two octaves count as two octaves."""


def window_measures(windows: Windows, layout: Layout) -> dict[str, np.ndarray]:
    """``notes_<voice>`` of each window; ``velocity_<drums>`` and ``offset_<drums>``, the mean of
    its strokes; ``one_scale`` of the last voice with pitch (the melody) and ``one_scale_all`` of
    all of them together: 1 or 0, NaN with fewer than 4 notes."""
    found: dict[str, np.ndarray] = {}
    count = len(next(iter(windows.values())))
    union_N = np.zeros(count, dtype=np.int64)
    total_N = np.zeros(count, dtype=np.int64)
    for plan in layout.voices:
        x_NX = flat(windows[plan.main]).astype(np.int64)
        if plan.drums:
            found[f"notes_{plan.name}"] = BITS_OF_SET[x_NX].sum(axis=(1, 2)).astype(float)
            if plan.feel:
                found |= _feel_measures(flat(windows[FEEL]), plan.name)
            continue
        onset_NX = x_NX >= plan.first
        notes_N = onset_NX.sum(axis=1)
        bits_NX = np.where(onset_NX, 1 << ((x_NX - plan.first) % 12), 0)
        mask_N = np.bitwise_or.reduce(bits_NX, axis=1)
        union_N |= mask_N
        total_N += notes_N
        found[f"notes_{plan.name}"] = notes_N.astype(float)
        found["one_scale"] = _one_scale(mask_N, notes_N)
    if layout.pitched:
        found["one_scale_all"] = _one_scale(union_N, total_N)
    return found


def window_histograms(windows: Windows, layout: Layout) -> dict[str, np.ndarray]:
    """Counts over all windows: ``<line>_intervals`` (49: -24..24 semitones between neighbours),
    ``<line>_durations`` (32: 1..32 steps), ``<drums>_classes`` (9), ``<drums>_velocities`` and
    ``<drums>_offsets`` (5 each); of a piano ``_intervals`` between its highest notes,
    ``_durations`` (10), ``_velocities`` (4) and ``_chords`` (how many notes begin together)."""
    found: dict[str, np.ndarray] = {}
    for plan in layout.voices:
        x_NT = windows[plan.main][:, 0, :].astype(np.int64)
        name = plan.name
        if plan.drums:
            found[f"{name}_classes"] = BITS_OF_SET[x_NT].sum(axis=(0, 1))
            if plan.feel:
                found[f"{name}_velocities"], found[f"{name}_offsets"] = feel_counts(windows[FEEL])
            continue
        window_M, step_M = np.nonzero(x_NT >= plan.first)
        pitch_M = x_NT[window_M, step_M]
        near = np.diff(window_M) == 0
        moves = np.clip(np.diff(pitch_M)[near], -WIDEST, WIDEST) + WIDEST
        found[f"{name}_intervals"] = np.bincount(moves, minlength=2 * WIDEST + 1)
        if plan.line:
            found[f"{name}_durations"] = _durations(x_NT, window_M, step_M)
            continue
        found[f"{name}_durations"], found[f"{name}_velocities"] = touch_counts(windows[TOUCH])
        together = (windows[plan.main] >= plan.first).sum(axis=1)
        found[f"{name}_chords"] = np.bincount(together.ravel(), minlength=plan.slots + 1)[1:]
    return found


def same_notes(made_NRT: np.ndarray, real_NRT: np.ndarray) -> tuple[int, int, int]:
    """Notes of slots that agree in step and pitch, in whatever slot; that were made; that are
    real."""
    both_NRRT = made_NRT[:, :, None, :] == real_NRT[:, None, :, :]
    hits = int((both_NRRT & (real_NRT[:, None, :, :] > 0)).any(axis=1).sum())
    return hits, int((made_NRT > 0).sum()), int((real_NRT > 0).sum())


def song_report(song: Song, layout: Layout) -> Report:
    """Valid where every note lies within the song and MIDI's ranges, and no two notes of one
    pitch (in a voice of single notes: no two notes) sound at once."""
    problems = []
    together = {plan.name for plan in layout.voices if not plan.line}
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
        many = voice.drums or voice.name in together
        by = np.lexsort((table[:, 0], table[:, 2])) if many else np.argsort(table[:, 0])
        ordered = table[by]
        overlap = ordered[:-1, 0] + ordered[:-1, 1] > ordered[1:, 0]
        if many:
            overlap &= ordered[:-1, 2] == ordered[1:, 2]
        if overlap.any():
            problems.append(f"{voice.name}: {int(overlap.sum())} notes overlap the next one")
    return Report(valid=not problems, problems=problems)


def _one_scale(mask_N: np.ndarray, notes_N: np.ndarray) -> np.ndarray:
    return np.where(notes_N >= FEWEST_NOTES, ONE_SCALE[mask_N].astype(float), np.nan)


def _feel_measures(feels_NX: np.ndarray, name: str) -> dict[str, np.ndarray]:
    sounding_NX = feels_NX != SILENT
    strokes_N = np.maximum(sounding_NX.sum(axis=1), 1)
    found = {}
    for what, values_K in (("velocity", VELOCITY_OF_FEEL), ("offset", OFFSET_OF_FEEL)):
        mean_N = np.where(sounding_NX, values_K[feels_NX], 0).sum(axis=1) / strokes_N
        found[f"{what}_{name}"] = np.where(sounding_NX.any(axis=1), mean_N, np.nan)
    return found


def _durations(x_NT: np.ndarray, window_M: np.ndarray, step_M: np.ndarray) -> np.ndarray:
    steps = x_NT.shape[1]
    stops_NT = np.where(x_NT != HOLD, np.arange(steps), steps)
    next_NT = np.minimum.accumulate(stops_NT[:, ::-1], axis=1)[:, ::-1]
    next_NT = np.concatenate([next_NT[:, 1:], np.full((len(x_NT), 1), steps)], axis=1)
    lengths = next_NT[window_M, step_M] - step_M
    return np.bincount(lengths, minlength=steps + 1)[1:]
