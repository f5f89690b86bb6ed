"""The real pieces beside which a model, or somebody else's output, is judged.

Axes:  N windows · S steps of a piece · T steps of a window · R cells
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from genvae.domains.base import Codec, split_cells
from genvae.evaluation.courses import Known, Whole
from genvae.models.files import ModelFile
from genvae.workflows import dataset as data

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Real:
    """Held-out and training pieces of a model: indices into ``pieces``. They are the same where
    the user gave a folder."""

    model: ModelFile
    codec: Codec
    pieces: data.Dataset
    heldout: tuple[int, ...]
    train: tuple[int, ...]

    def cells(self, indices: Sequence[int]) -> list[np.ndarray]:
        """``(S, R)`` of each piece."""
        return [self.pieces.cells[i] for i in indices]

    def whole(self, indices: Sequence[int]) -> list[Whole]:
        """The pieces as windows with their context; those shorter than one are left out."""
        spec = self.codec.spec
        found = []
        for i in indices:
            cells_SR = self.pieces.cells[i]
            count = len(cells_SR) // spec.steps
            if count:
                cells_NTR = cells_SR[: count * spec.steps].reshape(count, spec.steps, -1)
                windows = split_cells(spec, cells_NTR.astype(np.int64))
                found.append(Whole(windows, self.pieces.contexts[i]))
        return found

    @cached_property
    def known(self) -> Known | None:
        """Which segments the training pieces have: all of them looked up where they are here, else
        the model's filter is asked, if it has one."""
        if self.heldout is not self.train:
            segments = data.segments_of(
                self.codec, self.cells(self.train), self.model.recipe.data.stride
            )
            return lambda found: np.array([s in segments for s in found], dtype=bool)
        return None if self.model.copies is None else self.model.copies.known


def real_pieces(
    model: ModelFile, codec: Codec, folder: Path | None = None, tell: Progress | None = None
) -> Real:
    """The pieces of the model's own corpora, split as in training, or all those of a folder.
    Raises CorpusProblem."""
    heard = tell or (lambda _name, _done, _total: None)
    settings = model.recipe.data
    paths = data.files_of(settings, folder)
    pieces = data.prepare(codec, paths, lambda n, m: heard("reading", n, m))
    if folder is not None:
        every = tuple(range(len(pieces.cells)))
        return Real(model, codec, pieces, every, every)
    parts = pieces.split(settings, codec.spec.steps)
    return Real(model, codec, pieces, tuple(parts.heldout), tuple(parts.train))
