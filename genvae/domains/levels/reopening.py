"""Where a level that cannot be played is to be written anew.

- in a level that is crossed from left to right, the columns around the place where the way ends
- where things are placed on terrain, all things: the terrain stays

Axes:  S = W*T steps of all windows: columns, or in layered windows terrain before things
"""

from __future__ import annotations

import numpy as np

from genvae.domains.base import Reopened, Report
from genvae.domains.levels.rules.base import Ruleset
from genvae.domains.levels.rules.platformer import Platformer

BEHIND, AHEAD = 2, 6
"""Columns before and after the place that are written anew at first; ``MORE`` with each try."""
MORE = 1
PLACINGS = 6
"""Times that things are placed anew."""


def reopened(
    report: Report, rules: Ruleset | None, steps: int, tries: int, *, columns: int, placed: bool
) -> Reopened | None:
    """See ``Codec.reopened``; ``columns`` of a window, in which things are ``placed`` or not."""
    if placed:
        things_S = np.arange(steps) % (2 * columns) >= columns
        return Reopened(things_S) if tries < PLACINGS else None
    if not isinstance(rules, Platformer):
        return None
    # Where there is nowhere to begin, the first columns.
    column = int(report.facts.get("place", (0, 0))[0])
    at = np.arange(steps)
    near = (at > column - BEHIND - MORE * tries) & (at <= column + AHEAD + MORE * tries)
    return Reopened(near, float(column))
