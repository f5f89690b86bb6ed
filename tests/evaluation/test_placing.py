from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from genvae.evaluation.placing import Placed, place, spread


def test_overlap_counts_what_two_pictures_have_in_common() -> None:
    a = Placed(0, 0, 0, 10, 10)
    assert a.overlaps(Placed(1, 9, 9, 10, 10))
    assert not a.overlaps(Placed(1, 10, 0, 10, 10))
    assert a.overlaps(Placed(1, 12, 0, 10, 10), gap=3)


def test_the_first_few_of_a_spread_stand_for_all() -> None:
    line = np.array([[0.0, 0], [1, 0], [2, 0], [3, 0], [10, 0]])
    assert spread(line) == [3, 4, 0, 1, 2]
    assert spread(line, first=[1])[:2] == [1, 4]


@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(1, 40))
def test_pictures_lie_in_the_area_and_never_over_one_another(seed: int, count: int) -> None:
    xy = np.random.default_rng(seed).normal(200, 80, size=(count, 2))
    found = place(xy, lambda i: (40.0, 20.0 + i % 3), (0, 0, 400, 400), most=12)
    assert len(found) <= 12
    assert len({spot.index for spot in found}) == len(found)
    for i, a in enumerate(found):
        assert a.left >= 0
        assert a.top >= 0
        assert a.left + a.width <= 400
        assert a.top + a.height <= 400
        assert not any(a.overlaps(b) for b in found[:i])
