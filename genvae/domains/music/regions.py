"""Parts of a song that are kept while the rest is made anew: bars and voices.

Kept are the notes that begin within the region, whole; a note that sounds from the open part into
a kept bar is not kept, and what is made may sound into that bar in its place.

Axes:  N windows · R rows of a field · T steps of a window · S steps of the song · C cells
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from genvae.domains.base import Encoded, Windows
from genvae.domains.music.grids import from_grid
from genvae.domains.music.layouts import HOLD, Layout
from genvae.domains.music.roll import cells_of_windows
from genvae.domains.music.song import Meter, Song, Voice, bar_lines
from genvae.domains.music.windows import to_windows
from genvae.domains.regions import parts, ranges
from genvae.errors import OptionProblem, nearest

KNOWN = ("bars", "voices")


def region(text: str, encoded: Encoded, layout: Layout) -> Windows:
    """The cells that a region names, a boolean ``(N, R, T)`` for each field. Raises
    OptionProblem."""
    meters = _meters(encoded)
    steps = int(encoded.context["steps"])
    names = [plan.name for plan in layout.voices]
    inside_S = np.ones(steps, dtype=bool)
    voices = set(names)
    for name, value in parts(text, KNOWN):
        if name == "voices":
            asked = {v.strip() for v in value.split(",")}
            for voice in sorted(asked - set(names)):
                raise OptionProblem(f"--keep {text}: no voice {voice!r}; {nearest(voice, names)}")
            voices &= asked
        else:
            inside_S &= _bars(value, meters, steps, f"--keep {text}")
    cells_C = _song_steps(meters, len(encoded), layout)
    at_C = np.maximum.accumulate(np.minimum(cells_C, steps - 1))
    inside_NT = inside_S[np.maximum(at_C, 0)].reshape(-1, layout.steps)
    return {
        f.name: np.repeat(inside_NT[:, None] & (plan.name in voices), f.rows, axis=1)
        for plan in layout.voices
        for f in plan.fields()
    }


def _song_steps(meters: tuple[Meter, ...], windows: int, layout: Layout) -> np.ndarray:
    """The step of the song that each cell belongs to, -1 for padding."""
    cells_C = cells_of_windows(meters, windows, layout.grid)
    return np.where(cells_C >= 0, from_grid(cells_C, layout.grid), -1)


def _meters(encoded: Encoded) -> tuple[Meter, ...]:
    return tuple(Meter(*m) for m in encoded.context["meters"])


def _bars(value: str, meters: tuple[Meter, ...], steps: int, where: str) -> np.ndarray:
    number_S = np.zeros(steps, dtype=np.int64)
    count = 0
    for bar in bar_lines(meters):
        if bar.step >= steps:
            break
        number_S[bar.step : bar.step + bar.length] = count
        count += 1
    inside: np.ndarray = ranges(value, count, where, "bar")[number_S]
    return inside


def kept_steps(keep: Windows, encoded: Encoded, layout: Layout) -> dict[str, np.ndarray]:
    """For each voice the steps in which it is kept, ``(S,)``."""
    cells_C = _song_steps(_meters(encoded), len(encoded), layout)
    steps = int(encoded.context["steps"])
    real = (cells_C >= 0) & (cells_C < steps)
    found = {}
    for plan in layout.voices:
        inside_S = np.zeros(steps, dtype=bool)
        inside_S[cells_C[real]] = keep[plan.main][:, 0].reshape(-1)[real]
        found[plan.name] = inside_S
    return found


def emptied(
    piece: Song, keep: Windows, encoded: Encoded, layout: Layout
) -> tuple[Encoded, Windows]:
    """The song without the notes that are not kept, encoded, and the cells that are settled: what
    is kept, with the ends of kept notes, but for the beginnings of kept bars into which something
    sounds that is not."""
    bare = to_windows(_only(piece, kept_steps(keep, encoded, layout), True), layout)
    settled = dict(keep)
    for plan in layout.voices:
        if plan.line:
            was_C = encoded.windows[plan.name].reshape(-1)
            is_C = bare.windows[plan.name].reshape(-1)
            tail_C = is_C == HOLD
            cut_C = (was_C == HOLD) & ~tail_C
            mask_C = (keep[plan.name].reshape(-1) | tail_C) & ~cut_C
            settled[plan.name] = mask_C.reshape(keep[plan.name].shape)
    return bare, settled


def joined(piece: Song, made: Song, keep: Windows, encoded: Encoded, layout: Layout) -> Song:
    """The kept notes of ``piece`` with the others of ``made``, in the piece's frame."""
    steps = kept_steps(keep, encoded, layout)
    own, new = _only(piece, steps, True), _only(made, steps, False)
    voices = []
    for voice in own.voices:
        other = new.voice(voice.name) or Voice(voice.name)
        notes = sorted((*voice.notes, *other.notes), key=lambda n: (n.step, n.pitch))
        voices.append(replace(voice, notes=tuple(notes)))
    return replace(own, voices=tuple(voices))


def _only(song: Song, kept: dict[str, np.ndarray], inside: bool) -> Song:
    """The notes that begin inside (or outside) the kept steps of their voice."""
    voices = tuple(
        replace(
            v,
            notes=tuple(
                n
                for n in v.notes
                if n.step < len(kept[v.name]) and bool(kept[v.name][n.step]) == inside
            ),
        )
        for v in song.voices
        if v.name in kept
    )
    return replace(song, voices=voices)
