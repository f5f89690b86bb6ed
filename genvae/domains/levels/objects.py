"""How the things of a layered level are placed on its terrain; see ``records.Placement``.

Only where every level has equally many of each kind (``Facts.counts``). What is known when a
thing is to come: walls, ground that is joined, what stands already, and what the ruleset says of
its room (the share of goals that a box could be pushed onto).

Axes:  N windows · R rows, the bottom one first · C columns · K kinds · T = 2*C
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genvae.domains.levels.facts import Facts, largest_parts, open_ground, solid_beside
from genvae.domains.levels.layers import objects_of
from genvae.domains.levels.rules.base import Ruleset
from genvae.domains.levels.tileset import Tileset
from genvae.domains.records import Placement

ORDER = ("goal", "key", "locked", "box", "enemy", "collectable", "start")
"""What is placed before what: goals before the boxes that belong on them, the player last."""


class LevelPlacement(Placement):
    """The things of the levels of one tileset."""

    def __init__(self, tileset: Tileset, facts: Facts, ruleset: Ruleset | None) -> None:
        self.tileset, self.facts, self.ruleset = tileset, facts, ruleset
        self.kinds = tuple(role for role in ORDER if facts.counts.get(role))
        self.order = tuple(
            k for k, role in enumerate(self.kinds) for _ in range(facts.counts[role])
        )
        self.planes = 2 * len(self.kinds) + 5
        self.placed_K = objects_of(tileset)
        self.of_kind_KT = np.stack([tileset.having(role) for role in self.kinds])
        """Which tiles hold a thing of each kind."""
        self.tile_of = {
            tuple(self.of_kind_KT[:, tile].tolist()): int(tile)
            for tile in np.flatnonzero(self.placed_K)[::-1]
        }
        self.tile_of[(False,) * len(self.kinds)] = tileset.empty

    def split(self, cells_NTR: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See ``Placement``."""
        x_NRT = np.asarray(cells_NTR).transpose(0, 2, 1)
        columns = self.tileset.columns
        ground, things = x_NRT[..., :columns], x_NRT[..., columns:]
        return ground, np.stack([of_T[things] for of_T in self.of_kind_KT], axis=1)

    def joined(self, ground_NRC: np.ndarray, has_NKRC: np.ndarray) -> np.ndarray:
        """See ``Placement``."""
        tiles = ground_NRC.copy()
        for held, tile in self.tile_of.items():
            same = (has_NKRC == np.array(held)[:, None, None]).all(1)
            tiles[same & has_NKRC.any(1)] = tile
        found: np.ndarray = tiles.transpose(0, 2, 1)
        return found

    def seen(
        self,
        ground_NRC: np.ndarray,
        has_NKRC: np.ndarray,
        kind_N: np.ndarray,
        free_NRC: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """See ``Placement``; planes: solid, not solid, joined, each kind, where one more of the
        kind may come, the ruleset's share, the kind itself."""
        n = len(ground_NRC)
        solid = ~open_ground(ground_NRC, self.tileset)
        part = largest_parts(~solid) if self.facts.joined else ~solid
        may = ground_NRC == self.tileset.empty
        if free_NRC is not None:
            may &= free_NRC
        share = np.zeros(may.shape, dtype=np.float32)
        for kind in np.unique(kind_N):
            rows = np.flatnonzero(kind_N == kind)
            share[rows], allowed = self._room(~solid[rows], has_NKRC[rows], int(kind))
            fits, usual = self._takes(ground_NRC[rows], has_NKRC[rows], int(kind))
            may[rows] &= fits
            # Rather a box that is stuck than one too few: that is mended, or drawn again.
            for wish in (part[rows], usual, allowed):
                fewer = may[rows] & wish
                may[rows] = np.where(fewer.any((1, 2))[:, None, None], fewer, may[rows])
        told = np.zeros((n, len(self.kinds), *may.shape[1:]), dtype=np.float32)
        told[np.arange(n), kind_N] = 1.0
        stack = [solid, ~solid, part, may, share]
        planes = np.concatenate([np.stack(stack, axis=1), has_NKRC, told], axis=1)
        return planes.astype(np.float32), may

    def _takes(
        self, ground_NRC: np.ndarray, has_NKRC: np.ndarray, kind: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Cells whose tile would still be one with a thing of the kind in it; and those of them
        where training levels had it, by the walls beside."""
        pattern = solid_beside(ground_NRC, self.tileset)
        fits = np.zeros(ground_NRC.shape, dtype=bool)
        usual = fits.copy()
        for held, tile in self.tile_of.items():
            if held[kind]:
                before = list(held)
                before[kind] = False
                same = (has_NKRC == np.array(before)[:, None, None]).all(1)
                bits = self.facts.beside.get(self.tileset.symbols[tile], 0xFFFF)
                fits |= same
                usual |= same & ((bits >> pattern) & 1).astype(bool)
        return fits, usual

    def _room(
        self, open_NRC: np.ndarray, has_NKRC: np.ndarray, kind: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """What the ruleset says, whose rows begin at the top."""
        if self.ruleset is not None:
            standing = {role: has_NKRC[:, k, ::-1] for k, role in enumerate(self.kinds)}
            found = self.ruleset.room(self.kinds[kind], open_NRC[:, ::-1], standing)
            if found is not None:
                return found[0][:, ::-1], found[1][:, ::-1]
        return np.zeros(open_NRC.shape), np.ones(open_NRC.shape, dtype=bool)


def placement_of(
    tileset: Tileset, facts: Facts | None, ruleset: Ruleset | None
) -> LevelPlacement | None:
    """The placement of a tileset's levels; None where something that is placed is not counted."""
    if facts is None:
        return None
    counted: Sequence[str] = [role for role in ORDER if facts.counts.get(role)]
    if not counted or (objects_of(tileset) & ~tileset.having(*counted)).any():
        return None
    return LevelPlacement(tileset, facts, ruleset)
