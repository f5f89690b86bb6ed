"""Songs that are made from nothing end at rest."""

from __future__ import annotations

from genvae.domains.music.cadence import closed
from genvae.domains.music.song import Note, Song, Voice


def song(melody: list[Note], bass: list[Note], steps: int = 128) -> Song:
    drums = Voice("drums", (Note(126, 1, 36),), drums=True)
    voices = (drums, Voice("bass", tuple(bass)), Voice("melody", tuple(melody)))
    return Song("a", voices, steps)


MELODY = [Note(0, 4, 67), Note(112, 4, 69), Note(118, 6, 74), Note(124, 2, 77)]
BASS = [Note(0, 60, 36), Note(60, 30, 45), Note(104, 16, 43)]


def test_the_last_bar_comes_to_rest_on_the_tonic() -> None:
    made = closed(song(MELODY, BASS), 0, "major")
    assert made.voice("melody").notes == (Note(0, 4, 67), Note(112, 4, 69), Note(118, 10, 72))  # type: ignore[union-attr]
    assert made.voice("bass").notes == (Note(0, 60, 36), Note(60, 30, 45), Note(104, 24, 48))  # type: ignore[union-attr]
    assert made.voice("drums").notes == (Note(126, 1, 36),)  # type: ignore[union-attr]


def test_a_line_comes_home_and_does_not_jump_there() -> None:
    far = [Note(0, 4, 67), Note(112, 4, 62), Note(118, 6, 83)]
    made = closed(song(far, BASS), 0, "major")
    assert made.voice("melody").notes[-1] == Note(118, 10, 60)  # type: ignore[union-attr]
    near = [Note(0, 4, 67), Note(112, 4, 74), Note(118, 6, 83)]
    made = closed(song(near, BASS), 0, "major")
    assert made.voice("melody").notes[-1] == Note(118, 10, 84)  # type: ignore[union-attr]


def test_a_minor_key_ends_on_its_own_tonic() -> None:
    made = closed(song(MELODY, BASS), 0, "minor")
    assert made.voice("melody").notes[-1] == Note(118, 10, 69)  # type: ignore[union-attr]


def test_the_bass_says_which_of_the_two_it_is() -> None:
    # C sounds for 60 steps, A for 30; then the other way round.
    assert closed(song(MELODY, BASS), 0, "either") == closed(song(MELODY, BASS), 0, "major")
    turned = [Note(0, 30, 36), Note(60, 40, 45), Note(104, 16, 43)]
    assert closed(song(MELODY, turned), 0, "either") == closed(song(MELODY, turned), 0, "minor")


def test_a_chord_ends_as_a_triad() -> None:
    chord = [Note(112, 8, p) for p in (47, 62, 65, 74)]
    piano = Song("p", (Voice("piano", (Note(0, 120, 40), *chord)),), 128)
    made = closed(piano, 0, "major").voices[0].notes
    assert made[0] == Note(0, 112, 40)
    assert [n.pitch for n in made[1:]] == [48, 60, 64, 72]
    assert {n.end for n in made[1:]} == {128}


def test_short_songs_and_drums_end_as_they_like() -> None:
    short = song(MELODY[:1], BASS[:1], 64)
    assert closed(short, 0, "major") == short
    drums = Song("d", (Voice("drums", (Note(0, 1, 36),), drums=True),), 256)
    assert closed(drums, 0, "major") == drums
