"""Keys: the shift that brings each window into C major's set, and transposition tables.

Axes:  N windows · P 12 pitch classes · K 12 major-type sets, named by their tonic

A minor key counts as its relative major: what matters is the set of seven pitch classes.
Stored pitch = sounding pitch + shift.
"""

from __future__ import annotations

import re

import numpy as np

from genvae.errors import OptionProblem

MAJOR = (0, 2, 4, 5, 7, 9, 11)
C_MAJOR_MASK = sum(1 << p for p in MAJOR)
TONICS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")

OUT_OF_SET = -3.0
CHANGE = 8.0
"""A change of key costs as much as two or three foreign notes of a quarter's length. On
1,000 pop songs that gives 1.8 keys a song and .97 of the music within its key."""

_WEIGHTS = {0: 0.0, 7: 0.0, 4: 0.0, 9: 0.0, 2: -0.1, 5: -0.3, 11: -0.3}
"""Within the set, the degrees that tell it least from its neighbours decide ties."""


def _profiles() -> np.ndarray:
    profile_P = np.array([_WEIGHTS.get(p, OUT_OF_SET) for p in range(12)])
    return np.stack([np.roll(profile_P, tonic) for tonic in range(12)], axis=1)


PROFILE_PK = _profiles()

SET_MASKS = tuple(sum(1 << (p + tonic) % 12 for p in MAJOR) for tonic in range(12))


def _rotate(mask: int, interval: int) -> int:
    return ((mask << interval % 12) | (mask >> (12 - interval % 12))) & 0xFFF


def _intervals_within_c() -> tuple[tuple[int, ...], ...]:
    """For each of 4096 sets of pitch classes, the intervals that keep it within C major's."""
    table = []
    for mask in range(4096):
        kept = [i for i in range(-5, 7) if _rotate(mask, i) & ~C_MAJOR_MASK == 0]
        table.append(tuple(kept) if kept and 0 in kept else (0,))
    return tuple(table)


INTERVALS_WITHIN_C = _intervals_within_c()
ONE_SCALE = np.array([any(m & ~s == 0 for s in SET_MASKS) for m in range(4096)])
"""``(4096,)``: does a set of pitch classes fit one major-type set?"""


def shift_to_c(tonic: int) -> int:
    """The interval, -6..5, that moves the set of ``tonic`` to C's."""
    return (-tonic + 6) % 12 - 6


def key_path(weights_NP: np.ndarray) -> np.ndarray:
    """The tonic ``(N,)`` of each window's set: the best path over the song (Viterbi).

    ``weights_NP`` is how much of each pitch class a window holds, in notes of a quarter.
    """
    score_NK = weights_NP @ PROFILE_PK
    path = np.zeros(len(score_NK), dtype=np.int64)
    if not len(score_NK):
        return path
    stay = np.arange(12)
    back_NK = np.zeros(score_NK.shape, dtype=np.int64)
    best_K = score_NK[0]
    for n in range(1, len(score_NK)):
        top = int(best_K.argmax())
        jump = best_K[top] - CHANGE > best_K
        back_NK[n] = np.where(jump, top, stay)
        best_K = np.where(jump, best_K[top] - CHANGE, best_K) + score_NK[n]
    path[-1] = best_K.argmax()
    for n in range(len(score_NK) - 1, 0, -1):
        path[n - 1] = back_NK[n, path[n]]
    return path


def parse_key_and_mode(text: str) -> tuple[int, str]:
    """The tonic of the major-type set that ``text`` names (C, F#, Bb, Am, "c minor"), and
    whether it named the ``"major"`` or the ``"minor"`` key of that set.

    Raises OptionProblem.
    """
    found = re.fullmatch(
        r"\s*([A-Ga-g])\s*([#b♯♭]?)\s*[-_ ]?\s*(maj(?:or)?|min(?:or)?|m|M|dur|moll)?\s*", text
    )
    if not found:
        raise OptionProblem(
            f"--key {text}: not a key; give a letter with # or b, and m for minor: C, F#, Bb, Am"
        )
    letter, sign, mode = found.groups()
    tonic = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter.upper()]
    tonic += {"#": 1, "♯": 1, "b": -1, "♭": -1, "": 0}[sign]
    minor = (mode or "") in ("m", "min", "minor", "moll")
    return (tonic + (3 if minor else 0)) % 12, "minor" if minor else "major"
