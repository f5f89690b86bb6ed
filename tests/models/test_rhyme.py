"""Outlines that come again: found, counted, drawn, kept."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from genvae.domains.base import Field, WindowSpec
from genvae.models.rhyme import Rhyme, balanced, kept, rhyme_counts, rhymes

LINE = Field("line", 6, trivial=(0, 1), temper_from=2)
SPEC = WindowSpec((LINE,), steps=4)


def windows(*halves: list[int]) -> np.ndarray:
    return np.array(halves).reshape(-1, 4, 1)


def test_outlines_leave_out_what_is_said() -> None:
    found = rhymes(windows([2, 1], [5, 1], [5, 0], [2, 3]), SPEC)
    # 2 hold, 5 hold and 5 rest begin at the same step; 2 3 does not.
    assert found[..., 0].tolist() == [[False, True], [True, False]]


def test_counted_by_what_came_before() -> None:
    rhyme = Rhyme()
    kinds, said = np.ones(8, dtype=int), np.zeros((8, 1), dtype=bool)
    # Halves rhyme in pairs: yes, yes, no, no, ...
    rhyming = np.tile([[[True], [True]], [[False], [False]]], (4, 1, 1)).reshape(8, 2, 1)
    rhyme.fit([kinds] * 40, [said] * 40, [rhyming] * 40)
    table = rhyme.table[0, 0, 1].numpy()
    assert table[1].tolist() == pytest.approx([0.0, 1.0], abs=0.1)
    drawn = [rhyme.sample(kinds, np.random.default_rng(i)) for i in range(40)]
    assert np.mean([(d[1:, 0] == d[1:, 1]).mean() for d in drawn]) > 0.9
    assert not any(d[0, 0].any() for d in drawn)


def test_pieces_that_rhyme_are_kept_apart_from_those_that_do_not() -> None:
    rhyme = Rhyme()
    kinds, said = np.ones(6, dtype=int), np.zeros((6, 1), dtype=bool)
    always, never = np.ones((6, 2, 1), dtype=bool), np.zeros((6, 2, 1), dtype=bool)
    rhyme.fit([kinds] * 80, [said] * 80, [always, never] * 40)
    shares = [rhyme.sample(kinds, np.random.default_rng(i)).mean() for i in range(40)]
    assert np.mean((np.array(shares) < 0.25) | (np.array(shares) > 0.7)) > 0.9


def test_an_outline_is_kept_where_the_rules_allow() -> None:
    cells = np.array([[[3]], [[1]], [[4]], [[0]]])
    none = np.full(4, -1)
    assert kept(None, LINE, cells, none, 0) is None
    source = np.array([0, 0, -1, 0])
    free = kept(None, LINE, cells, source, 0)
    assert free is not None
    assert free.astype(int).tolist() == [
        [0, 0, 1, 1, 1, 1],
        [1, 1, 0, 0, 0, 0],
        [1, 1, 1, 1, 1, 1],
        [1, 1, 0, 0, 0, 0],
    ]
    only = np.array([False, False, True, False, False, False])
    ruled = kept(only, LINE, cells, source, 0)
    assert ruled is not None
    # The second piece must begin something: it says what it may.
    assert ruled.astype(int).tolist() == [[0, 0, 1, 0, 0, 0]] * 4


def test_what_could_rhyme_begins_something() -> None:
    cells = windows([2, 1], [5, 1], [0, 0], [2, 0], [3, 3], [3, 4])
    # The second has the outline of the first, the last of the one before; empty ones do not count.
    assert rhyme_counts(cells, SPEC).tolist() == [[2], [3]]


def test_weights_are_found_between_those_that_were_tried() -> None:
    tried = [np.ones(3), np.zeros(3), np.full(3, 0.5)]
    made = [np.array([0.8, 0.5, 0.4]), np.array([0.4, 0.3, 0.1]), np.array([0.5, 0.2, 0.3])]
    found = balanced(tried, made, np.array([0.65, 0.4, 0.9]))
    # The second did not rise at first, which is chance; the third is never enough.
    assert found.tolist() == pytest.approx([0.75, 0.75, 1.0])


def test_a_weight_of_none_tells_nothing_to_rhyme() -> None:
    rhyme = Rhyme(2)
    rhyme.table.fill_(1.0)
    rhyme.weight.copy_(torch.tensor([0.0, 1.0]))
    drawn = rhyme.sample(np.ones(5, dtype=int), np.random.default_rng(0)).reshape(10, 2)
    assert not drawn[:, 0].any()
    assert drawn[1:, 1].all()
