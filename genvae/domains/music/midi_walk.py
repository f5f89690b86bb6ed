"""The events of a sound track, walked through at the speed of a regular expression.

``midi_guard`` looks at the bytes that are no channel messages wherever they may begin. In one
file in 250 some of them cannot be told from parts of another event, and only walking from event to
event tells which. This takes about as long as symusic itself, and so it is the second look.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_DATA = rb"[\x00-\x7f]"
_TIME = rb"[\x80-\xff]{0,3}+[\x00-\x7f]"
_GOING = {1: rb"(?:%b%b)*+" % (_TIME, _DATA), 2: rb"(?:%b%b%b)*+" % (_TIME, _DATA, _DATA)}
_BEGIN = {1: rb"[\xc0-\xdf]" + _DATA, 2: rb"[\x80-\xbf\xe0-\xef]" + _DATA + _DATA}
_SAME = {size: re.compile(going) for size, going in _GOING.items()}
"""More messages of the last status, by their number of data bytes."""
_CHANNEL = {
    size: re.compile(rb"(?:%b%b%b)++" % (_TIME, begin, _GOING[size]))
    for size, begin in _BEGIN.items()
}
"""Messages with a status, each followed by any number without, by their number of data bytes."""
_OTHER = re.compile(rb"%b([\xf0\xf7\xff])" % _TIME)
_LENGTH = re.compile(_TIME)


class Other(NamedTuple):
    """An event that is no channel message: ``kind`` is its status, ``meta`` the kind of a meta
    event (else 0), ``size`` its bytes; ``bare`` says that the message behind it leaves out its
    status."""

    kind: int
    meta: int
    size: int
    bare: bool


def others(data: bytes, start: int, stop: int) -> list[Other] | None:
    """The events in ``[start, stop)`` that are no channel messages, in order; None where the
    track does not end with its last event or a byte is not what it should be."""
    found: list[Other] = []
    at, size = start, 0
    while at < stop:
        begun = at
        if size and found:
            same = _SAME[size].match(data, at, stop)
            assert same is not None
            if same.end() > at:
                found[-1] = found[-1]._replace(bare=True)
                at = same.end()
        while channel := _CHANNEL[2].match(data, at, stop) or _CHANNEL[1].match(data, at, stop):
            at = channel.end()
            size = 2 if channel.re is _CHANNEL[2] else 1
        other = _OTHER.match(data, at, stop)
        if other is not None:
            kind = other[1][0]
            at = other.end()
            meta = data[at] if kind == 0xFF and at < stop else 0
            length = _LENGTH.match(data, at + (kind == 0xFF), stop)
            if length is None:
                return None
            content = 0
            for byte in length[0]:
                content = content << 7 | byte & 0x7F
            at = length.end() + content
            found.append(Other(kind, meta, content, False))
        if at == begun or at > stop:
            return None
    return found
