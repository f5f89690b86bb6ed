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

import struct
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from genvae.domains.music.midi_raw import BOTTOMS, END_MARKER, EXACT, MAX_TRACKS, Raw, Reach
from genvae.domains.music.midi_state import NOTE, State, state_of
from genvae.domains.music.midi_walk import others

END_OF_TRACK = b"\xff\x2f\x00"
FENCE = b"genvae:fence"
FAR = 1 << 27
"""Ticks between a track's end and the note-offs behind it: no song lasts as long."""
_END = END_MARKER.encode()
PADDING = bytes(16)
"""symusic may look a few bytes beyond a track before it notices the end."""
_HEADER = struct.Struct(">HHH")
_CHUNK = struct.Struct(">4sI")
_LAST_CHANNEL = (0x8F, 0x9F)
_SYSTEM = (0xF0, 0xF7)
CHANNELS = 16
NOTE_ONS = tuple(0x90 + channel for channel in range(CHANNELS))
_LOOKS = 4
"""Bytes that are looked at for whether they are a channel's note-on."""
_FEW = 64
"""Bytes of one value that are looked at one by one; more at once."""


def read_guarded(data: bytes) -> Raw | None:
    """The file's notes, or None where it is not plainly sound."""
    fenced = _fenced(data)
    if fenced is None:
        return None
    content, tracks = fenced
    del fenced
    try:
        score = _reader()(content)
        del content
        return _checked(state_of(score), tracks)
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
    stop = len(data)
    used = [on for on in NOTE_ONS if on in data and _is_used(data, on, stop - 2)]
    find = data.find
    # Views: a large file is copied once, when all is put together.
    view = memoryview(data)
    pieces: list[bytes | memoryview] = [view[:14]]
    bodies: list[tuple[int, int]] = []
    at = 14
    while at + 8 <= stop:
        tag, size = _CHUNK.unpack_from(data, at)
        begin, at = at + 8, at + 8 + size
        if tag == b"MTrk":
            last = at - 3
            if last <= begin or data[last:at] != END_OF_TRACK:
                return None
            fence = _fence(tuple([on for on in used if find(on, begin, last) >= 0]))
            pieces += (_CHUNK.pack(tag, last - begin + len(fence)), view[begin:last], fence)
            bodies.append((begin, at))
    if at != stop or len(bodies) != count or not bodies:
        return None
    if not (_unsuspicious(data, bodies) or _sound(data, bodies)):
        return None
    pieces.append(PADDING)
    return b"".join(pieces), count


def _is_used(data: bytes, on: int, stop: int) -> bool:
    """May one of these bytes before ``stop`` be a note-on, as far as the first few show? One that
    a status follows, but for one, is the first of a long time."""
    at = data.find(on, 14, stop)
    for _ in range(_LOOKS):
        if at < 0 or data[at + 2] < 0x80 or data[at + 1] >= 0x80:
            return at >= 0
        at = data.find(on, at + 1, stop)
    return at >= 0


@cache
def _fence(note_ons: tuple[int, ...]) -> bytes:
    """What takes the place of a track's end. A pitch above 127 lands in the next channel's
    table, hence the channels beside those in use."""
    parts = [b"\xff\x01\x00", b"\x00\xff\x06", bytes([len(FENCE)]), FENCE]
    parts += [(FAR >> 21 | 0x80).to_bytes(1, "big"), b"\x80\x80\x00", b"\xff\x01\x00"]
    for on in sorted({on + more for on in note_ons for more in (0, 1)} & set(NOTE_ONS)):
        offs = b"\x00".join(bytes([pitch, 0x40]) for pitch in range(128))
        parts.append(bytes([0, on - 0x10]) + offs)
    return b"".join((*parts, b"\x00", END_OF_TRACK))


def _unsuspicious(data: bytes, bodies: list[tuple[int, int]]) -> bool:
    """Have meta events the size they must have, is nothing continued, and is no byte a pitch
    above 127 on the last channel (which symusic would write beyond its table)?"""
    stop = bodies[-1][1] - 2  # two bytes follow all that is looked at
    for byte in _LAST_CHANNEL:
        if byte in data and _is_beyond(data, byte, stop):
            return False
    at = data.find(0xFF, 0, stop)
    while at >= 0:
        size = data[at + 2]
        if EXACT.get(data[at + 1], size) != size:
            if data[at - 1] < 0x80 and not _is_between(bodies, at):
                return False
            at += 1
        else:
            at += 3 + size if size < 0x80 else 3
        # Most meta events follow one another at once.
        at = at + 1 if at < stop and data[at + 1] == 0xFF else data.find(0xFF, at, stop)
    for byte in _SYSTEM:
        if byte in data:
            at = data.find(byte, 0, stop)
            while at >= 0:
                if not (_is_harmless(data, at, stop) or _is_between(bodies, at)):
                    return False
                at = data.find(byte, at + 1, stop)
    return True


def _is_beyond(data: bytes, byte: int, stop: int) -> bool:
    """Is one of these note-offs or note-ons followed by what is no pitch?"""
    at = data.find(byte, 0, stop)
    for _ in range(_FEW):
        if at < 0 or data[at + 1] >= 0x80:
            return at >= 0
        at = data.find(byte, at + 1, stop)
    bytes_N = np.frombuffer(data, np.uint8)
    return bool(((bytes_N[:-1] == byte) & (bytes_N[1:] >= 0x80)).any())


def _is_between(bodies: list[tuple[int, int]], at: int) -> bool:
    """Is the byte here none of a track's events?"""
    return not any(begin <= at < end for begin, end in bodies)


def _is_harmless(data: bytes, at: int, stop: int) -> bool:
    """Is this byte of a system message within a long time, or the first of one that a status
    follows, or of a system exclusive of one piece with a status behind it (where symusic loses
    the running status)?"""
    behind = _behind_time(data, at)
    if data[at - 1] >= 0x80 or 0x80 <= data[behind] != 0xF7:
        return True
    if data[at] == 0xF7 or behind != at + 2:
        return False
    end = behind + data[at + 1]
    return end < stop and data[_behind_time(data, end)] >= 0x80


def _behind_time(data: bytes, at: int) -> int:
    """Where a time that begins here ends."""
    while data[at] >= 0x80:
        at += 1
    return at + 1


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
    met, end = 0, 0
    for tick, text in state.markers:
        if text == FENCE:
            met += 1
        elif text == _END:
            end = max(end, tick)
    if met != tracks:
        return None
    for _, micro in state.tempos:
        if not 0 < micro <= 0xFFFFFF:
            return None
    for _, top, bottom in state.meters:
        if not top or bottom not in BOTTOMS:
            return None
    pitches, velocities = state.notes[8 :: NOTE.itemsize], state.notes[9 :: NOTE.itemsize]
    if not (pitches.isascii() and velocities.isascii()):
        return None
    notes_M = np.frombuffer(state.notes, NOTE)
    # Without a sign, what begins before 0 or ends beyond all numbers is far, too. (The largest
    # number is found by its place in half of the time.)
    begins_M = notes_M["begins"]
    ends_M = begins_M + notes_M["lasts"]
    reach = Reach(int(begins_M[begins_M.argmax()]), int(ends_M[ends_M.argmax()]))
    if max(reach) >= FAR:
        return None
    return Raw(
        state.ticks_per_beat,
        state.parts,
        notes_M["onset"],
        notes_M["length"],
        notes_M["pitch"],
        notes_M["velocity"],
        reach,
        state.tempos,
        state.meters,
        end,
    )
