"""Tracks walked through event by event, and scores taken from symusic in one piece."""

from __future__ import annotations

import pytest
import symusic

from genvae.domains.music import midi_state
from genvae.domains.music.midi_guard import read_guarded
from genvae.domains.music.midi_raw import Part
from genvae.domains.music.midi_state import state_of
from genvae.domains.music.midi_walk import Other, others

from .midi_bytes import END, file, meta, note, track, vlq  # noqa: TID252

TEXT = meta(0x01, b"text")
SYSEX = b"\x00\xf0\x05\x7e\x7f\x09\x01\xf7"
RUNNING = b"\x00\x90\x3c\x40\x78\x3c\x00"
LAST = Other(0xFF, 0x2F, 0, False)


@pytest.mark.parametrize(
    ("events", "found"),
    [
        (note(60) + END, [LAST]),
        (TEXT + b"\x00\xc0\x05\x00\x06" + note(60) + END, [Other(0xFF, 1, 4, False), LAST]),
        (RUNNING + TEXT + RUNNING[:1] + RUNNING[2:] + END, [Other(0xFF, 1, 4, True), LAST]),
        (b"\x00\xc0\x05" + SYSEX + b"\x00\x06" + END, [Other(0xF0, 0, 5, True), LAST]),
        (meta(0x01, bytes(200)) + END, [Other(0xFF, 1, 200, False), LAST]),
        # A time whose first byte looks like a system exclusive or a meta event.
        (note(60, 0x70 << 7 | 5) + note(62, 0x7F << 7 | 1) + END, [LAST]),
        (b"\x00\x3c\x40" + END, None),
        (b"\x00\x90\x3c\xc0" + END, None),
        (note(60) + b"\x00\xf8" + END, None),
        (note(60) + meta(0x01, b"text", size=99), None),
        (note(60) + vlq(9), None),
    ],
)
def test_events_that_are_no_channel_messages(events: bytes, found: list[Other] | None) -> None:
    assert others(b"ab" + events, 2, 2 + len(events)) == found


def test_odd_times_do_not_send_a_file_to_be_mended() -> None:
    content = file(track(*[note(60, 0x70 << 7 | 5), note(62, 0x77 << 7 | 3), note(64)]))
    raw = read_guarded(content)
    assert raw is not None
    assert raw.table()[:, :3].tolist() == [
        [14341, 120, 60],
        [14341 + 120 + 15235, 120, 62],
        [14341 + 120 + 15235 + 120, 120, 64],
    ]


def test_a_state_says_what_the_score_says(monkeypatch: pytest.MonkeyPatch) -> None:
    score = symusic.Score.from_midi(
        file(
            track(meta(0x51, b"\x07\xa1\x20"), meta(0x58, b"\x03\x02\x18\x08")),
            track(meta(0x03, "né".encode()), meta(0x06, b"here", 7), note(60), note(62, 9)),
            track(b"\x00\xb0\x07\x40", b"\x00\xe0\x00\x40", note(36, channel=9)),
        )
    )
    fast = state_of(score)
    assert fast.ticks_per_beat == 480
    assert fast.parts == [Part("né", 0, False, 2), Part("", 0, True, 1)]
    assert (fast.meters, fast.tempos, fast.markers) == ([(0, 3, 4)], [(0, 500000)], [(7, b"here")])
    monkeypatch.setattr(midi_state, "_as_documented", lambda: False)
    slow = state_of(score)
    assert fast._replace(notes=b"") == slow._replace(notes=b"")
    assert [fast.notes[i::12] for i in range(10)] == [slow.notes[i::12] for i in range(10)]


def test_symusic_keeps_its_state_as_it_did() -> None:
    assert midi_state._as_documented()
