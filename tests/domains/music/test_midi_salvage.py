"""Damaged MIDI files, each with one kind of damage, and what is read from them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from genvae.domains.music import midi_raw, midi_read
from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.midi_chunks import Repairs
from genvae.domains.music.midi_guard import read_guarded
from genvae.domains.music.midi_read import read_midi
from genvae.domains.music.midi_salvage import salvage
from genvae.domains.music.song import Meter, Note, Song, Tempo
from genvae.errors import FileProblem

from .midi_bytes import END, file, meta, note, track, vlq  # noqa: TID252

A, B = note(60), note(62)
TWO = (Note(0, 1, 60, 64), Note(1, 1, 62, 64))
WHOLE = file(track(A, B))
RMID = (
    b"RIFF"
    + (len(WHOLE) + 13).to_bytes(4, "little")
    + b"RMIDdata"
    + len(WHOLE).to_bytes(4, "little")
)


@pytest.fixture
def read(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Reads bytes as a file."""

    def call(content: bytes) -> Song:
        path = tmp_path / "a.mid"
        path.write_bytes(content)
        return read_midi(path)

    return call


def test_a_sound_file_has_no_remark(read) -> None:  # type: ignore[no-untyped-def]
    song = read(WHOLE)
    assert song.voices[0].notes == TWO
    assert song.remarks == ()
    assert read_guarded(WHOLE) is not None


DAMAGED = {
    "key signature too short": (file(track(meta(0x59, b"\x01"), A, B)), "1 damaged key sig"),
    "key signature of no length": (file(track(meta(0x59, b""), A, B)), "1 damaged key sig"),
    "key signature that claims nothing": (
        file(track(meta(0x59, b"\x02\x00", size=0), A, B)),
        "1 damaged key sig",
    ),
    "tempo of 0": (file(track(meta(0x51, b"\x00\x00\x00"), A, B)), "1 tempi of 0"),
    "tempo of no length": (file(track(meta(0x51, b""), A, B)), "1 tempi of 0 or of a wrong"),
    "meter of 0": (file(track(meta(0x58, b"\x00\x02\x18\x08"), A, B)), "1 damaged time sig"),
    "meter of no length": (file(track(meta(0x58, b""), A, B)), "1 damaged time signatures"),
    "port of no length": (file(track(meta(0x21, b""), A, B)), "1 other meta events"),
    "chunk too long": (file(track(A, B, size=99)), "1 tracks with a wrong chunk length"),
    "chunk too short": (file(track(A, B, size=9), track()), "1 tracks with a wrong chunk"),
    "no chunk header": (file(track(A, B)[8:], count=1), "1 tracks without their chunk header"),
    "another chunk header": (
        file(b"Xtrk" + track(A, B)[4:], count=1),
        "1 tracks without their chunk header",
    ),
    "no end": (file(track(A, B, end=b"")), "1 tracks without their end"),
    "events after the end": (file(track(A, B, END, A)), "after the end of a track left out"),
    "wrapper": (RMID + WHOLE + b"\x00", "taken out of a RIFF wrapper"),
    "junk before": (b"Content-Type: audio/midi\r\n\r\n" + WHOLE, "28 bytes before the header"),
    "junk behind": (WHOLE + b"\x1a" * 9, "9 bytes after the last track left out"),
    "junk between": (
        file(track(A, B), b"\x01\x02\x03\x04\x05\x06\x07\x08\x09", track(), count=2),
        "9 bytes between tracks left out",
    ),
    "no header": (track(A, B), "no whole header found"),
    "wrong count": (file(track(A, B), count=7), "number of tracks in the header was wrong"),
    "unknown type": (file(track(A, B), kind=9), "an unknown type of file read as type 1"),
    "no division": (file(track(A, B), division=0), "0 ticks a beat in the header, 480 assumed"),
    "no status": (file(track(b"\x00\x3c\x40\x78\x3c\x00", B)), "1 times a status missing"),
    "system message": (file(track(b"\x00\xf8", A, B)), ""),
    "system message with data": (file(track(b"\x00\xf4", A, B)), "1 system messages that"),
    "velocity above 127": (
        file(track(b"\x00\x90\x3c\xc0\x78\x80\x3c\x00", B)),
        "1 data bytes above 127 brought into range",
    ),
    "pitch above 127": (
        file(track(b"\x00\x90\xbc\x40\x78\x80\xbc\x00", B)),
        "2 data bytes above 127 brought into range",
    ),
    "pitch above 127 on the last channel": (
        file(track(b"\x00\x9f\xfc\x40\x78\x8f\xfc\x00", B)),
        "2 data bytes above 127 brought into range",
    ),
    "hanging note": (file(track(A, B, b"\x00\x90\x40\x40")), "1 hanging notes ended"),
    "note that hangs for long": (
        file(track(b"\x00\x90\x3c\x40", note(60), note(72, 480 * 8))),
        "1 hanging notes ended",
    ),
    "ticks beyond reason": (
        file(track(A, b"\x00\x90\x3e\x40" + vlq(120) + b"\x80\x3e\x00", note(70, 0xFFFFFFF))),
        "1 pauses beyond reason taken out",
    ),
    "time of five bytes": (
        file(track(A, B, b"\xff\xff\xff\xff\x7f\x90\x48\x40\x78\x80\x48\x00")),
        "1 damaged times taken as 0",
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_each_damage_is_mended_and_told_once(name: str, read) -> None:  # type: ignore[no-untyped-def]
    content, said = DAMAGED[name]
    song = read(content)
    assert len([r for r in song.remarks if said in r]) == (1 if said else 0), song.remarks
    assert len(song.remarks) == len(set(song.remarks))
    assert all(r.startswith("mended: ") for r in song.remarks)
    pitches = [n.pitch for v in song.voices for n in v.notes]
    assert set(pitches) & {60, 124}
    assert 62 in pitches or name == "note that hangs for long"
    assert song.tempos == (Tempo(0, 120.0),)
    assert song.meters == (Meter(0, 4, 4),)


@pytest.mark.parametrize(
    "name", ["key signature too short", "tempo of 0", "wrapper", "junk before", "wrong count"]
)
def test_damage_beside_the_notes_leaves_the_notes_alone(name: str, read) -> None:  # type: ignore[no-untyped-def]
    assert read(DAMAGED[name][0]).voices[0].notes == TWO


def test_a_track_cut_short_is_read_as_far_as_it_goes(read) -> None:  # type: ignore[no-untyped-def]
    song = read(WHOLE[:-6])
    assert song.voices[0].notes[0] == TWO[0]
    assert "mended: 1 tracks cut short, read as far as they go" in song.remarks


def test_a_hanging_note_ends_with_the_next_of_its_pitch_or_after_a_bar(read) -> None:  # type: ignore[no-untyped-def]
    again = file(track(b"\x00\x90\x3c\x40", note(60, 240), note(72, 480)))
    assert [n[:3] for n in read(again).voices[0].notes] == [(0, 2, 60), (2, 1, 60), (7, 1, 72)]
    alone = file(track(b"\x00\x90\x3c\x40", note(72, 480 * 8)))
    assert [n[:3] for n in read(alone).voices[0].notes] == [(0, 16, 60), (32, 1, 72)]


def test_film_frames_become_beats_at_120_a_minute(read) -> None:  # type: ignore[no-untyped-def]
    division = (256 - 25) << 8 | 40  # 1,000 ticks a second, 500 a beat
    song = read(file(track(note(60, 0, 250), note(62, 250, 125)), division=division))
    assert [n[:3] for n in song.voices[0].notes] == [(0, 2, 60), (4, 1, 62)]
    assert song.tempos == (Tempo(0, 120.0),)
    assert song.remarks == ("mended: timed in film frames, set to 120 beats a minute",)


def test_patterns_of_type_2_follow_one_another(read) -> None:  # type: ignore[no-untyped-def]
    song = read(file(track(A, note(60, 1800)), track(B), kind=2))
    assert [[n[:3] for n in v.notes] for v in song.voices] == [
        [(0, 1, 60), (16, 1, 60)],
        [(32, 1, 62)],
    ]
    assert song.remarks == ("mended: 2 patterns of a type 2 file set one after another",)


@pytest.mark.parametrize("division", [96, 120, 480, 960])
def test_a_division_of_0_is_guessed_from_the_notes(division: int, read) -> None:  # type: ignore[no-untyped-def]
    step = division // 4
    song = read(file(track(*[note(60 + i, 0, step) for i in range(9)]), division=0))
    assert [n.step for n in song.voices[0].notes] == list(range(9))


def test_running_status_sysex_and_foreign_chunks_are_no_damage(read) -> None:  # type: ignore[no-untyped-def]
    running = b"\x00\x90\x3c\x40\x78\x3c\x00" + meta(0x01, b"text") + b"\x00\x3e\x40\x78\x3e\x00"
    sysex = b"\x00\xf0\x05\x7e\x7f\x09\x01\xf7"
    escape = b"\x00\xf7\x03\x01\xf8\x02"
    for events in (running, sysex + running, escape + running, running[:7] + sysex + running[15:]):
        song = read(file(b"XFIH\x00\x00\x00\x02ab", track(events), count=1))
        assert [n.pitch for n in song.voices[0].notes] == [60, 62]
        assert song.remarks == ()


def test_names_are_read_as_utf_8_or_latin_1(read) -> None:  # type: ignore[no-untyped-def]
    broken = meta(0x59, b"")
    for content in ("Gesang é".encode(), "Gesang é".encode("latin-1")):
        song = read(file(track(meta(0x03, content), broken, A)))
        assert song.voices[0].name == "Gesang é"


@pytest.mark.parametrize(
    "content",
    [
        WHOLE,
        file(track(meta(0x51, b"\x09\x00\x00"), meta(0x58, b"\x03\x02\x18\x08")), track(A, B)),
        file(track(b"\x00\xc0\x05", A, b"\x00\xc0\x07", B, note(40, channel=9)), kind=0),
        file(track(note(60, 0, 0), note(60, 0, 240)), track(note(50, 0, 3840), note(50, 100))),
    ],
)
def test_both_readers_agree_on_sound_files(content: bytes) -> None:
    fast, slow = read_guarded(content), salvage(content, Repairs())
    assert fast is not None
    assert fast[:2] + fast[6:] == slow[:2] + slow[6:]
    assert fast.table().tolist() == slow.table().tolist()


def test_limits_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mid"
    with path.open("wb") as huge:
        huge.truncate(100_000_000)
    with pytest.raises(FileProblem, match="100 MB, expected at most 17; cut it into songs"):
        read_midi(path)
    path.write_bytes(file(*[track(note(60, channel=i % 9)) for i in range(1000)]))
    assert len(read_midi(path).voices) == 1000
    path.write_bytes(file(*[track(A) for _ in range(midi_raw.MAX_TRACKS + 9)]))
    with pytest.raises(FileProblem, match="at least 2049 tracks, expected at most 2048"):
        read_midi(path)
    monkeypatch.setattr(midi_read, "MAX_NOTES", 9)
    path.write_bytes(file(track(*[note(60)] * 10)))
    with pytest.raises(FileProblem, match="10 notes, expected at most 9"):
        read_midi(path)


SMALL = file(
    track(meta(0x51, b"\x07\xa1\x20"), meta(0x58, b"\x04\x02\x18\x08"), meta(0x59, b"\x00\x00")),
    track(meta(0x03, b"lead"), b"\x00\xc0\x05", A, B, b"\x00\x90\x3c\x40\x78\x3c\x00"),
    track(note(36, channel=9), b"\x00\xf0\x05\x7e\x7f\x09\x01\xf7", note(38, channel=9)),
)


@settings(max_examples=150, deadline=None)
@given(
    flips=st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(1, 255)), max_size=6),
    cut=st.integers(0, len(SMALL)),
)
@example(flips=[], cut=len(SMALL))
def test_any_damage_is_read_or_refused(flips: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(SMALL)
    for at, bits in flips:
        content[at] ^= bits
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.mid")
        path.write_bytes(bytes(content[: cut or None]))
        try:
            song = read_midi(path)
        except FileProblem:
            return
    assert song.voices
    for voice in song.voices:
        table = voice.table()
        assert ((table >= [0, 1, 0, 1]) & (table[:, 2:3] <= 127) & (table[:, 3:] <= 127)).all()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=80))
def test_any_events_are_walked_through(events: bytes) -> None:
    raw = salvage(file(track(events)), Repairs())
    assert (raw.table() >= 0).all()
    assert sum(part.notes for part in raw.parts) == len(raw.onsets_M)


def test_a_damaged_song_is_encoded_like_any_other(codec: MusicCodec, tmp_path: Path) -> None:
    path = tmp_path / "a.mid"
    path.write_bytes(DAMAGED["hanging note"][0])
    (song,) = codec.read(path)
    assert len(codec.encode(song)) == 1
    assert "mended: 1 hanging notes ended" in song.remarks


def test_a_large_damaged_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mid"
    path.write_bytes(DAMAGED["hanging note"][0] + bytes(2_000_000))
    monkeypatch.setattr(midi_read, "MAX_MENDED", 1_000_000)
    with pytest.raises(FileProblem, match="damaged, and 2 MB; a damaged file is mended up to 1 MB"):
        read_midi(path)
