"""A symusic score as its pickled state: one call, where asking for each note's numbers, track by
track, would take several times as long as reading the file does.

All numbers are little-endian. The state is ticks a quarter (4 bytes), the number of tracks (4),
and for each track its name, program and drums (a byte each), notes, controls, bends, pedals and
lyrics; then the time signatures, keys, tempi and markers of the score. A list is its length (4)
and its items as they lie in memory: a note is time, duration (4 each), pitch, velocity (1 each)
and two unused bytes, all else that has no text 8 bytes. A text is its length (4) and its bytes.
This is no documented format: ``_as_documented`` makes sure that it still is so, once a process.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from genvae.domains.music.midi_raw import Part

NOTE = np.dtype(
    {
        "names": ["onset", "length", "pitch", "velocity", "begins", "lasts"],
        "formats": ["<i4", "<i4", "u1", "u1", "<u4", "<u4"],
        "offsets": [0, 4, 8, 9, 0, 4],
        "itemsize": 12,
    }
)
"""A note of a state; ``begins`` and ``lasts`` are its times once more, read without a sign."""
_NOTE = struct.Struct("<iibbxx")
_COUNT = struct.Struct("<I")
_HEAD = struct.Struct("<II")
_TRACK = struct.Struct("<BBI")
_TEXT = struct.Struct("<iI")
_TEMPO = struct.Struct("<ii")
_METER = struct.Struct("<iBBxx")
_SMALL = 8
_NOTHING = bytes(16)
"""No controls, bends, pedals and lyrics."""


class State(NamedTuple):
    """What we need of a score: its tracks, the bytes of their notes, each a ``NOTE``, one track
    after another, and (tick, ...) of meters, tempi and markers."""

    ticks_per_beat: int
    parts: list[Part]
    notes: bytes
    meters: list[tuple[int, int, int]]
    tempos: list[tuple[int, int]]
    markers: list[tuple[int, bytes]]


def state_of(score: Any) -> State:
    """The state of a symusic score in ticks."""
    return _parsed(score.__getstate__()) if _as_documented() else _asked(score)


def _parsed(data: bytes) -> State:
    """Raises ValueError (or struct.error) where this is not such a state."""
    count_at, track_at = _COUNT.unpack_from, _TRACK.unpack_from
    ticks, count = _HEAD.unpack_from(data)
    at = _HEAD.size
    parts, notes = [], []
    for _ in range(count):
        (size,) = count_at(data, at)
        at += 4 + size
        program, drums, number = track_at(data, at)
        name = data[at - size : at].decode("utf-8", "surrogateescape")
        parts.append(Part(name, program, drums > 0, number))
        at += _TRACK.size
        end = at + number * NOTE.itemsize
        notes.append(data[at:end])
        at = end + len(_NOTHING)
        if data[end:at] != _NOTHING:
            at = end
            for _ in range(3):
                (number,) = count_at(data, at)
                at += 4 + number * _SMALL
            _, at = _texts(data, at)
    (number,) = count_at(data, at)
    end = at + 4 + number * _SMALL
    meters = list(_METER.iter_unpack(data[at + 4 : end]))
    (number,) = count_at(data, end)
    at = end + 4 + number * _SMALL  # keys
    (number,) = count_at(data, at)
    end = at + 4 + number * _SMALL
    tempos = list(_TEMPO.iter_unpack(data[at + 4 : end]))
    markers, at = _texts(data, end)
    if at != len(data):
        raise ValueError(f"a symusic state of {len(data)} bytes, expected {at}")
    return State(ticks, parts, b"".join(notes), meters, tempos, markers)


def _texts(data: bytes, at: int) -> tuple[list[tuple[int, bytes]], int]:
    """A list of texts with their times, and where it ends."""
    (number,) = _COUNT.unpack_from(data, at)
    at += 4
    texts = []
    for _ in range(number):
        time, size = _TEXT.unpack_from(data, at)
        at += _TEXT.size + size
        texts.append((time, data[at - size : at]))
    return texts, at


def _asked(score: Any) -> State:
    """The same by symusic's own properties."""
    parts, notes = [], []
    for track in score.tracks:
        parts.append(Part(track.name, track.program, track.is_drum, len(track.notes)))
        notes += [_NOTE.pack(n.time, n.duration, n.pitch, n.velocity) for n in track.notes]
    return State(
        score.ticks_per_quarter,
        parts,
        b"".join(notes),
        [(m.time, m.numerator, m.denominator) for m in score.time_signatures],
        [(t.time, t.mspq) for t in score.tempos],
        [(m.time, m.text.encode("utf-8", "surrogateescape")) for m in score.markers],
    )


@cache
def _as_documented() -> bool:
    """Does a score with one of everything come out of its state as it went in?"""
    import symusic

    score = symusic.Score(480)
    for name, program in (("née", 33), ("b", 5)):
        track = symusic.Track(name, program, program == 5)
        track.notes.append(symusic.Note(70000, 2, 63, 4))
        track.notes.append(symusic.Note(70001, 5, 127, 100))
        track.controls.append(symusic.ControlChange(1, 2, 3))
        track.pitch_bends.append(symusic.PitchBend(1, -2))
        track.pedals.append(symusic.Pedal(1, 9))
        track.lyrics.append(symusic.TextMeta(7, "la"))
        score.tracks.append(track)
    score.tempos.append(symusic.Tempo(4, 120.0))
    score.time_signatures.append(symusic.TimeSignature(5, 3, 4))
    score.key_signatures.append(symusic.KeySignature(6, -1, 1))
    score.markers.append(symusic.TextMeta(9, "here"))
    try:
        parsed, asked = _parsed(score.__getstate__()), _asked(score)
        notes = [list(_NOTE.iter_unpack(state.notes)) for state in (parsed, asked)]
        return notes[0] == notes[1] and parsed._replace(notes=b"") == asked._replace(notes=b"")
    except (ValueError, struct.error):
        return False
