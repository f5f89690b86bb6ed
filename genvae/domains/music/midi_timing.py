"""Human timing: is a file's grid its own, and where are the beats if it is not?

A performance recorded without a click has notes anywhere between the file's beats. Three numbers
tell: the mean distance of onsets to the nearest 16th, in 16ths (0 on the grid, 0.25 where onsets
fall anywhere); the share of onsets exactly on one (a program wrote them there, hands meet one tick
in a hundred); and the concentration of their phases on grids of a beat and its parts (the length
of the mean unit vector: 1 on the grid, near 0 anywhere). Drums behind a beat, swing, triplets and
32nds move the first and leave the third.

Beats are then found as in D. Ellis, "Beat Tracking by Dynamic Programming", Journal of New Music
Research 36 (2007): a tempo from the autocorrelation of the onsets, then the path of beats that
meets the most onsets while keeping to it.

Axes:  M notes · F frames of 10 ms · K beats
"""

from __future__ import annotations

from functools import lru_cache
from math import hypot

import numpy as np

from genvae.domains.music.midi_raw import Raw, reach_of
from genvae.domains.music.units import STEPS_PER_BEAT, TICKS_PER_BEAT, ticks_to_seconds

GLANCE = 16
"""Notes that a first look takes in."""
NEAR = 0.15
"""Mean distance to the grid below which nobody needs to look closer."""
NEARER = 0.05
"""The same, of the few notes that the first look takes in."""
CONCENTRATED = 0.15
GRIDS = (1, 2, 3, 4, 6, 8)
"""Parts of a beat whose grids are tried. Half of a run of 32nds lies between the 16ths, and the
phases on these cancel out."""
WRITTEN = 0.2
"""So many onsets exactly on a 16th were put there."""
FEWEST = 48
"""Onsets at different times that a verdict needs."""
MOST_SECONDS = 1800.0
SPARSE = 4.0
"""Of a longer performance, or one with fewer onsets than one in so many seconds, the beats are
not searched for: it is quantised as it is."""
FRAMES_PER_SECOND = 100
BLUR = 0.02
"""Seconds by which hands are apart (standard deviation)."""
PERIODS = (0.25, 1.2)
"""Seconds a beat: 240 to 50 a minute."""
LIKELY_PERIOD = 0.5
OCTAVES = 0.9
"""Width of the preference for the likely period, in octaves."""
TIGHTNESS = 100.0
"""What a beat off the tempo costs, as in Ellis."""
SMOOTHING = 4
"""Beats on each side over which a beat is averaged."""


def is_played_freely(raw: Raw) -> bool:
    """Do onsets plainly not lie on the file's grid?"""
    if len(raw.onsets_M) < FEWEST:
        return False
    ticks = raw.ticks_per_beat
    glance = raw.onsets_M[:: len(raw.onsets_M) // GLANCE + 1].tolist()
    half = ticks // 2
    # So few that arrays would take longer.
    off = sum([abs((tick * STEPS_PER_BEAT + half) % ticks - half) for tick in glance])
    if off < NEARER * ticks * len(glance):
        return False
    ticks_M = np.sort(raw.onsets_M)
    later_M = ticks_M[1:] != ticks_M[:-1]
    phases_M = ticks_M[1:][later_M] % ticks
    count = len(phases_M) + 1
    if count < FEWEST:
        return False
    counts_T = np.bincount(phases_M, minlength=ticks)
    counts_T[ticks_M[0] % ticks] += 1
    written, distance, *turns = (_grids(ticks) @ counts_T / count).tolist()
    if written > WRITTEN or distance < NEAR:
        return False
    return all(hypot(*turn) < CONCENTRATED for turn in zip(turns[::2], turns[1::2], strict=True))


@lru_cache(maxsize=8)
def _grids(ticks: int) -> np.ndarray:
    """What each tick of a beat says of the grid ``(2 + 2 G, T)``: is it a 16th, how far is it from
    the nearest one in 16ths, and for each of the grids its phase, as cosine and sine."""
    ticks_T = np.arange(ticks)
    steps_T = ticks_T * (STEPS_PER_BEAT / ticks)
    rows = [ticks_T * STEPS_PER_BEAT % ticks == 0, np.abs(steps_T - np.rint(steps_T))]
    for grid in GRIDS:
        angles_T = 2 * np.pi / ticks * grid * ticks_T
        rows += [np.cos(angles_T), np.sin(angles_T)]
    return np.stack(rows)


def on_estimated_beats(raw: Raw) -> Raw:
    """The same notes on the beats that they imply, 4/4 from the first beat on, with a remark.
    Where no beats are found, the file as it is, with a remark that says so."""
    starts_M = ticks_to_seconds(raw.onsets_M, raw.ticks_per_beat, raw.tempos)
    ends_M = ticks_to_seconds(raw.onsets_M + raw.lengths_M, raw.ticks_per_beat, raw.tempos)
    if np.ptp(starts_M) > min(MOST_SECONDS, SPARSE * len(starts_M)):
        return _as_it_is(raw)
    beats_K = estimate_beats(starts_M)
    if len(beats_K) < 2:
        return _as_it_is(raw)
    onsets_M = _place(starts_M, beats_K)
    lengths_M = np.maximum(_place(ends_M, beats_K) - onsets_M, 0)
    micro = float(np.rint(1e6 * (beats_K[-1] - beats_K[0]) / (len(beats_K) - 1)))
    remark = (
        f"played freely, not on the file's grid: beats estimated at {60e6 / micro:.1f} a minute, "
        "4/4 assumed"
    )
    return raw._replace(
        ticks_per_beat=TICKS_PER_BEAT,
        onsets_M=onsets_M,
        lengths_M=lengths_M,
        reach=reach_of(onsets_M, lengths_M),
        tempos=[(0, micro)],
        meters=[],
        end=0,
        remarks=(*raw.remarks, remark),
    )


def estimate_beats(onsets_M: np.ndarray) -> np.ndarray:
    """Beats in seconds ``(K,)``, from the one at or before the first onset to the one behind the
    last; none if there is no time between onsets."""
    first = onsets_M.min()
    strength_F = _strength(onsets_M - first)
    period = _period(strength_F)
    if period == 0:
        return np.zeros(0)
    beats_K = _smoothed(_track(strength_F, period) / FRAMES_PER_SECOND + first)
    if len(beats_K) < 2:
        return np.zeros(0)
    before = np.ceil((beats_K[0] - first) / (beats_K[1] - beats_K[0]) - 0.1)
    behind = np.ceil((onsets_M.max() - beats_K[-1]) / (beats_K[-1] - beats_K[-2])) + 1
    head = beats_K[0] - np.arange(max(before, 0), 0, -1) * (beats_K[1] - beats_K[0])
    tail = beats_K[-1] + np.arange(1, max(behind, 0) + 1) * (beats_K[-1] - beats_K[-2])
    found_K: np.ndarray = np.concatenate([head, beats_K, tail])
    return found_K


def _as_it_is(raw: Raw) -> Raw:
    remark = "played freely, not on the file's grid; no beats found, quantised as it is"
    return raw._replace(remarks=(*raw.remarks, remark))


def _place(seconds_M: np.ndarray, beats_K: np.ndarray) -> np.ndarray:
    """Seconds to ticks, linear between beats."""
    numbers = np.arange(len(beats_K))
    behind = np.maximum(seconds_M - beats_K[-1], 0) / (beats_K[-1] - beats_K[-2])
    placed = np.interp(seconds_M, beats_K, numbers) + behind
    ticks_M: np.ndarray = np.rint(placed * TICKS_PER_BEAT).astype(np.int64)
    return ticks_M


def _strength(onsets_M: np.ndarray) -> np.ndarray:
    """How much begins in each frame ``(F,)``, blurred; chords count by their root."""
    frames = np.rint(onsets_M * FRAMES_PER_SECOND).astype(np.int64)
    strength_F = np.sqrt(np.bincount(frames).astype(float))
    reach = int(4 * BLUR * FRAMES_PER_SECOND)
    blur = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (BLUR * FRAMES_PER_SECOND)) ** 2)
    blurred = np.convolve(strength_F, blur)[reach:-reach]
    return np.asarray(blurred / blurred.std() if blurred.std() else blurred)


def _period(strength_F: np.ndarray) -> int:
    """Frames a beat: the largest autocorrelation, one near the likely period preferred; 0 if
    there is nothing to go by."""
    low, high = (int(seconds * FRAMES_PER_SECOND) for seconds in PERIODS)
    lags = np.arange(low, min(high, len(strength_F) - 1) + 1)
    if not len(lags):
        return 0
    # By Fourier transform, padded so that the end does not meet the beginning.
    size = 1 << int(len(strength_F) + high).bit_length()
    same = np.fft.irfft(np.abs(np.fft.rfft(strength_F, size)) ** 2, size)[lags]
    octaves = np.log2(lags / (LIKELY_PERIOD * FRAMES_PER_SECOND))
    weighted = same * np.exp(-0.5 * (octaves / OCTAVES) ** 2)
    return int(lags[weighted.argmax()]) if weighted.max() > 0 else 0


def _track(strength_F: np.ndarray, period: int) -> np.ndarray:
    """Frames of the beats ``(K,)`` that meet the most onsets at about this period."""
    least = max(period // 2, 1)
    back = np.arange(2 * period, least - 1, -1)
    cost = TIGHTNESS * np.log(back / period) ** 2
    # Silence before the first frame, so that every frame has all lags behind it.
    padded = np.concatenate([np.zeros(2 * period), strength_F])
    before_F = np.full(len(strength_F), -1)
    views_FL = np.lib.stride_tricks.sliding_window_view(padded, len(back))
    # No beat is nearer to the one before it: so many frames do not ask for one another.
    for first in range(0, len(strength_F), least):
        last = min(first + least, len(strength_F))
        gains_FL = views_FL[first:last] - cost
        best_F = gains_FL.argmax(axis=1)
        gain_F = gains_FL[np.arange(last - first), best_F]
        padded[2 * period + first : 2 * period + last] += np.maximum(gain_F, 0)
        found = np.arange(first, last) - back[best_F]
        before_F[first:last] = np.where(gain_F > 0, found, -1)
    score_F = padded[2 * period :]
    end = len(score_F) - min(period, len(score_F))
    frame = end + int(score_F[end:].argmax())
    beats = []
    while frame >= 0:
        beats.append(frame)
        frame = int(before_F[frame])
    return np.array(beats[::-1], dtype=float)


def _smoothed(beats_K: np.ndarray) -> np.ndarray:
    """Each beat averaged with its neighbours, as many on one side as on the other."""
    out_K = beats_K.copy()
    for k in range(len(beats_K)):
        reach = min(SMOOTHING, k, len(beats_K) - 1 - k)
        out_K[k] = beats_K[k - reach : k + reach + 1].mean()
    return out_K
