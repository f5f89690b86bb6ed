"""Latents near what is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from genvae.generation.aiming import FARTHEST, Compass, alike
from genvae.models.knowledge import Concepts


def concepts() -> Concepts:
    """``much`` grows by 2 with the first number, ``other`` by 1 with the second."""
    return Concepts(
        ("much", "other", "never"),
        np.zeros((3, 4)),
        np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 0, 0]]),
        np.zeros(3),
        np.array([10.0, 0.0, 0.0]),
        np.array([2.0, 1.0, 1.0]),
    )


def test_a_need_is_met_as_the_probes_see_it() -> None:
    factor = np.array([[1.0, 0, 0, 0], [0.5, 1, 0, 0], [0, 0, 1, 0], [0.2, 0, 0, 1]])
    compass = Compass(concepts(), factor, ["much", "never", "unknown"])
    assert compass.names == ("much",)
    z = np.zeros((3, 2, 2), dtype=np.float32)
    moved = compass.move(z, {"much": 3.0})
    assert compass.reads(moved)["much"] == pytest.approx(13.0, rel=1e-4)
    # What goes with it in the Gaussian comes along.
    assert moved[0].ravel() == pytest.approx([1.5, 0.75, 0, 0.3], rel=1e-4)
    assert (moved[0] == moved[2]).all()


def test_two_needs_at_once_and_not_too_far() -> None:
    compass = Compass(concepts(), np.eye(4), ["much", "other"])
    z = np.zeros((1, 2, 2), dtype=np.float32)
    near = compass.reads(compass.move(z, {"much": 1.0, "other": -0.5}))
    assert near == {"much": pytest.approx(11.0, rel=1e-4), "other": pytest.approx(-0.5, rel=1e-4)}
    far = compass.move(z, {"much": 100.0})
    assert np.linalg.norm(far) == pytest.approx(FARTHEST, rel=1e-4)


def test_without_probes_nothing_moves() -> None:
    compass = Compass(None, np.eye(4), ["much"])
    z = np.ones((1, 2, 2), dtype=np.float32)
    assert compass.reads(z) == {}
    assert compass.move(z, {"much": 1.0}) is z


def test_likeness_goes_from_the_draw_to_the_piece() -> None:
    rng = np.random.default_rng(0)
    drawn, piece = rng.standard_normal((2, 3, 2, 2)).astype(np.float32)
    piece[2] = piece[0]
    mean = np.full(4, 0.5)
    np.testing.assert_allclose(alike(drawn, piece, mean, 1.0), piece, atol=1e-6)
    half = alike(drawn, piece, mean, 0.6)
    np.testing.assert_array_equal(half[0], half[2])
    expected = 0.5 + 0.6 * (piece[1] - 0.5) + 0.8 * (drawn[1] - 0.5)
    np.testing.assert_allclose(half[1], expected, atol=1e-6)
