"""Batches of chunks from encoded pieces.

Axes:  N chunks · W windows · T steps of a window · S = W*T · R cells · C conditions
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from genvae.domains.base import Codec, split_cells, stack_cells


def corrupted(
    codec: Codec, cells_NSR: Tensor, rates_N: np.ndarray, rng: np.random.Generator
) -> Tensor:
    """Chunks, each damaged by the codec at its own rate."""
    spec, out = codec.spec, []
    for cells_SR, rate in zip(cells_NSR.numpy(), rates_N, strict=True):
        windows = split_cells(spec, cells_SR.reshape(-1, spec.steps, spec.rows))
        damaged = codec.corrupt(windows, float(rate), rng)
        out.append(stack_cells(spec, damaged).reshape(cells_SR.shape))
    return torch.from_numpy(np.stack(out).astype(np.int64))


class Chunks:
    """Runs of ``windows`` neighbouring windows, starting at multiples of ``stride`` steps.

    ``pieces`` are ``(S_i, R)`` arrays of categories, or ``(S_i, R + C)``: the numbers of their
    classes travel with the cells, alike at every step; when chunks are varied some are ``hidden``
    (see ``recipe.ConditionSettings``). Of the drawn chunks, a share ``distort`` is
    distorted by the codec, and a share ``mix`` takes each of its fields from one of two;
    ``damaged`` damages each at a rate from 0 to ``corrupt``. A piece
    shorter than a chunk is padded at its end with each field's first trivial category, and the
    padding has weight 0.
    """

    def __init__(
        self,
        pieces: Sequence[np.ndarray],
        codec: Codec,
        *,
        windows: int,
        stride: int,
        distort: float = 0.0,
        mix: float = 0.0,
        hidden: float = 1.0,
        corrupt: float = 0.0,
    ) -> None:
        self.codec, self.spec, self.windows = codec, codec.spec, windows
        self.pieces = list(pieces)
        self.length = windows * self.spec.steps
        self.distort, self.mix, self.hidden, self.corrupt = distort, mix, hidden, corrupt
        self.starts = [
            (i, at)
            for i, piece in enumerate(self.pieces)
            for at in range(0, max(1, len(piece) - self.length + 1), stride)
        ]
        self.filler = np.array([f.trivial[0] for f, _ in self.spec.cells()], dtype=np.int64)

    def __len__(self) -> int:
        return len(self.starts)

    def chunk(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """``cells_SR`` and ``weight_W`` of one chunk."""
        piece, at = self.starts[index]
        part = self.pieces[piece][at : at + self.length].astype(np.int64)
        weight = np.zeros(self.windows, dtype=np.float32)
        weight[: -(-len(part) // self.spec.steps)] = 1.0
        if len(part) < self.length:
            filler = np.concatenate([self.filler, part[0, len(self.filler) :]])
            gap = np.broadcast_to(filler, (self.length - len(part), len(filler)))
            part = np.concatenate([part, gap])
        return part, weight

    def place(self, index: int) -> tuple[int, int]:
        """The window in which a chunk begins, and how many its piece has."""
        piece, at = self.starts[index]
        return at // self.spec.steps, -(-len(self.pieces[piece]) // self.spec.steps)

    def augmented(self, cells_SR: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The chunk as the codec varies it, some of its conditions hidden."""
        labels_SC = cells_SR[:, self.spec.rows :]
        cells = cells_SR[:, : self.spec.rows].reshape(self.windows, self.spec.steps, -1)
        varied = self.codec.augment(split_cells(self.spec, cells), rng)
        if rng.random() < self.distort:
            varied = self.codec.distort(varied, rng)
        out = stack_cells(self.spec, varied).reshape(len(cells_SR), -1)
        if not labels_SC.shape[1]:
            return out
        told_C = rng.random(labels_SC.shape[1]) >= rng.random() * self.hidden
        return np.concatenate([out, labels_SC * told_C], axis=1)

    def batch(
        self, indices: Sequence[int], rng: np.random.Generator | None = None
    ) -> tuple[Tensor, Tensor]:
        """``cells_NSR`` and ``weight_NW``; augmented when a generator is given."""
        parts, weights = zip(*(self.chunk(i) for i in indices), strict=True)
        if rng is not None:
            parts = tuple(self.augmented(p, rng) for p in parts)
        return torch.from_numpy(np.stack(parts)), torch.from_numpy(np.stack(weights))

    def draw(self, size: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """A random augmented batch."""
        cells, weight = self.batch(list(rng.integers(len(self.starts), size=size)), rng)
        return self.mixed(cells, weight, rng), weight

    def plain(self) -> Chunks:
        """The same chunks, neither distorted nor mixed."""
        other = copy.copy(self)
        other.distort = other.mix = 0.0
        return other

    def damaged(self, cells_NSR: Tensor, rng: np.random.Generator) -> Tensor | None:
        """Chunks as an encoder hears them that is to learn to see through damage; None where it
        hears them as they are."""
        if not self.corrupt:
            return None
        rates = rng.random(len(cells_NSR)) * self.corrupt
        return corrupted(self.codec, cells_NSR[..., : self.spec.rows], rates, rng)

    def mixed(self, cells_NSR: Tensor, weight_NW: Tensor, rng: np.random.Generator) -> Tensor:
        """Some chunks with each field either their own or that of the chunk before them."""
        out, at = cells_NSR.clone(), 0
        whole = weight_NW.all(1).numpy()
        chosen = (rng.random(len(out)) < self.mix) & whole & np.roll(whole, 1)
        for field in self.spec.fields:
            rows = slice(at, at + field.rows)
            swap = torch.from_numpy(chosen & (rng.random(len(out)) < 0.5))
            out[swap, :, rows] = cells_NSR.roll(1, 0)[swap, :, rows]
            at += field.rows
        return out

    def in_order(self, size: int, limit: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """All chunks once (or an even selection of ``limit``), not augmented."""
        count = len(self.starts)
        picked = np.arange(count)
        if limit and count > limit:
            picked = np.linspace(0, count - 1, limit).astype(int)
        for at in range(0, len(picked), size):
            yield self.batch([int(i) for i in picked[at : at + size]])
