from __future__ import annotations

import math

from genvae.evaluation.shelf import Shelf


def test_the_best_of_each_cell_is_kept() -> None:
    shelf: Shelf[str] = Shelf((2, 5), [(0.0, 10.0), (-1.0, 1.0)])
    assert shelf.add([3.0, -0.5], 0.5, "first")
    assert not shelf.add([2.0, -0.1], 0.5, "no better")
    assert shelf.add([3.9, -0.9], 0.75, "better")
    assert shelf.add([10.0, 1.0], 0.25, "corner")
    assert shelf.held == {(0, 1): (0.75, "better"), (1, 4): (0.25, "corner")}
    assert (shelf.coverage, shelf.score) == (0.2, 1.0)


def test_what_lies_outside_or_nowhere_is_not_kept() -> None:
    shelf: Shelf[str] = Shelf((2, 5), [(0.0, 10.0), (-1.0, 1.0)])
    for measures in ([10.1, 0.0], [5.0, -1.1], [math.nan, 0.0], [5.0, math.inf]):
        assert shelf.cell(measures) is None
        assert not shelf.add(measures, 1.0, "lost")
    assert not shelf.add([5.0, 0.0], 0.0, "without quality")
    assert (shelf.coverage, shelf.score) == (0.0, 0)
