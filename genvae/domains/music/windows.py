"""Songs of a layout's voices to windows and back, with their context.

Axes:  N windows · R rows of a field · T steps · P pitch classes · S steps of the song · C cells
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from genvae.domains.base import Encoded, Windows
from genvae.domains.music.chords import chord_weights
from genvae.domains.music.grids import from_grid, to_grid
from genvae.domains.music.key import key_path, shift_to_c
from genvae.domains.music.layouts import HOLD, ONSET, TOUCH, Layout, flat
from genvae.domains.music.meters import likely_meter
from genvae.domains.music.roll import (
    accents,
    cells_of_steps,
    cells_of_windows,
    spread,
)
from genvae.domains.music.song import Meter, Song, Tempo, Voice, bar_lines, note_tuples
from genvae.domains.music.voice_tokens import voice_notes, voice_tokens

ONSET_WEIGHT = 0.5
SOUNDING_WEIGHT = 0.125
"""A quarter note weighs 1 in the choice of key: half for its onset, half for its length."""


def to_windows(song: Song, layout: Layout) -> Encoded:
    """Windows of a song that has the layout's voices, shifted to C's set window by window."""
    grid = layout.grid
    cells_C = cells_of_steps(song.meters, song.steps, grid)
    steps = max(int(cells_C.max(initial=0)) + 1, int(to_grid(song.steps, grid)))
    tokens: dict[str, np.ndarray] = {}
    programs: dict[str, int] = {}
    notes = list(song.remarks)
    for plan in layout.voices:
        voice = song.voice(plan.name) or Voice(plan.name, (), plan.program, plan.drums)
        found, remarks = voice_tokens(voice, plan, steps, grid)
        tokens |= {n: spread(x_RS, cells_C, plan.line, layout.cell) for n, x_RS in found.items()}
        notes += remarks
        programs[plan.name] = voice.program
    count = len(cells_C) // layout.steps
    shifts_N = _shifts(tokens, layout, count)
    first = {plan.main: plan.first for plan in layout.pitched}
    windows: Windows = {}
    for name, tokens_RC in tokens.items():
        x_NRT = tokens_RC.reshape(len(tokens_RC), count, layout.steps).transpose(1, 0, 2)
        if name in first:
            x_NRT = np.where(x_NRT >= first[name], x_NRT + shifts_N[:, None, None], x_NRT)
        windows[name] = np.ascontiguousarray(x_NRT, dtype=np.int16)
    context = {
        "name": song.name,
        "meters": [list(m) for m in song.meters],
        "tempos": [list(t) for t in song.tempos],
        "steps": song.steps,
        "shifts": shifts_N.tolist(),
        "programs": programs,
    }
    if song.loop:
        context["loop"] = True
    return Encoded(windows, context, notes)


def from_windows(windows: Windows, layout: Layout, context: Mapping[str, Any]) -> Song:
    """A song from windows. What the context leaves out has defaults: the meter in which the
    windows seem to be, the layout's tempo (its beats are the meter's: dotted quarters in 6/8) and
    programs, C; ``steps`` or ``bars`` trim the end."""
    count = len(next(iter(windows.values())))
    given = context.get("meters") or [(0, *likely_meter(windows, layout))]
    meters = tuple(Meter(*m) for m in given)
    cells_C = cells_of_windows(meters, count, layout.grid)
    real = cells_C >= 0
    steps = _length(int(from_grid(cells_C.max(initial=-1) + 1, layout.grid)), meters, context)
    own = int(to_grid(steps, layout.grid))
    shift_S = np.repeat(_shift_of_windows(context, count), layout.steps)[real][:own]
    velocity_S = accents(meters, max(steps, 1))
    at_S = np.minimum(from_grid(np.arange(max(own, 1)), layout.grid), len(velocity_S) - 1)
    velocity_S = velocity_S[at_S]
    voices = []
    for plan in layout.voices:
        tokens = {
            f.name: windows[f.name]
            .transpose(1, 0, 2)
            .reshape(f.rows, count * layout.steps)
            .astype(np.int64)
            for f in plan.fields()
        }
        tokens = {name: x_RC[:, real][:, :own] for name, x_RC in tokens.items()}
        table = voice_notes(tokens, plan, shift_S, velocity_S, layout.grid)
        program = int(context.get("programs", {}).get(plan.name, plan.program))
        voices.append(Voice(plan.name, note_tuples(table), program, plan.drums))
    name = str(context.get("name", "song"))
    return Song(
        name=name,
        group=str(context.get("group", name)),
        voices=tuple(voices),
        steps=steps,
        meters=tuple(m for m in meters if m.step < steps) or meters[:1],
        tempos=_tempos(context, layout, meters[0], steps),
        text=str(context.get("text", "")),
        loop=bool(context.get("loop", False)),
    )


def pitch_class_weights(tokens_NT: np.ndarray) -> np.ndarray:
    """How much of each pitch class a line has in each window, ``(N, 12)``, in quarter notes."""
    flat = tokens_NT.reshape(-1)
    onset = flat >= ONSET
    last = np.maximum.accumulate(np.where(onset | (flat == 0), np.arange(len(flat)), 0))
    pitch = flat[last] - ONSET
    sounds = (pitch >= 0) & (onset | (flat == HOLD))
    window = np.repeat(np.arange(len(tokens_NT)), tokens_NT.shape[1])
    weight = SOUNDING_WEIGHT + ONSET_WEIGHT * onset
    index = (window * 12 + pitch % 12)[sounds]
    counts = np.bincount(index, weight[sounds], len(tokens_NT) * 12)
    return counts.reshape(-1, 12)


def _shifts(tokens: Mapping[str, np.ndarray], layout: Layout, count: int) -> np.ndarray:
    """The shift of each window, -6..5; an octave off where a pitch would leave 0..127."""
    weights_NP = np.zeros((count, 12))
    low_N = np.full(count, 127)
    high_N = np.zeros(count, dtype=np.int64)
    for plan in layout.pitched:
        tokens_RC = tokens[plan.main]
        if plan.line:
            weights_NP += pitch_class_weights(tokens_RC.reshape(-1, layout.steps))
        else:
            lasting, begun = chord_weights(tokens_RC, tokens[TOUCH], layout.steps)
            weights_NP += SOUNDING_WEIGHT * lasting + ONSET_WEIGHT * begun
        pitch_NX = tokens_RC.reshape(len(tokens_RC), count, layout.steps).transpose(1, 0, 2)
        pitch_NX = flat(pitch_NX) - plan.first
        low_N = np.minimum(low_N, np.where(pitch_NX >= 0, pitch_NX, 127).min(axis=1, initial=127))
        high_N = np.maximum(high_N, pitch_NX.max(axis=1, initial=0))
    shifts_N = np.array([shift_to_c(int(k)) for k in key_path(weights_NP)], dtype=np.int64)
    shifts_N = np.where(low_N + shifts_N < 0, shifts_N + 12, shifts_N)
    shifts_N = np.where(high_N + shifts_N > 127, shifts_N - 12, shifts_N)
    return np.where(low_N + shifts_N < 0, 0, shifts_N)


def _shift_of_windows(context: Mapping[str, Any], count: int) -> np.ndarray:
    """The context's shift for each window; the last one goes on."""
    shifts = list(context.get("shifts") or [0])[:count]
    return np.array(shifts + shifts[-1:] * (count - len(shifts)), dtype=np.int64)


def _length(steps: int, meters: tuple[Meter, ...], context: Mapping[str, Any]) -> int:
    if context.get("steps") is not None:
        steps = min(steps, int(context["steps"]))
    if context.get("bars") is not None:
        wanted = int(context["bars"])
        for number, bar in enumerate(bar_lines(meters)):
            if number == wanted:
                return min(steps, bar.step)
    return steps


def _tempos(
    context: Mapping[str, Any], layout: Layout, meter: Meter, steps: int
) -> tuple[Tempo, ...]:
    compound = meter.denominator == 8 and meter.numerator % 3 == 0
    given = context.get("tempos") or [(0, layout.tempo * (1.5 if compound else 1.0))]
    tempos = tuple(Tempo(int(step), float(bpm)) for step, bpm in given)
    return tuple(t for t in tempos if t.step < steps) or tempos[:1]
