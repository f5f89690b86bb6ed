"""MIDI files to songs with all their tracks (Standard MIDI File 1.0).

symusic reads what is plainly sound (``midi_guard``); all else is read byte by byte and mended
(``midi_salvage``), and every repair is in the song's remarks. Notes then go to the grid of
16ths, on the file's own beats or, where a performance does not keep to them, on beats estimated
from its onsets (``midi_timing``).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from genvae.domains.music.midi_chunks import Repairs, unwrapped
from genvae.domains.music.midi_guard import read_guarded
from genvae.domains.music.midi_raw import (
    MAX_BYTES,
    MAX_MENDED,
    MAX_NOTES,
    MAX_STEPS,
    MAX_TRACKS,
    Raw,
)
from genvae.domains.music.midi_salvage import salvage
from genvae.domains.music.midi_timing import is_played_freely, on_estimated_beats
from genvae.domains.music.song import Meter, NoteTable, Song, Tempo, Voice
from genvae.domains.music.units import (
    STEPS_PER_BEAT,
    meter_to_steps,
    microseconds_per_beat_to_bpm,
    ticks_to_offsets,
    ticks_to_steps,
)
from genvae.errors import FileProblem


def read_midi(path: Path) -> Song:
    """The song in a .mid file: a voice for each track with notes, on the grid of 16ths.

    Onsets and ends go to the nearest step, lengths are at least one step; what is left of an
    onset's own timing is the note's ``offset``. The song ends with a whole bar. What was mended or
    estimated is in the song's remarks. Raises FileProblem.
    """
    raw = _raw(path, _content(path))
    if not len(raw.table_M4):
        raise FileProblem(
            f"{path}: a MIDI file without a note; expected at least one track of notes"
        )
    if is_played_freely(raw):
        raw = on_estimated_beats(raw)
    steps = _last_step(raw)
    if steps > MAX_STEPS:
        raise FileProblem(
            f"{path}: {steps // 16} bars long, expected at most {MAX_STEPS // 16}; "
            "probably damaged, or cut it into songs"
        )
    return _on_grid(raw, path.stem)


def _content(path: Path) -> bytes:
    """The file's bytes. Raises FileProblem."""
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            data = file.read() if size <= MAX_BYTES else b""
    except FileNotFoundError:
        raise FileProblem(f"{path}: no such file") from None
    except OSError as error:
        if path.is_dir():
            raise FileProblem(f"{path}: a folder, expected a MIDI file") from None
        raise FileProblem(f"{path}: cannot be read ({error.strerror})") from error
    if size > MAX_BYTES:
        raise FileProblem(
            f"{path}: {size / 1e6:.0f} MB, expected at most {MAX_BYTES / 1e6:.0f}; "
            "cut it into songs"
        )
    if not data:
        raise FileProblem(f"{path}: an empty file, expected a MIDI file; save or copy it again")
    return data


def _raw(path: Path, data: bytes) -> Raw:
    """The notes in ticks, mended where they must be. Raises FileProblem."""
    repairs = Repairs()
    content = unwrapped(data, repairs)
    if content is None:
        raise FileProblem(
            f"{path}: not a MIDI file (it begins with {data[:4]!r}, expected b'MThd'); "
            "export the song as a Standard MIDI File"
        )
    if len(content) < 14 and content[:4] == b"MThd":
        raise FileProblem(
            f"{path}: a damaged MIDI file (it ends within its header), expected header and "
            "tracks; open it in another program and export it once more"
        )
    raw = read_guarded(content)
    if raw is None or _last_step(raw) > MAX_STEPS:
        if len(content) > MAX_MENDED:
            raise FileProblem(
                f"{path}: damaged, and {len(content) / 1e6:.0f} MB; a damaged file is mended up to "
                f"{MAX_MENDED / 1e6:.0f} MB, export it once more"
            )
        raw = salvage(content, repairs)
    else:
        raw = raw._replace(remarks=repairs.remarks())
    for what, found, most in (
        ("tracks", len(raw.parts), MAX_TRACKS),
        ("notes", len(raw.table_M4), MAX_NOTES),
    ):
        if found > most:
            raise FileProblem(f"{path}: {found} {what}, expected at most {most}; cut it into songs")
    return raw


def _last_step(raw: Raw) -> int:
    """The step at which the last note ends, or our own end marker stands."""
    ends = raw.table_M4[:, 0] + raw.table_M4[:, 1]
    last = max(int(ends.max(initial=0)), raw.end)
    return round(last * STEPS_PER_BEAT / raw.ticks_per_beat)


def _on_grid(raw: Raw, name: str) -> Song:
    ticks = raw.table_M4
    table_M5 = np.empty((len(ticks), 5), dtype=ticks.dtype)
    starts = ticks_to_steps(ticks[:, 0], raw.ticks_per_beat)
    ends = ticks_to_steps(ticks[:, 0] + ticks[:, 1], raw.ticks_per_beat)
    table_M5[:, 0] = starts
    np.maximum(ends - starts, 1, out=table_M5[:, 1])
    table_M5[:, 2:4] = ticks[:, 2:]
    table_M5[:, 4] = ticks_to_offsets(ticks[:, 0], raw.ticks_per_beat)
    counts = np.array([part.notes for part in raw.parts])
    # Part, step, pitch and place in one number each: far faster to sort than several.
    part_M = np.repeat(np.arange(len(counts)), counts)
    key_M = (part_M << 25) + (starts << 7) + ticks[:, 2]
    if (key_M[1:] < key_M[:-1]).any():
        placed_M = np.sort((key_M << 20) + np.arange(len(key_M)))
        table_M5 = table_M5[placed_M & (1 << 20) - 1]
    voices = []
    at = 0
    for part in raw.parts:
        if part.notes:
            rows = NoteTable(table_M5[at : at + part.notes])
            voices.append(Voice(part.name.strip(), rows, part.program, part.drums))
        at += part.notes
    end = max(
        int((table_M5[:, 0] + table_M5[:, 1]).max()),
        int(ticks_to_steps(np.array([raw.end]), raw.ticks_per_beat)[0]),
    )
    meters = _tidy_meters(raw)
    return Song(
        name=name,
        group=name,
        voices=tuple(voices),
        steps=_whole_bars(meters, end),
        meters=meters,
        tempos=_tidy_tempos(raw),
        remarks=raw.remarks,
    )


def _whole_bars(meters: tuple[Meter, ...], end: int) -> int:
    """The first bar line at or behind ``end``."""
    meter = next(m for m in reversed(meters) if m.step < end or m is meters[0])
    length = meter_to_steps(meter.numerator, meter.denominator)
    line = meter.step + -(-(end - meter.step) // length) * length
    return next((m.step for m in meters if meter.step < m.step < line), line)


def _steps(raw: Raw, ticks: Iterable[int]) -> list[int]:
    found: list[int] = ticks_to_steps(np.fromiter(ticks, np.int64), raw.ticks_per_beat).tolist()
    return found


def _tidy_meters(raw: Raw) -> tuple[Meter, ...]:
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
        length = meter_to_steps(*kept[-1][1:]) if kept else 1
        if not (same and (step - kept[-1].step) % length == 0):
            kept.append(meter)
    return tuple(kept)


def _tidy_tempos(raw: Raw) -> tuple[Tempo, ...]:
    by_step = {0: 120.0}
    for step, (_, micro) in zip(_steps(raw, (t[0] for t in raw.tempos)), raw.tempos, strict=True):
        by_step[step] = microseconds_per_beat_to_bpm(micro)
    kept: list[Tempo] = []
    for step in sorted(by_step):
        if not kept or kept[-1].bpm != by_step[step]:
            kept.append(Tempo(step, by_step[step]))
    return tuple(kept)
