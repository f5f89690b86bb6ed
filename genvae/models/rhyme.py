"""Rhythms that come again: half windows that are written as the half before, but for what is said.

Axes:  N pieces · W windows · H = 2 halves of a window · G groups of pieces · F fields · T steps
       R cells within a step · K categories

The categories of a field up to ``Field.temper_from`` say that nothing begins (rest, hold), the
others what begins: at which steps something does is the *outline* of a half window (a bar). In
songs the outline of a voice is often that of the bar before while its notes move. How often is
counted from pieces, by the kind of the window (see ``form``) and by whether the half before did;
pieces that rhyme much and pieces that do not are counted apart. What rhymes is drawn with the form,
and the decoder then keeps the outline.

Decoders rhyme without being told, too, and some voices more than songs do. Each field therefore has
a weight, by which its probabilities are multiplied so that as much rhymes in the end as in songs
(see ``balanced``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from genvae.domains.base import Field, WindowSpec

GROUPS = 4
"""Pieces are parted into so many groups of one size, by how often their outlines come again."""
KINDS = 5
"""Of windows; those of ``form``."""


def outline(cells: np.ndarray, field: Field) -> np.ndarray:
    """Does something begin?"""
    drawn: np.ndarray = cells >= field.temper_from
    return drawn


def rhymes(cells_WTR: np.ndarray, spec: WindowSpec) -> np.ndarray:
    """Has each half the outline of the half before, field by field? ``(W, 2, F)``; the first half
    of a piece has none."""
    windows = len(cells_WTR)
    halves = cells_WTR.reshape(2 * windows, spec.steps // 2, -1)
    found, at = np.zeros((2 * windows, len(spec.fields)), dtype=bool), 0
    for f, field in enumerate(spec.fields):
        drawn = outline(halves[:, :, at : at + field.rows], field)
        found[1:, f] = (drawn[1:] == drawn[:-1]).all((1, 2))
        at += field.rows
    return found.reshape(windows, 2, -1)


def rhyme_counts(cells_WTR: np.ndarray, spec: WindowSpec) -> np.ndarray:
    """How many halves of a piece have the outline of the half before, and how many could: those
    in which something begins, as in the half before; ``(2, F)``."""
    halves = cells_WTR.reshape(2 * len(cells_WTR), spec.steps // 2, -1)
    found, at = np.zeros((2, len(spec.fields)), dtype=np.int64), 0
    rhyming_HF = rhymes(cells_WTR, spec).reshape(len(halves), -1)
    for f, field in enumerate(spec.fields):
        begins_H = np.any(outline(halves[:, :, at : at + field.rows], field), axis=(1, 2))
        could_H = begins_H[1:] & begins_H[:-1]
        found[:, f] = (could_H & rhyming_HF[1:, f]).sum(), could_H.sum()
        at += field.rows
    return found


def balanced(
    weights: Sequence[np.ndarray], made: Sequence[np.ndarray], real_F: np.ndarray
) -> np.ndarray:
    """The weight of each field, in [0, 1], with which as much rhymes as in real pieces: between
    those that were tried, ``(F,)`` each, by the shares that were ``made`` with them."""
    tried_NF, made_NF = np.stack(weights), np.stack(made)
    found = np.ones(len(real_F))
    for f, real in enumerate(real_F):
        order = np.argsort(tried_NF[:, f], kind="stable")
        # More weight makes more rhymes, but for chance.
        rising = np.maximum.accumulate(made_NF[order, f])
        found[f] = np.interp(real, rising, tried_NF[order, f])
    return found


class Rhyme(nn.Module):
    """Probabilities that a half rhymes, ``(G, F, KINDS, H, 2)``: the last axis is whether the half
    before did. ``weight (F,)`` is by what they are multiplied."""

    table: Tensor
    weight: Tensor

    def __init__(self, fields: int = 1) -> None:
        super().__init__()
        self.register_buffer("table", torch.zeros(GROUPS, fields, KINDS, 2, 2))
        self.register_buffer("weight", torch.ones(fields))
        self.register_load_state_dict_pre_hook(_of_full_weight)  # type: ignore[no-untyped-call]

    def fit(
        self, kinds: Sequence[np.ndarray], said: Sequence[np.ndarray], found: Sequence[np.ndarray]
    ) -> None:
        """Count pieces: the kinds of their windows ``(W,)``, which fields return exactly
        ``(W, F)`` (those need no rhyme, and are not counted), and what rhymes ``(W, 2, F)``."""
        often = np.array([rhyming.mean() for rhyming in found])
        order = np.argsort(np.argsort(often, kind="stable"), kind="stable")
        groups = order * GROUPS // max(len(often), 1)
        shape = tuple(self.table.shape)
        yes, seen = np.zeros(shape), np.zeros(shape)
        for group, kind_W, said_WF, rhyming_WHF in zip(groups, kinds, said, found, strict=True):
            flat = rhyming_WHF.reshape(-1, rhyming_WHF.shape[-1])
            before = np.concatenate([np.zeros_like(flat[:1]), flat[:-1]]).reshape(rhyming_WHF.shape)
            w, h, f = np.nonzero(np.repeat(~said_WF[:, None], 2, axis=1))
            place = (group, f, kind_W[w], h, before[w, h, f].astype(np.int64))
            np.add.at(seen, place, 1.0)
            np.add.at(yes, place, rhyming_WHF[w, h, f])
        over = (0, 2, 3)
        pooled = (yes.sum(over, keepdims=True) + 0.5) / (seen.sum(over, keepdims=True) + 5)
        self.table.copy_(torch.from_numpy((yes + 2 * pooled) / (seen + 2)))

    def sample(self, kinds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """What rhymes in a new piece of windows of these kinds, ``(W, 2, F)``."""
        group = int(rng.integers(GROUPS))
        table = self.table.numpy() * self.weight.numpy()[:, None, None, None]
        fields = np.arange(table.shape[1])
        noise = rng.random((len(kinds), 2, len(fields)))
        out, before = np.zeros(noise.shape, dtype=bool), np.zeros(len(fields), dtype=np.int64)
        for w, kind in enumerate(kinds):
            for h in range(2):
                if w or h:
                    out[w, h] = noise[w, h] < table[group, fields, kind, h, before]
                before = out[w, h].astype(np.int64)
        return out


def _of_full_weight(rhyme: Rhyme, state: dict[str, Tensor], prefix: str, *_: object) -> None:
    """Files that were written before rhymes had a weight are read as what they are."""
    state.setdefault(prefix + "weight", torch.ones_like(rhyme.weight))


def kept(
    allowed: Any, field: Field, cells: np.ndarray, source_N: np.ndarray, r: int
) -> np.ndarray | None:
    """What may be chosen by ``allowed`` (a mask ``(K,)`` or ``(N, K)``, None for everything) and
    keeps the outline of the cell at the step ``source_N`` (-1 for none); where nothing can, what
    may be chosen."""
    if (source_N < 0).all():
        return None if allowed is None else np.asarray(allowed)
    pieces = np.arange(len(source_N))
    category = np.arange(field.categories)
    free = np.ones((len(source_N), field.categories), dtype=bool)
    if allowed is not None:
        free = free & (np.asarray(allowed) > 0)
    was_N = outline(cells[pieces, np.maximum(source_N, 0), r], field)
    like = free & (outline(category, field) == was_N[:, None])
    keeps_N = (source_N >= 0) & like.any(1)
    return np.where(keeps_N[:, None], like, free)
