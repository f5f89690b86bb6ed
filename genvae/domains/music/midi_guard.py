"""symusic behind a fence: fast reading that cannot end the process, and that notices damage.

symusic 0.5 trusts chunk lengths, indexes a table by pitches that it does not check, takes a
continued system exclusive for a message without data, and drops a note that is never ended. So
the bytes are looked at first, without walking through the events (that would take ten times as
long as symusic does), and each track gets a fence before its end: a marker, which shows whether
reading arrived there in step, and far behind it a note-off for every pitch of the channels in
use, which shows notes that nobody ended. Whatever looks odd, before or after, is left to
``midi_salvage``, which walks through every byte.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import Any

import numpy as np

from genvae.domains.music.midi_raw import BOTTOMS, END_MARKER, EXACT, MAX_TRACKS, Part, Raw

END_OF_TRACK = b"\xff\x2f\x00"
FENCE = "genvae:fence"
FAR = 1 << 27
"""Ticks between a track's end and the note-offs behind it: more than any note lasts."""
PADDING = bytes(16)
"""symusic may look a few bytes beyond a track before it notices the end."""
_NOTE = np.dtype(
    [("time", "i4"), ("duration", "i4"), ("pitch", "i1"), ("velocity", "i1"), ("unused", "V2")]
)
_LAST = struct.Struct("=iibb")
_LOOKED_AT = (0xF0, 0xF7, 0xFF)
_NOTE_ONS = [bytes([0x90 | channel]) for channel in range(16)]


def read_guarded(data: bytes) -> Raw | None:
    """The file's notes, or None where it is not plainly sound."""
    fenced = _fenced(data)
    if fenced is None:
        return None
    import symusic

    content, tracks = fenced
    try:
        return _checked(symusic.Score.from_midi(content), tracks)
    except (RuntimeError, ValueError, MemoryError):
        return None


def _fenced(data: bytes) -> tuple[bytes, int] | None:
    """The bytes for symusic and the number of tracks, or None if they are not for it."""
    if data[:8] != b"MThd\x00\x00\x00\x06" or len(data) < 14:
        return None
    kind, count, division = (int.from_bytes(data[i : i + 2], "big") for i in (8, 10, 12))
    if kind > 1 or not 0 < division < 0x8000 or count > MAX_TRACKS:
        return None
    pieces = [data[:14]]
    bodies: list[tuple[int, int]] = []
    at = 14
    while at < len(data):
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
        if end > len(data) or len(data) < at + 8:
            return None
        if data[at : at + 4] == b"MTrk":
            body = data[at + 8 : end - 3]
            if end - at < 12 or data[end - 3 : end] != END_OF_TRACK:
                return None
            body += _fence(tuple([c for c, on in enumerate(_NOTE_ONS) if on in body]))
            pieces += (b"MTrk", len(body).to_bytes(4, "big"), body)
            bodies.append((at + 8, end))
        at = end
    if len(bodies) != count or not _unsuspicious(data, bodies):
        return None
    return b"".join((*pieces, PADDING)), count


@cache
def _fence(channels: tuple[int, ...]) -> bytes:
    """What takes the place of a track's end. A pitch above 127 lands in the next channel's
    table, hence the channels beside those in use."""
    mark = FENCE.encode()
    parts = [b"\xff\x01\x00", b"\x00\xff\x06", bytes([len(mark)]), mark]
    parts += [(FAR >> 21 | 0x80).to_bytes(1, "big"), b"\x80\x80\x00", b"\xff\x01\x00"]
    for channel in sorted({c + more for c in channels for more in (0, 1)} & set(range(16))):
        offs = b"\x00".join(bytes([pitch, 0x40]) for pitch in range(128))
        parts.append(bytes([0, 0x80 | channel]) + offs)
    return b"".join((*parts, b"\x00", END_OF_TRACK))


def _unsuspicious(data: bytes, bodies: list[tuple[int, int]]) -> bool:
    """Have meta events the size they must have, is nothing continued, and is no byte a pitch
    above 127 on the last channel (which symusic would write beyond its table)?"""
    bytes_N = np.frombuffer(data, np.uint8)
    if (b"\x8f" in data or b"\x9f" in data) and (
        ((bytes_N[:-1] & 0xEF) == 0x8F) & (bytes_N[1:] >= 0x80)
    ).any():
        return False
    number, skip = 0, bodies[0][0] if bodies else 0
    for at in np.flatnonzero(bytes_N >= 0xF0).tolist():
        while number < len(bodies) and at >= bodies[number][1]:
            number += 1
            skip = max(skip, bodies[number][0]) if number < len(bodies) else len(data)
        byte = data[at]
        if at < skip or byte not in _LOOKED_AT or data[at - 1] >= 0x80:
            continue  # in an event that was looked at, a header, or a long delta
        if byte == 0xFF:
            size = data[at + 2]
            if EXACT.get(data[at + 1], size) != size:
                return False
            skip = at + 3 + (size if size < 0x80 else (size & 0x7F) << 7 | data[at + 3])
        elif byte == 0xF0 and data[at + 1] < 0x80:
            skip = at + 2 + data[at + 1]
            if not _status_follows(data, skip):
                return False  # symusic loses the running status over a system exclusive
        else:
            return False
    return True


def _status_follows(data: bytes, at: int) -> bool:
    """Is there a status byte behind the delta that begins here?"""
    while data[at : at + 1] >= b"\x80":
        at += 1
    return data[at + 1 : at + 2] >= b"\x80"


def _checked(score: Any, tracks: int) -> Raw | None:
    """symusic's notes, unless they show that it lost its way."""
    marks = [(m.time, m.text) for m in score.markers]
    if [text for _, text in marks].count(FENCE) != tracks:
        return None
    parts, rows = [], []
    for track in score.tracks:
        name, notes = track.name, track.notes
        parts.append(Part(name, track.program, track.is_drum, len(notes)))
        if parts[-1].program > 127:
            return None
        rows.append(_rows(track, name, notes))
    notes_M = np.frombuffer(b"".join(rows), _NOTE)
    table_M4 = np.empty((len(notes_M), 4), np.int64)
    for i, column in enumerate(_NOTE.names[:4]):  # type: ignore[index]
        table_M4[:, i] = notes_M[column]
    if len(table_M4) and (table_M4.min() < 0 or notes_M["duration"].max() >= FAR):
        return None
    tempos = [(t.time, t.mspq) for t in score.tempos]
    meters = [(m.time, m.numerator, m.denominator) for m in score.time_signatures]
    if not all(0 < micro <= 0xFFFFFF for _, micro in tempos):
        return None
    if not all(top and bottom in BOTTOMS for _, top, bottom in meters):
        return None
    end = max((tick for tick, text in marks if text == END_MARKER), default=0)
    return Raw(score.ticks_per_quarter, parts, table_M4, tempos, meters, end)


def _rows(track: Any, name: str, notes: Any) -> bytes:
    """A track's notes as ``_NOTE`` items. symusic's pickled state begins with the name (its
    length in four bytes), program, drums, and the notes (their number in four bytes) as they lie
    in memory, which is several times as fast as ``notes.numpy()``; the last note tells whether
    that is still so."""
    if not len(notes):
        return b""
    state = track.__getstate__()
    start = 10 + len(name.encode())
    rows = bytes(state[start : start + len(notes) * _NOTE.itemsize])
    last = notes[-1]
    if rows[-_NOTE.itemsize : -2] == _LAST.pack(
        last.time, last.duration, last.pitch, last.velocity
    ):
        return rows
    columns = notes.numpy()
    table = np.zeros(len(notes), _NOTE)
    for column in ("time", "duration", "pitch", "velocity"):
        table[column] = columns[column]
    return table.tobytes()
