"""A MIDI file in its own ticks: what the readers of files hand on to the grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

END_MARKER = "end"
"""A marker that keeps empty bars at the end of a song we wrote."""
MAX_BYTES = 16 << 20
"""Room for some two million notes; a larger file holds something else."""
MAX_MENDED = 4 << 20
"""Bytes of a damaged file, which is read one by one."""
MAX_NOTES = 1 << 20
"""Sorting counts on 18 bits for a step and 11 for a track."""
MAX_TRACKS = 2048
MAX_STEPS = 1 << 17
"""About 8,000 bars: more is a damaged file rather than a song."""

EXACT = {0x00: 2, 0x20: 1, 0x21: 1, 0x2F: 0, 0x51: 3, 0x54: 5, 0x58: 4, 0x59: 2}
"""Bytes in the meta events whose size is fixed: sequence number, channel prefix, port, end of
track, tempo, SMPTE offset, time signature, key signature."""
BOTTOMS = (1, 2, 4, 8, 16, 32, 64)
"""Denominators of meters that are more than damage."""


class Part(NamedTuple):
    """A track with one channel and one program, with so many notes."""

    name: str
    program: int
    drums: bool
    notes: int


class Reach(NamedTuple):
    """The ticks of the last onset and of the last end of notes."""

    onset: int
    end: int


class Raw(NamedTuple):
    """A file in ticks.

    ``onsets_M`` and ``lengths_M`` (ticks), ``pitches_M`` and ``velocities_M`` hold the notes of
    all parts, one part after another, ``reach`` how far they go. Tempi are (tick, microseconds a
    beat), meters (tick, numerator, denominator), both in order; ``end`` is the tick of our own end
    marker, or 0; ``remarks`` say what was mended.
    """

    ticks_per_beat: int
    parts: list[Part]
    onsets_M: np.ndarray
    lengths_M: np.ndarray
    pitches_M: np.ndarray
    velocities_M: np.ndarray
    reach: Reach
    tempos: Sequence[tuple[int, float]]
    meters: list[tuple[int, int, int]]
    end: int = 0
    remarks: tuple[str, ...] = ()

    def table(self) -> np.ndarray:
        """Onset, length, pitch and velocity of each note ``(M, 4)``, a copy."""
        return np.stack(self[2:6], axis=1, dtype=np.int64)


def reach_of(onsets_M: np.ndarray, lengths_M: np.ndarray) -> Reach:
    """How far notes with these onsets and lengths go, in the same unit; 0 where there are none."""
    if not len(onsets_M):
        return Reach(0, 0)
    return Reach(int(onsets_M.max()), int((onsets_M + lengths_M).max()))
