"""The form of songs, by hand.

Axes:  B bars
"""

from __future__ import annotations

import math
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.form_measures import (
    form_measures,
    longest_copy,
    longest_loop,
    overlaps,
    tonic,
)
from genvae.domains.music.layouts import LAYOUTS
from genvae.domains.music.song import Note, Song, Voice

from .songs import trio  # noqa: TID252

SONGS = Path(__file__).resolve().parents[3] / "data" / "songs"
TRIO = LAYOUTS["trio"]


def melody(*bars: tuple[int, ...]) -> Song:
    """Four quarter notes a bar."""
    notes = [Note(16 * b + 4 * i, 4, p) for b, bar in enumerate(bars) for i, p in enumerate(bar)]
    return trio(melody=tuple(notes), steps=16 * len(bars))


def test_overlap_is_the_area_under_both_densities() -> None:
    low, high = (60, 62, 60, 62), (64, 66, 64, 66)
    pitch, length = overlaps(melody(*[low] * 4, *[high] * 2))
    # Frames are bars 1-4 and 3-6: two pitches, then four.
    after = np.array([60, 62, 64, 66])
    expected = NormalDist(61, 1 + 1e-6).overlap(NormalDist(63, after.std() + 1e-6))
    assert pitch == pytest.approx(expected)
    assert 0.4 < pitch < 0.6
    assert length == 1.0


def test_frames_without_notes_are_left_out_and_two_are_needed() -> None:
    assert overlaps(melody(*[(60, 62)] * 6)) == (1.0, 1.0)
    assert all(math.isnan(x) for x in overlaps(melody(*[(60, 62)] * 5)))
    assert all(math.isnan(x) for x in overlaps(trio(drums=(Note(0, 1, 36),), steps=160)))
    gap = melody(*[(60, 62)] * 6, *[()] * 8, *[(70, 70)] * 2)
    assert overlaps(gap)[1] == 1.0


def test_what_returns_is_compared_up_to_transposition_and_for_each_voice() -> None:
    tune = [Note(s, 4, p) for s, p in ((0, 60), (8, 64), (20, 67))]
    moved = [n._replace(step=n.step + 32, pitch=n.pitch + 2) for n in tune]
    other = [n._replace(step=n.step + 64) for n in tune[:2]]
    beat = tuple(Note(32 * i, 1, 36) for i in range(3))
    song = trio(melody=(*tune, *moved, *other), drums=beat, steps=128)
    found = form_measures(song, TRIO)
    assert found["returns"] == found["returns_melody"] == 1 / 3
    assert found["returns_drums"] == 2 / 3
    assert math.isnan(found["returns_bass"])


@pytest.mark.parametrize(
    ("bars", "loop", "copy"),
    [
        ("abcdefgh", 0, 0),
        ("aabcd", 2, 1),
        ("abababcd", 6, 2),
        ("abcdabcd", 8, 4),
        ("abcdxabc", 0, 3),
        ("aaaaaaaa", 8, 4),
        ("abcabcab", 8, 3),
        ("a--a--", 2, 1),
        ("----", 0, 0),
        ("", 0, 0),
    ],
)
def test_loops_and_copies_are_counted_in_bars(bars: str, loop: int, copy: int) -> None:
    keys = [None if bar == "-" else bar.encode() for bar in bars]
    assert (longest_loop(keys), longest_copy(keys)) == (loop, copy)


def test_loops_are_at_pitch_and_in_all_voices() -> None:
    a, b = (60, 62, 64, 65), (67, 65, 64, 62)
    assert form_measures(melody(a, b, a, b), TRIO)["loop_bars"] == 4.0
    higher = tuple(p + 2 for p in a), tuple(p + 2 for p in b)
    assert form_measures(melody(a, b, *higher), TRIO)["loop_bars"] == 0.0
    song = melody(a, b, a, b)
    with_bass = trio(
        melody=tuple(song.voices[-1].notes), bass=(Note(0, 4, 36), Note(40, 4, 36)), steps=64
    )
    assert form_measures(with_bass, TRIO)["loop_bars"] == 0.0
    assert form_measures(with_bass, TRIO)["copied_bars"] == 1.0


def test_rhythm_leaps_and_clashes() -> None:
    a, b = (60, 72, 85, 60), (60, 60)
    found = form_measures(melody(a, a, b, (), b), TRIO)
    assert found["rhythm_again_melody"] == 1 / 2
    assert math.isnan(found["rhythm_again_drums"])
    # Of the 11 moves: 72-85, 85-60 in each of two bars.
    assert found["leaps_melody"] == 4 / 11
    assert math.isnan(found["clashes"])
    bass = (Note(0, 8, 48), Note(16, 4, 36))
    tune = tuple(Note(s, 4, p) for s, p in ((0, 71), (4, 67), (8, 61), (16, 54), (20, 61)))
    assert form_measures(trio(melody=tune, bass=bass), TRIO)["clashes"] == 2 / 3


def test_keys_and_endings() -> None:
    scale = (60, 62, 64, 65), (67, 69, 71, 72)
    third_up = [tuple(p + 3 for p in bar) for bar in scale]
    song = melody(*scale * 4, *third_up * 4)
    found = form_measures(song, TRIO)
    assert found["keys"] == 2.0
    assert form_measures(melody(*scale * 4), TRIO)["keys"] == 1.0
    home = melody(*scale * 3, (60, 64, 67, 60))
    assert form_measures(home, TRIO)["ends_on_tonic_melody"] == 1.0
    assert form_measures(melody(*scale * 3, (60, 64, 67, 62)), TRIO)["ends_on_tonic_melody"] == 0.0
    assert math.isnan(found["ends_on_tonic_bass"])


def test_the_tonic_is_that_of_major_or_its_relative_minor() -> None:
    assert tonic(melody((60, 64, 67, 60), (65, 67, 71, 60)), 0) == 0
    assert tonic(melody((69, 72, 76, 69), (76, 74, 76, 69)), 0) == 9
    assert tonic(melody((62, 66, 69, 62)), -2) == 2
    assert tonic(melody((60, 61, 62, 63), (64, 65, 66, 67), (68, 69, 70, 71)), 0) == 0
    assert tonic(trio(), 0) is None


@pytest.mark.parametrize("layout", LAYOUTS)
def test_songs_that_are_empty_short_or_of_drums_alone_have_what_they_have(layout: str) -> None:
    codec = MusicCodec(LAYOUTS[layout])
    voices = tuple(Voice(p.name, (), p.program, p.drums) for p in LAYOUTS[layout].voices)
    empty = codec.measure_course(Song("a", voices, 0))
    assert empty["loop_bars"] == empty["copied_bars"] == 0.0
    silent = codec.measure_course(Song("a", voices, 64))
    assert math.isnan(silent["returns"])
    assert math.isnan(silent["overlap_pitch"])
    beats = trio(drums=tuple(Note(s, 1, 36) for s in range(0, 128, 8)), steps=128)
    drums = MusicCodec(LAYOUTS["drums"]).measure_course(beats)
    assert (drums["returns"], drums["loop_bars"]) == (0.75, 8.0)
    assert "keys" not in drums


def test_demo_songs_end_at_home(codec: MusicCodec) -> None:
    found = [codec.measure_course(next(codec.read(p))) for p in sorted(SONGS.glob("*.mid"))]
    assert sum(f["ends_on_tonic_melody"] for f in found) >= 7
    assert all(0 < f["overlap_pitch"] <= 1 for f in found)


def test_a_rearranged_song_keeps_the_keys_of_its_windows(codec: MusicCodec) -> None:
    context = {
        "meters": [[0, 3, 4], [24, 4, 4]],
        "tempos": [[0, 90.0], [24, 100.0]],
        "shifts": [0, 2, 3],
        "steps": 88,
        "bars": 5,
        "programs": {"bass": 1},
    }
    assert codec.rearranged(context, [2, 1, 2, 0]) == {
        "meters": [[0, 4, 4]],
        "tempos": [[0, 100.0]],
        "shifts": [3, 2, 3, 0],
        "programs": {"bass": 1},
    }
    assert codec.rearranged({}, [1, 0]) == {"meters": [[0, 4, 4]], "shifts": [0, 0]}
