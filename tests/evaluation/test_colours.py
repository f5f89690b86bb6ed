from __future__ import annotations

import numpy as np

from genvae.evaluation.colours import colours_of, scale_of


def test_a_scale_leaves_out_the_strangest_few() -> None:
    values = np.append(np.linspace(0, 1, 99), 1000.0)
    low, high = scale_of(values)
    assert 0 < low < 0.05
    assert 0.95 < high < 1.1


def test_a_scale_of_equal_or_no_numbers() -> None:
    assert scale_of(np.array([3.0, 3.0])) == (2.5, 3.5)
    assert scale_of(np.array([np.nan])) == (0.0, 1.0)


def test_colours_run_from_dark_to_bright() -> None:
    found = colours_of(np.array([-9.0, 0.0, 0.5, 1.0, np.nan]), 0.0, 1.0)
    assert found.tolist() == [
        [59, 15, 112],
        [59, 15, 112],
        [31, 158, 137],
        [223, 210, 34],
        [180, 178, 170],
    ]
