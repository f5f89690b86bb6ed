"""Moves in latent space.

Axes:  W windows · P positions · D dims of z
"""

from __future__ import annotations

import numpy as np
import pytest

from genvae.generation import edit
from genvae.models.knowledge import Calibration, Concepts

CONCEPTS = Concepts(
    ("more", "other", "between"),
    means_AZ=np.array([[1.0, 1.0], [0.0, 2.0], [0.0, 0.0]]),
    probe_AZ=np.array([[1.0, 0.0], [0.0, 0.5], [0.0, 0.0]]),
    offset_A=np.zeros(3),
    centre_A=np.array([10.0, 0.0, 0.0]),
    spread_A=np.array([2.0, 1.0, 1.0]),
)
Z_WPD = np.array([[[0.0, 0.0]], [[3.0, 0.0]], [[3.1, 0.0]]])


def test_the_others_are_taken_out_of_an_orthogonal_direction() -> None:
    assert CONCEPTS.direction("more").tolist() == [1.0, 1.0]
    assert CONCEPTS.direction("more", orthogonal=True).tolist() == pytest.approx([1.0, 0.0])


def test_a_probe_reads_the_unit_of_the_attribute() -> None:
    assert CONCEPTS.predict(Z_WPD)["more"].tolist() == pytest.approx([10.0, 16.0, 16.2])
    assert CONCEPTS.shows("more")
    assert not CONCEPTS.shows("between")


def test_candidates_move_every_window_by_multiples_of_the_amount() -> None:
    found = edit.along(Z_WPD, CONCEPTS, "more", -2.0, orthogonal=True)
    assert found.shape == (8, 3, 1, 2)
    assert found[2, 0, 0].tolist() == pytest.approx([-2.0, 0.0])
    assert len(edit.along(Z_WPD, CONCEPTS, "more", 1.0, orthogonal=False)) == 16


def test_windows_that_are_nearest_become_alike_first() -> None:
    found = edit.together(Z_WPD)
    assert np.allclose(found[0, 1], found[0, 2])
    assert found[0, 0].tolist() == [[0.0, 0.0]]


def test_windows_step_aside_one_after_the_other() -> None:
    found = edit.apart(Z_WPD, np.eye(2), np.random.default_rng(0))
    moved = (found != Z_WPD.astype(np.float32)).any(axis=(2, 3)).sum(1)
    assert moved.tolist() == [1, 2, 3]


def test_a_neighbour_is_the_piece_itself_at_no_distance_and_keeps_what_returns() -> None:
    z_WPD = np.array([[[1.0, 2.0]], [[0.0, 0.0]], [[1.0, 2.0]]])
    same = edit.neighbour(z_WPD, np.zeros(2), np.eye(2), 0.0, np.random.default_rng(0))
    assert same.tolist() == z_WPD.tolist()
    other = edit.neighbour(z_WPD, np.zeros(2), np.eye(2), 0.5, np.random.default_rng(0))
    assert other[0].tolist() == other[2].tolist() != other[1].tolist()


def test_a_part_of_a_longer_piece_is_at_no_distance() -> None:
    rng = np.random.default_rng(0)
    long = rng.standard_normal((12, 2, 3))
    typical = edit.typical_distance(np.eye(6))
    assert typical == pytest.approx(12**0.5)
    assert edit.distance(long[4:8], long, typical) == pytest.approx(0.0, abs=1e-6)
    assert edit.distance(long, long[4:8], typical) == pytest.approx(0.0, abs=1e-6)
    assert edit.distance(rng.standard_normal((4, 2, 3)), long, typical) > 0.5


def test_percentiles_and_tails_of_a_calibration() -> None:
    levels = np.arange(101.0)[None]
    found = Calibration(("score",), levels, levels / 10)
    assert found.percentile("score", np.array([25.0, 1e9]), windows=False).tolist() == [25.0, 100.0]
    assert found.percentile("score", np.array([2.5]), windows=True).tolist() == [25.0]
    tail = found.tail("score", np.array([50.0, 80.0, 97.0, 114.0]), windows=False)
    assert np.exp(-tail).tolist() == pytest.approx([0.5, 0.2, 0.03, 0.0045])
    apart = found.tail("score", np.array([3.0, 97.0, 50.0]), windows=False, both=True)
    assert np.exp(-apart).tolist() == pytest.approx([0.06, 0.06, 1.0])


def test_what_lies_around_keeps_what_returns_and_goes_back_too() -> None:
    source = np.array([[[1.0, 2.0]], [[0.0, 0.0]], [[1.0, 2.0]]])
    best = source + 5.0
    rng = np.random.default_rng(0)
    found = edit.around(best, source, np.array([1.0, 0.0]), 0.1 * np.eye(2), 16, rng)
    assert found.shape == (16, 3, 1, 2)
    assert (found[:, 0] == found[:, 2]).all()
    assert (found != best).any(axis=(1, 2, 3)).all()
    assert any((found[7, w] == source[w]).all() for w in range(3))
