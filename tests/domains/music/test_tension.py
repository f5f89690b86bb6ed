"""The curve of tension of a song."""

from __future__ import annotations

import numpy as np
import pytest

from genvae.domains.music.song import Note, Song, Tempo, Voice
from genvae.domains.music.tension import song_curve


def song(*notes: Note, steps: int = 96) -> Song:
    return Song("song", (Voice("melody", notes),), steps, tempos=(Tempo(0, 60.0),))


def test_two_bars_a_moment_and_by_hand() -> None:
    # Bars 1-2: two notes on beats an octave above middle C; 3-4: nothing; 5-6: one note, low.
    made = song(Note(0, 4, 72), Note(16, 4, 72), Note(64, 4, 48))
    curve = song_curve(made)
    np.testing.assert_allclose(curve.parts["density"], [1.0, 0.0, 0.5])
    np.testing.assert_allclose(curve.tension_M, [1.25, 0.0, np.log2(1.5) - 0.25])
    assert curve.seconds == pytest.approx(24.0)


def test_syncopation_counts_half() -> None:
    on = song_curve(song(Note(0, 2, 60), Note(4, 2, 60), Note(8, 2, 60), steps=32))
    off = song_curve(song(Note(2, 2, 60), Note(6, 2, 60), Note(8, 2, 60), steps=32))
    assert off.tension_M[0] - on.tension_M[0] == pytest.approx(0.25)


def test_a_last_bar_alone_is_a_moment() -> None:
    assert len(song_curve(song(Note(0, 4, 60), steps=48)).tension_M) == 2
