"""Damaged MIDI files: what can be read is, what cannot is left out, and every repair is told.

This reader accepts all that a sound file may hold, and mends what it can (``midi_chunks`` has
the list). It takes some fifty times as long as symusic, and sees only the files that
``midi_guard`` turns away.
"""

from __future__ import annotations

from collections import defaultdict, deque

import numpy as np

from genvae.domains.music.midi_chunks import Repairs, find_chunks
from genvae.domains.music.midi_events import Event, Track, Walk
from genvae.domains.music.midi_raw import MAX_STEPS, Part, Raw, reach_of
from genvae.domains.music.units import STEPS_PER_BEAT

DIVISIONS = (1024, 960, 480, 384, 240, 192, 120, 96, 48, 24)
"""Ticks a beat that programs write, for a header that says 0."""
USUAL = 480
BAR = 4
"""Beats that a hanging note sounds at most, and what a pattern of a type 2 file is rounded to."""
DRUM_CHANNEL = 9

Row = tuple[int, int, int, int]
"""Onset and length in ticks, pitch, velocity."""


def salvage(data: bytes, repairs: Repairs) -> Raw:
    """The file's notes, with every repair in the remarks. ``data`` begins with ``MThd`` or
    ``MTrk`` (see ``midi_chunks.unwrapped``); ``repairs`` are those made so far. Never raises."""
    chunks = find_chunks(data, repairs)
    in_frames = chunks.division >= 0x8000
    ticks = _ticks_per_beat_in_frames(chunks.division) if in_frames else chunks.division or USUAL
    walk = Walk(data, int(MAX_STEPS // STEPS_PER_BEAT * ticks), repairs)
    bar = max(int(BAR * ticks), 1)
    tracks: list[Track] = []
    start = 0
    for span in chunks.tracks:
        tracks.append(walk.run(*span, start))
        if chunks.kind == 2 and tracks[-1].events:
            start = -(-tracks[-1].end // bar) * bar
            repairs["patterns"] += len(chunks.tracks) > 1
    parts: list[Part] = []
    rows: list[Row] = []
    for track in tracks:
        for part, own in _parts(track, bar, repairs):
            parts.append(part)
            rows += own
    onsets_M, lengths_M, pitches_M, velocities_M = np.array(rows, np.int64).reshape(-1, 4).T.copy()
    raw = Raw(
        chunks.division,
        parts,
        onsets_M,
        lengths_M,
        pitches_M,
        velocities_M,
        reach_of(onsets_M, lengths_M),
        sorted(tempo for track in tracks for tempo in track.tempos),
        sorted(meter for track in tracks for meter in track.meters),
        max((track.marked_end for track in tracks), default=0),
    )
    if in_frames:
        repairs["frames"] = 1
        raw = _in_beats(raw, ticks)
    elif not chunks.division:
        division = _likely_division(raw.onsets_M)
        repairs["division"] = division
        raw = raw._replace(ticks_per_beat=division)
    return raw._replace(remarks=repairs.remarks())


def _parts(track: Track, bar: int, repairs: Repairs) -> list[tuple[Part, list[Row]]]:
    """The notes of a track by channel and program, in that order, each by onset."""
    found: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for key, events in track.events.items():
        channel, pitch = key >> 7, key & 127
        rows, hanging = _paired(events, pitch)
        if hanging:
            repairs["hanging"] += hanging
            rows = _closed(events, pitch, bar, track.end)
        for program, row in rows:
            found[channel, program].append(row)
    return [
        (Part(track.name, program, channel == DRUM_CHANNEL, len(rows)), sorted(rows))
        for (channel, program), rows in sorted(found.items())
    ]


def _paired(events: list[Event], pitch: int) -> tuple[list[tuple[int, Row]], int]:
    """Notes of one pitch, first begun first ended, each with its program; how many hang."""
    sounding: deque[Event] = deque()
    rows = []
    for event in events:
        if event[1]:
            sounding.append(event)
        elif sounding:
            onset, velocity, program = sounding.popleft()
            rows.append((program, (onset, event[0] - onset, pitch, velocity)))
    return rows, len(sounding)


def _closed(events: list[Event], pitch: int, bar: int, end: int) -> list[tuple[int, Row]]:
    """Where a note hangs: each note ends with the next event of its pitch or with the track, and
    sounds a bar at most where that is not a note-off."""
    rows = []
    for i, (onset, velocity, program) in enumerate(events):
        if velocity:
            follows = i + 1 < len(events)
            stop = events[i + 1][0] if follows else end
            mute = follows and not events[i + 1][1]
            length = stop - onset if mute else min(stop - onset, bar)
            rows.append((program, (onset, length, pitch, velocity)))
    return rows


def _ticks_per_beat_in_frames(division: int) -> float:
    """Ticks in half a second (a beat at 120 a minute), from frames a second and ticks a frame."""
    frames = 256 - (division >> 8)
    return (29.97 if frames == 29 else frames) * max(division & 0xFF, 1) / 2


def _in_beats(raw: Raw, ticks: float) -> Raw:
    """The same with the usual ticks a beat, at 120 beats a minute."""
    scale = USUAL / ticks
    ends_M = np.rint((raw.onsets_M + raw.lengths_M) * scale).astype(np.int64)
    onsets_M = np.rint(raw.onsets_M * scale).astype(np.int64)
    return raw._replace(
        ticks_per_beat=USUAL,
        onsets_M=onsets_M,
        lengths_M=ends_M - onsets_M,
        reach=reach_of(onsets_M, ends_M - onsets_M),
        tempos=[],
        meters=[(round(tick * scale), top, bottom) for tick, top, bottom in raw.meters],
        end=round(raw.end * scale),
    )


def _likely_division(onsets_M: np.ndarray) -> int:
    """The largest of the usual ones on whose 16ths most onsets lie: the smaller ones would fit
    as well."""
    for division in DIVISIONS:
        if len(onsets_M) and (onsets_M % (division // STEPS_PER_BEAT) == 0).mean() > 0.8:
            return division
    return USUAL
