from __future__ import annotations

import numpy as np
import pytest

from genvae.generation.search import CORNERS, Search, moved

pytest.importorskip("ribs", reason="pip install 'genvae[search]'")


def test_all_windows_of_a_draw_move_alike() -> None:
    draws = np.zeros((2, 3, 1, 2))
    draws[1] = 5
    ways = np.array([[1.0, 0.0], [0.0, 2.0]])
    found = moved(draws, np.array([[1.0, 0.5], [0.0, -1.0]]), ways)
    assert found.shape == (2, 3, 1, 2)
    assert found[0, :, 0].tolist() == [[1, 1]] * 3
    assert found[1, :, 0].tolist() == [[5, 3]] * 3


def run(seed: int, rounds: int = 12) -> tuple[list[np.ndarray], set[tuple[int, int]]]:
    """A search in which the measures are the first two numbers and everything beyond .9 is bad."""
    search = Search(3, (10, 10), [(-1.0, 1.0), (-1.0, 1.0)], steered=True, batch=8, seed=seed)
    search.know(np.zeros((1, 3)), np.ones(1), np.zeros((1, 2)))
    asked, cells = [], set()
    for number in range(rounds * len(CORNERS)):
        points = search.ask(number % len(CORNERS))
        asked.append(points)
        measures = np.clip(points[:, :2], -1, 1)
        inside = np.abs(points[:, :2]).max(1) < 0.9
        search.tell(number % len(CORNERS), points, np.where(inside, 1.0, -1.0), measures)
        cells |= {tuple(c) for c in ((measures[inside] + 1) * 5).astype(int).tolist()}
    return asked, cells


def test_equal_seeds_ask_for_equal_points() -> None:
    first, _ = run(3, rounds=2)
    again, _ = run(3, rounds=2)
    other, _ = run(4, rounds=2)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert not (first[0] == other[0]).all()
    assert first[0].shape == (8, 3)


def test_a_search_spreads_over_what_is_good() -> None:
    _, cells = run(1)
    assert len(cells) > 60


def test_nothing_good_ends_in_no_error() -> None:
    search = Search(3, (4, 4), [(0.0, 1.0), (0.0, 1.0)], steered=False, batch=4, seed=0)
    for _ in range(3):
        points = search.ask(0)
        search.tell(0, points, np.full(4, -1.0), np.zeros((4, 2)))
