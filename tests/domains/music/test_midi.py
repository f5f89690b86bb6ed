"""MIDI files: written, read, and refused."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given, settings

from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.domain import MusicDomain
from genvae.domains.music.midi_read import read_midi
from genvae.domains.music.midi_write import midi_file, write_midi
from genvae.domains.music.song import Note, Song, Voice
from genvae.domains.music.units import ticks_to_places, ticks_to_steps
from genvae.errors import FileProblem

from .songs import songs, trio  # noqa: TID252


@settings(max_examples=80, deadline=None)
@given(songs())
def test_write_and_read_is_exact(song: Song) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "song.mid")
        write_midi(song, path)
        assert [p.name for p in Path(folder).iterdir()] == ["song.mid"]
        if not any(v.notes for v in song.voices):
            with pytest.raises(FileProblem, match="without a note"):
                read_midi(path)
            return
        back = read_midi(path)
    filled = tuple(v for v in song.voices if v.notes)
    assert back == replace(song, voices=filled)


def test_notes_end_before_others_begin_and_tracks_end_with_the_song() -> None:
    song = trio(melody=(Note(0, 4, 60, 90), Note(4, 4, 60, 90)), text="genvae seed=1")
    file = midi_file(song)
    assert (file.type, file.ticks_per_beat) == (1, 480)
    melody = file.tracks[3]
    assert [(m.type, m.time) for m in melody if not m.is_meta][1:] == [
        ("note_on", 0),
        ("note_off", 480),
        ("note_on", 0),
        ("note_off", 480),
    ]
    assert [sum(m.time for m in track) for track in file.tracks] == [3840] * 4
    assert [m.text for m in file.tracks[0] if m.type == "text"] == ["genvae seed=1"]
    assert [t.name for t in file.tracks] == ["song", "drums", "bass", "melody"]
    assert {m.channel for m in file.tracks[1] if not m.is_meta} == {9}


def test_names_in_any_script_are_kept(tmp_path: Path) -> None:
    song = replace(trio(), voices=(Voice("мелодия", (Note(0, 1, 60),)),))
    write_midi(song, tmp_path / "a.mid")
    assert read_midi(tmp_path / "a.mid").voices[0].name == "мелодия"


def test_an_unwritable_place_is_a_file_problem(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"cannot be written"):
        write_midi(trio(), tmp_path / "nowhere" / "a.mid")


def test_onsets_go_to_the_nearest_step_and_lengths_are_at_least_one(tmp_path: Path) -> None:
    file = mido.MidiFile(ticks_per_beat=96)
    track = mido.MidiTrack()
    for kind, note, time in (("on", 60, 13), ("off", 60, 2), ("on", 62, 20), ("off", 62, 50)):
        track.append(mido.Message(f"note_{kind}", note=note, velocity=64, time=time))
    file.tracks.append(track)
    file.save(tmp_path / "a.mid")
    song = read_midi(tmp_path / "a.mid")
    assert song.voices[0].notes == (Note(1, 1, 60, 64, -55), Note(1, 3, 62, 64, 55))
    assert (song.steps, song.name, song.group) == (16, "a", "a")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "an empty file"),
        (b"hello, world", "not a MIDI file"),
        (b"MThd", "a damaged MIDI file"),
        (b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x01\xe0", "MIDI file"),
        (b"MThd\x00\x00\x00\x06\x00\x01\x00\x00\x01\xe0", "without a note"),
        (b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x00\x00MTrk\x00\x00\x00\x04\x00\xff\x2f\x00", ""),
    ],
)
def test_bad_files_are_one_clear_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "bad.mid"
    path.write_bytes(content)
    with pytest.raises(FileProblem) as caught:
        list(MusicDomain().open({}).read(path))
    assert str(caught.value).startswith(str(path))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_files_and_folders_are_file_problems(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="no such file"):
        read_midi(tmp_path / "a.mid")
    with pytest.raises(FileProblem, match="a folder"):
        read_midi(tmp_path)


def test_any_truncation_is_read_or_refused(tmp_path: Path, codec: MusicCodec) -> None:
    write_midi(trio(melody=tuple(Note(i, 1, 60 + i) for i in range(12))), tmp_path / "a.mid")
    whole = (tmp_path / "a.mid").read_bytes()
    path = tmp_path / "cut.mid"
    outcomes = set()
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        try:
            for song in codec.read(path):
                codec.encode(song)
            outcomes.add("read")
        except FileProblem:
            outcomes.add("refused")
    assert "refused" in outcomes


def test_a_song_of_absurd_length_is_refused(tmp_path: Path) -> None:
    file = mido.MidiFile(ticks_per_beat=1)
    on = mido.Message("note_on", note=60, velocity=64, time=20_000)
    off = mido.Message("note_off", note=60, time=1)
    file.tracks.append(mido.MidiTrack([on, off, on, off]))
    file.save(tmp_path / "a.mid")
    with pytest.raises(FileProblem, match="bars long, expected at most 8192"):
        read_midi(tmp_path / "a.mid")


def test_files_are_recognised_by_content_or_suffix(tmp_path: Path) -> None:
    domain = MusicDomain()
    write_midi(trio(), tmp_path / "a.dat")
    (tmp_path / "b.txt").write_text("####")
    (tmp_path / "c.MID").write_text("broken")
    assert domain.recognises(tmp_path / "a.dat")
    assert not domain.recognises(tmp_path / "b.txt")
    assert domain.recognises(tmp_path / "c.MID")
    assert not domain.recognises(tmp_path / "none.mid")
    assert not domain.recognises(tmp_path)


def test_many_voices_share_channels_by_program() -> None:
    voices = tuple(Voice(f"v{i}", (Note(i, 1, 60),), program=i % 4) for i in range(20))
    file = midi_file(replace(trio(), voices=(*voices, Voice("kit", drums=True))))
    programs: dict[int, set[int]] = {}
    for message in (m for track in file.tracks for m in track if m.type == "program_change"):
        programs.setdefault(message.channel, set()).add(message.program)
    assert programs == {0: {0}, 1: {1}, 2: {2}, 3: {3}, 9: {0}}
    few = midi_file(replace(trio(), voices=voices[:15]))
    assert len({m.channel for t in few.tracks for m in t if m.type == "note_on"}) == 15


def test_notes_keep_their_distance_from_the_grid(tmp_path: Path) -> None:
    melody = (Note(0, 4, 60, 90, 59), Note(4, 1, 60, 90, -60), Note(5, 3, 60, 90, 7))
    write_midi(trio(melody=melody), tmp_path / "a.mid")
    assert read_midi(tmp_path / "a.mid").voices[0].notes == melody
    track = mido.MidiFile(tmp_path / "a.mid").tracks[-1]
    assert next(m.time for m in track if m.type == "note_on") == 59
    write_midi(trio(melody=(Note(0, 4, 60, 90, -24),)), tmp_path / "b.mid")
    assert read_midi(tmp_path / "b.mid").voices[0].notes == (Note(0, 4, 60, 90, 0),)


@pytest.mark.parametrize("ticks_per_beat", [1, 7, 96, 100, 480, 960, 32767])
def test_a_distance_from_the_grid_is_less_than_a_step(ticks_per_beat: int) -> None:
    ticks = np.append(np.arange(3 * ticks_per_beat), np.arange(999) + (1 << 26))
    steps, offsets = ticks_to_places(ticks, ticks_per_beat)
    assert steps.tolist() == ticks_to_steps(ticks, ticks_per_beat).tolist()
    exact = (2 * 480 * ticks + ticks_per_beat) // (2 * ticks_per_beat) - 120 * steps
    assert offsets.tolist() == np.minimum(exact, 59).tolist()
    assert offsets.min() >= -60
    assert offsets.max() <= 59
    heard = (steps * 120 + offsets) / 480
    assert np.abs(heard - ticks / ticks_per_beat).max() <= 1 / 480
