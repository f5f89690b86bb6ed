"""What drawn windows say again."""

from __future__ import annotations

import numpy as np

from genvae.generation.returns import echoes, sources
from genvae.models.form import NEW, SAME, Form
from tests.fakes import SPEC


def test_equal_latents_are_one_window() -> None:
    a, b = np.zeros((2, 3)), np.ones((2, 3))
    z_NWPD = np.stack([np.stack([a, b, a, b]), np.stack([a, a, a, b])])
    assert sources(z_NWPD).tolist() == [[0, 1, 0, 1], [0, 0, 0, 3]]


def test_a_window_says_all_cells_of_its_source_again() -> None:
    echo = echoes(np.array([[0, 1, 0]]), SPEC)
    assert echo.shape == (1, 24, 3)
    assert (echo[0, :16] == -1).all()
    np.testing.assert_array_equal(echo[0, 16:], np.arange(8)[:, None].repeat(3, 1))


def test_fields_return_as_the_form_says() -> None:
    # Of every piece the second window is new but for its knots, the third is the first.
    lags, kinds = np.array([0, 0, 2]), np.array([NEW, NEW, SAME])
    said = np.array([[False, False], [False, True], [True, True]])
    form = Form(fields=2)
    form.fit([(lags, kinds)] * 60, [said] * 60)
    items = [(i, 0) for i in range(30)]
    echo = echoes(np.tile([0, 1, 0], (30, 1)), SPEC, form, items, seed=4)
    bead, knots = echo[:, 8:16, 0], echo[:, 8:16, 1:]
    assert (bead == -1).mean() > 0.9
    again = (knots == np.arange(8)[:, None]).all((1, 2))
    assert again.mean() > 0.8
    np.testing.assert_array_equal(echo[:, 16:], np.tile(np.arange(8)[:, None], (30, 1, 3)))
