"""The chunks of a damaged MIDI file, and the tally of what was mended.

Standard MIDI File 1.0: a header ``MThd`` with type, number of tracks and division, then one
``MTrk`` a track; RMID wraps the same bytes in a RIFF file.
"""

from __future__ import annotations

from typing import NamedTuple

from genvae.domains.music.midi_raw import MAX_TRACKS

_MENDED = {
    "wrapper": "taken out of a RIFF wrapper",
    "before": "{n} bytes before the header left out",
    "header": "no whole header found, its likeliest values assumed",
    "count": "the number of tracks in the header was wrong",
    "kind": "an unknown type of file read as type 1",
    "division": "0 ticks a beat in the header, {n} assumed",
    "frames": "timed in film frames, set to 120 beats a minute",
    "patterns": "{n} patterns of a type 2 file set one after another",
    "tag": "{n} tracks without their chunk header",
    "length": "{n} tracks with a wrong chunk length",
    "cut": "{n} tracks cut short, read as far as they go",
    "endless": "{n} tracks without their end",
    "between": "{n} bytes between tracks left out",
    "after": "{n} bytes after the last track left out",
    "after_end": "{n} bytes after the end of a track left out",
    "tempo": "{n} tempi of 0 or of a wrong length left out",
    "meter": "{n} damaged time signatures left out",
    "key": "{n} damaged key signatures left out",
    "meta": "{n} other meta events of a wrong length left out",
    "system": "{n} system messages that do not belong in a file left out",
    "data": "{n} data bytes above 127 brought into range",
    "status": "{n} times a status missing, a note assumed",
    "delta": "{n} damaged times taken as 0",
    "gap": "{n} pauses beyond reason taken out",
    "hanging": "{n} hanging notes ended",
}
"""Kinds of repairs in the words of a remark; ``n`` is how often, or of how many bytes."""


class Repairs(dict[str, int]):
    """How often each kind of repair was made. No Counter: making one takes longer than all that
    is asked of it where a file is sound."""

    def __missing__(self, kind: str) -> int:
        return 0

    def remarks(self) -> tuple[str, ...]:
        """One line a kind."""
        return tuple(
            f"mended: {text.format(n=self[kind])}" for kind, text in _MENDED.items() if self[kind]
        )


class Chunks(NamedTuple):
    """Type and division from the header; where the events of each track begin and end."""

    kind: int
    division: int
    tracks: list[tuple[int, int]]


def unwrapped(data: bytes, repairs: Repairs) -> bytes | None:
    """The bytes from the header on, or from the first track where there is no header; None if
    there is neither."""
    start = data.find(b"MThd")
    if start < 0:
        start = data.find(b"MTrk")
        if start >= 0:
            repairs["before"] += start
            return data[start:]
        return None
    if data[:4] == b"RIFF" and data[8:12] == b"RMID" and start >= 20:
        repairs["wrapper"] = 1
        size = int.from_bytes(data[start - 4 : start], "little")
        whole = data[start - 8 : start - 4] == b"data" and size >= 14
        return data[start : start + size] if whole else data[start:]
    repairs["before"] += start
    return data[start:] if start else data


def find_chunks(data: bytes, repairs: Repairs) -> Chunks:
    """Header and tracks, as well as they can be told. ``data`` begins with ``MThd`` or ``MTrk``."""
    kind, count, division, at = _header(data, repairs)
    tracks: list[tuple[int, int]] = []
    while at < len(data) and len(tracks) <= MAX_TRACKS:
        start, end, at = _next_track(data, at, repairs, first=not tracks)
        if end > start:
            tracks.append((start, end))
    if count is not None and count != len(tracks):
        repairs["count"] = 1
    if kind > 2:
        repairs["kind"] = 1
        kind = 1
    return Chunks(kind, division, tracks)


def _header(data: bytes, repairs: Repairs) -> tuple[int, int | None, int, int]:
    """Type, number of tracks (None: unknown), division, and where the chunks begin."""
    if data[:4] != b"MThd":
        repairs["header"] = 1
        return 1, None, 480, 0
    size = int.from_bytes(data[4:8], "big")
    kind, count, division = (int.from_bytes(data[i : i + 2], "big") for i in (8, 10, 12))
    if size == 6:
        return kind, count, division, 14
    repairs["header"] = 1
    track = data.find(b"MTrk")
    if 0 <= track < 14:
        return 1, None, 480, track
    return kind, count, division, 8 + size if 6 < size < 64 else 14


def _next_track(data: bytes, at: int, repairs: Repairs, first: bool) -> tuple[int, int, int]:
    """Begin and end of the events of the track at ``at``, and where to go on; an empty range
    where there is no track here."""
    end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
    ends_well = data[end - 3 : end] == b"\xff\x2f\x00" and at + 11 <= end <= len(data)
    if data[at : at + 4] == b"MTrk":
        if end <= len(data) and (ends_well or end == len(data) or _is_tag(data, end)):
            return at + 8, end, end
        repairs["length"] += 1
        following = data.find(b"MTrk", at + 8)
        end = following if following >= 0 else len(data)
        return min(at + 8, end), end, end
    if ends_well:
        repairs["tag"] += 1
        return at + 8, end, end
    if _is_tag(data, at) and end <= len(data):
        return at, at, end  # a chunk of another kind, which the format allows
    following = data.find(b"MTrk", at)
    end = following if following >= 0 else len(data)
    if first or data[end - 3 : end] == b"\xff\x2f\x00":
        repairs["tag"] += 1
        return at, end, end
    repairs["between" if following >= 0 else "after"] += end - at
    return at, at, end


def _is_tag(data: bytes, at: int) -> bool:
    tag = data[at : at + 4]
    return len(tag) == 4 and tag.isalnum() and tag.isascii()
