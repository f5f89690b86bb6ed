"""The axes of an exploration: two attributes, and how far they go.

Axes:  N pieces
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from genvae.domains.base import Attribute
from genvae.errors import OptionProblem, nearest
from genvae.workflows.store import Opened


@dataclass(frozen=True)
class Axis:
    """An attribute, and the range that was asked for."""

    attribute: Attribute
    given: tuple[float, float] | None = None

    def range_over(self, values_N: np.ndarray) -> tuple[float, float]:
        """The range asked for; else that of these values without the outermost hundredths, half as
        wide again on each side, as far as the attribute goes."""
        if self.given is not None:
            return self.given
        known_N = values_N[np.isfinite(values_N)]
        if not len(known_N) or known_N.min() == known_N.max():
            return self.attribute.low, self.attribute.high
        low, high = (float(v) for v in np.quantile(known_N, [0.01, 0.99]))
        room = max(high - low, self.attribute.tolerance or 1.0) / 2
        return max(self.attribute.low, low - room), min(self.attribute.high, high + room)


def axes_of(opened: Opened, text: str) -> tuple[Axis, Axis]:
    """The two axes of ``density,syncopation=0..0.5``. Raises OptionProblem."""
    known = opened.codec.attributes
    found = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*([^=]*?)\s*(?:=\s*(\S+?)\s*\.\.\s*(\S+?)\s*)?", part)
        name = match[1] if match else part
        if name not in known:
            raise OptionProblem(f"--axes {text}: no attribute {name!r}; {nearest(name, known)}")
        if known[name].chosen:
            raise OptionProblem(f"--axes {text}: {name} is not in z, it is chosen beside it")
        assert match is not None
        found.append(Axis(known[name], _range(text, match[2], match[3])))
    if len(found) != 2 or found[0].attribute == found[1].attribute:
        raise OptionProblem(f"--axes {text}: expected two attributes, such as {_two(known)}")
    return found[0], found[1]


def _two(known: Mapping[str, Attribute]) -> str:
    return ",".join([name for name, a in known.items() if not a.chosen][:2])


def _range(text: str, low: str | None, high: str | None) -> tuple[float, float] | None:
    if low is None or high is None:
        return None
    try:
        ends = float(low), float(high)
    except ValueError:
        ends = math.nan, math.nan
    if not (math.isfinite(ends[0]) and math.isfinite(ends[1]) and ends[0] < ends[1]):
        raise OptionProblem(f"--axes {text}: expected LOW..HIGH, such as density=2..40")
    return ends
