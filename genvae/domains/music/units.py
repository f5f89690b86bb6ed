"""Every conversion of time in music, both sides named.

A *tick* is a MIDI file's own unit (so many a beat), a *beat* a quarter note, a *step* a 16th
note, a *bar* what the meter says; *seconds* follow from the tempo map (quarter notes a minute).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

STEPS_PER_BEAT = 4
STEPS_PER_WHOLE = 16
TICKS_PER_BEAT = 480
"""Resolution of the files we write."""
TICKS_PER_STEP = TICKS_PER_BEAT // STEPS_PER_BEAT


def ticks_to_steps(ticks: np.ndarray, ticks_per_beat: int) -> np.ndarray:
    """Ticks to the nearest step; halves go up."""
    scaled = np.asarray(ticks, dtype=np.int64) * (2 * STEPS_PER_BEAT) + ticks_per_beat
    return scaled // (2 * ticks_per_beat)


def ticks_to_offsets(ticks: np.ndarray, ticks_per_beat: int) -> np.ndarray:
    """Ticks to their distance from the nearest step, in ticks of the resolution we write:
    -60..59, less than 0 before the step."""
    own = np.asarray(ticks, dtype=np.int64) * (2 * TICKS_PER_BEAT) + ticks_per_beat
    distance = own // (2 * ticks_per_beat) - ticks_to_steps(ticks, ticks_per_beat) * TICKS_PER_STEP
    kept: np.ndarray = np.clip(distance, -(TICKS_PER_STEP // 2), TICKS_PER_STEP // 2 - 1)
    return kept


def steps_to_ticks(steps: int, ticks_per_beat: int = TICKS_PER_BEAT) -> int:
    """Steps to ticks, exact for the resolution we write."""
    return steps * ticks_per_beat // STEPS_PER_BEAT


def meter_to_steps(numerator: int, denominator: int) -> int:
    """Steps in a bar of a meter, at least 1; meters finer than a 16th are rounded."""
    return max(1, round(numerator * STEPS_PER_WHOLE / denominator))


def meter_to_beat_steps(numerator: int, denominator: int) -> int:
    """Steps in a felt beat: a dotted quarter in 6/8, 9/8, 12/8, else the meter's own unit."""
    unit = max(1, STEPS_PER_WHOLE // denominator)
    compound = denominator == 8 and numerator > 3 and numerator % 3 == 0
    return 3 * unit if compound else unit


def bpm_to_microseconds_per_beat(bpm: float) -> int:
    """Tempo as MIDI stores it (24 bits)."""
    return int(min(max(round(60e6 / bpm), 1), 0xFFFFFF))


def microseconds_per_beat_to_bpm(microseconds: float) -> float:
    """Tempo in quarter notes a minute to two decimals, which undoes MIDI's rounding."""
    return round(60e6 / max(microseconds, 1), 2)


def ticks_to_seconds(
    ticks: np.ndarray, ticks_per_beat: int, tempos: Sequence[tuple[int, float]]
) -> np.ndarray:
    """Ticks to seconds over a tempo map of (tick, microseconds a beat); 120 a minute before it."""
    starts = np.array([0, *(tick for tick, _ in tempos)], np.int64)
    seconds_per_tick = np.array([5e5, *(m for _, m in tempos)]) / 1e6 / ticks_per_beat
    begun = np.concatenate([[0.0], np.cumsum(np.diff(starts) * seconds_per_tick[:-1])])
    part = np.searchsorted(starts, ticks, side="right") - 1
    return np.asarray(begun[part] + (ticks - starts[part]) * seconds_per_tick[part])


def steps_to_seconds(steps: float, tempos: Sequence[tuple[int, float]]) -> float:
    """Seconds from the start to ``steps``, over a tempo map of (step, bpm)."""
    seconds = 0.0
    ends = [*(step for step, _ in tempos[1:]), steps]
    for (start, bpm), end in zip(tempos, ends, strict=True):
        span = max(0, min(end, steps) - min(start, steps))
        seconds += span / STEPS_PER_BEAT * 60.0 / bpm
    return seconds
