"""Songs as a page draws and plays them: plain numbers, a list a voice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from genvae.domains.music.drums import CLASS_OF_PITCH, NAMES
from genvae.domains.music.picture import COLOURS, DRUM_COLOUR
from genvae.domains.music.song import Song
from genvae.domains.music.units import meter_to_beat_steps


def song_portraits(songs: Sequence[Song]) -> dict[str, Any]:
    """``shared``: the voices (``name``, ``drums``, ``colour``) and the ``kit`` of drum classes.
    ``each``: ``steps``, ``bpm`` at the beginning, steps of a ``beat``, the first steps of
    ``bars``, and ``notes``: of each voice step, length, pitch (of drums the class) and velocity,
    one number after another. All songs have the voices of the first one."""
    voices = songs[0].voices if songs else ()
    lines = [v.name for v in voices if not v.drums]
    shared = [
        {
            "name": voice.name,
            "drums": voice.drums,
            "colour": _hex(DRUM_COLOUR if voice.drums else _colour(lines, voice.name)),
        }
        for voice in voices
    ]
    return {
        "form": "notes",
        "shared": {"voices": shared, "kit": list(NAMES)},
        "each": [_portrait(song) for song in songs],
    }


def _portrait(song: Song) -> dict[str, Any]:
    bars = song.bars()
    meter = song.meters[0]
    notes = []
    for voice in song.voices:
        table_M4 = voice.table()
        if voice.drums:
            table_M4 = table_M4[CLASS_OF_PITCH[table_M4[:, 2]] >= 0]
            table_M4[:, 2] = CLASS_OF_PITCH[table_M4[:, 2]]
        notes.append(table_M4.ravel().tolist())
    return {
        "steps": song.steps,
        "bpm": round(float(song.tempos[0].bpm), 2),
        "beat": meter_to_beat_steps(meter.numerator, meter.denominator),
        "bars": [bar.step for bar in bars],
        "notes": notes,
    }


def _colour(lines: Sequence[str], name: str) -> tuple[int, int, int]:
    """The colour that the picture of a song gives a voice."""
    return COLOURS[(len(lines) - 1 - lines.index(name)) % len(COLOURS)]


def _hex(colour: tuple[int, int, int]) -> str:
    return "#" + "".join(f"{c:02x}" for c in colour)
