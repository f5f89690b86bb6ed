"""The sections of a curve, which of them are the same again, and how two curves go together.

Change points are those that minimise the squared distance from the sections' means plus a price
for each section (optimal partitioning: Jackson et al., "An algorithm for optimal partitioning of
data on an interval", 2005).

Axes:  W places on the curve (windows of a song)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

SHORTEST = 2
"""Windows of a section at least: four bars."""
PRICE = 0.02
"""Of a section: the share of the curve's whole squared spread that it has to explain, less where
there are many windows."""
SAME = 0.2
"""Sections are the same again whose means differ by less than this share of the curve's range."""


@dataclass(frozen=True)
class Section:
    """A run of windows from ``start`` to before ``stop``; ``letter`` says which are the same."""

    start: int
    stop: int
    mean: float
    letter: str

    def __len__(self) -> int:
        return self.stop - self.start


def at_windows(values_M: np.ndarray, windows: int) -> np.ndarray:
    """Averages of a curve over so many equal parts, ``(W,)``; parts are cut within moments."""
    edges = np.linspace(0, len(values_M), windows + 1)
    whole = np.concatenate([[0.0], np.cumsum(values_M)])
    sums = np.interp(edges, np.arange(len(whole)), whole)
    found: np.ndarray = np.diff(sums) / np.diff(edges)
    return found


def sections(values_W: np.ndarray) -> list[Section]:
    """The sections of a curve from left to right, A, B, ...; those of one letter are as tense as
    one another, and never neighbours."""
    count = len(values_W)
    spread = float(np.square(values_W - values_W.mean()).sum())
    price = spread * max(PRICE, 1.0 / (2 * count))
    best, cut = np.full(count + 1, np.inf), np.zeros(count + 1, dtype=int)
    best[0] = 0.0
    for stop in range(1, count + 1):
        for start in range(0, max(int(count < SHORTEST), stop - SHORTEST + 1)):
            part = values_W[start:stop]
            cost = best[start] + float(np.square(part - part.mean()).sum()) + price
            if cost < best[stop] - 1e-12:
                best[stop], cut[stop] = cost, start
    stops = [count]
    while cut[stops[-1]] > 0:
        stops.append(int(cut[stops[-1]]))
    return _lettered(values_W, [0, *stops[::-1]])


def sources(found: list[Section]) -> np.ndarray:
    """The window that each window returns to, ``(W,)``, -1 for none: the same place in the first
    section of its letter, as far as that one goes."""
    first: dict[str, Section] = {}
    source = np.full(found[-1].stop, -1)
    for section in found:
        known = first.setdefault(section.letter, section)
        if known is not section:
            length = min(len(section), len(known))
            source[section.start : section.start + length] = known.start + np.arange(length)
    return source


def correlation(a_W: np.ndarray, b_W: np.ndarray) -> float:
    """Pearson's; NaN where either curve is even."""
    a, b = a_W - a_W.mean(), b_W - b_W.mean()
    size = float(np.sqrt(np.square(a).sum() * np.square(b).sum()))
    return float((a * b).sum() / size) if size > 1e-12 else float("nan")


def _lettered(values_W: np.ndarray, edges: list[int]) -> list[Section]:
    reach = SAME * float(np.ptp(values_W))
    found: list[Section] = []
    means: list[float] = []
    for start, stop in pairwise(edges):
        mean = float(values_W[start:stop].mean())
        before = found[-1].letter if found else ""
        near = [
            (abs(mean - known), number)
            for number, known in enumerate(means)
            if abs(mean - known) <= reach and _letter(number) != before
        ]
        number = min(near)[1] if near else len(means)
        if number == len(means):
            means.append(mean)
        found.append(Section(start, stop, mean, _letter(number)))
    return found


def _letter(number: int) -> str:
    return chr(ord("A") + number % 26) + "'" * (number // 26)
