"""Quality-diversity search over latents: CMA-ME (Fontaine et al. 2020) with pyribs.

A whole piece has a thousand numbers in z, and what follows what in it only the prior knows. So
each piece is a new draw of the prior, and searched is how far all its windows are moved along a few
given directions: a point of the search is one number a direction. The same point gives other pieces
each time; what is kept is a piece, not a point.

Axes:  N points, each with a draw · K directions · W windows of a piece · P positions · D dims of z
       Z = P*D
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

STEP = 0.5
"""Standard deviation of an emitter's first points; 1 is the length of a direction."""
CORNERS = ((1, 1), (1, -1), (-1, 1), (-1, -1))
"""An emitter begins towards each corner of the two attributes."""


def moved(draws_NWPD: np.ndarray, points_NK: np.ndarray, ways_KZ: np.ndarray) -> np.ndarray:
    """Each draw with all its windows moved as its point says, ``(N, W, P, D)``."""
    apart_NPD = (points_NK @ ways_KZ).reshape(-1, *draws_NWPD.shape[2:])
    found: np.ndarray = draws_NWPD + apart_NPD[:, None]
    return found.astype(np.float32)


class Search:
    """Asks for points to be judged, and learns from what is told of them. Points without quality
    (0 or less) are never kept. Equal seeds ask for equal points if they are told the same."""

    def __init__(
        self,
        directions: int,
        cells: Sequence[int],
        ranges: Sequence[tuple[float, float]],
        *,
        steered: bool,
        batch: int,
        seed: int,
    ) -> None:
        """``steered``: the first two directions are those in which the attributes grow."""
        from ribs.archives import GridArchive
        from ribs.emitters import EvolutionStrategyEmitter

        seeds = np.random.SeedSequence(seed).generate_state(len(CORNERS) + 1).tolist()
        self._archive = GridArchive(
            solution_dim=directions,
            dims=list(cells),
            ranges=list(ranges),
            learning_rate=1.0,
            threshold_min=0.0,
            seed=seeds[-1],
        )
        self._emitters: list[Any] = [
            EvolutionStrategyEmitter(
                self._archive,
                x0=np.pad(np.array(corner, dtype=float) * steered, (0, directions - 2)),
                sigma0=STEP,
                ranker="2imp",
                batch_size=batch,
                seed=seeds[number],
            )
            for number, corner in enumerate(CORNERS)
        ]

    def know(self, points_NK: np.ndarray, quality_N: np.ndarray, measures_N2: np.ndarray) -> None:
        """Points that nobody asked for, judged."""
        self._archive.add(points_NK, quality_N, measures_N2)

    def ask(self, emitter: int) -> np.ndarray:
        """A batch of points ``(N, K)`` of one of the ``len(CORNERS)`` emitters."""
        points: np.ndarray = self._emitters[emitter].ask()
        return points

    def tell(
        self, emitter: int, points_NK: np.ndarray, quality_N: np.ndarray, measures_N2: np.ndarray
    ) -> None:
        """What was found of the points that the emitter asked for last."""
        info = self._archive.add(points_NK, quality_N, measures_N2)
        # Before anything was kept there is nothing to go on from.
        if not self._archive.empty:
            self._emitters[emitter].tell(points_NK, quality_N, measures_N2, info)
