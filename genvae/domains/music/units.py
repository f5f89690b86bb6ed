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


def ticks_to_step(tick: int, ticks_per_beat: int) -> int:
    """A tick to the nearest step; a half goes up."""
    return (tick * (2 * STEPS_PER_BEAT) + ticks_per_beat) // (2 * ticks_per_beat)


def ticks_to_steps(ticks: np.ndarray, ticks_per_beat: int) -> np.ndarray:
    """Ticks (from 0 up) to the nearest step; halves go up."""
    return _halves_up(ticks, ticks_per_beat).astype(np.int64)


def ticks_to_places(ticks: np.ndarray, ticks_per_beat: int) -> tuple[np.ndarray, np.ndarray]:
    """Ticks (from 0 up) to the nearest step, and to their distance from it in ticks of the
    resolution we write: -60..59, less than 0 before the step."""
    places = _halves_up(ticks, ticks_per_beat)
    steps = places.astype(np.int64)
    places -= steps
    places *= TICKS_PER_STEP
    # A tie is not exact any more; what comes next to it is further off than this.
    places += 0.5 + 1e-6
    offsets = places.astype(np.int64)
    offsets -= TICKS_PER_STEP // 2
    np.minimum(offsets, TICKS_PER_STEP // 2 - 1, out=offsets)
    return steps, offsets


def _halves_up(ticks: np.ndarray, ticks_per_beat: int) -> np.ndarray:
    """Steps and half a step more, as floats. Dividing once is exact where a step is met, and
    several times as fast as whole numbers are."""
    places: np.ndarray = ticks * float(2 * STEPS_PER_BEAT)
    places += ticks_per_beat
    places /= 2 * ticks_per_beat
    return places


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
    return round(60e8 / max(microseconds, 1)) / 100


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
