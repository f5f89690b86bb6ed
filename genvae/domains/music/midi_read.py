"""MIDI files to songs with all their tracks (Standard MIDI File 1.0).

symusic reads; what it refuses is tried once more with mido, message by message.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from genvae.domains.music.song import Meter, Song, Tempo, Voice, bar_lines, note_tuples
from genvae.domains.music.units import (
    microseconds_per_beat_to_bpm,
    ticks_to_offsets,
    ticks_to_steps,
)
from genvae.errors import FileProblem

MAX_STEPS = 1 << 17
"""About 8,000 bars: more is a damaged file rather than a song."""
END_MARKER = "end"
"""A marker that keeps empty bars at the end of a song we wrote."""


class _Track(NamedTuple):
    """Notes in ticks, ``(M, 4)``: onset, length, pitch, velocity."""

    name: str
    program: int
    drums: bool
    table_M4: np.ndarray


class _Raw(NamedTuple):
    """A file in ticks: tempi as (tick, microseconds), meters as (tick, numerator, denominator)."""

    ticks_per_beat: int
    tracks: list[_Track]
    tempos: list[tuple[int, float]]
    meters: list[tuple[int, int, int]]
    end: int
    remarks: tuple[str, ...]


def read_midi(path: Path) -> Song:
    """The song in a .mid file: a voice for each track with notes, on the grid of 16ths.

    Onsets and ends go to the nearest step, lengths are at least one step; what is left of an
    onset's own timing is the note's ``offset``. The song ends with a whole bar. Raises
    FileProblem.
    """
    if not path.exists():
        raise FileProblem(f"{path}: no such file")
    if path.is_dir():
        raise FileProblem(f"{path}: a folder, expected a MIDI file")
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise FileProblem(f"{path}: cannot be read ({error.strerror})") from error
    if not head:
        raise FileProblem(f"{path}: an empty file, expected a MIDI file; save or copy it again")
    if head not in (b"MThd", b"RIFF"):
        raise FileProblem(
            f"{path}: not a MIDI file (it begins with {head!r}, expected b'MThd'); "
            "export the song as a Standard MIDI File"
        )
    raw = _raw(path)
    if raw.ticks_per_beat <= 0 or raw.ticks_per_beat >= 0x8000:
        raise FileProblem(
            f"{path}: timed in film frames (SMPTE), expected ticks a beat; export it once more "
            "with musical time"
        )
    song = _on_grid(raw, path.stem)
    if not song.voices:
        raise FileProblem(
            f"{path}: a MIDI file without a note; expected at least one track of notes"
        )
    if song.steps > MAX_STEPS:
        raise FileProblem(
            f"{path}: {song.steps // 16} bars long, expected at most {MAX_STEPS // 16}; "
            "probably damaged, or cut it into songs"
        )
    return song


def _raw(path: Path) -> _Raw:
    import symusic

    try:
        if not _is_whole(path.read_bytes()):
            raise ValueError("it ends within a track")
        return _from_symusic(symusic.Score(path))
    except Exception as first:
        try:
            return _from_mido(path, f"salvaged message by message, the file is damaged ({first})")
        except Exception as second:
            raise FileProblem(
                f"{path}: a damaged MIDI file ({second or first}), expected header and tracks; "
                "open it in another program and export it once more"
            ) from second


def _is_whole(data: bytes) -> bool:
    """Is every chunk as long as it says, and does every track end with its end-of-track event?
    symusic reads past the end of a file that was cut short, which can end the process."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "big")
        end = at + 8 + size
        if len(data) < at + 8 or len(data) < end:
            return False
        if data[at : at + 4] == b"MTrk" and data[end - 3 : end] != b"\xff\x2f\x00":
            return False
        at = end
    return True


def _from_symusic(score: Any) -> _Raw:
    tracks = []
    for track in score.tracks:
        a = track.notes.numpy()
        table = np.stack([a["time"], a["duration"], a["pitch"], a["velocity"]], axis=1)
        tracks.append(_Track(track.name, track.program, track.is_drum, table.astype(np.int64)))
    return _Raw(
        score.ticks_per_quarter,
        tracks,
        [(t.time, t.mspq) for t in score.tempos],
        [(m.time, m.numerator, m.denominator) for m in score.time_signatures],
        max((m.time for m in score.markers if m.text == END_MARKER), default=0),
        (),
    )


def _from_mido(path: Path, remark: str) -> _Raw:
    import mido

    file = mido.MidiFile(path, clip=True)
    tempos: list[tuple[int, float]] = []
    meters: list[tuple[int, int, int]] = []
    tracks = []
    for track in file.tracks:
        now, programs = 0, [0] * 16
        sounding: dict[tuple[int, int], list[tuple[int, int]]] = {}
        notes: dict[tuple[int, int], list[tuple[int, int, int, int]]] = {}
        for message in track:
            now += message.time
            if message.type == "set_tempo":
                tempos.append((now, message.tempo))
            elif message.type == "time_signature":
                meters.append((now, message.numerator, message.denominator))
            elif message.type == "program_change":
                programs[message.channel] = message.program
            elif message.type == "note_on" and message.velocity > 0:
                key = (message.channel, message.note)
                sounding.setdefault(key, []).append((now, message.velocity))
            elif message.type in ("note_on", "note_off"):
                begun = sounding.get((message.channel, message.note))
                if begun:
                    start, velocity = begun.pop(0)
                    part = (message.channel, programs[message.channel])
                    notes.setdefault(part, []).append((start, now - start, message.note, velocity))
        for (channel, program), rows in notes.items():
            table = np.array(rows, dtype=np.int64)
            tracks.append(_Track(track.name, program, channel == 9, table))
    return _Raw(file.ticks_per_beat, tracks, sorted(tempos), sorted(meters), 0, (remark,))


def _on_grid(raw: _Raw, name: str) -> Song:
    voices = []
    end = int(ticks_to_steps(np.array([raw.end]), raw.ticks_per_beat)[0])
    for track in raw.tracks:
        ticks = track.table_M4
        if not len(ticks):
            continue
        starts = ticks_to_steps(ticks[:, 0], raw.ticks_per_beat)
        ends = ticks_to_steps(ticks[:, 0] + ticks[:, 1], raw.ticks_per_beat)
        lengths = np.maximum(ends - starts, 1)
        offsets = ticks_to_offsets(ticks[:, 0], raw.ticks_per_beat)
        columns = [starts, lengths, ticks[:, 2], np.maximum(ticks[:, 3], 1), offsets]
        table = np.stack(columns, axis=1)
        table = table[np.lexsort((table[:, 2], table[:, 0]))]
        end = max(end, int((starts + lengths).max()))
        if end > MAX_STEPS:
            table = table[:1]
        voices.append(Voice(track.name.strip(), note_tuples(table), track.program, track.drums))
    meters = _tidy_meters(raw)
    return Song(
        name=name,
        group=name,
        voices=tuple(voices),
        steps=end if end > MAX_STEPS else _whole_bars(meters, max(end, 1)),
        meters=meters,
        tempos=_tidy_tempos(raw),
        remarks=raw.remarks,
    )


def _whole_bars(meters: tuple[Meter, ...], end: int) -> int:
    for bar in bar_lines(meters):
        if bar.step + bar.length >= end:
            return bar.step + bar.length
    return end


def _steps(raw: _Raw, ticks: Iterable[int]) -> list[int]:
    found: list[int] = ticks_to_steps(np.fromiter(ticks, np.int64), raw.ticks_per_beat).tolist()
    return found


def _tidy_meters(raw: _Raw) -> tuple[Meter, ...]:
    """In order, from step 0 on, one a step; a meter that changes nothing is dropped."""
    by_step = {0: (4, 4)}
    for step, (_, top, bottom) in zip(
        _steps(raw, (m[0] for m in raw.meters)), raw.meters, strict=True
    ):
        if top > 0 and bottom > 0:
            by_step[step] = (top, bottom)
    kept: list[Meter] = []
    for step in sorted(by_step):
        meter = Meter(step, *by_step[step])
        same = kept and kept[-1][1:] == meter[1:]
        length = next(bar_lines((kept[-1],))).length if kept else 1
        if not (same and (step - kept[-1].step) % length == 0):
            kept.append(meter)
    return tuple(kept)


def _tidy_tempos(raw: _Raw) -> tuple[Tempo, ...]:
    by_step = {0: 120.0}
    for step, (_, micro) in zip(_steps(raw, (t[0] for t in raw.tempos)), raw.tempos, strict=True):
        by_step[step] = microseconds_per_beat_to_bpm(micro)
    kept: list[Tempo] = []
    for step in sorted(by_step):
        if not kept or kept[-1].bpm != by_step[step]:
            kept.append(Tempo(step, by_step[step]))
    return tuple(kept)
