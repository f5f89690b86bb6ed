"""What all runs of a study share: windows of one split, and the classes that they are of.

Axes:  N windows · T steps · R cells · I pieces · C conditions
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from genvae.domains.base import Codec
from genvae.errors import RecipeProblem
from genvae.models.conditions import Condition
from genvae.recipe import Recipe
from genvae.settings import ConditionSettings
from genvae.training.split import Split
from genvae.workflows import conditions
from genvae.workflows import dataset as data

HELD = 512
"""Held-out windows that figures are taken on, at most."""
KNOWN = 3000
"""Training windows that PCA and the probes learn from, at most."""


@dataclass(frozen=True)
class Part:
    """Windows of the training part, or of the held-out one."""

    cells_NTR: np.ndarray
    told_NC: np.ndarray
    """The number of each window's class in each condition, 0 where there is none."""

    @property
    def with_classes(self) -> np.ndarray:
        """``(N, T, R + C)``, as a conditional model hears them."""
        steps = self.cells_NTR.shape[1]
        told_NTC = np.repeat(self.told_NC[:, None], steps, axis=1)
        return np.concatenate([self.cells_NTR, told_NTC], axis=2)


@dataclass(frozen=True)
class Material:
    """What is learned from, and what figures are taken on."""

    codec: Codec
    pieces: data.Dataset
    parts: Split
    conditions: tuple[Condition, ...]
    train: Part
    held: Part

    @property
    def named(self) -> dict[str, int]:
        """The columns of conditions whose classes have names of their own (a style, a mode): those
        of a number are ranges of it, and attributes are probed as they are."""
        return {c.name: at for at, c in enumerate(self.conditions) if not c.edges}


def gather(base: Recipe, codec: Codec, folder: Path | None) -> tuple[Material, Recipe]:
    """The windows, and the recipe with those of its conditions that these pieces have: files of
    one's own seldom tell their style. Raises CorpusProblem and RecipeProblem."""
    pieces = data.prepare(codec, data.files_of(base.data, folder))
    parts = pieces.split(base.data, codec.spec.steps)
    if not parts.train or not parts.validation or not parts.heldout:
        raise RecipeProblem(
            f"{len(pieces.cells)} pieces in {len(set(pieces.clusters))} clusters cannot be split "
            "into training, validation and held-out parts; give at least three unlike files"
        )
    found: list[Condition] = []
    columns = [np.zeros((len(pieces.cells), 0), dtype=np.int64)]
    for name in base.condition.names:
        alone = replace(base, condition=replace(base.condition, names=(name,)))
        try:
            known, told_I1 = conditions.learned(alone, codec, pieces, parts, folder)
        except RecipeProblem:
            continue
        found += known
        columns.append(told_I1)
    cells = conditions.with_classes(pieces.cells, np.concatenate(columns, axis=1))
    train, held = (
        _part(codec, [cells[i] for i in part], limit)
        for part, limit in ((parts.train, KNOWN), (parts.heldout, HELD))
    )
    if min(len(train.cells_NTR), len(held.cells_NTR)) < 2:
        raise RecipeProblem("the held-out part has fewer than two windows; give more files")
    names = tuple(c.name for c in found)
    heard = replace(base.condition, names=names) if names else ConditionSettings()
    material = Material(codec, pieces, parts, tuple(found), train, held)
    return material, replace(base, condition=heard)


def _part(codec: Codec, cells: Sequence[np.ndarray], limit: int) -> Part:
    """Windows of the pieces, the same at each call."""
    rows = data.windows_of(codec, cells)
    if len(rows) > limit:
        rows = rows[np.random.default_rng(0).choice(len(rows), limit, replace=False)]
    return Part(rows[:, :, : codec.spec.rows], rows[:, 0, codec.spec.rows :])
