"""Which tracks become which voices."""

from __future__ import annotations

import pytest

from genvae.domains.music.layouts import LAYOUTS
from genvae.domains.music.song import Note, Song, Voice
from genvae.domains.music.voices import pick_voices
from genvae.errors import FileProblem

TRIO = LAYOUTS["trio"]


def line(name: str, base: int, program: int, chord: int = 1, **fields: bool) -> Voice:
    """A note (or a chord of thirds) on each of 8 beats."""
    notes = [Note(4 * i, 4, base + i % 3 + 4 * k) for i in range(8) for k in range(chord)]
    return Voice(name, tuple(notes), program, **fields)


def song(*voices: Voice) -> Song:
    return Song("tune", voices, 32)


BAND = song(
    line("Strings", 72, 48, chord=3),
    line("", 60, 80),
    line("", 34, 33),
    Voice("Kit", (Note(0, 1, 35), Note(0, 1, 36), Note(4, 2, 40), Note(8, 1, 3)), drums=True),
    Voice("Shaker", (Note(0, 1, 70),), drums=True),
)


def test_a_band_finds_its_trio() -> None:
    picked = pick_voices(BAND, TRIO)
    assert [v.name for v in picked.voices] == ["drums", "bass", "melody"]
    drums, bass, melody = picked.voices
    assert [n[:3] for n in drums.notes] == [(0, 1, 36), (0, 1, 42), (4, 1, 38)]
    assert bass.notes[0].pitch == 34
    assert melody.notes[0].pitch == 60
    assert picked.remarks == (
        "bass: track 3 (program 33), a bass by program or name",
        "melody: track 2 (program 80), the best of 2 by name, single notes, coverage and height",
        "drums: channel 10, 2 tracks",
        "drums: 1 notes outside General MIDI's kit left out",
        "left out: track 1 'Strings' (program 48)",
    )


def test_a_name_decides_over_height() -> None:
    picked = pick_voices(song(line("Flute", 84, 73), line("Lead Vocals", 60, 0)), TRIO)
    assert picked.voices[2].notes[0].pitch == 60


def test_bass_by_name_and_by_height() -> None:
    named = pick_voices(song(line("Bassoon", 40, 70), line("Slap Bass", 50, 0)), TRIO)
    assert named.voices[1].notes[0].pitch == 50
    low = pick_voices(song(line("", 40, 0), line("", 64, 0)), TRIO)
    assert low.voices[1].notes[0].pitch == 40


def test_a_lone_low_line_is_a_melody() -> None:
    picked = pick_voices(song(line("Cello", 40, 42)), TRIO)
    assert picked.voices[1].notes == ()
    assert picked.voices[2].notes[0].pitch == 40
    assert any(r.startswith("bass: empty") for r in picked.remarks)


def test_chords_become_their_outer_notes() -> None:
    picked = pick_voices(song(line("a bass", 40, 0, chord=3), line("b", 60, 0, chord=3)), TRIO)
    _, bass, melody = picked.voices
    assert [n.pitch for n in bass.notes[:3]] == [40, 41, 42]
    assert [n.pitch for n in melody.notes[:3]] == [68, 69, 70]
    assert "melody: 16 notes of chords left out" in picked.remarks


def test_overlapping_notes_end_where_the_next_begins() -> None:
    notes = (Note(0, 8, 60), Note(4, 8, 62), Note(12, 2, 64))
    picked = pick_voices(song(Voice("x", notes)), TRIO)
    assert [n[:3] for n in picked.voices[2].notes] == [(0, 4, 60), (4, 8, 62), (12, 2, 64)]
    assert "melody: 1 notes cut where the next begins" in picked.remarks


def test_an_override_decides() -> None:
    picked = pick_voices(BAND, TRIO, {"melody": "1", "drums": "shaker"})
    assert picked.voices[2].notes[0].pitch == 80
    assert [n.pitch for n in picked.voices[0].notes] == [42]
    assert picked.remarks[:2] == (
        "melody: track 1 'Strings' (program 48), asked for",
        "bass: track 3 (program 33), a bass by program or name",
    )
    assert "drums: track 5 'Shaker', asked for" in picked.remarks


def test_nothing_usable_is_a_file_problem() -> None:
    with pytest.raises(FileProblem, match=r"x\.mid: none of its 1 tracks serves as melody"):
        pick_voices(song(BAND.voices[3]), LAYOUTS["melody"], place="x.mid")
