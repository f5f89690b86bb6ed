"""symusic behind a fence: fast reading that cannot end the process, and that notices damage.

symusic 0.5 trusts chunk lengths, indexes a table by pitches that it does not check, takes a
continued system exclusive for a message without data, and drops a note that is never ended. So
the bytes are looked at first, without walking through the events; what looks odd is walked
through (``midi_walk``), since most of it is a byte of some event's time. Each track gets a fence
before its end: a marker, which shows whether reading arrived there in step, and far behind it a
note-off for every pitch of the channels in use, which shows notes that nobody ended. Whatever is
odd, before or after, is left to ``midi_salvage``, which mends byte by byte.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from genvae.domains.music.midi_raw import BOTTOMS, END_MARKER, EXACT, MAX_TRACKS, Part, Raw
from genvae.domains.music.midi_state import NOTE_BYTES, State, state_of
from genvae.domains.music.midi_walk import others

END_OF_TRACK = b"\xff\x2f\x00"
FENCE = "genvae:fence"
FAR = 1 << 27
"""Ticks between a track's end and the note-offs behind it: more than any note lasts."""
LATEST = 1 << 30
"""Ticks into a file that no song reaches, however many it has a beat (see ``MAX_STEPS``)."""
PADDING = bytes(16)
"""symusic may look a few bytes beyond a track before it notices the end."""
_HEADER = struct.Struct(">HHH")
_LOOKED_AT = (0xF0, 0xF7, 0xFF)
_ODD_META = re.compile(
    b"\xff(?:%b)"
    % b"|".join(
        b"%b(?!%b)" % (re.escape(bytes([k])), re.escape(bytes([n]))) for k, n in EXACT.items()
    )
)
"""A byte that may begin a meta event, if so one of a size that it cannot have."""
CHANNELS = 16
_NOTE_ONS = [bytes([0x90 | channel]) for channel in range(CHANNELS)]
_BELOW_FAR = bytes(range(FAR >> 24))
_BELOW_LATEST = bytes(range(LATEST >> 24))


def read_guarded(data: bytes) -> Raw | None:
    """The file's notes, or None where it is not plainly sound."""
    fenced = _fenced(data)
    if fenced is None:
        return None
    content, tracks = fenced
    try:
        return _checked(state_of(_reader()(content)), tracks)
    except (RuntimeError, ValueError, MemoryError, struct.error):
        return None


@cache
def _reader() -> Callable[[bytes], Any]:
    """symusic's, imported once: looking an import up takes as long as many an event."""
    from symusic.core import ScoreTick

    found: Callable[[bytes], Any] = ScoreTick.from_midi
    return found


def _fenced(data: bytes) -> tuple[bytes, int] | None:
    """The bytes for symusic and the number of tracks, or None if they are not for it."""
    if data[:8] != b"MThd\x00\x00\x00\x06" or len(data) < 14:
        return None
    kind, count, division = _HEADER.unpack_from(data, 8)
    if kind > 1 or not 0 < division < 0x8000 or count > MAX_TRACKS:
        return None
    used = [(channel, on) for channel, on in enumerate(_NOTE_ONS) if on in data]
    # Views: a large file is copied once, when all is put together.
    view = memoryview(data)
    pieces: list[bytes | memoryview] = [view[:14]]
    bodies: list[tuple[int, int]] = []
    at = 14
    while at < len(data):
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
        if end > len(data) or len(data) < at + 8:
            return None
        if data[at : at + 4] == b"MTrk":
            if end - at < 12 or data[end - 3 : end] != END_OF_TRACK:
                return None
            start, last = at + 8, end - 3
            fence = _fence(tuple([c for c, on in used if data.find(on, start, last) >= 0]))
            size = last - start + len(fence)
            pieces += (b"MTrk", size.to_bytes(4, "big"), view[start:last], fence)
            bodies.append((at + 8, end))
        at = end
    if len(bodies) != count or not (_unsuspicious(data, bodies) or _sound(data, bodies)):
        return None
    pieces.append(PADDING)
    return b"".join(pieces), count


@cache
def _fence(channels: tuple[int, ...]) -> bytes:
    """What takes the place of a track's end. A pitch above 127 lands in the next channel's
    table, hence the channels beside those in use."""
    mark = FENCE.encode()
    parts = [b"\xff\x01\x00", b"\x00\xff\x06", bytes([len(mark)]), mark]
    parts += [(FAR >> 21 | 0x80).to_bytes(1, "big"), b"\x80\x80\x00", b"\xff\x01\x00"]
    for channel in sorted({c + more for c in channels for more in (0, 1)} & set(range(CHANNELS))):
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
    if b"\xf0" not in data and b"\xf7" not in data and not _ODD_META.search(data):
        return True  # whichever bytes begin meta events
    number, skip = 0, bodies[0][0] if bodies else 0
    for at in (bytes_N >= 0xF0).nonzero()[0].tolist():
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


def _sound(data: bytes, bodies: list[tuple[int, int]]) -> bool:
    """The same question, answered by walking from event to event."""
    for start, end in bodies:
        events = others(data, start, end)
        if events is None:
            return False
        for kind, meta, size, bare in events:
            if kind == 0xF7 or (kind == 0xF0 and (bare or size > 0x7F)):
                return False
            if kind == 0xFF and EXACT.get(meta, size) != size:
                return False
    return True


def _checked(state: State, tracks: int) -> Raw | None:
    """symusic's notes, unless they show that it lost its way."""
    notes = state.notes
    if [text for _, text in state.markers].count(FENCE) != tracks or not _believable(notes):
        return None
    for _, micro in state.tempos:
        if not 0 < micro <= 0xFFFFFF:
            return None
    for _, top, bottom in state.meters:
        if not top or bottom not in BOTTOMS:
            return None
    end = 0
    for tick, text in state.markers:
        if text == END_MARKER:
            end = max(end, tick)
    times_2M = np.frombuffer(notes, "<i4").reshape(-1, NOTE_BYTES // 4).T
    bytes_12M = np.frombuffer(notes, np.uint8).reshape(-1, NOTE_BYTES).T
    return Raw(
        state.ticks_per_beat,
        [Part(*track) for track in state.tracks],
        times_2M[0],
        times_2M[1],
        bytes_12M[8],
        bytes_12M[9],
        list(state.tempos),
        state.meters,
        end,
    )


def _believable(notes: bytes) -> bool:
    """Does no note of a state begin before 0 or too late, sound to the fence, or have a pitch or
    a velocity above 127? All of this shows in single bytes, and bytes are quickly looked at."""
    pitches, velocities = notes[8::NOTE_BYTES], notes[9::NOTE_BYTES]
    begins, lasts = notes[3::NOTE_BYTES], notes[7::NOTE_BYTES]
    if not (pitches.isascii() and velocities.isascii()):
        return False
    return not begins.translate(None, _BELOW_LATEST) and not lasts.translate(None, _BELOW_FAR)
