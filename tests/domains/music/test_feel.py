"""Drums with velocity and micro-timing: there and back, by file too, and what rules allow."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from genvae.domains.base import split_cells
from genvae.domains.music.domain import MusicDomain
from genvae.domains.music.drums import CLASSES, PITCH_OF_CLASS
from genvae.domains.music.feel import GROUPS, LEVELS, OFFSETS, SOUNDING
from genvae.domains.music.song import Note, Song, Voice
from tests.domains.music.songs import allowed_at_random, songs

CODEC = MusicDomain().open({"layout": "drums"})


def kit(*notes: Note, steps: int = 32) -> Song:
    return Song("song", (Voice("drums", notes, 0, drums=True),), steps, group="song")


@st.composite
def played(draw: st.DrawFn) -> Song:
    """Drums in any mix of meters, each group at a step with one velocity and one offset."""
    song = draw(songs())
    found = []
    places = st.tuples(st.integers(0, song.steps - 1), st.integers(0, len(GROUPS) - 1))
    for step, group in sorted(draw(st.sets(places, max_size=16))):
        velocity = draw(st.sampled_from(LEVELS.tolist()))
        offset = draw(st.sampled_from([o for o in OFFSETS.tolist() if step or o >= 0]))
        for number in draw(st.sets(st.sampled_from(GROUPS[group][1]), min_size=1)):
            found.append(Note(step, 1, int(PITCH_OF_CLASS[number]), velocity, offset))
    notes = tuple(sorted(found, key=lambda n: (n.step, n.pitch)))
    return replace(song, voices=(Voice("drums", notes, 0, drums=True),))


@settings(max_examples=100, deadline=None)
@given(played())
def test_velocity_and_timing_come_back_exactly(song: Song) -> None:
    encoded = CODEC.encode(song)
    assert CODEC.assemble(encoded.windows, encoded.context) == song


@settings(max_examples=40, deadline=None)
@given(played())
def test_files_keep_velocity_and_timing(song: Song) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "song.mid"
        CODEC.writers[".mid"](song, path)
        if not song.voices[0].notes:
            return
        (back,) = CODEC.read(path)
    assert back.voices[0].notes == song.voices[0].notes


def test_the_nearest_level_and_offset_stand_for_others() -> None:
    song = kit(Note(4, 1, 38, 90, 11), Note(8, 1, 42, 1, -60), Note(9, 1, 36, 127, 59))
    encoded = CODEC.encode(song)
    (drums,) = CODEC.assemble(encoded.windows, encoded.context).voices
    assert drums.notes == (
        Note(4, 1, 38, 88, 0),
        Note(8, 1, 42, 16, -48),
        Note(9, 1, 36, 116, 48),
    )


def test_the_loudest_of_a_group_speaks_for_it() -> None:
    song = kit(Note(0, 1, 49, 116, 24), Note(0, 1, 51, 40, 48), Note(0, 1, 36, 64))
    encoded = CODEC.encode(song)
    (drums,) = CODEC.assemble(encoded.windows, encoded.context).voices
    assert drums.notes == (
        Note(0, 1, 36, 64),
        Note(0, 1, 49, 116, 24),
        Note(0, 1, 51, 116, 24),
    )


def test_every_class_belongs_to_one_group() -> None:
    assert sorted(c for _, classes in GROUPS for c in classes) == list(range(len(CLASSES)))
    assert SOUNDING[0b000000101].tolist() == [True, False, True, False]


def test_a_second_stroke_within_a_step_is_left_out_and_counted(tmp_path: Path) -> None:
    song = kit(Note(4, 1, 38, 40, -48), Note(4, 1, 38, 88, 24))
    CODEC.writers[".mid"](song, tmp_path / "a.mid")
    (back,) = CODEC.read(tmp_path / "a.mid")
    assert back.voices[0].notes == (Note(4, 1, 38, 88, 24),)
    assert "drums: 1 strokes left out, the drum's second within a 16th" in back.remarks


def test_the_rules_let_feel_follow_the_drums() -> None:
    cells_NTR = allowed_at_random(CODEC, pieces=6)
    sounding_NTG = SOUNDING[cells_NTR[:, :, 0]]
    np.testing.assert_array_equal(cells_NTR[:, :, 1:] > 0, sounding_NTG)
    windows = split_cells(CODEC.spec, cells_NTR)
    for one in range(6):
        piece = {name: x[one : one + 1] for name, x in windows.items()}
        song = CODEC.assemble(piece, {})
        assert CODEC.check(song).valid
        again = CODEC.encode(song).windows
        for name, x in piece.items():
            np.testing.assert_array_equal(again[name], x)


def test_measures_know_how_drums_are_struck() -> None:
    encoded = CODEC.encode(kit(Note(0, 1, 36, 116, 24), Note(4, 1, 38, 40, -48)))
    found = CODEC.measure_windows(encoded.windows)
    assert (found["velocity_drums"][0], found["offset_drums"][0]) == (78.0, -12.0)
    counts = CODEC.histograms(encoded.windows)
    assert counts["drums_velocities"].tolist() == [0, 1, 0, 0, 1]
    assert counts["drums_offsets"].tolist() == [1, 0, 0, 1, 0]
    assert CODEC.segments(encoded.windows) == CODEC.segments(
        CODEC.encode(kit(Note(0, 1, 36), Note(4, 1, 38))).windows
    )


def test_any_categories_make_a_song() -> None:
    rng = np.random.default_rng(0)
    windows = {
        "drums": rng.integers(0, 512, (3, 1, 32)),
        "feel": rng.integers(0, 26, (3, len(GROUPS), 32)),
    }
    song = CODEC.assemble(windows, {})
    assert CODEC.check(song).problems == []
    assert min(n.offset for n in song.voices[0].notes if n.step == 0) >= 0
