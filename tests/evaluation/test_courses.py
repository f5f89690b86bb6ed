"""Whole pieces beside real ones and cheats.

Axes:  N pieces · W windows
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from genvae.domains.base import Windows, split_cells
from genvae.evaluation import courses
from genvae.evaluation.courses import Whole
from tests.fakes import SPEC, BeadCodec, Beads, strings


class Necklaces(BeadCodec):
    """Measures how even a string is, and how many of its windows are alike."""

    course_spread = ("even",)
    course_most = ("alike",)

    def measure_course(self, piece: Beads) -> dict[str, float]:
        windows = piece.cells.reshape(-1, 24)
        alike = len(windows) - len(np.unique(windows, axis=0))
        return {"even": float((piece.cells[:, 0] > 1).mean()), "alike": float(alike), "no": np.nan}

    def rearranged(self, context: Mapping[str, Any], order: Sequence[int]) -> dict[str, Any]:
        return {**context, "order": list(order)}


def pieces(count: int, windows: int, seed: int = 0) -> list[Whole]:
    return [
        Whole(split_cells(SPEC, s.reshape(windows, 8, 3)), {"weight": 1.0})
        for s in strings(count, windows, seed)
    ]


def beads(piece: Whole) -> np.ndarray:
    return piece.windows["bead"][:, 0]


def test_the_length_is_one_that_a_third_of_the_pieces_have() -> None:
    assert courses.usual_length([64, 31, 31]) == 32
    assert courses.usual_length([64, 31, 31, 20]) == 16
    assert courses.usual_length([1, 1]) == 0


def test_long_pieces_give_their_end() -> None:
    long, short = pieces(1, 5)[0], pieces(1, 2)[0]
    (kept,) = courses.last(Necklaces(), [long, short], 3)
    np.testing.assert_array_equal(beads(kept), beads(long)[2:])
    assert kept.context["order"] == [2, 3, 4]


def test_cheats_are_made_of_real_windows() -> None:
    real = pieces(6, 4)
    found = courses.cheats(Necklaces(), real, seed=1)
    assert {name: len(made) for name, made in found.items()} == dict.fromkeys(
        ("looped", "shuffled", "mixed"), 6
    )
    known = {row.tobytes() for piece in real for row in beads(piece)}
    for piece, looped, shuffled, mixed in zip(real, *found.values(), strict=True):
        own = sorted(row.tobytes() for row in beads(piece))
        assert len({row.tobytes() for row in beads(looped)}) == 1
        assert beads(looped)[0].tobytes() in own
        assert sorted(row.tobytes() for row in beads(shuffled)) == own
        assert {row.tobytes() for row in beads(mixed)} <= known
        assert mixed.context == {"weight": 1.0, "order": [0, 1, 2, 3]}
    again = courses.cheats(Necklaces(), real, seed=1)
    np.testing.assert_array_equal(beads(found["mixed"][3]), beads(again["mixed"][3]))


def test_copies_are_counted_where_something_happens() -> None:
    codec = Necklaces()
    piece = pieces(1, 4)[0]
    windows: Windows = {k: v.copy() for k, v in piece.windows.items()}
    for name in windows:
        windows[name][3] = 0
    segments = codec.segments(windows)
    found = courses.measured(
        codec, [Whole(windows, {})], lambda given: np.array([s in segments[1:] for s in given])
    )
    assert found["copies"].tolist() == [2 / 3]
    assert "copies" not in courses.measured(codec, [piece])
    assert np.isnan(found["no"]).all()


def test_consistency_and_variance() -> None:
    real = np.array([1.0, 2.0, 3.0])
    assert float(courses.consistency(np.array([1.5, 1.5]), real)) == pytest.approx(0.75)
    assert float(courses.variance(np.array([1.5, 1.5]), real)) == 0.0
    assert float(courses.variance(real + 5, real)) == pytest.approx(1.0)
    assert float(courses.consistency(real + 5, real)) == 0.0


def test_the_table_has_intervals_and_leaves_out_what_nobody_has() -> None:
    codec = Necklaces()
    real = courses.measured(codec, pieces(40, 4))
    columns = {
        "made": courses.measured(codec, pieces(30, 4, seed=1)),
        "real": real,
        "train": courses.measured(codec, pieces(50, 4, seed=2)),
        "looped": courses.measured(codec, courses.cheats(codec, pieces(40, 4))["looped"]),
    }
    table = courses.compare(codec, columns, {"made": 30, "real": 40})
    assert list(table) == [
        "even", "even_consistency", "even_variance", "alike", "alike_most", "pieces"
    ]  # fmt: skip
    even = table["even"]
    assert list(even) == [
        "made", "made_low", "made_high", "real", "real_low", "real_high", "train", "looped"
    ]  # fmt: skip
    assert even["real_low"] < even["real"] < even["real_high"]
    assert even["real"] == pytest.approx(float(real["even"].mean()))
    assert table["alike"]["looped"] == table["alike_most"]["looped"] == 3.0
    close = table["even_consistency"]
    assert close["real_low"] < close["real"] <= close["real_high"] <= 1.0
    assert close["made"] > 0.9
    assert table["pieces"] == {"made": 30.0, "real": 40.0}
    assert table == courses.compare(codec, columns, {"made": 30, "real": 40})


def test_a_spread_needs_real_pieces_that_differ() -> None:
    same = {"even": np.array([0.5, 0.5])}
    table = courses.compare(Necklaces(), {"real": same}, {"real": 2})
    assert list(table) == ["even", "pieces"]
