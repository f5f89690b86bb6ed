"""What drawn windows say again."""

from __future__ import annotations

import numpy as np

from genvae.generation.returns import said_again, sources
from genvae.models.form import NEW, SAME, Form
from tests.fakes import SPEC


def test_equal_latents_are_one_window() -> None:
    a, b = np.zeros((2, 3)), np.ones((2, 3))
    z_NWPD = np.stack([np.stack([a, b, a, b]), np.stack([a, a, a, b])])
    assert sources(z_NWPD).tolist() == [[0, 1, 0, 1], [0, 0, 0, 3]]


def test_a_window_says_all_cells_of_its_source_again() -> None:
    said = said_again(np.array([[0, 1, 0]]), SPEC)
    echo = said.echo_NSR
    assert (said.rhyme_NSR == -1).all()
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
    echo = said_again(np.tile([0, 1, 0], (30, 1)), SPEC, form, items, seed=4).echo_NSR
    bead, knots = echo[:, 8:16, 0], echo[:, 8:16, 1:]
    assert (bead == -1).mean() > 0.9
    again = (knots == np.arange(8)[:, None]).all((1, 2))
    assert again.mean() > 0.8
    np.testing.assert_array_equal(echo[:, 16:], np.tile(np.arange(8)[:, None], (30, 1, 3)))


def test_halves_rhyme_as_pieces_do_where_nothing_returns() -> None:
    # In every piece the beads of a half have the outline of the half before, knots never have.
    kinds, said = np.full(3, NEW), np.zeros((3, 2), dtype=bool)
    rhyming = np.zeros((3, 2, 2), dtype=bool)
    rhyming[1:, :, 0] = rhyming[0, 1, 0] = True
    form = Form(fields=2)
    form.rhyme.fit([kinds] * 80, [said] * 80, [rhyming] * 80)
    items = [(i, 0) for i in range(20)]
    again = said_again(np.tile([0, 1, 0], (20, 1)), SPEC, form, items, seed=4).rhyme_NSR
    np.testing.assert_array_equal(again[:, :4], -1)
    assert (again[:, 4:16, 0] == np.arange(12)).mean() > 0.6
    assert (again[:, 4:16, 1:] == -1).mean() > 0.85
    np.testing.assert_array_equal(again[:, 16:], -1)
