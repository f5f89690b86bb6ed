"""One song brought into another's key, and what the way between them sounds in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.domain import MusicDomain
from genvae.domains.music.song import Note, Song
from genvae.domains.music.transpose import brought_home, home_of, key_name, transposed

from .songs import songs, trio  # noqa: TID252

CODEC = MusicDomain().open({})
SCALE = (0, 4, 7, 5, 9, 11, 2, 0)


def in_key(tonic: int, name: str = "song", modulates: int = 0) -> Song:
    """Eight bars of a scale in ``tonic``, the last two ``modulates`` semitones higher."""
    notes = tuple(
        Note(i * 4, 4, 60 + tonic + SCALE[i % 8] + modulates * (i >= 24)) for i in range(32)
    )
    return trio(melody=notes, drums=(Note(0, 1, 36),), steps=128, name=name)


def shifts(song: Song) -> list[int]:
    return list(CODEC.encode(song).context["shifts"])


def test_home_is_where_most_windows_lie() -> None:
    assert home_of({"shifts": [0, 0, 5]}) == 0
    assert home_of({"shifts": [3, 5, 5, 3, -7]}) == 7
    assert home_of({"shifts": [2, 1]}) == 10
    assert home_of({}) == 0


def test_names_of_keys() -> None:
    assert key_name(0) == "C major or A minor"
    assert key_name(2) == "D major or B minor"
    assert key_name(8) == "Ab major or F minor"


@pytest.mark.parametrize("here", range(12))
@pytest.mark.parametrize("there", [0, 5, 11])
def test_the_smallest_interval(here: int, there: int) -> None:
    song, other = in_key(here), in_key(there)
    own, context = (CODEC.encode(s).context for s in (song, other))
    moved = brought_home(song, own, context)
    interval = moved.voices[2].notes[0].pitch - song.voices[2].notes[0].pitch
    assert -6 <= interval <= 5
    assert (here + interval - there) % 12 == 0
    assert home_of(CODEC.encode(moved).context) == there
    assert shifts(moved) == shifts(other)  # no leap of an octave in the middle of the way
    assert moved.voices[0] == song.voices[0]
    if here == there:
        assert moved is song


def test_what_was_done_is_said() -> None:
    song, other = in_key(9), in_key(2)
    moved = brought_home(song, {"shifts": [3]}, {"shifts": [-2]})
    assert moved.remarks == ("key: 5 semitones up, from A major or F# minor to D major or B minor",)
    down = brought_home(other, {"shifts": [-2]}, {"shifts": [-1]})
    assert down.remarks[0].startswith("key: 1 semitone down, from D major")
    assert CODEC.encode(moved).notes == list(moved.remarks)


def test_a_modulation_goes_along() -> None:
    song = in_key(0, modulates=6)
    assert shifts(song) == [0, 0, 0, -6]
    moved = brought_home(song, {"shifts": [0, 0, 0, -6]}, {"shifts": [-2]})
    assert shifts(moved) == [-2, -2, -2, 4]


@given(songs())
def test_there_and_back_is_the_same_song(song: Song) -> None:
    assert transposed(transposed(song, 5), -5) == song


def test_pitches_stay_in_midi() -> None:
    song = transposed(trio(melody=(Note(0, 4, 125), Note(4, 4, 3))), 6)
    assert [n.pitch for n in song.voices[2].notes] == [119, 9]
    song = transposed(trio(melody=(Note(0, 4, 125), Note(4, 4, 3))), -6)
    assert [n.pitch for n in song.voices[2].notes] == [119, 9]


def test_the_way_has_one_key_or_two(codec: MusicCodec) -> None:
    a, b = in_key(2), in_key(7)
    one, two = (codec.encode(s).context for s in (a, b))
    brought = codec.encode(codec.together(b, two, a, one)).context
    for t in np.linspace(0, 1, 5):
        assert codec.blend(one, brought, t)["shifts"] == [-2] * 4
    assert codec.journey(one, brought) == ["key: D major or B minor"]
    kept = [codec.blend(one, two, t)["shifts"][0] for t in np.linspace(0, 1, 5)]
    assert kept == [-2, -2, 5, 5, 5]
    assert codec.journey(one, two) == [
        "key: D major or B minor in the first half of the way, G major or E minor in the second"
    ]


def test_drums_have_no_key(codec: MusicCodec) -> None:
    drums, song = trio(drums=(Note(0, 1, 36),)), in_key(2)
    own, other = (codec.encode(s).context for s in (song, drums))
    assert codec.together(song, own, drums, other) is song
    kit = MusicDomain().open({"layout": "drums"})
    assert kit.journey(other, {**other, "tempos": [[0, 90.0]]}) == [
        "tempo: from 120 to 90 beats a minute, by equal ratios"
    ]


def test_one_piece_that_travels_changes_key_in_the_middle(codec: MusicCodec) -> None:
    a, b = {"shifts": [0, 1]}, {"shifts": [5]}
    assert codec.travel(a, b, [0.0, 0.3, 0.4, 0.6, 1.0])["shifts"] == [0, 1, 1, 5, 5]
