"""The events of one damaged track, byte by byte.

Every event is a time (variable length, at most four bytes) and then a channel message, whose
status may be left out where it is the same as before, a meta event (FF, kind, length, data) or
a system exclusive (F0 or F7, length, data).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from genvae.domains.music.midi_chunks import Repairs
from genvae.domains.music.midi_raw import BOTTOMS, END_MARKER, EXACT

CHANNELS = 16
NOTE_ON = 0x90
_KINDS = {0x51: "tempo", 0x58: "meter", 0x59: "key"}
_SYSTEM_SIZES = {0xF1: 1, 0xF2: 2, 0xF3: 1}

Event = tuple[int, int, int]
"""Tick, velocity (0 ends the note), program."""


@dataclass
class Track:
    """What a track holds; ``events`` by channel and pitch, as ``channel << 7 | pitch``."""

    name: str = ""
    events: dict[int, list[Event]] = field(default_factory=dict)
    tempos: list[tuple[int, float]] = field(default_factory=list)
    meters: list[tuple[int, int, int]] = field(default_factory=list)
    marked_end: int = 0
    end: int = 0


class Walk:
    """One pass over the events between two bytes; ``longest`` is the longest believable pause
    in ticks."""

    def __init__(self, data: bytes, longest: int, repairs: Repairs) -> None:
        self._data = data
        self._longest = longest
        self._repairs = repairs

    def run(self, start: int, stop: int, tick: int = 0) -> Track:
        """The track whose events lie in ``[start, stop)``, its first delta counted from
        ``tick``. Never raises."""
        data, repairs = self._data, self._repairs
        track = Track(end=tick)
        programs = [0] * CHANNELS
        at, status, now = start, 0, tick
        while at < stop:
            delta, at = self._delta(at, stop)
            now += delta
            if at >= stop:
                repairs["cut"] += 1
                return track
            track.end = now
            if data[at] >= 0xF0:
                at = self._other(track, now, at, stop)
                continue
            if data[at] >= 0x80:
                status = data[at]
                at += 1
            elif not status:
                status = NOTE_ON
                repairs["status"] += 1
            size = 1 if 0xC0 <= status < 0xE0 else 2
            if at + size > stop:
                repairs["cut"] += 1
                return track
            first, second = data[at], data[at + size - 1]
            at += size
            if first > 127 or second > 127:
                repairs["data"] += (first > 127) + (second > 127 and size > 1)
                # One flipped bit is likelier than a pitch that does not exist.
                first, second = first & 127, min(second, 127)
            kind, channel = status >> 4, status & 15
            if kind == 0xC:
                programs[channel] = first
            elif kind <= 9:
                event = (now, second if kind == 9 else 0, programs[channel])
                track.events.setdefault(channel << 7 | first, []).append(event)
        if at != _ENDED:
            repairs["endless"] += 1
        return track

    def _delta(self, at: int, stop: int) -> tuple[int, int]:
        """The ticks before the event, and where it begins."""
        value, start = 0, at
        while at < stop:
            byte = self._data[at]
            at += 1
            value = value << 7 | byte & 127
            if byte < 128:
                break
        if at - start > 4:
            self._repairs["delta"] += 1
            return 0, at
        if value > self._longest and self._data[at : at + 2] != b"\xff\x2f":
            self._repairs["gap"] += 1
            return 0, at
        return value, at

    def _other(self, track: Track, now: int, at: int, stop: int) -> int:
        """A meta event or a system message; where to go on, ``_ENDED`` after the last event."""
        kind = self._data[at]
        if kind == 0xFF:
            return self._meta(track, now, at, stop)
        if kind in (0xF0, 0xF7):
            size, begin = self._size(at + 1, stop)
            if begin + size <= stop:
                return begin + size
            closing = self._data.find(b"\xf7", at + 1, stop)
            self._repairs["system" if closing >= 0 else "cut"] += 1
            return closing + 1 if closing >= 0 else _ENDED
        self._repairs["system"] += 1
        return min(at + 1 + _SYSTEM_SIZES.get(kind, 0), stop)

    def _meta(self, track: Track, now: int, at: int, stop: int) -> int:
        data = self._data
        kind = data[at + 1] if at + 1 < stop else 0
        size, begin = self._size(at + 2, stop)
        end = begin + size
        if size != EXACT.get(kind, size) or end > stop:
            return self._odd_meta(kind, begin, size, stop)
        content = data[begin:end]
        if kind == 0x2F:
            return self._finish(end, stop)
        if kind == 0x03:
            track.name = _text(content)
        elif kind == 0x06 and content == END_MARKER.encode():
            track.marked_end = now
        elif kind == 0x51:
            self._tempo(track, now, int.from_bytes(content, "big"))
        elif kind == 0x58:
            self._meter(track, now, content[0], 1 << min(content[1], 16))
        return end

    def _odd_meta(self, kind: int, begin: int, size: int, stop: int) -> int:
        """Leave out a meta event of a wrong length, and say where the next event is likely."""
        end, exact = begin + size, EXACT.get(kind, size)
        self._repairs[_KINDS.get(kind, "meta")] += 1
        if kind == 0x2F:
            return self._finish(begin, stop)
        if not self._goes_on(end, stop) and self._goes_on(begin + exact, stop):
            return begin + exact
        if end <= stop:
            return end
        self._repairs["cut"] += 1
        return _ENDED

    def _tempo(self, track: Track, now: int, micro: int) -> None:
        if micro:
            track.tempos.append((now, micro))
        else:
            self._repairs["tempo"] += 1

    def _meter(self, track: Track, now: int, top: int, bottom: int) -> None:
        if top and bottom in BOTTOMS:
            track.meters.append((now, top, bottom))
        else:
            self._repairs["meter"] += 1

    def _finish(self, at: int, stop: int) -> int:
        if at < stop:
            self._repairs["after_end"] += stop - at
        return _ENDED

    def _size(self, at: int, stop: int) -> tuple[int, int]:
        """A length, and where what it measures begins."""
        value = 0
        for _ in range(4):
            if at >= stop:
                break
            byte = self._data[at]
            at += 1
            value = value << 7 | byte & 127
            if byte < 128:
                break
        return value, at

    def _goes_on(self, at: int, stop: int) -> bool:
        """Does an event with a status of its own begin here, or the track end?"""
        if at >= stop:
            return at == stop
        for _ in range(3):
            if at < stop and self._data[at] >= 128:
                at += 1
        return at + 1 < stop and self._data[at] < 128 <= self._data[at + 1]


_ENDED = 1 << 62
"""Beyond every byte: the track has ended."""


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")
