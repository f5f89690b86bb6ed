"""Where a score stands among those of real pieces."""

from __future__ import annotations

import numpy as np
import pytest

from genvae.models.knowledge import Calibration


def test_percentiles() -> None:
    rising, flat = np.arange(101.0), np.zeros(101)
    known = Calibration(("a", "b"), np.stack([rising, flat]), np.stack([rising, flat]))
    found = known.percentile("a", np.array([-5.0, 0.0, 30.5, 100.0, 900.0]), windows=False)
    assert found.tolist() == pytest.approx([0.0, 0.0, 30.5, 100.0, 100.0])
    # All real pieces score alike: what scores so stands in the middle.
    found = known.percentile("b", np.array([-1.0, 0.0, 1.0]), windows=True)
    assert found.tolist() == pytest.approx([0.0, 50.0, 100.0])
