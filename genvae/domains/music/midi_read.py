"""MIDI files to songs with all their tracks (Standard MIDI File 1.0).

symusic reads what is plainly sound (``midi_guard``); all else is read byte by byte and mended
(``midi_salvage``), and every repair is in the song's remarks. Notes then go to the grid of
16ths, on the file's own beats or, where a performance does not keep to them, on beats estimated
from its onsets (``midi_timing``).
"""

from __future__ import annotations

import os
from functools import partial
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
    meter_to_steps,
    microseconds_per_beat_to_bpm,
    ticks_to_places,
    ticks_to_step,
    ticks_to_steps,
)
from genvae.errors import FileProblem

PIECE = 1 << 16
"""Bytes read at first."""
_HOW = os.O_RDONLY | getattr(os, "O_BINARY", 0)


def read_midi(path: Path) -> Song:
    """The song in a .mid file: a voice for each track with notes, on the grid of 16ths.

    Onsets and ends go to the nearest step, lengths are at least one step; what is left of an
    onset's own timing is the note's ``offset``. The song ends with a whole bar. What was mended or
    estimated is in the song's remarks. Raises FileProblem.
    """
    repairs = Repairs()
    content = _unwrapped(path, _content(path), repairs)
    raw = read_guarded(content)
    end = MAX_STEPS + 1 if raw is None else _last_step(raw)
    if raw is None or end > MAX_STEPS:
        raw = _mended(path, content, repairs)
        end = _last_step(raw)
    elif repairs:
        raw = raw._replace(remarks=repairs.remarks())
    _refuse_beyond(path, raw)
    if is_played_freely(raw):
        raw = on_estimated_beats(raw)
        end = _last_step(raw)
    if end > MAX_STEPS:
        raise FileProblem(
            f"{path}: {end // 16} bars long, expected at most {MAX_STEPS // 16}; "
            "probably damaged, or cut it into songs"
        )
    return _song(raw, end, path.stem)


def _content(path: Path) -> bytes:
    """The file's bytes. Raises FileProblem."""
    try:
        file = os.open(path, _HOW)
        try:
            # Most files are one such piece, and need not be asked for their size.
            data = os.read(file, PIECE)
            size = len(data) if len(data) < PIECE else os.fstat(file).st_size
            while len(data) < size <= MAX_BYTES and (more := os.read(file, size)):
                data += more
        finally:
            os.close(file)
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


def _unwrapped(path: Path, data: bytes, repairs: Repairs) -> bytes:
    """The bytes from the header on. Raises FileProblem."""
    if data[:4] == b"MThd":
        content: bytes | None = data
    else:
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
    return content


def _mended(path: Path, content: bytes, repairs: Repairs) -> Raw:
    """The notes of a damaged file. Raises FileProblem."""
    if len(content) > MAX_MENDED:
        raise FileProblem(
            f"{path}: damaged, and {len(content) / 1e6:.0f} MB; a damaged file is mended up to "
            f"{MAX_MENDED / 1e6:.0f} MB, export it once more"
        )
    return salvage(content, repairs)


def _refuse_beyond(path: Path, raw: Raw) -> None:
    """Raises FileProblem for a file without a note, or with more than we have room for."""
    if not len(raw.onsets_M):
        raise FileProblem(
            f"{path}: a MIDI file without a note; expected at least one track of notes"
        )
    tracks, notes = len(raw.parts), len(raw.onsets_M)
    if tracks > MAX_TRACKS:  # reading stops at one too many
        found = f"at least {tracks} tracks, expected at most {MAX_TRACKS}"
    elif notes > MAX_NOTES:
        found = f"{notes} notes, expected at most {MAX_NOTES}"
    else:
        return
    raise FileProblem(f"{path}: {found}; cut it into songs")


def _last_step(raw: Raw) -> int:
    """The step at which the last note ends, or our own end marker stands. A note of no length
    takes a step, which may be the last."""
    ticks = raw.ticks_per_beat
    last = ticks_to_step(max(raw.reach.end, raw.end), ticks)
    return max(last, ticks_to_step(raw.reach.onset, ticks) + 1)


def _song(raw: Raw, end: int, name: str) -> Song:
    """The song of these notes, the last of which ends at step ``end``."""
    grid = _Grid(raw)
    voices = []
    at = 0
    for part in raw.parts:
        if part.notes:
            rows = NoteTable(partial(grid.rows, at, at + part.notes), part.notes)
            voices.append(Voice(part.name.strip(), rows, part.program, part.drums))
        at += part.notes
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


class _Grid:
    """All notes of a file on the grid, put there when the first voice is looked into."""

    def __init__(self, raw: Raw) -> None:
        self._raw: Raw | None = raw
        self._table_M5: np.ndarray | None = None

    def rows(self, start: int, stop: int) -> np.ndarray:
        """Step, length in steps, pitch, velocity and offset of some notes, in order of their
        part, step and pitch ``(M, 5)``."""
        if self._table_M5 is None:
            assert self._raw is not None
            self._table_M5 = _placed(self._raw)
            self._raw = None
        return self._table_M5[start:stop]


def _placed(raw: Raw) -> np.ndarray:
    # Columns lie one after another: all that follows goes through them one by one.
    table_5M = np.empty((5, len(raw.onsets_M)), np.int64)
    starts_M, lengths_M = table_5M[0], table_5M[1]
    starts_M[:], table_5M[4] = ticks_to_places(raw.onsets_M, raw.ticks_per_beat)
    ends_M = ticks_to_steps(raw.onsets_M + raw.lengths_M, raw.ticks_per_beat)
    np.subtract(ends_M, starts_M, out=lengths_M)
    np.maximum(lengths_M, 1, out=lengths_M)
    table_5M[2], table_5M[3] = raw.pitches_M, raw.velocities_M
    counts = [part.notes for part in raw.parts]
    key_M = np.repeat(np.arange(len(counts)) << 25, counts)
    key_M += starts_M << 7
    key_M += table_5M[2]
    if (key_M[1:] < key_M[:-1]).any():
        # Nearly in order as they are: far faster to sort so than by quicksort.
        table_5M = table_5M.take(key_M.argsort(kind="stable"), axis=1)
    return table_5M.T


def _whole_bars(meters: tuple[Meter, ...], end: int) -> int:
    """The first bar line at or behind ``end``."""
    meter = meters[0]
    for later in meters[1:]:
        if later.step < end:
            meter = later
    length = meter_to_steps(meter.numerator, meter.denominator)
    line = meter.step + -(-(end - meter.step) // length) * length
    for later in meters[1:]:
        if meter.step < later.step < line:
            return later.step
    return line


def _tidy_meters(raw: Raw) -> tuple[Meter, ...]:
    """In order, from step 0 on, one a step; a meter that changes nothing is dropped."""
    ticks = raw.ticks_per_beat
    by_step = {0: (4, 4)}
    for tick, top, bottom in raw.meters:
        if top > 0 and bottom > 0:
            by_step[ticks_to_step(tick, ticks)] = (top, bottom)
    if len(by_step) == 1:
        return (Meter(0, *by_step[0]),)
    kept: list[Meter] = []
    begin, last, length = 0, (0, 0), 1
    for step, meter in sorted(by_step.items()):
        if meter != last or (step - begin) % length:
            kept.append(Meter(step, *meter))
            begin, last, length = step, meter, meter_to_steps(*meter)
    return tuple(kept)


def _tidy_tempos(raw: Raw) -> tuple[Tempo, ...]:
    """The same of tempi: in order, from step 0 on, one a step, each other than the last."""
    ticks = raw.ticks_per_beat
    by_step: dict[int, float] = {0: 5e5}
    for tick, micro in raw.tempos:
        by_step[ticks_to_step(tick, ticks)] = micro
    if len(by_step) == 1:
        return (Tempo(0, microseconds_per_beat_to_bpm(by_step[0])),)
    kept: list[Tempo] = []
    last = 0.0
    for step, micro in sorted(by_step.items()):
        bpm = microseconds_per_beat_to_bpm(micro)
        if bpm != last:
            kept.append(Tempo(step, bpm))
            last = bpm
    return tuple(kept)
