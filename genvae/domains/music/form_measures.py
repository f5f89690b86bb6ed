"""Numbers about the form of a whole song: how alike its parts are, what returns, how it ends.

*Framewise overlapping area* after Mittal, Engel, Hawthorne and Simon, "Symbolic music generation
with diffusion models" (2021), as Plasser, Peter and Widmer, "Discrete diffusion probabilistic
models for symbolic music generation" (2023), take it: normal densities of the pitches and of the
lengths of the notes that begin in frames of 4 bars, 2 bars apart; the area under both of two
neighbouring frames' densities; the mean over a song. Drums are left out, and so are frames without
a note. *Phrases* are the song's windows (two bars, the first begins with the song); what a phrase
plays is compared up to transposition, as copies are. *Loops* are counted in bars that sound
the same, in all voices and at pitch; how notes are struck is left out.

Axes:  N windows · B bars · M notes · R rows of a field · T steps · P pitch classes
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from genvae.domains.base import Windows
from genvae.domains.music.augment import segment_bytes
from genvae.domains.music.layouts import Layout, flat
from genvae.domains.music.song import Song, Voice
from genvae.domains.music.windows import to_windows

FRAME, HOP = 4, 2
"""Bars of a frame, and from one frame to the next."""
THINNEST = 1e-6
"""Added to standard deviations: equal pitches have a density too, as SCHmUBERT has it."""

MAJOR_PROFILE = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR_PROFILE = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
"""How well each pitch class fits a key: Krumhansl and Kessler (1982), from the tonic on."""

SPREAD = ("overlap_pitch", "overlap_duration")
"""Measures whose spread over songs counts as well: the *variance* of the papers."""
HARSH = (1, 6, 11)
"""Intervals to the bass, in semitones, that few melodies in tonal music begin on."""
MOST = ("loop_bars", "copied_bars")
"""Measures of which the highest count as well."""


def form_measures(song: Song, layout: Layout) -> dict[str, float]:
    """Numbers by name, NaN where one has no meaning; the song has the layout's voices.

    ``overlap_pitch``, ``overlap_duration``: the framewise overlapping area, 0 to 1. ``returns``:
    the share of phrases with a note that stood earlier in the song, all voices alike;
    ``returns_<voice>``: of the phrases in which the voice plays, alone. ``loop_bars``: the longest
    stretch that is one segment of whole bars over and over, at least twice; ``copied_bars``: the
    longest run of bars that stood earlier in the song, without overlap. Bars in which nothing
    begins count in neither.

    ``rhythm_again_<voice>``: the share of bars with the rhythm of the bar before, where both have
    one. ``leaps_<line>``: the share of moves from note to note of more than an octave; ``clashes``:
    the share of the melody's notes that begin a semitone, a tritone or a major seventh, and
    octaves more, off the bass that sounds. ``keys``: how many of the 12 major-type sets the song
    visits; ``ends_on_tonic_<voice>``: 1 if its last note is the tonic (see ``tonic``), else 0.
    """
    encoded = to_windows(song, layout)
    windows, shifts_N = encoded.windows, np.array(encoded.context["shifts"], dtype=np.int64)
    found = dict(zip(SPREAD, overlaps(song), strict=True))
    found |= returns(windows, layout)
    bars = bar_keys(windows, shifts_N, layout)
    found["loop_bars"], found["copied_bars"] = longest_loop(bars), longest_copy(bars)
    for plan in layout.voices:
        found[f"rhythm_again_{plan.name}"] = _rhythm_again(
            windows[plan.main] >= plan.first, layout.cell
        )
        voice = song.voice(plan.name)
        if plan.line and voice is not None:
            moves_M = np.abs(np.diff(voice.table()[:, 2]))
            found[f"leaps_{plan.name}"] = float((moves_M > 12).mean()) if len(moves_M) else np.nan
    melody, bass = song.voice("melody"), song.voice("bass")
    if melody is not None and bass is not None:
        found["clashes"] = _clashes(melody, bass, song.steps)
    if layout.pitched:
        found["keys"] = float(len(np.unique(shifts_N % 12)))
        home = tonic(song, int(shifts_N[-1])) if len(shifts_N) else None
        for plan in layout.pitched:
            found[f"ends_on_tonic_{plan.name}"] = _ends_on(song.voice(plan.name), home)
    return found


def overlaps(song: Song) -> tuple[float, float]:
    """The framewise overlapping area of pitch and of length; NaN without two neighbouring frames
    in which something begins."""
    lines = [v.table() for v in song.voices if not v.drums]
    table_M4 = np.concatenate([*lines, np.zeros((0, 4), dtype=np.int64)])
    starts = np.array([bar.step for bar in song.bars()] or [0])
    bar_M = np.searchsorted(starts, table_M4[:, 0], side="right") - 1
    frames: list[tuple[NormalDist, NormalDist] | None] = []
    for first in range(0, len(starts) - FRAME + 1, HOP):
        inside_M4 = table_M4[(bar_M >= first) & (bar_M < first + FRAME)]
        if not len(inside_M4):
            frames.append(None)
            continue
        mean, spread = inside_M4.mean(axis=0), inside_M4.std(axis=0) + THINNEST
        pitch, length = (NormalDist(mean[i], spread[i]) for i in (2, 1))
        frames.append((pitch, length))
    near = [
        [x.overlap(y) for x, y in zip(a, b, strict=True)]
        for a, b in pairwise(frames)
        if a is not None and b is not None
    ]
    if not near:
        return float("nan"), float("nan")
    pitch_area, length_area = np.mean(near, axis=0)
    return float(pitch_area), float(length_area)


def returns(windows: Windows, layout: Layout) -> dict[str, float]:
    """``returns`` and ``returns_<voice>``; see ``form_measures``."""
    found = {"returns": _returning(windows, layout)}
    if len(layout.voices) > 1:
        for plan in layout.voices:
            alone = replace(layout, voices=(plan,))
            found[f"returns_{plan.name}"] = _returning(windows, alone)
    return found


def _returning(windows: Windows, layout: Layout) -> float:
    alive_N = _begins(windows, layout)
    known: set[bytes] = set()
    again = 0
    own = {field.name: windows[field.name] for plan in layout.voices for field in plan.fields()}
    for segment, alive in zip(segment_bytes(own, layout), alive_N, strict=True):
        again += alive and segment in known
        known.add(segment)
    return again / int(alive_N.sum()) if alive_N.any() else float("nan")


def _begins(windows: Windows, layout: Layout) -> np.ndarray:
    """Does anything begin in each window? ``(N,)``"""
    begins = [(flat(windows[p.main]) >= p.first).any(axis=1) for p in layout.voices]
    alive_N: np.ndarray = np.logical_or.reduce(begins)
    return alive_N


def bar_keys(windows: Windows, shifts_N: np.ndarray, layout: Layout) -> list[bytes | None]:
    """What each bar sounds like, all voices at pitch; None where nothing begins."""
    parts, begins = [], []
    for plan in layout.voices:
        x_NRT = windows[plan.main].astype(np.int16)
        if not plan.drums:
            sounding_NRT = x_NRT - shifts_N[:, None, None].astype(np.int16)
            x_NRT = np.where(x_NRT >= plan.first, sounding_NRT, x_NRT)
        count, rows, steps = x_NRT.shape
        x_NBRT = x_NRT.reshape(count, rows, steps // layout.cell, layout.cell).transpose(0, 2, 1, 3)
        x_BX = x_NBRT.reshape(-1, rows * layout.cell)
        parts.append(x_BX)
        begins.append((x_BX >= plan.first).any(axis=1))
    alive_B = np.logical_or.reduce(begins)
    rows_BX = np.ascontiguousarray(np.concatenate(parts, axis=1))
    return [row.tobytes() if alive else None for row, alive in zip(rows_BX, alive_B, strict=True)]


def longest_loop(bars: Sequence[bytes | None]) -> float:
    """Bars of the longest stretch in which one segment, of any length, is played at least twice
    without a break; 0 if none is. Bars of None are equal, but not counted."""
    counted = _counted(bars)
    longest = 0
    for period in range(1, len(bars) // 2 + 1):
        for start, end in _runs(bars, period):
            if end - start >= period:
                longest = max(longest, int(counted[end] - counted[start - period]))
    return float(longest)


def longest_copy(bars: Sequence[bytes | None]) -> float:
    """Bars of the longest run that stood earlier, before the run begins; 0 if none did. Bars of
    None are equal, but not counted."""
    counted = _counted(bars)
    longest = 0
    for lag in range(1, len(bars)):
        for start, end in _runs(bars, lag):
            firsts = np.arange(start, max(start, end - lag) + 1)
            lasts = np.minimum(firsts + lag, end)
            longest = max(longest, int((counted[lasts] - counted[firsts]).max()))
    return float(longest)


def _counted(bars: Sequence[bytes | None]) -> np.ndarray:
    """How many bars before each, and before the end, are not None, ``(B + 1,)``."""
    return np.cumsum([0, *(bar is not None for bar in bars)])


def _runs(bars: Sequence[bytes | None], lag: int) -> list[tuple[int, int]]:
    """The runs of bars, first and past the last, that are equal to those ``lag`` bars earlier."""
    found = []
    start = None
    for at in range(lag, len(bars) + 1):
        same = at < len(bars) and bars[at] == bars[at - lag]
        if same and start is None:
            start = at
        elif not same and start is not None:
            found.append((start, at))
            start = None
    return found


def _rhythm_again(begins_NRT: np.ndarray, cell: int) -> float:
    rhythm_BT = begins_NRT.any(axis=1).reshape(-1, cell)
    both_B = rhythm_BT[1:].any(axis=1) & rhythm_BT[:-1].any(axis=1)
    same_B = (rhythm_BT[1:] == rhythm_BT[:-1]).all(axis=1)
    return float(same_B[both_B].mean()) if both_B.any() else float("nan")


def _clashes(melody: Voice, bass: Voice, steps: int) -> float:
    sounding_S = np.full(steps + 1, -1)
    for start, length, pitch, _ in bass.table().tolist():
        sounding_S[start : start + length] = pitch
    table_M4 = melody.table()
    below_M = sounding_S[np.clip(table_M4[:, 0], 0, steps)]
    intervals = (table_M4[:, 2] - below_M)[below_M >= 0] % 12
    return float(np.isin(intervals, HARSH).mean()) if len(intervals) else float("nan")


def tonic(song: Song, shift: int) -> int | None:
    """The tonic, 0..11, in the major-type set that ``shift`` brings to C's: that of the major key
    or of its relative minor, whichever profile the song's pitch classes, weighed by length,
    correlate with more (Krumhansl and Schmuckler). None without pitch."""
    tables = [v.table() for v in song.voices if not v.drums]
    table_M4 = np.concatenate([*tables, np.zeros((0, 4), dtype=np.int64)])
    if not len(table_M4):
        return None
    weight_P = np.bincount(table_M4[:, 2] % 12, table_M4[:, 1], minlength=12)
    major = -shift % 12
    minor = (major + 9) % 12
    if np.ptp(weight_P) == 0:
        return major
    fit = [
        np.corrcoef(np.roll(weight_P, -home), profile)[0, 1]
        for home, profile in ((major, MAJOR_PROFILE), (minor, MINOR_PROFILE))
    ]
    return major if fit[0] >= fit[1] else minor


def _ends_on(voice: Voice | None, home: int | None) -> float:
    """1 if the lowest of the voice's last notes is ``home``, else 0; NaN without a note."""
    if voice is None or home is None or not voice.notes:
        return float("nan")
    table_M4 = voice.table()
    last = table_M4[:, 0] == table_M4[:, 0].max()
    return float(table_M4[last, 2].min() % 12 == home)
