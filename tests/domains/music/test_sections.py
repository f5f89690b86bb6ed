"""What of a song is learned from."""

from __future__ import annotations

from genvae.domains.music.domain import MusicDomain
from genvae.domains.music.song import Meter, Note, Song, Tempo, Voice

from .songs import trio  # noqa: TID252

MELODY = MusicDomain().open({"layout": "melody"})
TRIO = MusicDomain().open({"layout": "trio"})


def melody(*bars: int, count: int, **fields: object) -> Song:
    """A note on the first step of each of these bars of 16 steps."""
    notes = tuple(Note(bar * 16, 40, 60 + bar) for bar in bars)
    given = {"name": "song", "group": "song", "steps": count * 16} | fields
    return Song(voices=(Voice("melody", notes),), **given)  # type: ignore[arg-type]


def test_a_song_that_fits_stays_as_it_is() -> None:
    song = melody(0, 1, 3, 4, count=5)  # one bar of rest is a rest
    assert MELODY.training_pieces(song) == [song]
    assert MELODY.training_pieces(melody(0, count=1)) == [melody(0, count=1)]


def test_a_voice_alone_is_cut_at_long_rests() -> None:
    song = melody(2, 3, 4, 5, 8, 9, 10, 11, 12, 20, 21, count=24, tempos=(Tempo(0, 90.0),))
    first, second = MELODY.training_pieces(song)
    assert (first.name, first.group, first.steps) == ("song:3-6", "song", 64)
    assert [n.step for n in first.voices[0].notes] == [0, 16, 32, 48]
    assert first.voices[0].notes[-1].length == 16  # cut where the section ends
    assert [n.pitch for n in second.voices[0].notes] == [68, 69, 70, 71, 72]
    assert second.tempos == (Tempo(0, 90.0),)


def test_meters_that_nobody_can_ask_for_are_left_out() -> None:
    bars = melody(*range(12), count=12)
    assert MELODY.training_pieces(melody(*range(12), count=12, meters=(Meter(0, 6, 8),))) == []
    assert MELODY.training_pieces(melody(0, count=1, meters=(Meter(0, 2, 2),)))
    mixed = trio(
        melody=bars.voices[0].notes,
        steps=192,
        meters=(Meter(0, 4, 4), Meter(64, 3, 4), Meter(112, 4, 4)),
        tempos=(Tempo(0, 100.0), Tempo(40, 120.0), Tempo(120, 80.0)),
    )
    first, second = TRIO.training_pieces(mixed)
    assert (first.name, first.steps, first.meters) == ("song:1-4", 64, (Meter(0, 4, 4),))
    assert (second.steps, second.meters) == (80, (Meter(0, 4, 4),))
    assert second.tempos == (Tempo(0, 120.0), Tempo(8, 80.0))
    assert TRIO.encode(second).windows["melody"].shape == (3, 1, 32)


def test_rests_of_several_voices_are_music() -> None:
    song = trio(melody=(Note(0, 4, 60),), steps=160)
    assert TRIO.training_pieces(song) == [song]
