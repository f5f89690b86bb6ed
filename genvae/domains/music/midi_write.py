"""Songs to MIDI files (Standard MIDI File 1.0, type 1, 480 ticks a beat), with mido.

Track 0 holds the tempo map, the meters and the text; each voice has a track with its name and
program, drums on channel 10. At one tick notes end before others begin.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from genvae.domains.music.midi_raw import END_MARKER
from genvae.domains.music.song import Song, Voice
from genvae.domains.music.units import (
    TICKS_PER_BEAT,
    bpm_to_microseconds_per_beat,
    steps_to_ticks,
)
from genvae.errors import FileProblem

DRUM_CHANNEL = 9


def write_midi(song: Song, path: Path) -> None:
    """Write a song, under a temporary name first. Raises FileProblem."""
    file = midi_file(song)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        file.save(temporary)
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise FileProblem(
            f"{path}: cannot be written ({error.strerror or error}); "
            "check that the folder exists and may be written to"
        ) from error


def midi_file(song: Song) -> Any:
    """The song as a ``mido.MidiFile``."""
    import mido

    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT, charset="utf-8")
    end = steps_to_ticks(song.steps)
    file.tracks.append(_conductor(song, end))
    channels = [c for c in range(16) if c != DRUM_CHANNEL]
    lines = 0
    for voice in song.voices:
        channel = DRUM_CHANNEL if voice.drums else channels[lines % len(channels)]
        lines += not voice.drums
        file.tracks.append(_track(voice, channel, end))
    return file


def _conductor(song: Song, end: int) -> Any:
    from mido import MetaMessage

    events: list[tuple[int, Any]] = [(0, MetaMessage("track_name", name=song.name))]
    if song.text:
        events.append((0, MetaMessage("text", text=song.text)))
    for step, top, bottom in song.meters:
        meter = MetaMessage("time_signature", numerator=top, denominator=bottom)
        events.append((steps_to_ticks(step), meter))
    for step, bpm in song.tempos:
        tempo = MetaMessage("set_tempo", tempo=bpm_to_microseconds_per_beat(bpm))
        events.append((steps_to_ticks(step), tempo))
    events.append((end, MetaMessage("marker", text=END_MARKER)))
    return _timed(events, end)


def _track(voice: Voice, channel: int, end: int) -> Any:
    from mido import Message, MetaMessage

    events: list[tuple[int, Any]] = [
        (0, MetaMessage("track_name", name=voice.name)),
        (0, Message("program_change", channel=channel, program=voice.program)),
    ]
    offs = []
    ons = []
    for step, length, pitch, velocity in voice.notes:
        start, stop = steps_to_ticks(step), steps_to_ticks(step + length)
        ons.append((start, Message("note_on", channel=channel, note=pitch, velocity=velocity)))
        offs.append((stop, Message("note_off", channel=channel, note=pitch, velocity=0)))
    return _timed(events + offs + ons, end)


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
