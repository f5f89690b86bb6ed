"""MIDI files for the tests, byte by byte."""

from __future__ import annotations

END = b"\x00\xff\x2f\x00"


def vlq(value: int) -> bytes:
    """A variable length quantity."""
    out = [value & 127]
    while value := value >> 7:
        out.append(value & 127 | 128)
    return bytes(reversed(out))


def note(
    pitch: int, start: int = 0, length: int = 120, velocity: int = 64, channel: int = 0
) -> bytes:
    """A note ``start`` ticks after what came before; with a status for each event."""
    on = vlq(start) + bytes([0x90 | channel, pitch, velocity])
    return on + vlq(length) + bytes([0x80 | channel, pitch, 0])


def meta(kind: int, content: bytes, delta: int = 0, size: int | None = None) -> bytes:
    """A meta event; ``size`` claims another length."""
    return vlq(delta) + bytes([0xFF, kind]) + vlq(len(content) if size is None else size) + content


def track(*events: bytes, end: bytes = END, size: int | None = None) -> bytes:
    """A track chunk; ``size`` claims another length."""
    body = b"".join(events) + end
    return b"MTrk" + (len(body) if size is None else size).to_bytes(4, "big") + body


def file(*tracks: bytes, kind: int = 1, division: int = 480, count: int | None = None) -> bytes:
    """A whole file; ``count`` claims another number of tracks."""
    head = (kind, len(tracks) if count is None else count, division)
    return b"MThd\x00\x00\x00\x06" + b"".join(n.to_bytes(2, "big") for n in head) + b"".join(tracks)
