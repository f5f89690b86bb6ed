"""The nine drum classes of MusicVAE (Roberts et al. 2018, table 5) and their pitches.

A step of drums is a set of classes, written as a number of nine bits, kick the lowest.
"""

from __future__ import annotations

import numpy as np

CLASSES: tuple[tuple[str, int, tuple[int, ...]], ...] = (
    ("kick", 36, (35, 36)),
    ("snare", 38, (27, 28, 31, 32, 33, 34, 37, 38, 39, 40, 56, 65, 66, 75, 85)),
    ("closed hat", 42, (22, 42, 44, 54, 68, 69, 70, 71, 73, 78, 80)),
    ("open hat", 46, (26, 46, 67, 72, 74, 79, 81)),
    ("low tom", 45, (29, 41, 43, 45, 61, 64, 84)),
    ("mid tom", 48, (47, 48, 60, 63, 77, 86, 87)),
    ("high tom", 50, (30, 50, 62, 76, 83)),
    ("crash", 49, (49, 52, 55, 57, 58)),
    ("ride", 51, (51, 53, 59, 82)),
)
"""Name, the pitch we write, the General MIDI pitches it stands for."""

NAMES = tuple(name for name, _, _ in CLASSES)
SHORT = ("kk", "sn", "hh", "oh", "lt", "mt", "ht", "cr", "rd")
"""Two letters a class, for narrow places."""
DRUM_SETS = 1 << len(CLASSES)

PITCH_OF_CLASS = np.array([pitch for _, pitch, _ in CLASSES], dtype=np.int64)


def _class_of_pitch() -> np.ndarray:
    table = np.full(128, -1, dtype=np.int64)
    for number, (_, _, pitches) in enumerate(CLASSES):
        table[list(pitches)] = number
    return table


CLASS_OF_PITCH = _class_of_pitch()
"""``(128,)``: class of a General MIDI percussion pitch, -1 where there is none."""

BITS_OF_SET = (np.arange(DRUM_SETS)[:, None] >> np.arange(len(CLASSES))) & 1
"""``(512, 9)``: which classes sound in each set."""
