"""Tiles that are never neighbours in training levels, kept apart while decoding.

Axes:  N windows · R rows, the bottom one first · C columns · T steps, columns · K tiles
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genvae.domains.levels.facts import NEARLY_ALL, Facts
from genvae.domains.levels.tileset import Tileset
from genvae.domains.records import OPEN

FREQUENT = 20
"""Neighbours that are each other's halves have been seen so often."""
EXPECTED = 5
"""Tiles are kept apart that would be neighbours so often by chance, and never are."""


def find_apart(x_NRC: np.ndarray, tileset: Tileset) -> Facts:
    """What tiles are never neighbours: what is kept where windows are not layered."""
    across_KK = _neighbours(x_NRC[:, :, :-1], x_NRC[:, :, 1:], tileset)
    upwards_KK = _neighbours(x_NRC[:, :-1], x_NRC[:, 1:], tileset)
    pairs_KK = _halves(across_KK)
    halves = np.flatnonzero(pairs_KK.any(0) | pairs_KK.any(1))
    return Facts(
        apart_beside=_never(across_KK, tileset),
        apart_above=_never(upwards_KK, tileset),
        apart_runs=_never_end(x_NRC, halves, tileset),
    )


def _neighbours(first: np.ndarray, second: np.ndarray, tileset: Tileset) -> np.ndarray:
    """How often each tile (rows of the table) has each neighbour (columns)."""
    count_KK = np.zeros((len(tileset), len(tileset)), dtype=np.int64)
    np.add.at(count_KK, (first, second), 1)
    return count_KK


def _halves(count_KK: np.ndarray) -> np.ndarray:
    """Pairs of tiles of which each comes with the other, and with nearly nothing else."""
    most_KK = np.maximum(count_KK.sum(1)[:, None], count_KK.sum(0)[None]).clip(min=FREQUENT)
    found: np.ndarray = (count_KK >= NEARLY_ALL * most_KK) & ~np.eye(len(count_KK), dtype=bool)
    return found


def _never(count_KK: np.ndarray, tileset: Tileset) -> list[str]:
    by_chance_KK = np.outer(count_KK.sum(1), count_KK.sum(0)) / max(count_KK.sum(), 1)
    never_KK = (count_KK == 0) & (by_chance_KK >= EXPECTED)
    for a, b in np.argwhere(_halves(count_KK)).tolist():
        never_KK[a, np.arange(len(tileset)) != b] = True
        never_KK[np.arange(len(tileset)) != a, b] = True
    symbols = tileset.symbols
    return [symbols[a] + symbols[b] for a, b in np.argwhere(never_KK).tolist()]


def _never_end(x_NRC: np.ndarray, tiles: np.ndarray, tileset: Tileset) -> list[str]:
    """What never is above a run of each of these tiles, by what the run stands on."""
    below_NRC = under_runs(x_NRC)
    seen_KKK = np.zeros((len(tileset),) * 3, dtype=bool)
    ends = (x_NRC[:, 1:] != x_NRC[:, :-1]) & (below_NRC[:, :-1] >= 0)
    seen_KKK[below_NRC[:, :-1][ends], x_NRC[:, :-1][ends], x_NRC[:, 1:][ends]] = True
    seen_KKK[:, np.arange(len(tileset)), np.arange(len(tileset))] = True
    symbols = tileset.symbols
    return [
        symbols[under] + symbols[tile] + symbols[above]
        for tile in tiles.tolist()
        for under in np.flatnonzero(seen_KKK[:, tile].sum(1) > 1).tolist()
        for above in np.flatnonzero(~seen_KKK[under, tile]).tolist()
    ]


def under_runs(x_NRC: np.ndarray) -> np.ndarray:
    """What the run of equal tiles stands on that each cell belongs to; -1 at the bottom."""
    below_NRC = np.full(x_NRC.shape, -1, dtype=np.int64)
    for row in range(1, x_NRC.shape[1]):
        goes_on = x_NRC[:, row] == x_NRC[:, row - 1]
        below_NRC[:, row] = np.where(goes_on, below_NRC[:, row - 1], x_NRC[:, row - 1])
    return below_NRC


class Apart:
    """Keeps tiles that are placed after checking out of decoding, and those apart that are never
    neighbours: so the sides of a pipe come together, and its mouth comes."""

    local = True

    def __init__(self, tileset: Tileset, facts: Facts) -> None:
        self.mask_K = tileset.decoded
        self.beside_KK = _may_follow(tileset, facts.apart_beside)
        alone = (self.beside_KK.sum(1) == 1)[:, None] | (self.beside_KK.sum(0) == 1)
        self.halves_KK = tileset.decoded & (self.beside_KK | ~alone)
        self.above_KK = _may_follow(tileset, facts.apart_above)
        self.kept = bool(facts.apart_beside or facts.apart_above)
        self.ends_KKK = None
        if facts.apart_runs:
            # The last entry is for runs that stand on nothing: at the bottom of a window.
            self.ends_KKK = np.ones((len(tileset) + 1, len(tileset), len(tileset)), dtype=bool)
            for run in facts.apart_runs:
                self.ends_KKK[tuple(tileset.numbers[symbol] for symbol in run)] = False

    def allow(self, step: int, row: int, steps_NTR: np.ndarray) -> np.ndarray:
        """The same ``(K,)`` mask for every cell, or what may stand between the cells to the left
        and right, above the one below, and on its run. Where nothing may, halves come first, then
        runs, then what is beside."""
        if not self.kept:
            return self.mask_K
        every_NK = np.broadcast_to(self.mask_K, (len(steps_NTR), len(self.mask_K)))
        halves_NK = _between(self.halves_KK, every_NK, step, row, steps_NTR)
        beside_NK = _between(self.beside_KK, halves_NK, step, row, steps_NTR)
        if row == 0:
            return beside_NK
        lower_N = steps_NTR[:, step, row - 1]
        if self.ends_KKK is not None:
            under_N = under_runs(steps_NTR[:, step, :row, None])[:, -1, 0]
            ends_NK = _where_any(halves_NK & self.ends_KKK[under_N, lower_N], halves_NK)
            beside_NK = _where_any(beside_NK & ends_NK, ends_NK)
        return _where_any(beside_NK & self.above_KK[lower_N], beside_NK)


def _between(
    may_KK: np.ndarray, of_NK: np.ndarray, step: int, row: int, steps_NTR: np.ndarray
) -> np.ndarray:
    """What may come after the cell to the left and, where it is known, before the one to the
    right."""
    if step > 0:
        of_NK = _where_any(of_NK & may_KK[steps_NTR[:, step - 1, row]], of_NK)
    if step + 1 < steps_NTR.shape[1]:
        right_N = steps_NTR[:, step + 1, row]
        fits_NK = (right_N == OPEN)[:, None] | may_KK.T[right_N]
        of_NK = _where_any(of_NK & fits_NK, of_NK)
    return of_NK


def _where_any(narrow_NK: np.ndarray, wide_NK: np.ndarray) -> np.ndarray:
    """The narrow masks, but the wide ones where those allow nothing."""
    found: np.ndarray = np.where(narrow_NK.any(1, keepdims=True), narrow_NK, wide_NK)
    return found


def _may_follow(tileset: Tileset, apart: Sequence[str]) -> np.ndarray:
    """What may come after each tile, ``(K, K)``; anything where that would be nothing."""
    after_KK = np.tile(tileset.decoded, (len(tileset), 1))
    for pair in apart:
        after_KK[tileset.numbers[pair[0]], tileset.numbers[pair[1]]] = False
    after_KK[~after_KK.any(1)] = tileset.decoded
    return after_KK
