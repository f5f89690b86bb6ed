"""Golden triples: made, real, expected.

Axes:  N windows · R cells · T steps
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from genvae.domains.base import Windows, split_cells
from genvae.evaluation import metrics
from tests.fakes import SPEC, BeadCodec, strings

CODEC = BeadCodec()


def windows(*beads: str, knot: int = 0) -> Windows:
    """One window for each string of eight beads."""
    return {
        "bead": np.array([[[int(c) for c in line]] for line in beads]),
        "knot": np.full((len(beads), 2, 8), knot),
    }


@pytest.mark.parametrize(
    ("a", "b", "bits"),
    [
        ([1, 2, 3], [10, 20, 30], 0.0),
        ([1, 0], [0, 5], 1.0),
        ([1, 1], [1, 0], 0.3112781245),
        ([3, 1], [1, 3], 0.1887218755),
        ([0, 0], [0, 0], 0.0),
    ],
)
def test_jensen_shannon(a: list[int], b: list[int], bits: float) -> None:
    assert metrics.jensen_shannon(np.array(a), np.array(b)) == pytest.approx(bits, abs=1e-9)
    assert metrics.jensen_shannon(np.array(b), np.array(a)) == pytest.approx(bits, abs=1e-9)


@pytest.mark.parametrize(
    ("made", "real", "expected"),
    [
        ("23400000", "23400000", {"bead_cells": 1.0, "bead_nontrivial": 1.0, "bead_f1": 1.0}),
        # Two of four events hit, two said in vain.
        ("22002200", "20202020", {"bead_cells": 0.5, "bead_nontrivial": 0.5, "bead_f1": 0.5}),
        # The right place, another colour: no hit.
        ("30000000", "20000000", {"bead_cells": 0.875, "bead_nontrivial": 0.0, "bead_f1": 0.0}),
        # Growing longer is trivial: no event.
        ("21110000", "20000000", {"bead_cells": 0.625, "bead_nontrivial": 1.0, "bead_f1": 1.0}),
        ("00000000", "22220000", {"bead_cells": 0.5, "bead_nontrivial": 0.0, "bead_f1": 0.0}),
        # Nothing there and nothing said is right, not wrong.
        ("00000000", "00000000", {"bead_cells": 1.0, "bead_nontrivial": 1.0, "bead_f1": 1.0}),
        ("20000000", "00000000", {"bead_cells": 0.875, "bead_nontrivial": 1.0, "bead_f1": 0.0}),
    ],
)
def test_agreement(made: str, real: str, expected: dict[str, float]) -> None:
    found = metrics.agreement(CODEC, windows(made), windows(real))
    assert {k: v for k, v in found.items() if k.startswith("bead")} == pytest.approx(expected)
    assert found["knot_f1"] == 1.0
    assert found["windows_exact"] == float(made == real)


def test_windows_exact_needs_every_field() -> None:
    a = windows("20000000", "03000000", "00400000")
    b = windows("20000000", "03000000", "00000000")
    assert metrics.agreement(CODEC, a, b)["windows_exact"] == pytest.approx(2 / 3)
    b["knot"][0, 1, 3] = 2
    assert metrics.agreement(CODEC, a, b)["windows_exact"] == pytest.approx(1 / 3)


def test_a_codec_may_count_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    codec = BeadCodec()
    monkeypatch.setattr(codec, "event_counts", lambda f, a, b: (3, 5, 7) if f == "knot" else None)
    found = metrics.agreement(codec, windows("20000000"), windows("20000000"))
    assert found["knot_f1"] == 0.5
    assert "knot_nontrivial" not in found
    assert found["bead_f1"] == 1.0


def test_the_trivial_baseline_is_the_most_common_trivial_category() -> None:
    baseline = metrics.trivial(CODEC, windows("21111100", "21110000"))
    assert (baseline["bead"] == 1).all()
    assert (baseline["knot"] == 0).all()
    mostly_nothing = metrics.trivial(CODEC, windows("22222100"))
    assert (mostly_nothing["bead"] == 0).all()


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [
        ("23400000", "23400000", 0.0),
        ("23400000", "23300000", 1 / 3),
        ("20000000", "02000000", 1.0),
        ("00000000", "00000000", 0.0),
        ("10000000", "01000000", 0.0),
    ],
)
def test_changed(a: str, b: str, share: float) -> None:
    assert metrics.changed(CODEC, windows(a), windows(b)) == pytest.approx(share)
    assert metrics.changed(CODEC, windows(b), windows(a)) == pytest.approx(share)


def test_no_distance_between_equals() -> None:
    real = split_cells(SPEC, strings(20, 1))
    found = metrics.distance(CODEC, real, real)
    assert found == {"score": 0.0, "shift_beads": 0.0, "shift_knot": 0.0, "js_bead": 0.0}


def test_distance_by_hand() -> None:
    made = windows("22222222", "22222222", knot=1)
    real = windows("22000000", "22220000", knot=1)
    found = metrics.distance(CODEC, made, real)
    # Shares of beads: 1 and 1; 1/4 and 1/2, whose mean is 3/8 and deviation 1/8: five, capped.
    assert found["shift_beads"] == 2.0
    assert found["shift_knot"] == pytest.approx(0.0, abs=1e-6)
    js = metrics.jensen_shannon(np.array([0, 0, 16]), np.array([10, 0, 6]))
    assert found["js_bead"] == pytest.approx(js)
    assert found["score"] == pytest.approx((2.0 + 0.0) / 2 + js)


def test_a_measure_that_applies_to_neither_is_no_distance() -> None:
    real = windows("22000000", "20000000")
    found = metrics.distance(CODEC, real, real)
    assert found == {"score": 0.0, "shift_beads": 0.0, "js_bead": 0.0}


def test_a_measure_that_applies_to_one_side_is_the_largest_distance() -> None:
    a, b = windows("22000000", "20000000"), windows("22000000", "20000000", knot=1)
    assert metrics.distance(CODEC, a, b)["shift_knot"] == 2.0
    assert metrics.distance(CODEC, b, a)["shift_knot"] == 2.0


def test_describe_leaves_out_what_does_not_apply() -> None:
    both = windows("22000000", "00000000")
    both["knot"][0] = 3
    assert metrics.describe(CODEC, both) == {"beads": 0.125, "knot": 3.0}
    assert math.isnan(metrics.describe(CODEC, windows("22000000"))["knot"])


def test_events_of_all_fields_count_together() -> None:
    a, b = windows("22002200", knot=1), windows("20202020", knot=1)
    a["knot"][0, 1] = 0
    # Beads: 2 hits of 4 and 4; knots: 8 of 8 and 16.
    assert metrics.events_f1(CODEC, a, b) == pytest.approx(2 * 10 / (12 + 20))
    nothing = windows("00000000")
    assert metrics.events_f1(CODEC, nothing, nothing) == 1.0
    assert metrics.events_f1(CODEC, windows("20000000"), nothing) == 0.0
