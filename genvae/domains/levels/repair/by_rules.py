"""Which repair a level's rules have."""

from __future__ import annotations

from genvae.domains.base import MOST_CHANGED, Repaired
from genvae.domains.levels.level import Change, Level
from genvae.domains.levels.repair.climbing import repair_climb
from genvae.domains.levels.repair.crossing import repair_crossing
from genvae.domains.levels.repair.pushing import repair_pushing
from genvae.domains.levels.repair.walking import repair_walk
from genvae.domains.levels.rules.base import Ruleset
from genvae.domains.levels.rules.climber import Climber
from genvae.domains.levels.rules.platformer import Platformer
from genvae.domains.levels.rules.sokoban import Sokoban
from genvae.domains.levels.rules.topdown import TopDown


def repaired(level: Level, rules: Ruleset, *, most: int) -> tuple[Level, list[Change]] | None:
    """The level with at most ``most`` tiles changed so that it can be played by ``rules``, and the
    changes; None if that is not found, or nothing is known of how to repair by these rules."""
    match rules:
        case Platformer():
            return repair_crossing(level, rules.settings, most=most)
        case TopDown():
            return repair_walk(level, rules.settings, most=most)
        case Climber():
            return repair_climb(level, rules.settings, most=most)
        case Sokoban():
            return repair_pushing(level, rules.settings, most=most)
    return None


def mended(piece: Level, rules: Ruleset) -> Repaired | None:
    """A level repaired by its rules, with its changes as ``[column, row, before, after]``, from 0
    and in symbols; None if that takes too many."""
    size, symbols = piece.grid_HW.size, piece.tileset.symbols
    found = repaired(piece, rules, most=int(MOST_CHANGED * size))
    if found is None:
        return None
    said = [[c, r, symbols[piece.grid_HW[r, c]], symbols[k]] for c, r, k in found[1]]
    return Repaired(found[0], said, len(said) / size)
