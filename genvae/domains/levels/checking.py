"""What is said of a level: well-formed, playable, why not."""

from __future__ import annotations

from typing import Any

import numpy as np

from genvae.domains.base import Report
from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Ruleset, several_starts
from genvae.domains.levels.tileset import Tileset


def checked(piece: Level, tileset: Tileset, rules: Ruleset | None) -> Report:
    """The report on a level of a tileset; see ``LevelsCodec.check``."""
    unknown = np.argwhere(piece.grid_HW >= len(tileset))
    if len(unknown):
        row, column = unknown[0]
        return Report(False, None, [f"row {row + 1}, column {column + 1}: a tile without meaning"])
    if rules is None:
        problems = several_starts(piece)
        return Report(not problems, None, problems)
    problems = rules.faults(piece)
    if problems and not rules.tolerant:
        return Report(False, None, problems)
    verdict = rules.check(piece)
    facts: dict[str, Any] = dict(verdict.facts)
    if verdict.path:
        facts["path"] = [list(cell) for cell in verdict.path]
    if verdict.place is not None:
        facts["place"] = list(verdict.place)
    return Report(
        not problems, verdict.playable, [*problems, *verdict.problems], verdict.proof, facts
    )
