"""Songs to MIDI files (Standard MIDI File 1.0, type 1, 480 ticks a beat), with mido.

Track 0 holds the tempo map, the meters and the text; each voice has a track with its name and
program, drums on channel 10. Notes begin where their offset says and end on the grid. At one tick
notes end before others begin, and all have ended where the song ends, which is on a bar line; a
song that loops says so with the markers ``loopStart`` and ``loopEnd``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.music.midi_raw import END_MARKER
from genvae.domains.music.song import Song, Voice
from genvae.domains.music.units import (
    TICKS_PER_BEAT,
    TICKS_PER_STEP,
    bpm_to_microseconds_per_beat,
    steps_to_ticks,
)
from genvae.domains.writing import whole

DRUM_CHANNEL = 9
LOOP_START, LOOP_END = "loopStart", "loopEnd"
"""Markers by which game engines know a loop."""


def write_midi(song: Song, path: Path) -> None:
    """Write a song, under a temporary name first. Raises FileProblem."""
    file = midi_file(song)
    with whole(path) as part:
        file.save(part)


def midi_file(song: Song) -> Any:
    """The song as a ``mido.MidiFile``."""
    import mido

    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT, charset="utf-8")
    end = steps_to_ticks(song.steps)
    file.tracks.append(_conductor(song, end))
    for voice, channel in zip(song.voices, _channels(song.voices), strict=True):
        file.tracks.append(_track(voice, channel, end))
    return file


def says_loop(path: Path) -> bool:
    """Does a MIDI file hold the marker of a loop, as ours do? Never raises."""
    marker = b"\xff\x06" + bytes([len(LOOP_START)]) + LOOP_START.encode()
    try:
        with path.open("rb") as file:
            return marker in file.read(1 << 16)
    except OSError:
        return False


def _channels(voices: Sequence[Voice]) -> list[int]:
    """A channel a voice while there are enough of them, else one for each program: two programs
    share a channel only where there are more than 15 of them."""
    free = [c for c in range(16) if c != DRUM_CHANNEL]
    lines = [v for v in voices if not v.drums]
    programs = list(dict.fromkeys(v.program for v in lines))
    found, number = [], 0
    for voice in voices:
        if voice.drums:
            found.append(DRUM_CHANNEL)
            continue
        slot = number if len(lines) <= len(free) else programs.index(voice.program)
        found.append(free[slot % len(free)])
        number += 1
    return found


def _conductor(song: Song, end: int) -> Any:
    from mido import MetaMessage

    events: list[tuple[int, Any]] = [(0, MetaMessage("track_name", name=song.name))]
    if song.text:
        events.append((0, MetaMessage("text", text=song.text)))
    if song.loop:
        events.append((0, MetaMessage("marker", text=LOOP_START)))
    for step, top, bottom in song.meters:
        meter = MetaMessage("time_signature", numerator=top, denominator=bottom)
        events.append((steps_to_ticks(step), meter))
    for step, bpm in song.tempos:
        tempo = MetaMessage("set_tempo", tempo=bpm_to_microseconds_per_beat(bpm))
        events.append((steps_to_ticks(step), tempo))
    events.append((end, MetaMessage("marker", text=END_MARKER)))
    if song.loop:
        events.append((end, MetaMessage("marker", text=LOOP_END)))
    return _timed(events, end)


def _track(voice: Voice, channel: int, end: int) -> Any:
    from mido import Message, MetaMessage

    events: list[tuple[int, Any]] = [
        (0, MetaMessage("track_name", name=voice.name)),
        (0, Message("program_change", channel=channel, program=voice.program)),
    ]
    offs = []
    ons = []
    following: dict[int, int] = {}
    late = _late(voice)
    for step, length, pitch, velocity, offset in reversed(voice.notes):
        start = max(0, steps_to_ticks(step) + offset)
        stop = late.get(step + length, steps_to_ticks(step + length))
        # A note that comes early ends the one before it on its pitch.
        if start < following.get(pitch, stop) < stop:
            stop = following[pitch]
        following[pitch] = start
        ons.append((start, Message("note_on", channel=channel, note=pitch, velocity=velocity)))
        offs.append((stop, Message("note_off", channel=channel, note=pitch, velocity=0)))
    return _timed(events + offs[::-1] + ons[::-1], end)


def _late(voice: Voice) -> dict[int, int]:
    """In a line, the tick at which the note of each step begins that begins off it: one that ends
    there is held until then (triplets)."""
    table_M4, offsets_M = voice.table(), voice.offsets()
    starts_M, ends_M = table_M4[:, 0], table_M4[:, :2].sum(axis=1)
    if voice.drums or not offsets_M.any() or (ends_M[:-1] > starts_M[1:]).any():
        return {}
    off = offsets_M != 0
    ticks_M = np.maximum(starts_M * TICKS_PER_STEP + offsets_M, 0)
    return dict(zip(starts_M[off].tolist(), ticks_M[off].tolist(), strict=True))


def _timed(events: list[tuple[int, Any]], end: int) -> Any:
    """A track from (tick, message); the order given decides among messages of one tick."""
    from mido import MetaMessage, MidiTrack

    track = MidiTrack()
    now = 0
    for tick, message in sorted(events, key=lambda event: event[0]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(MetaMessage("end_of_track", time=max(0, end - now)))
    return track
