"""Sections of curves, what returns in them, and correlations."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from genvae.evaluation.followed import followed
from genvae.evaluation.sections import at_windows, correlation, sections, sources


def test_averages_cut_moments() -> None:
    np.testing.assert_allclose(at_windows(np.array([0.0, 1.0, 2.0]), 2), [1 / 3, 5 / 3])
    np.testing.assert_allclose(at_windows(np.array([2.0]), 4), [2.0] * 4)


def test_calm_returns() -> None:
    curve = np.array([0.1, 0.1, 0.1, 0.8, 0.9, 0.8, 0.1, 0.12])
    found = sections(curve)
    assert [(s.letter, s.start, s.stop) for s in found] == [("A", 0, 3), ("B", 3, 6), ("A", 6, 8)]
    assert sources(found).tolist() == [-1, -1, -1, -1, -1, -1, 0, 1]


def test_an_even_curve_is_one_section() -> None:
    assert len(sections(np.full(8, 0.5))) == 1
    assert len(sections(np.array([0.3]))) == 1


def test_no_section_is_shorter_than_two_windows() -> None:
    rng = np.random.default_rng(0)
    for count in range(2, 20):
        found = sections(rng.random(count))
        assert min(len(s) for s in found) >= 2
        assert [found[0].start, found[-1].stop] == [0, count]
        assert all(a.stop == b.start for a, b in pairwise(found))
        assert all(a.letter != b.letter for a, b in pairwise(found))


def test_correlation() -> None:
    a = np.array([0.0, 1.0, 2.0])
    assert correlation(a, 3 * a + 1) == pytest.approx(1.0)
    assert correlation(a, -a) == pytest.approx(-1.0)
    assert math.isnan(correlation(a, np.ones(3)))


def test_the_picture_has_all_three_parts() -> None:
    wide, square = np.zeros((16, 64, 3), np.uint8), np.zeros((700, 700, 3), np.uint8)
    below = np.zeros((100, 400, 3), np.uint8)
    curve = np.array([0.0, 1.0, 0.5])
    assert followed(wide, below, curve, curve, [0, 2]).shape == (100 + 10 + 120 + 10 + 100, 400, 3)
    assert followed(square, below, curve, np.ones(3)).shape[1] == 400
