"""Time signatures: which may be asked for, what kind of bar is which, where a window has padding.

A bar takes ``CELL`` cells of a window whatever its meter; one of 3/4 or 6/8 fills the first 12,
the rest is padding. Cells do not say where padding is, the meters of the context do.

Axes:  N pieces · W windows · S steps of the windows (cells) · B bars · R rows
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from genvae.domains.base import Windows
from genvae.domains.music.grids import to_grid
from genvae.domains.music.layouts import CELL, COMMON, STEPS, Layout
from genvae.domains.music.roll import bar_chunks, cells_of_windows
from genvae.domains.music.song import Bar, Meter, bar_lines
from genvae.domains.music.units import STEPS_PER_BEAT, meter_to_beat_steps, meter_to_steps
from genvae.errors import GenvaeError

METERS = (COMMON, (3, 4), (6, 8))
"""What can be asked for and learned from. 2/2 counts as 4/4, a bar of 12/8 as two of 6/8."""
OTHER = "other"
"""The label of a window whose bars are of no such meter, or not all of one."""
RARE = 0.12
"""Share of bars with something in the padding up to which it is taken for padding; of 4,000 pieces
in 4/4 one in 300 has so little in the last quarter of its bars."""


def parse_meter(text: str, problem: type[GenvaeError], where: str) -> tuple[int, int]:
    """A meter of ``METERS`` from ``3/4``; raises ``problem``, which begins with ``where``."""
    found = re.fullmatch(r"\s*(\d{1,2})\s*/\s*(\d{1,2})\s*", text, re.ASCII)
    if found is None:
        raise problem(f"{where}: not a meter; write it as 4/4")
    meter = int(found[1]), int(found[2])
    if meter not in METERS:
        raise problem(f"{where}: songs can be made in {named(METERS)} only")
    return meter


def named(meters: Iterable[tuple[int, int]]) -> str:
    """``4/4, 3/4``."""
    return ", ".join(f"{top}/{bottom}" for top, bottom in meters)


def kind_of_bar(bar: Bar, meters: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Which of these meters a bar is one bar of, or several bars: those with as many steps, of them
    the one with the same beat, else the first. None for a bar of another kind."""
    beat = meter_to_beat_steps(bar.meter.numerator, bar.meter.denominator)
    if bar.length == 2 * meter_to_steps(6, 8) and beat == 6:
        return (6, 8) if (6, 8) in meters else None
    fitting = [m for m in meters if meter_to_steps(*m) == bar.length]
    alike = [m for m in fitting if meter_to_beat_steps(*m) == beat]
    return next(iter(alike or fitting), None)


def window_meters(meters: Sequence[Sequence[int]], windows: int) -> list[str]:
    """A label for each window: ``4/4``, ``3/4``, ``6/8``, or ``other``."""
    kinds: list[str] = []
    for bar in bar_lines(tuple(Meter(*m) for m in meters)):
        if len(kinds) * CELL >= windows * STEPS:
            break
        kind = kind_of_bar(bar, METERS)
        kinds += [named([kind]) if kind else OTHER] * len(bar_chunks(bar))
    bars = STEPS // CELL
    groups = [set(kinds[at : at + bars]) for at in range(0, windows * bars, bars)]
    return [group.pop() if len(group) == 1 else OTHER for group in groups]


class Padding:
    """Which cells hold nothing, for pieces that are decoded side by side."""

    def __init__(
        self,
        contexts: Sequence[Mapping[str, Any]],
        first: int = 0,
        grid: int = STEPS_PER_BEAT,
    ) -> None:
        """``contexts`` are those of the pieces, one each or one for all; asked about are their
        windows from the ``first`` on, of so many steps a beat."""
        self._grid, self._steps = grid, STEPS * grid // STEPS_PER_BEAT
        given = [c.get("meters") or [(0, *COMMON)] for c in contexts]
        self._meters = [tuple(Meter(*m) for m in meters) for meters in given]
        self._first = first
        self._empty_NS = np.zeros((len(contexts), 0), dtype=bool)

    def at(self, step: int) -> np.ndarray | None:
        """``(N,)``, or ``(1,)`` if all are alike; None where there is no padding."""
        while step >= self._empty_NS.shape[1]:
            windows = max(8, 2 * self._empty_NS.shape[1] // self._steps)
            count = self._first + windows
            rows = [cells_of_windows(m, count, self._grid) < 0 for m in self._meters]
            if not rows:
                return None
            self._empty_NS = np.stack(rows)[:, self._first * self._steps :]
        empty_N: np.ndarray = self._empty_NS[:, step]
        return empty_N if empty_N.any() else None


def likely_meter(windows: Windows, layout: Layout) -> tuple[int, int]:
    """The layout's meter that windows are most likely in, by what begins where: one of 12 steps
    where (nearly) nothing begins in the last four cells of a bar; 6/8 rather than 3/4 where no
    less begins on its second beat than on the third of the other."""
    short = [m for m in layout.meters if meter_to_steps(*m) < CELL]
    count = len(next(iter(windows.values())))
    begins_BT = np.zeros((count * STEPS // CELL, layout.cell), dtype=bool)
    for plan in layout.voices:
        begins_NRT = windows[plan.main] >= plan.first
        begins_BT |= begins_NRT.any(axis=1).reshape(-1, layout.cell)
    busy_BT = begins_BT[begins_BT.any(axis=1)]
    if not short or not len(busy_BT):
        return layout.meters[0]
    full = [m for m in layout.meters if m not in short]
    if (
        full
        and busy_BT[:, int(to_grid(meter_to_steps(*short[0]), layout.grid)) :].any(axis=1).mean()
        > RARE
    ):
        return full[0]
    if len(short) == 1:
        return short[0]
    second, third = (busy_BT[:, int(to_grid(step, layout.grid))].sum() for step in (6, 8))
    return (6, 8) if second >= third else (3, 4)
