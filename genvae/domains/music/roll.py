"""Songs to tokens and back.

Axes:  S steps of the song · C cells of the windows (16 a bar) · B chunks of bars · M notes
       R rows of a field

A bar sits in a cell row of 16: a shorter one is padded (with hold where a note sounds at its
end, else with rest), a longer one is cut on a beat into chunks of at most 16. Meters say where
the padding is, so that nothing is lost on the way back.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from genvae.domains.music.drums import BITS_OF_SET, CLASS_OF_PITCH, PITCH_OF_CLASS
from genvae.domains.music.grids import to_grid
from genvae.domains.music.layouts import CELL, HOLD, ONSET, REST, STEPS
from genvae.domains.music.song import Bar, Meter, bar_lines
from genvae.domains.music.units import STEPS_PER_BEAT, meter_to_beat_steps

ACCENTS = ((16, 100), (4, 92), (2, 84), (1, 76))
"""Velocity by place in the bar where none is learned: the first step is loudest, then the other
beats, the other eighths, the other 16ths. Windows hold no velocity of their own."""


def bar_chunks(bar: Bar) -> list[tuple[int, int]]:
    """(first step, length) of the parts of a bar, each at most 16 steps, cut on beats."""
    parts = -(-bar.length // CELL)
    if parts == 1:
        return [(bar.step, bar.length)]
    beat = meter_to_beat_steps(bar.meter.numerator, bar.meter.denominator)
    size = min(-(-bar.length // (parts * beat)) * beat, CELL)
    return [(bar.step + at, min(size, bar.length - at)) for at in range(0, bar.length, size)]


def cells_of_steps(meters: tuple[Meter, ...], steps: int, grid: int = STEPS_PER_BEAT) -> np.ndarray:
    """The step in each cell, ``(C,)``, -1 for padding, for as many windows as ``steps`` of a song
    need; on another grid steps are that one's."""
    return _cells(meters, lambda bar, _: bar.step >= steps, grid)


def cells_of_windows(
    meters: tuple[Meter, ...], windows: int, grid: int = STEPS_PER_BEAT
) -> np.ndarray:
    """The step in each cell, ``(windows * 32,)``, -1 for padding; on another grid as many as that
    one's windows have, and its steps."""
    cells = _cells(meters, lambda _, chunks: chunks * CELL >= windows * STEPS, grid)
    return cells[: windows * STEPS * grid // STEPS_PER_BEAT]


def _cells(meters: tuple[Meter, ...], enough: Callable[[Bar, int], bool], grid: int) -> np.ndarray:
    chunks: list[tuple[int, int]] = []
    for bar in bar_lines(meters):
        if enough(bar, len(chunks)):
            break
        chunks.extend(bar_chunks(bar))
    parts_B2 = np.array(chunks, dtype=np.int64).reshape(-1, 2)
    starts_B = to_grid(parts_B2[:, 0], grid)
    lengths_B = to_grid(parts_B2.sum(axis=1), grid) - starts_B
    within = np.arange(CELL * grid // STEPS_PER_BEAT)
    cells = np.where(within < lengths_B[:, None], starts_B[:, None] + within, -1).reshape(-1)
    return np.concatenate([cells, np.full(-len(cells) % (len(within) * STEPS // CELL), -1)])


def line_tokens(table_M4: np.ndarray, steps: int) -> np.ndarray:
    """A line of single notes, in order, as tokens ``(steps,)``; what begins later is left out.

    Where notes overlap the later one cuts the earlier one.
    """
    table_M4 = table_M4[table_M4[:, 0] < steps]
    starts = table_M4[:, 0]
    sounding = np.zeros(steps + 1, dtype=np.int64)
    following = np.append(starts[1:], steps)
    ends = np.minimum(starts + table_M4[:, 1], following)
    np.add.at(sounding, starts, 1)
    np.add.at(sounding, np.minimum(ends, steps), -1)
    tokens = np.where(np.cumsum(sounding[:steps]) > 0, HOLD, REST)
    tokens[starts] = ONSET + table_M4[:, 2]
    return tokens


def drum_tokens(table_M4: np.ndarray, steps: int) -> np.ndarray:
    """Drum notes as sets of classes ``(steps,)``; pitches without a class are left out."""
    classes = CLASS_OF_PITCH[table_M4[:, 2]]
    known = (classes >= 0) & (table_M4[:, 0] < steps)
    tokens = np.zeros(steps, dtype=np.int64)
    np.bitwise_or.at(tokens, table_M4[known, 0], 1 << classes[known])
    return tokens


def spread(tokens_RS: np.ndarray, cells_C: np.ndarray, line: bool, cell: int = CELL) -> np.ndarray:
    """Tokens by step to tokens by cell, ``(R, C)``, ``cell`` of them a bar; the padding of a line
    holds a note that sounds before it."""
    real = cells_C >= 0
    tokens_RC = np.where(real, tokens_RS[:, np.maximum(cells_C, 0)], REST)
    if line and not real.all():
        last_C = np.maximum.accumulate(np.where(real, np.arange(len(cells_C)), 0))
        in_bar_C = np.repeat(real.reshape(-1, cell).any(axis=1), cell)
        held_RC = ~real & in_bar_C & (tokens_RC[:, last_C] != REST)
        tokens_RC = np.where(held_RC, HOLD, tokens_RC)
    return tokens_RC


def line_notes(tokens_S: np.ndarray, shift_S: np.ndarray | int = 0) -> np.ndarray:
    """Tokens of a line to notes ``(M, 3)``: step, length, pitch. A hold after a rest is a rest.

    ``shift_S`` is taken off the pitch of each onset.
    """
    onset = tokens_S >= ONSET
    starts = np.flatnonzero(onset)
    if not len(starts):
        return np.zeros((0, 3), dtype=np.int64)
    stops = np.append(np.flatnonzero(tokens_S != HOLD), len(tokens_S))
    ends = stops[np.searchsorted(stops, starts, side="right")]
    pitches = (tokens_S - ONSET - shift_S)[starts]
    return np.stack([starts, ends - starts, pitches], axis=1)


def drum_notes(tokens_S: np.ndarray) -> np.ndarray:
    """Drum sets to notes ``(M, 3)`` of one step each, in order of step, then pitch."""
    steps, classes = np.nonzero(BITS_OF_SET[tokens_S])
    table = np.stack([steps, np.ones_like(steps), PITCH_OF_CLASS[classes]], axis=1)
    return table[np.lexsort((table[:, 2], table[:, 0]))]


def accents(meters: tuple[Meter, ...], steps: int) -> np.ndarray:
    """The velocity of a note at each step, ``(steps,)``, by ``ACCENTS``."""
    first, beat, eighth, other = (velocity for _, velocity in ACCENTS)
    out = np.full(steps, other, dtype=np.int64)
    for bar in bar_lines(meters):
        if bar.step >= steps:
            break
        end = min(bar.step + bar.length, steps)
        unit = meter_to_beat_steps(bar.meter.numerator, bar.meter.denominator)
        out[bar.step : end : 2] = eighth
        out[bar.step : end : unit] = beat
        out[bar.step] = first
    return out
