"""Near-duplicate songs: those that share two-bar segments of melody, whatever their key."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from genvae.domains.base import Encoded
from genvae.domains.music.augment import relative_windows
from genvae.domains.music.drums import DRUM_SETS
from genvae.domains.music.layouts import Layout

SHARED = 0.3
"""Songs that share this much of the smaller one's segments belong together."""
FEWEST_NOTES = 3
"""Segments with fewer notes, or on one pitch only, are too common to tell songs apart."""
COMMON = 20
"""Segments found in more songs than this are ignored."""


def near_duplicates(encoded: Sequence[Encoded], groups: Sequence[str], layout: Layout) -> list[str]:
    """A cluster name a piece: the first group of those that belong together.

    Pieces of one group always share a cluster.
    """
    parent = list(range(len(encoded)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    def join(i: int, j: int) -> None:
        low, high = sorted((root(i), root(j)))
        parent[high] = low

    first: dict[str, int] = {}
    for i, group in enumerate(groups):
        join(first.setdefault(group, i), i)
    segments = [_segments(e, layout) for e in encoded]
    songs_with: dict[bytes, list[int]] = defaultdict(list)
    for i, own in enumerate(segments):
        for segment in own:
            songs_with[segment].append(i)
    shared: Counter[tuple[int, int]] = Counter()
    for songs in songs_with.values():
        if len(songs) <= COMMON:
            shared.update((a, b) for n, a in enumerate(songs) for b in songs[n + 1 :])
    for (a, b), count in shared.items():
        if count >= SHARED * min(len(segments[a]), len(segments[b])):
            join(a, b)
    return [groups[root(i)] for i in range(len(encoded))]


def _segments(encoded: Encoded, layout: Layout) -> set[bytes]:
    """The distinct segments of a song: its melody's (of a piano, its highest notes'), else its
    last line's or its drums'."""
    plan = layout.voices[-1]
    alone = Layout(layout.name, layout.summary, (plan,))
    x_NRT = encoded.windows[plan.main][:, :1, :]
    x_NT = x_NRT[:, 0, :]
    onset_NT = x_NT >= plan.first
    highest_N = np.where(onset_NT, x_NT, -1).max(axis=1)
    lowest_N = np.where(onset_NT, x_NT, DRUM_SETS).min(axis=1)
    telling_N = (onset_NT.sum(axis=1) >= FEWEST_NOTES) & (highest_N > lowest_N)
    rows = relative_windows({plan.main: x_NRT}, alone)
    return {np.ascontiguousarray(row).tobytes() for row in rows[telling_N]}
