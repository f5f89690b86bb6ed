"""Steps of a way that are alike as they are heard."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from genvae.domains.base import Windows
from genvae.evaluation.even import MOST, even_shares, most_alike
from tests.fakes import BeadCodec


class Even(BeadCodec):
    even = True


def strings(shares: np.ndarray) -> list[Windows]:
    """Sixteen beads, of which one after another gives way within the first third of the way."""
    way = []
    for share in shares:
        beads = np.full(16, 2)
        beads[: round(16 * min(3 * share, 1.0))] = 3
        way.append({"bead": beads.reshape(2, 1, 8), "knot": np.zeros((2, 2, 8), dtype=int)})
    return way


def test_steps_are_taken_where_something_changes() -> None:
    shares = even_shares(Even(), strings, 6, 2)
    assert shares[[0, -1]].tolist() == [0.0, 1.0]
    assert (np.diff(shares) > 0).all()
    assert (shares < 0.41).sum() == 5

    def least(shares: np.ndarray) -> float:
        way = [windows["bead"] for windows in strings(shares)]
        return min((a == b).mean() for a, b in itertools.pairwise(way))

    assert least(shares) >= 0.6 > 0.4 > least(np.linspace(0, 1, 6))


def test_where_nothing_tells_steps_are_equal() -> None:
    def same(shares: np.ndarray) -> list[Windows]:
        return strings(np.zeros(len(shares)))

    np.testing.assert_allclose(even_shares(Even(), same, 7, 2), np.linspace(0, 1, 7))


@pytest.mark.parametrize(
    ("codec", "steps", "windows"), [(BeadCodec(), 6, 2), (Even(), 2, 2), (Even(), 3, MOST)]
)
def test_equal_steps(codec: BeadCodec, steps: int, windows: int) -> None:
    def never(shares: np.ndarray) -> list[Windows]:
        raise AssertionError

    assert even_shares(codec, never, steps, windows).tolist() == np.linspace(0, 1, steps).tolist()


def test_the_least_alike_neighbours_are_as_alike_as_can_be() -> None:
    none = -np.inf
    agreed = np.array(
        [
            [none, 0.9, 0.5, 0.1],
            [none, none, 0.9, 0.4],
            [none, none, none, 0.6],
            [none, none, none, none],
        ]
    )
    assert most_alike(agreed, 3) == [0, 2, 3]
    assert most_alike(agreed, 4) == [0, 1, 2, 3]
    assert most_alike(agreed, 2) == [0, 3]
