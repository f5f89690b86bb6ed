"""``genvae explore``: pieces spread over two attributes, found by quality-diversity search over z.

Axes:  N pieces · W windows · P positions · D dims of z · Z = P*D · K directions
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import numpy as np

from genvae.domains.base import Windows
from genvae.errors import GenvaeError, OptionProblem
from genvae.evaluation.shelf import Shelf
from genvae.generation import likely
from genvae.generation.generator import BATCH, Generator
from genvae.generation.search import CORNERS, Search, moved
from genvae.workflows import walk
from genvae.workflows.explore_axes import Axis
from genvae.workflows.made import Made, finish, good
from genvae.workflows.plan import Plan, context_of, plan, stack_of
from genvae.workflows.store import Opened

PILOT = 4 * BATCH
"""Draws of the prior that a search begins with; they say what is usual, and how far axes go."""
ROUND = len(CORNERS) * BATCH
"""Decodings of one iteration."""
WAYS = 6
"""Principal directions of z that pieces are moved along, beside the concept vectors of the axes."""
STRIDE = 2.0
"""What 1 along a concept vector means, in deviations of held-out pieces."""
WINDOWS = 4
"""Windows of a piece, unless a length is asked for: eight bars, 64 columns."""
MOST = 2000
"""Iterations."""


@dataclass
class Explored:
    """What a search found: a shelf of its own, and one of as many draws of the prior."""

    axes: tuple[Axis, Axis]
    found: Shelf[Made]
    drawn: Shelf[Made]
    decodings: int = 0
    random: int = 0
    """Draws in ``drawn``; as many as ``decodings`` unless the search was stopped."""
    valid: dict[str, int] = field(default_factory=lambda: {"found": 0, "drawn": 0})

    @property
    def stopped(self) -> bool:
        """Was it ended by hand?"""
        return self.random < self.decodings or not self.decodings

    def figures(self) -> dict[str, Any]:
        """Coverage, QD score and share of valid pieces, of both; JSON-able."""
        counts = {"found": self.decodings, "drawn": self.random}
        rows = {"explored": (self.found, "found"), "random": (self.drawn, "drawn")}
        return {
            name: {
                "decodings": counts[key],
                "cells": len(shelf.held),
                "coverage": round(shelf.coverage, 4),
                "qd_score": round(shelf.score, 3),
                "quality": round(shelf.score / max(1, len(shelf.held)), 4),
                "valid": round(self.valid[key] / max(1, counts[key]), 4),
            }
            for name, (shelf, key) in rows.items()
        }


def check(
    opened: Opened, grid: str, iterations: int, seed: int | None, length: str | None
) -> tuple[int, int]:
    """Are these options of a search, and is pyribs here? Rows and columns. Raises OptionProblem and
    GenvaeError."""
    size = walk.grid_of(grid, "--grid")
    if not 1 <= iterations <= MOST:
        raise OptionProblem(f"--iterations {iterations}: expected 1 to {MOST}")
    if seed is not None and not 0 <= seed < 2**64:
        raise OptionProblem(f"--seed {seed}: expected a whole number from 0 to 2**64 - 1")
    if stack_of(plan(opened, length=length).trim) is not None:
        raise OptionProblem(f"--length {length}: explore makes pieces one window high")
    if find_spec("ribs") is None:
        raise GenvaeError("exploring needs pyribs: pip install 'genvae[search]'")
    return size


def batches(iterations: int) -> int:
    """How often ``Explorer.run`` advances."""
    return 2 * iterations * len(CORNERS) + PILOT // BATCH


class Explorer:
    """A search in progress: ``run`` it; what it found so far is in ``result`` at any time."""

    def __init__(
        self,
        opened: Opened,
        axes: tuple[Axis, Axis],
        size: tuple[int, int],
        *,
        seed: int,
        length: str | None = None,
    ) -> None:
        self.opened, self.axes, self.size, self.seed = opened, axes, size, seed
        self._generator = Generator(opened.model, opened.codec)
        asked = plan(opened, length=length)
        if length is None:
            count = min(asked.windows, WINDOWS)
            asked = Plan(count, {}, asked.temperature, asked.prior, asked.requests)
        self._asked = asked
        empty: tuple[Shelf[Made], Shelf[Made]] = (Shelf(size, []), Shelf(size, []))
        self.result = Explored(axes, *empty)
        self._usual = 0.0, 1.0
        self._ways_KZ = ways_of(opened, [axis.attribute.name for axis in axes])

    def run(self, iterations: int, advance: Callable[[], None] = lambda: None) -> None:
        """Draw, search, then draw as many as were searched; ``advance`` is called for a batch."""
        search = self._begun(advance)
        for batch in range(iterations * len(CORNERS)):
            emitter = batch % len(CORNERS)
            points_NK = search.ask(emitter)
            z_NWPD, made = self._made(self.result.decodings, points_NK)
            self.result.decodings += len(made)
            quality_N, measures_N2 = self._keep(self.result.found, "found", z_NWPD, made)
            search.tell(emitter, points_NK, quality_N, measures_N2)
            advance()
        for first in range(PILOT, self.result.decodings, BATCH):
            z_NWPD, drawn = self._made(first)
            self.result.random += len(drawn)
            self._keep(self.result.drawn, "drawn", z_NWPD, drawn)
            advance()

    def _begun(self, advance: Callable[[], None]) -> Search:
        """The search after the pilot: the first draws, as they are, say how likely latents are and
        how far attributes go, and are the first that is found."""
        latents, made = [], []
        for first in range(0, PILOT, BATCH):
            z_NWPD, drawn = self._made(first)
            latents.append(z_NWPD)
            made += drawn
            advance()
        z_NWPD = np.concatenate(latents)
        cost_N = likely.nats(self.opened.model, z_NWPD)
        self._usual = float(np.median(cost_N)), max(float(cost_N.std()), 1e-6)
        values_N2 = np.array([self._values(m) for m in made])
        ranges = [axis.range_over(values_N2[:, i]) for i, axis in enumerate(self.axes)]
        self.result.found.ranges = self.result.drawn.ranges = ranges
        self.result.decodings = self.result.random = len(made)
        self._keep(self.result.drawn, "drawn", z_NWPD, made)
        judged = self._keep(self.result.found, "found", z_NWPD, made)
        cells = self.size[1], self.size[0]
        search = Search(
            len(self._ways_KZ),
            cells,
            ranges,
            steered=len(self._ways_KZ) == WAYS + len(self.axes),
            batch=BATCH,
            seed=self.seed,
        )
        search.know(np.zeros((len(made), len(self._ways_KZ))), *judged)
        return search

    def _made(
        self, first: int, points_NK: np.ndarray | None = None
    ) -> tuple[np.ndarray, list[Made]]:
        """A batch of draws of the prior as ``sample`` makes them, each moved to its point, repaired
        where that is needed, none drawn again."""
        items = [(index, 0) for index in range(first, first + BATCH)]
        asked, seed, generator = self._asked, self.seed, self._generator
        contexts = [context_of(self.opened.codec, asked, seed, index) for index, _ in items]
        heat = asked.temperature
        z_NWPD = generator.draw(
            items, asked.windows, seed=seed, prior=asked.prior, temperature=heat
        )
        if points_NK is not None:
            z_NWPD = moved(z_NWPD, points_NK, self._ways_KZ)
        told: dict[str, Any] = {"items": items, "contexts": contexts, "seed": seed}
        decoded = generator.decode(z_NWPD, temperature=heat, **told)
        how = "drawn" if points_NK is None else "moved"
        return z_NWPD, [
            self._finished(windows, z, context, index, how=how)
            for (index, _), windows, z, context in zip(
                items, decoded, z_NWPD, contexts, strict=True
            )
        ]

    def _finished(
        self,
        windows: Windows,
        z_WPD: np.ndarray,
        context: Mapping[str, Any],
        number: int,
        *,
        how: str,
    ) -> Made:
        facts = {"seed": self.seed, "index": number, "attempt": 0, "how": how}
        return finish(self.opened, windows, z_WPD, context, facts, repair=True)

    def _values(self, made: Made) -> list[float]:
        measured = self.opened.codec.measure(made.piece)
        return [float(measured.get(axis.attribute.name, math.nan)) for axis in self.axes]

    def _judged(
        self, shelf: Shelf[Made], z_NWPD: np.ndarray, made: Sequence[Made]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Quality ``(N,)``, -1 for what is not valid or outside the ranges, and attributes
        ``(N, 2)``. A piece whose windows are as likely under the aggregate posterior as the pilot's
        usually are, or more, has 1; at one deviation above their nats a half, at three a tenth."""
        usual, spread = self._usual
        above_N = np.maximum(0.0, (likely.nats(self.opened.model, z_NWPD) - usual) / spread)
        quality_N = 1.0 / (1.0 + above_N**2)
        values_N2 = np.array([self._values(m) for m in made])
        for i, one in enumerate(made):
            valid = good(one) and not one.facts.get("copied")
            if not valid or shelf.cell(values_N2[i].tolist()) is None:
                quality_N[i] = -1.0
        return quality_N, np.nan_to_num(values_N2)

    def _keep(
        self, shelf: Shelf[Made], key: str, z_NWPD: np.ndarray, made: Sequence[Made]
    ) -> tuple[np.ndarray, np.ndarray]:
        quality_N, values_N2 = self._judged(shelf, z_NWPD, made)
        for one, quality, values in zip(made, quality_N.tolist(), values_N2.tolist(), strict=True):
            self.result.valid[key] += int(good(one) and not one.facts.get("copied"))
            if quality > 0:
                shelf.add(values, quality, one)
        return quality_N, values_N2


def ways_of(opened: Opened, names: Sequence[str]) -> np.ndarray:
    """``(K, Z)``: the concept vectors of the attributes, where the model has them, and the
    principal directions of the aggregate posterior, each a standard deviation long."""
    factor_ZZ = opened.model.gaussian.factor.numpy().astype(float)
    variances_Z, ways_ZZ = np.linalg.eigh(factor_ZZ @ factor_ZZ.T)
    count = min(WAYS, len(variances_Z))
    widest_KZ = ways_ZZ[:, ::-1].T[:count] * np.sqrt(variances_Z[::-1][:count])[:, None]
    concepts = opened.model.concepts
    own = [] if concepts is None else [n for n in names if n in concepts.names]
    rows = [STRIDE * concepts.direction(n) for n in own] if concepts is not None else []
    return np.concatenate([np.array(rows).reshape(len(rows), -1), widest_KZ]) if rows else widest_KZ
