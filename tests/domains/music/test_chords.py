"""Pianos: notes that sound together, there and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genvae.domains.base import split_cells
from genvae.domains.music.chords import LENGTHS, LEVELS, SLOT_TOKENS, TOUCHES, chord_tokens
from genvae.domains.music.domain import MusicDomain
from genvae.domains.music.song import Note, Song, Voice
from tests.domains.music.songs import allowed_at_random, songs

CODEC = MusicDomain().open({"layout": "piano"})


def piano(*notes: Note, steps: int = 32) -> Song:
    return Song("song", (Voice("piano", notes),), steps, group="song")


@st.composite
def chords(draw: st.DrawFn) -> Song:
    """Up to five notes a step in any mix of meters, with lengths and velocities of the tables."""
    song = draw(songs())
    found: list[Note] = []
    for step in sorted(draw(st.sets(st.integers(0, song.steps - 1), max_size=10))):
        for pitch in sorted(draw(st.sets(st.integers(7, 120), max_size=5))):
            length = draw(st.sampled_from(LENGTHS.tolist()))
            busy = any(n.pitch == pitch and n.end > step for n in found)
            if not busy and step + length <= song.steps:
                velocity = draw(st.sampled_from(LEVELS.tolist()))
                found.append(Note(step, length, pitch, velocity))
    return replace(song, voices=(Voice("piano", tuple(found)),))


@settings(max_examples=100, deadline=None)
@given(chords())
def test_pieces_that_fit_come_back_exactly(song: Song) -> None:
    encoded = CODEC.encode(song)
    assert encoded.windows["notes"].shape == (len(encoded), 5, 32)
    assert encoded.windows["touch"].shape == (len(encoded), 5, 32)
    assert CODEC.assemble(encoded.windows, encoded.context) == song


def test_the_highest_and_the_lowest_of_too_many_notes_stay() -> None:
    notes = tuple(Note(4, 4, pitch, 76) for pitch in (40, 50, 55, 60, 64, 67, 72))
    encoded = CODEC.encode(piano(*notes))
    assert encoded.notes == ["piano: 2 notes left out where more than 5 begin at once"]
    (back,) = CODEC.assemble(encoded.windows, encoded.context).voices
    assert [n.pitch for n in back.notes] == [40, 60, 64, 67, 72]
    assert CODEC.encode(piano(*notes[:5])).notes == []


def test_slots_go_down() -> None:
    table = np.array([[0, 4, 60, 76], [0, 4, 72, 76], [0, 4, 64, 76], [2, 1, 50, 112]])
    pitches_RS, touches_RS, lost = chord_tokens(table, 4, 4)
    assert pitches_RS[:, 0].tolist() == [73, 65, 61, 0]
    assert pitches_RS[:, 2].tolist() == [51, 0, 0, 0]
    assert touches_RS[:, 2].tolist() == [4, 0, 0, 0]
    assert (touches_RS[:, 0] > 0).tolist() == [True, True, True, False]
    assert lost == 0


def test_a_note_ends_where_its_pitch_begins_again() -> None:
    encoded = CODEC.encode(piano(Note(0, 8, 60, 76), Note(3, 4, 60, 76), Note(0, 5, 64, 80)))
    (back,) = CODEC.assemble(encoded.windows, encoded.context).voices
    assert back.notes == (Note(0, 3, 60, 76), Note(0, 6, 64, 76), Note(3, 4, 60, 76))


@pytest.mark.parametrize("tonic", range(12))
def test_every_major_key_is_stored_in_c(tonic: int) -> None:
    notes = tuple(Note(i * 4, 4, 60 + tonic + p, 76) for i, p in enumerate((0, 4, 7, 5, 9, 11, 2)))
    encoded = CODEC.encode(piano(*notes))
    assert encoded.context["shifts"] == [(-tonic + 6) % 12 - 6]


def test_the_rules_keep_slots_in_order_and_touch_with_notes() -> None:
    cells_NTR = allowed_at_random(CODEC, pieces=6)
    slots, touches = cells_NTR[:, :, :5], cells_NTR[:, :, 5:]
    assert ((slots[:, :, 1:] < slots[:, :, :-1]) | (slots[:, :, 1:] == 0)).all()
    np.testing.assert_array_equal(slots > 0, touches > 0)
    assert slots[slots > 0].min() >= 22
    assert slots.max() <= 109
    song = CODEC.assemble(split_cells(CODEC.spec, cells_NTR), {})
    assert CODEC.check(song).problems == []
    assert len(song.voices[0].notes) == (slots > 0).sum()


def test_any_categories_make_a_song() -> None:
    rng = np.random.default_rng(0)
    windows = {
        "notes": rng.integers(0, SLOT_TOKENS, (3, 5, 32)),
        "touch": rng.integers(0, TOUCHES, (3, 5, 32)),
    }
    for context in ({}, {"shifts": [5]}, {"shifts": [-6], "meters": [[0, 5, 4]]}, {"bars": 1}):
        assert CODEC.check(CODEC.assemble(windows, context)).problems == []


def test_notes_are_right_in_whatever_slot() -> None:
    made, real = np.zeros((2, 1, 5, 32), dtype=int)
    made[0, :2, 0] = [65, 61]
    real[0, :3, 0] = [68, 65, 61]
    assert CODEC.event_counts("notes", made, real) == (2, 2, 3)


def test_keyboard_tracks_are_merged(tmp_path: Path) -> None:
    song = Song(
        "song",
        (
            Voice("right", (Note(0, 4, 72, 76), Note(0, 2, 60, 76))),
            Voice("left", (Note(0, 4, 48, 76), Note(0, 4, 60, 76)), program=1),
            Voice("voice", (Note(0, 4, 79, 76),), program=68),
        ),
        16,
    )
    CODEC.writers[".mid"](song, tmp_path / "a.mid")
    (back,) = CODEC.read(tmp_path / "a.mid")
    assert [n[:3] for n in back.voices[0].notes] == [(0, 4, 48), (0, 4, 60), (0, 4, 72)]
    assert "left out: track 3 'voice' (program 68)" in back.remarks
    (alone,) = CODEC.read_chosen(tmp_path / "a.mid", {"piano": "3"})
    assert [n.pitch for n in alone.voices[0].notes] == [79]


def test_measures_of_windows() -> None:
    song = piano(*(Note(0, 4, p, 112) for p in (48, 64, 67, 72)), Note(4, 2, 74, 52))
    windows = CODEC.encode(song).windows
    found = CODEC.measure_windows(windows)
    assert (found["notes_piano"][0], found["one_scale"][0]) == (5, 1)
    counts = CODEC.histograms(windows)
    assert counts["piano_chords"].tolist() == [1, 0, 0, 1, 0]
    assert counts["piano_velocities"].tolist() == [1, 0, 0, 4]
    assert {i - 24: int(n) for i, n in enumerate(counts["piano_intervals"]) if n} == {2: 1}
    assert counts["piano_durations"].tolist() == [0, 1, 0, 4, 0, 0, 0, 0, 0, 0]
    moved = piano(*(n._replace(pitch=n.pitch + 5) for n in song.voices[0].notes))
    assert CODEC.segments(windows) == CODEC.segments(CODEC.encode(moved).windows)
