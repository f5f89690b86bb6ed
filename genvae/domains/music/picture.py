"""Piano-rolls: an RGB picture of a song, and one in text for the terminal.

Axes:  H height · W width · 3 red, green, blue
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.music.drums import CLASS_OF_PITCH, NAMES, SHORT
from genvae.domains.music.song import Bar, Song, Voice, note_tuples
from genvae.domains.music.units import meter_to_beat_steps
from genvae.domains.writing import whole

COLOURS = ((226, 88, 62), (52, 120, 196), (58, 158, 92), (160, 96, 190), (214, 158, 40))
DRUM_COLOUR = (70, 70, 84)
PAPER, BLACK_KEY = (250, 249, 245), (240, 239, 233)
BEAT_RULE, BAR_RULE = (224, 222, 214), (170, 168, 160)
STEP_W, ROW_H = 6, 6
GAP_H = 8
BAR_LIMIT = 160
"""Bars in a picture; longer songs show their beginning."""
TEXT_LIMIT = 1024
"""Bars in the terminal."""

_KEYS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def song_picture(song: Song) -> np.ndarray:
    """A piano-roll ``(H, W, 3)`` uint8, bars and beats ruled, drums in a lane below the lines."""
    bars = song.bars()[:BAR_LIMIT]
    steps = min(song.steps, bars[-1].step + bars[-1].length) if bars else 16
    lines = [v for v in song.voices if not v.drums]
    kits = [v for v in song.voices if v.drums]
    pitches = [n.pitch for v in lines for n in v.notes if n.step < steps] or [60, 71]
    low, high = min(pitches) - 2, max(pitches) + 2
    parts = []
    if lines or not kits:
        parts.append(_lane(bars, steps, high - low + 1, low))
        for voice in reversed(lines):
            colour = COLOURS[(len(lines) - 1 - lines.index(voice)) % len(COLOURS)]
            for note in voice.notes:
                _block(parts[-1], note.step, note.end, high - note.pitch, colour, steps)
    if kits:
        lane = _lane(bars, steps, len(NAMES), None)
        for voice in kits:
            for note in voice.notes:
                row = len(NAMES) - 1 - int(CLASS_OF_PITCH[note.pitch])
                if row < len(NAMES):
                    _block(lane, note.step, note.step + 1, row, DRUM_COLOUR, steps)
        if parts:
            parts.append(np.full((GAP_H, lane.shape[1], 3), 255, dtype=np.uint8))
        parts.append(lane)
    return np.concatenate(parts, axis=0)


def write_png(song: Song, path: Path) -> None:
    """Write the piano-roll as a .png. Raises FileProblem."""
    from PIL import Image

    with whole(path) as part:
        Image.fromarray(song_picture(song)).save(part, format="PNG")


def song_text(song: Song, width: int) -> Any:
    """A piano-roll as ``rich.text.Text``: systems of as many bars as fit into ``width`` columns,
    a lane a voice, two pitches a line of half blocks; the beginning of a very long song."""
    from rich.text import Text

    text = Text(no_wrap=True, overflow="crop")
    whole_song = song.bars()
    bars = whole_song[:TEXT_LIMIT]
    lanes = [(v, v.table()) for v in reversed(song.voices) if v.notes]
    if not lanes or not bars:
        return Text(f"{song.name}: no notes")
    room = max(width - 6, 8)
    at = 0
    while at < len(bars):
        system = _system(bars[at:], room)
        text.append(f"bar {at + 1}\n", style="dim")
        for voice, table_M4 in lanes:
            _append_lane(text, voice, table_M4, system, song.steps, room)
        at += len(system)
    if len(bars) < len(whole_song):
        text.append(f"and {len(whole_song) - len(bars)} more bars\n", style="dim")
    text.right_crop(1)
    return text


def _lane(bars: list[Bar], steps: int, rows: int, low: int | None) -> np.ndarray:
    """Empty ruled paper of ``rows`` rows; ``low`` is the lowest pitch, None for drums."""
    lane = np.empty((rows * ROW_H, steps * STEP_W + 1, 3), dtype=np.uint8)
    lane[:] = PAPER
    if low is not None:
        for row in range(rows):
            if (low + rows - 1 - row) % 12 in (1, 3, 6, 8, 10):
                lane[row * ROW_H : (row + 1) * ROW_H] = BLACK_KEY
    for bar in bars:
        beat = meter_to_beat_steps(bar.meter.numerator, bar.meter.denominator)
        for step in range(bar.step, min(bar.step + bar.length, steps), beat):
            lane[:, step * STEP_W] = BEAT_RULE
        if bar.step < steps:
            lane[:, bar.step * STEP_W] = BAR_RULE
    lane[:, -1] = BAR_RULE
    return lane


def _system(bars: list[Bar], room: int) -> list[Bar]:
    """The bars of one line of systems: as many as fit, in groups of 4 where 4 fit."""
    ends = np.cumsum([bar.length + 1 for bar in bars])
    fit = max(1, int((ends <= room).sum()))
    return bars[: fit - fit % 4 if 4 <= fit < len(bars) else fit]


def _block(
    lane: np.ndarray, start: int, end: int, row: int, colour: tuple[int, int, int], steps: int
) -> None:
    """A note: a filled block with a darker left edge, so that repeated notes stay apart."""
    if start >= steps:
        return
    top, left = row * ROW_H, start * STEP_W + 1
    right = max(left + 2, min(end, steps) * STEP_W)
    lane[top : top + ROW_H - 1, left:right] = colour
    lane[top : top + ROW_H - 1, left : left + 1] = tuple(c * 6 // 10 for c in colour)


def _append_lane(
    text: Any, voice: Voice, table_M4: np.ndarray, system: list[Bar], steps: int, room: int
) -> None:
    first, last = system[0].step, system[-1].step + system[-1].length
    heard_M = (table_M4[:, 0] < last) & (table_M4[:, 0] + table_M4[:, 1] > first)
    notes = note_tuples(table_M4[heard_M])
    names: list[str]
    if voice.drums:
        used = sorted({int(CLASS_OF_PITCH[n.pitch]) for n in notes} - {-1}, reverse=True)
        row_of = {c: i for i, c in enumerate(used)}
        names = [SHORT[c] for c in used]
        rows = [row_of.get(int(CLASS_OF_PITCH[n.pitch]), -1) for n in notes]
        colour = "white"
    else:
        top = max((n.pitch for n in notes), default=0)
        rows = [top - n.pitch for n in notes]
        names = [_pitch_name(top - i) for i in range(max(rows, default=-1) + 1)]
        colour = "bright_cyan" if voice.name != "bass" else "bright_yellow"
    grid = np.zeros((len(names) + len(names) % 2, last - first), dtype=np.int64)
    for note, row in zip(notes, rows, strict=True):
        if row >= 0:
            start = max(note.step, first)
            grid[row, start - first : min(note.end, last, steps) - first] = 1
            if note.step >= first:
                grid[row, start - first] = 2
    for y in range(0, len(grid), 2):
        label = names[y] if not voice.drums else "/".join(n[:2] for n in names[y : y + 2])
        text.append(f"{label:>5}", style="dim")
        columns = 0
        cells: list[tuple[str, str]] = []
        for bar in system:
            cells.append(("│", "dim"))
            beat = meter_to_beat_steps(bar.meter.numerator, bar.meter.denominator)
            for i in range(min(bar.length, room - columns - 1)):
                upper, lower = grid[y : y + 2, bar.step - first + i]
                cells.append(_cell(int(upper), int(lower), i % beat == 0, colour))
            columns += bar.length + 1
        for style, run in groupby(cells, key=itemgetter(1)):
            text.append("".join(sign for sign, _ in run), style=style)
        text.append("\n")


def _cell(upper: int, lower: int, on_beat: bool, colour: str) -> tuple[str, str]:
    """A sign and its style."""
    if not upper and not lower:
        return "·" if on_beat else " ", "dim"
    block = "█" if upper and lower else "▀" if upper else "▄"
    return block, colour if 2 in (upper, lower) else f"dim {colour}"


def _pitch_name(pitch: int) -> str:
    return f"{_KEYS[pitch % 12]}{pitch // 12 - 1}"
