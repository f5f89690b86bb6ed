"""What holds in all or nearly all training levels, found in them and kept while decoding.

- ``counts``: how many tiles of a role a level has (one player, four boxes, four goals)
- ``border``: the tile that the outermost ring is made of
- ``beside``: for each tile that is placed, which patterns of solid neighbours it has been seen
  with (a box is in no corner, an enemy stands on something)
- ``joined``: all that is placed lies in one part of the open ground
- ``apart_beside``, ``apart_above``: pairs of tiles that are never neighbours, though there are so
  many of both (the left side of a pipe, and anything but its right side)
- ``apart_runs``: what never ends a run of a tile that is half of something, by what it stands on (a
  pipe on the ground ends in its mouth; one whose mouth is below may end in a ceiling)

A model file keeps them in its codec's configuration, so that a user's own tileset gets them too.

Axes:  N windows · R rows, the bottom one first · C columns · K tiles
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from genvae.domains.levels.layers import objects_of
from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Ruleset
from genvae.domains.levels.tileset import Tileset
from genvae.domains.records import OPEN, Placement

NEARLY_ALL = 0.98
"""The share of the training levels in which a fact must hold."""
COUNTED_ROLES = ("start", "goal", "box", "key", "locked")
ROOMY = 0.125
"""The least share of the empty cells that a way must pass for things to be kept beside it."""
DRAWN_TO = 3.0
"""What is collected is so many times as likely there: what would have come elsewhere comes here."""
EXAMINED = 4000
"""Levels in which the parts of the open ground are looked at: the slow one."""


@dataclass(frozen=True)
class Facts:
    """See the module; ``beside`` maps a symbol to 16 bits, bit ``n`` for the pattern ``n`` of solid
    neighbours (1 below, 2 above, 4 left, 8 right). A pair is the left symbol, then the right one;
    the lower, then the upper one; a run is what it stands on, its symbol, and what is above it."""

    counts: Mapping[str, int] = field(default_factory=dict)
    border: str | None = None
    beside: Mapping[str, int] = field(default_factory=dict)
    joined: bool = False
    apart_beside: Sequence[str] = ()
    apart_above: Sequence[str] = ()
    apart_runs: Sequence[str] = ()

    def __post_init__(self) -> None:
        for name in ("apart_beside", "apart_above", "apart_runs"):
            object.__setattr__(self, name, tuple(getattr(self, name)))

    def table(self) -> dict[str, Any]:
        """JSON-able; ``Facts(**table)`` makes equal facts."""
        return {
            "counts": dict(self.counts),
            "border": self.border,
            "beside": dict(self.beside),
            "joined": self.joined,
            "apart_beside": list(self.apart_beside),
            "apart_above": list(self.apart_above),
            "apart_runs": list(self.apart_runs),
        }


def find_facts(x_NRC: np.ndarray, tileset: Tileset) -> Facts:
    """The facts of these levels, each one window."""
    x = np.asarray(x_NRC)
    counts = {}
    for role in COUNTED_ROLES:
        per_level = tileset.having(role)[x].sum(axis=(1, 2))
        usual = int(np.bincount(per_level).argmax())
        if tileset.having(role).any() and (per_level == usual).mean() >= NEARLY_ALL:
            counts[role] = usual
    ring = np.concatenate([x[:, 0], x[:, -1], x[:, :, 0], x[:, :, -1]], axis=1)
    first = int(np.bincount(ring.reshape(-1)).argmax())
    border = (ring == first).all(axis=1).mean() >= NEARLY_ALL
    patterns = solid_beside(x, tileset)
    beside = {
        tileset.symbols[k]: int(sum(1 << int(p) for p in np.unique(patterns[x == k])))
        for k in np.flatnonzero(objects_of(tileset))
    }
    placed = objects_of(tileset)[x[:EXAMINED]]
    parts = largest_parts(open_ground(x[:EXAMINED], tileset))
    joined = (~placed | parts).all(axis=(1, 2)).mean() >= NEARLY_ALL
    return Facts(counts, tileset.symbols[first] if border else None, beside, bool(joined))


def open_ground(x_NRC: np.ndarray, tileset: Tileset) -> np.ndarray:
    """Mask of the cells that are not solid."""
    mask: np.ndarray = ~tileset.having("solid")[x_NRC]
    return mask


def solid_beside(x_NRC: np.ndarray, tileset: Tileset) -> np.ndarray:
    """The pattern of solid neighbours of each cell; beyond the window all is solid."""
    solid = np.pad(tileset.having("solid")[x_NRC], ((0, 0), (1, 1), (1, 1)), constant_values=True)
    middle = slice(1, -1)
    found: np.ndarray = 1 * solid[:, :-2, middle] + 2 * solid[:, 2:, middle]
    found += 4 * solid[:, middle, :-2] + 8 * solid[:, middle, 2:]
    return found


def largest_parts(open_NRC: np.ndarray) -> np.ndarray:
    """Mask of the largest part of each window's open cells (neighbours along rows and columns)."""
    n, rows, columns = open_NRC.shape
    label = np.where(open_NRC, np.arange(1, rows * columns + 1).reshape(rows, columns), 0)
    while True:
        wide = np.pad(label, ((0, 0), (1, 1), (1, 1)))
        middle = slice(1, -1)
        near = [
            wide[:, :-2, middle],
            wide[:, 2:, middle],
            wide[:, middle, :-2],
            wide[:, middle, 2:],
        ]
        new = np.where(open_NRC, np.maximum.reduce([label, *near]), 0)
        if np.array_equal(new, label):
            break
        label = new
    size = np.zeros((n, rows * columns + 1), dtype=int)
    np.add.at(size, (np.arange(n)[:, None], label.reshape(n, -1)), 1)
    size[:, 0] = 0
    found: np.ndarray = open_NRC & (label == size.argmax(axis=1)[:, None, None])
    return found


class Kept:
    """Keeps facts while a layered window is decoded: first terrain, then what stands on it."""

    def __init__(
        self,
        tileset: Tileset,
        facts: Facts,
        placement: Placement | None = None,
        ruleset: Ruleset | None = None,
    ) -> None:
        self.tileset, self.facts, self.placement = tileset, facts, placement
        self.ruleset = ruleset
        self.placed_K = objects_of(tileset)
        self.ring = None if facts.border is None else tileset.numbers[facts.border]
        self.roles = [(tileset.having(role), count) for role, count in facts.counts.items()]

    def allow(self, step: int, row: int, steps_NTR: np.ndarray) -> np.ndarray:
        """Terrain may be anything but objects, and the border's tile on the border; afterwards
        terrain stays, and on empty ground objects may come, as many as there must be; what is
        collected rather beside the way, if there is one."""
        columns, rows = self.tileset.columns, self.tileset.rows
        begin, at = step - step % (2 * columns), step % (2 * columns)
        if at < columns:
            edge = row in (0, rows - 1) or at in (0, columns - 1)
            if edge and self.ring is not None:
                ring_K: np.ndarray = np.arange(len(self.tileset)) == self.ring
                return ring_K
            ground_K: np.ndarray = ~self.placed_K
            return ground_K
        column = at - columns
        if column == 0 and row == 0:
            both = steps_NTR[:, begin : begin + 2 * columns].transpose(0, 2, 1)
            self._begin(both[..., :columns], both[..., columns:])
        else:
            before = (step, row - 1) if row else (step - 1, rows - 1)
            tile_N = steps_NTR[:, before[0], before[1]]
            self.needed_NG -= self.of_role_KG[tile_N]
            self.left_NG -= self.chances_NRCG[:, before[1], before[0] - begin - columns]
            self.anywhere_N -= self.some_NRC[:, before[1], before[0] - begin - columns]
        return self._mask(row, column)

    def _begin(self, ground_NRC: np.ndarray, known_NRC: np.ndarray) -> None:
        """What may stand where, on a whole terrain with what is known of the things on it."""
        n, count = len(ground_NRC), len(self.tileset)
        may = np.zeros((*ground_NRC.shape, count), dtype=bool)
        free = ground_NRC == self.tileset.empty
        if self.facts.joined:
            free &= largest_parts(open_ground(ground_NRC, self.tileset))
        pattern = solid_beside(ground_NRC, self.tileset)
        for k in np.flatnonzero(self.placed_K):
            bits = self.facts.beside.get(self.tileset.symbols[k], 0xFFFF)
            may[..., k] = free & ((bits >> pattern) & 1).astype(bool)
        pairs = zip(may, ground_NRC, known_NRC, strict=True)
        beside_N = np.array([self._beside_a_way(*each) for each in pairs])
        self.odds_NK = None
        if beside_N.any():
            collected_NK = beside_N[:, None] & self.tileset.having("collectable")
            self.odds_NK = np.where(collected_NK, DRAWN_TO, 1.0)
        self.ground_NRC, self.may_NRCK = ground_NRC.copy(), may
        self.of_role_KG = np.zeros((count, len(self.roles)), dtype=int)
        for g, (having_K, _) in enumerate(self.roles):
            self.of_role_KG[:, g] = having_K
        self.chances_NRCG = (may @ self.of_role_KG.astype(int) > 0).astype(int)
        self.some_NRC = (self.chances_NRCG.any(-1)).astype(int)
        self.left_NG = self.chances_NRCG.sum((1, 2))
        self.anywhere_N = self.some_NRC.sum((1, 2))
        self.needed_NG = np.tile([c for _, c in self.roles], (n, 1)).astype(int)

    def _beside_a_way(
        self, may_RCK: np.ndarray, ground_RC: np.ndarray, known_RC: np.ndarray
    ) -> bool:
        """Let players and what they collect be only where the ruleset has a way; False if it knows
        none that has room."""
        if self.ruleset is None:
            return False
        starts_RC = self.tileset.having("start")[known_RC] & (known_RC != OPEN)
        grid_RC = np.where(starts_RC, known_RC, ground_RC)
        room = self.ruleset.roomiest(Level(grid_RC[::-1], self.tileset))
        if room is None:
            return False
        begin_RC, come_by_RC = room.begin_HW[::-1], room.come_by_HW[::-1]
        if come_by_RC.sum() < ROOMY * (ground_RC == self.tileset.empty).sum():
            return False
        for role, where_RC in (("start", begin_RC), ("collectable", come_by_RC)):
            of_role = self.tileset.having(role)
            may_RCK[..., of_role] &= where_RC[..., None]
        return True

    def _mask(self, row: int, column: int) -> np.ndarray:
        may_NK: np.ndarray = self.may_NRCK[:, row, column].copy()
        stays_NK = np.eye(len(self.tileset), dtype=bool)[self.ground_NRC[:, row, column]]
        may_NK &= ~(self.of_role_KG[None] > self.needed_NG[:, None]).any(-1)
        # Where no more places are left than objects must come, this one is taken.
        pressed_NG = self.needed_NG > self.left_NG - self.chances_NRCG[:, row, column]
        pressed_N = self.needed_NG.sum(1) > self.anywhere_N - self.some_NRC[:, row, column]
        mask_NK: np.ndarray = may_NK | stays_NK
        for wanted_NG in (pressed_N[:, None] & (self.needed_NG > 0), pressed_NG):
            serves_NK = (self.of_role_KG[None] * wanted_NG[:, None]).any(-1) & may_NK
            mask_NK = np.where(serves_NK.any(1)[:, None], serves_NK, mask_NK)
        return mask_NK if self.odds_NK is None else mask_NK * self.odds_NK
