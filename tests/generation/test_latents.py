"""Paths between latents: exact ends, safe for every pair of vectors.

Axes:  W windows · P positions · D dims of z
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from genvae.generation.latents import METHODS, amid, between, linear, looped, spherical

VECTORS = hnp.arrays(np.float32, 5, elements=st.floats(-1e3, 1e3, width=32))
BOTH = pytest.mark.parametrize("path", METHODS.values(), ids=METHODS)
SHARES = np.linspace(0, 1, 11)


@BOTH
@given(a=VECTORS, b=VECTORS)
def test_ends_are_exact(path, a: np.ndarray, b: np.ndarray) -> None:  # type: ignore[no-untyped-def]
    np.testing.assert_array_equal(path(a, b, 0.0), a)
    np.testing.assert_array_equal(path(a, b, 1.0), b)
    assert path(a, b, 0.0) is not a


@BOTH
@given(a=VECTORS, b=VECTORS, t=st.floats(0, 1))
def test_always_finite_and_never_longer_than_the_ends(  # type: ignore[no-untyped-def]
    path, a: np.ndarray, b: np.ndarray, t: float
) -> None:
    z = path(a, b, t)
    assert np.isfinite(z).all()
    longest = max(np.linalg.norm(a), np.linalg.norm(b))
    assert np.linalg.norm(z) <= 1.001 * longest + 1e-6


@BOTH
@given(a=VECTORS, t=st.floats(0, 1))
def test_between_identical_vectors_nothing_moves(path, a: np.ndarray, t: float) -> None:  # type: ignore[no-untyped-def]
    np.testing.assert_allclose(path(a, a.copy(), t), a, rtol=1e-5, atol=1e-4)


@BOTH
def test_opposite_vectors(path) -> None:  # type: ignore[no-untyped-def]
    a = np.array([3.0, -4.0], dtype=np.float32)
    lengths = [float(np.linalg.norm(path(a, -a, t))) for t in SHARES]
    assert np.isfinite(lengths).all()
    assert max(lengths) <= 5.0001
    np.testing.assert_allclose(path(a, -a, 0.5), [0.0, 0.0], atol=1e-5)


@BOTH
def test_zero_vectors(path) -> None:  # type: ignore[no-untyped-def]
    a, zero = np.array([2.0, 0.0]), np.zeros(2)
    np.testing.assert_allclose(path(a, zero, 0.25), [1.5, 0.0])
    np.testing.assert_allclose(path(zero, a, 0.25), [0.5, 0.0])
    np.testing.assert_array_equal(path(zero, zero, 0.25), [0.0, 0.0])


def test_the_straight_line() -> None:
    a, b = np.array([0.0, 2.0]), np.array([4.0, 0.0])
    np.testing.assert_allclose(linear(a, b, 0.25), [1.0, 1.5])


def test_the_great_circle() -> None:
    a, b = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    np.testing.assert_allclose(spherical(a, b, 1 / 3), [np.cos(np.pi / 6), 0.5])
    np.testing.assert_allclose(spherical(a, b, 0.5), [0.5**0.5, 0.5**0.5])


@given(VECTORS.filter(lambda v: np.linalg.norm(v) > 1e-3), VECTORS)
def test_length_changes_evenly_along_the_great_circle(a: np.ndarray, b: np.ndarray) -> None:
    cosine = np.dot(a, b) / max(1e-9, np.linalg.norm(a) * np.linalg.norm(b))
    if np.linalg.norm(b) < 1e-3 or cosine < -0.99:
        return
    lengths = [np.linalg.norm(spherical(a, b, t)) for t in SHARES]
    expected = (1 - SHARES) * np.linalg.norm(a) + SHARES * np.linalg.norm(b)
    np.testing.assert_allclose(lengths, expected, rtol=1e-3, atol=1e-3)


def test_each_window_on_its_own_path() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 3, 2, 4)).astype(np.float32)
    z = between(a, b, 0.3, "spherical")
    assert z.shape == (3, 2, 4)
    assert z.dtype == np.float32
    for w in range(3):
        expected = spherical(a[w].ravel(), b[w].ravel(), 0.3).reshape(2, 4)
        np.testing.assert_allclose(z[w], expected, rtol=1e-5)
    np.testing.assert_array_equal(between(a, b, 1.0, "linear"), b)


def test_unlike_numbers_of_windows() -> None:
    with pytest.raises(ValueError, match="zip"):
        between(np.zeros((2, 1, 1)), np.zeros((3, 1, 1)), 0.5, "linear")


def test_looped_from_the_beginning() -> None:
    z = np.arange(3.0).reshape(3, 1, 1)
    assert looped(z, 7).ravel().tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert looped(z, 2).ravel().tolist() == [0, 1]


@pytest.mark.parametrize("method", METHODS)
def test_a_place_amid_four_corners(method: str) -> None:
    corners = [np.random.default_rng(i).normal(size=(2, 3, 4)).astype(np.float32) for i in range(4)]
    for (u, v), corner in zip([(0, 0), (1, 0), (0, 1), (1, 1)], corners, strict=True):
        np.testing.assert_array_equal(amid(corners, u, v, method), corner)
    a, b, c, d = corners
    np.testing.assert_array_equal(amid(corners, 0.25, 0, method), between(a, b, 0.25, method))
    np.testing.assert_array_equal(amid(corners, 1, 0.75, method), between(b, d, 0.75, method))
    middle = amid(corners, 0.5, 0.5, method)
    for corner in corners:
        assert np.linalg.norm(middle - corner) < np.linalg.norm(d - a) + np.linalg.norm(c - b)
