"""One song brought into the key of another.

A song's *home* is the set of seven pitch classes in which most of its windows lie: a major key
and its relative minor are one. The song moves as a whole, by the smallest interval, so that its
modulations stay what they are and its voices near their register.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from genvae.domains.music.key import TONICS, shift_to_c
from genvae.domains.music.song import Note, Song, Voice

RELATIVES = ("A", "Bb", "B", "C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#")
"""The minor key of each tonic's set."""


def home_of(context: Mapping[str, Any]) -> int:
    """The tonic (0..11, of the major key) of a context's home; the earlier of two that last
    equally long."""
    tonics = [-int(shift) % 12 for shift in context.get("shifts") or [0]]
    return Counter(tonics).most_common(1)[0][0]


def key_name(tonic: int) -> str:
    """``D major or B minor``: the keys of one set, named by the tonic of the major one."""
    return f"{TONICS[tonic]} major or {RELATIVES[tonic]} minor"


def brought_home(song: Song, own: Mapping[str, Any], other: Mapping[str, Any]) -> Song:
    """The song (``own`` is its context) in the home of another one's context, and a remark that
    says so; the song itself where both have one home."""
    here, there = home_of(own), home_of(other)
    interval = shift_to_c(here - there)
    if not interval:
        return song
    count = f"{abs(interval)} semitone{'s' * (abs(interval) > 1)}"
    remark = (
        f"key: {count} {'up' if interval > 0 else 'down'}, "
        f"from {key_name(here)} to {key_name(there)}"
    )
    return replace(transposed(song, interval), remarks=(*song.remarks, remark))


def transposed(song: Song, interval: int) -> Song:
    """The song ``interval`` semitones higher, drums as they are; a pitch that would leave 0..127
    goes an octave back."""
    voices = tuple(v if v.drums else _moved(v, interval) for v in song.voices)
    return replace(song, voices=voices)


def _moved(voice: Voice, interval: int) -> Voice:
    moved = (note._replace(pitch=_within(note, interval)) for note in voice.notes)
    return replace(voice, notes=tuple(sorted(moved, key=lambda note: (note.step, note.pitch))))


def _within(note: Note, interval: int) -> int:
    pitch = note.pitch + interval
    return pitch + 12 if pitch < 0 else pitch - 12 if pitch > 127 else pitch
