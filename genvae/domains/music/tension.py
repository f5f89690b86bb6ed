"""How tense a song is from one pair of bars to the next.

*Tension* is ``log2(1 + notes a bar)``, and a quarter of how many octaves the lines lie above middle
C, and half the share of their notes that are syncopated: twice the notes weigh as much as four
octaves. Density, register and rhythm are what composers for games raise and lower with the action
(Phillips, "A composer's guide to game music", 2014); the weights are ours.

Axes:  M pairs of bars
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from genvae.domains.base import Curve
from genvae.domains.music.song import Song
from genvae.domains.music.song_measures import PHRASE_BARS, song_measures

MIDDLE_C = 60
REGISTER, SYNCOPATION = 0.25, 0.5


def song_curve(song: Song) -> Curve:
    """Tension of each pair of bars, what it is made of (``density`` in notes a bar, ``register``
    as MIDI pitch, ``syncopation``), and the song's length."""
    starts = [bar.step for bar in song.bars()][::PHRASE_BARS]
    rows = [_measured(song, first, last) for first, last in pairwise([*starts, song.steps])]
    density_M, register_M, syncopation_M = np.array(rows, dtype=float).reshape(-1, 3).T
    above_M = np.nan_to_num((register_M - MIDDLE_C) / 12)
    tension_M = np.log2(1 + density_M) + REGISTER * above_M
    tension_M += SYNCOPATION * np.nan_to_num(syncopation_M)
    parts = {"density": density_M, "register": register_M, "syncopation": syncopation_M}
    return Curve(tension_M, parts, song.seconds)


def _measured(song: Song, first: int, last: int) -> tuple[float, float, float]:
    """Density, register and syncopation of the notes that begin in these steps."""
    meter = [m for m in song.meters if m.step <= first][-1]
    voices = tuple(
        replace(
            voice,
            notes=tuple(
                note._replace(step=note.step - first)
                for note in voice.notes
                if first <= note.step < last
            ),
        )
        for voice in song.voices
    )
    part = Song("part", voices, last - first, (meter._replace(step=0),))
    found = song_measures(part)
    return found["density"], found["register"], found["syncopation"]
