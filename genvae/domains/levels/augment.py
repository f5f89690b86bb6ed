"""Levels seen another way, for training: mirrored, and where they can be turned, turned.

Axes:  N windows · R rows, the bottom one first · C columns
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.platformer import cross
from genvae.domains.levels.tileset import Tileset
from genvae.domains.levels.windows import from_windows

FAR = 0.4
REMEMBERED = 200_000
"""Verdicts on mirrored chunks that are kept, some 20 MB."""


class Augmenter:
    """Other views of windows of one tileset; remembers which mirrored ones can be crossed."""

    def __init__(self, tileset: Tileset) -> None:
        self.tileset = tileset
        self._verdicts: dict[bytes, bool] = {}

    def turned(self, x_NRC: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
        """Another view of windows beside one another, None for the same: every other time left
        and right are exchanged (windows, columns and paired tiles), of a platformer only where
        the mirrored chunk can be crossed (about four in five). Of levels that can be turned one
        of eight views (four where a window is not square, or has others beside it)."""
        if self.tileset.turns:
            return self._seen_from_above(x_NRC, rng)
        if rng.random() < 0.5:
            return None
        mirrored = self.tileset.mirror_numbers[x_NRC[::-1, :, ::-1]]
        if self.tileset.rules == "platformer" and not self._crossable(mirrored):
            return None
        return np.ascontiguousarray(mirrored, dtype=x_NRC.dtype)

    def shifted(self, x_NRC: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A whole level moved by up to ``FAR`` of its height and width, what leaves on one side
        comes in on the other: no level one would play, but hundreds of them hold for networks
        what thousands would. What goes on beyond its window stays as it is."""
        if len(x_NRC) > 1:
            return x_NRC
        far = [int(size * FAR) for size in x_NRC.shape[1:]]
        by = [int(rng.integers(-most, most + 1)) for most in far]
        return np.roll(x_NRC, by, axis=(1, 2))

    def _seen_from_above(self, x_NRC: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        if rng.random() < 0.5:
            x_NRC = x_NRC[::-1, :, ::-1]
        if rng.random() < 0.5:
            x_NRC = x_NRC[:, ::-1]
        if rng.random() < 0.5 and len(x_NRC) == 1 and self.tileset.rows == self.tileset.columns:
            x_NRC = x_NRC.transpose(0, 2, 1)
        return np.ascontiguousarray(x_NRC)

    def _crossable(self, x_NRC: np.ndarray) -> bool:
        """Can the level of these windows be crossed? Remembered: a training asks again."""
        key = blake2b(x_NRC.tobytes(), digest_size=8).digest()
        if key not in self._verdicts:
            if len(self._verdicts) >= REMEMBERED:
                self._verdicts.clear()
            self._verdicts[key] = cross(Level(from_windows(x_NRC), self.tileset)).playable
        return self._verdicts[key]
