"""The first look at a MIDI file: what it lets pass, and what it has looked at more closely."""

from __future__ import annotations

import pytest

from genvae.domains.music import midi_guard
from genvae.domains.music.midi_chunks import Repairs
from genvae.domains.music.midi_guard import read_guarded
from genvae.domains.music.midi_salvage import salvage

from .midi_bytes import file, meta, note, track  # noqa: TID252

SYSEX = b"\x00\xf0\x05\x7e\x7f\x09\x01\xf7"
RUNNING = b"\x00\x90\x3c\x40\x78\x3c\x00"
FLAT = meta(0x59, b"\xff\x00")
"""One flat: -1, which is the byte that begins meta events."""


@pytest.mark.parametrize(
    "content",
    [
        file(track(FLAT, meta(0x51, b"\x07\xff\x51"), note(60))),
        file(track(meta(0x01, b"\xff\x51 and more"), note(60))),
        # Long times whose first byte would begin a system message, a note-on or a meta event.
        file(track(note(60, 0x70 << 7 | 5), note(62, 0x77 << 7 | 3), note(64, 0x7F << 7 | 1))),
        file(track(*[note(60, 0x1F << 7 | 5), note(62, 0x0F << 7 | 5)] * 40)),
        file(track(SYSEX, note(60))),
        # The size of a chunk looks like a system message, too.
        file(track(*[note(60, 1)] * 29, meta(0x01, b"abcd"))),
    ],
)
def test_one_look_is_enough(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(*_: object) -> bool:
        raise AssertionError

    monkeypatch.setattr(midi_guard, "_sound", twice)
    fast = read_guarded(content)
    assert fast is not None
    assert fast.table().tolist() == salvage(content, Repairs()).table().tolist()
    assert fast.reach == (fast.onsets_M.max(), (fast.onsets_M + fast.lengths_M).max())


@pytest.mark.parametrize(
    "content",
    [
        # A running status goes on behind a system exclusive, or one is continued.
        file(track(RUNNING, SYSEX, RUNNING[:1] + RUNNING[2:])),
        file(track(b"\x00\xf0\x02\x7e\x7f\x00\xf7\x02\x01\xf7", note(60))),
        file(track(meta(0x51, b"\x07\xa1"), note(60))),
        file(track(note(60), b"\x00\x90\x3e\x40")),
        file(track(note(60), b"\x00\x9f\xbc\x40\x78\x8f\xbc\x00")),
        file(track(b"\x00\x90\xbc\x40")),
    ],
)
def test_what_is_odd_is_left_to_the_other_reader(content: bytes) -> None:
    assert read_guarded(content) is None


def test_notes_that_nobody_ends_are_seen_on_every_channel_of_a_track() -> None:
    for channel in range(midi_guard.CHANNELS):
        hanging = bytes([0, 0x90 | channel, 60, 64])
        for events in ([hanging], [note(60), hanging], [hanging, note(60, channel=3)]):
            assert read_guarded(file(track(note(60)), track(*events))) is None


def test_a_note_on_behind_long_times_is_one() -> None:
    long = note(60, 0x15 << 7 | 5)  # its first byte is that of a note on channel 5
    content = file(track(*[long] * 9, b"\x00\x95\x3c\x40"))
    assert read_guarded(content) is None
    assert len(salvage(content, Repairs()).onsets_M) == 10
