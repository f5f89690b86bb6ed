from __future__ import annotations

import numpy as np
import pytest

from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.tileset import builtin
from genvae.evaluation.variety import kl, variety


def windows(*filled: int) -> dict[str, np.ndarray]:
    """Windows of 10 x 10 whose first so many cells are walls."""
    out = np.zeros((len(filled), 10, 10), dtype=np.uint8)
    for window, count in zip(out, filled, strict=True):
        window.reshape(-1)[:count] = 1
    return {"tiles": out}


def test_windows_beside_one_another_and_beside_the_training() -> None:
    codec = LevelsCodec(builtin()["sokoban"])
    found = variety(codec, windows(0, 10, 30), windows(0, 28, 100))
    assert found["pairwise_distance"] == pytest.approx((0.1 + 0.3 + 0.2) / 3)
    assert found["nearest_training_window"] == pytest.approx((1 + 0.9 + 0.98) / 3)
    assert found["nearest_training_window_p95"] > 0.99
    alone = variety(codec, windows(3), windows())
    assert np.isnan(alone["pairwise_distance"])
    assert np.isnan(alone["nearest_training_window"])


def test_divergence_of_patterns() -> None:
    assert kl(np.array([5, 5]), np.array([1, 1])) == pytest.approx(0, abs=1e-6)
    assert kl(np.array([3, 1]), np.array([1, 1])) == pytest.approx(0.19812, abs=1e-4)
    assert 10 < kl(np.array([4, 0]), np.array([0, 4])) < 30
