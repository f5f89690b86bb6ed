from __future__ import annotations

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.repair.pushing import repair_pushing
from genvae.domains.levels.rules.sokoban import Pushing, Sokoban
from genvae.domains.levels.text import level_from_rows, level_text
from genvae.domains.levels.tileset import builtin

from ..replay_sokoban import play  # noqa: TID252

TILESET = builtin()["sokoban"]


def of(rows: str) -> Level:
    return level_from_rows(rows.split("|"), TILESET)


def test_a_box_in_a_corner_is_freed() -> None:
    level = of("#######|#$    #|#   @ #|#    .#|#######")
    assert not Sokoban().check(level).playable
    assert repair_pushing(level, Pushing(), most=5) is None  # border walls stay
    inner = of("########|##     #|##$  @ #|###   .#|########")
    found = repair_pushing(inner, Pushing(), most=5)
    assert found is not None
    mended, changes = found
    assert changes == [(1, 1, TILESET.empty), (1, 2, TILESET.empty)]
    verdict = Sokoban().check(mended)
    assert verdict.proof is not None
    assert play(level_text(mended).splitlines(), verdict.proof["moves"]) == ""


def test_a_player_walled_off_gets_in() -> None:
    rows = "########|#    #@#|#  $ # #|#  . # #|#    # #|########"
    found = repair_pushing(of(rows), Pushing(), most=5)
    assert found is not None
    assert [(c, tile) for c, _, tile in found[1]] == [(5, TILESET.empty)]


def test_the_solver_is_not_asked_for_ever() -> None:
    rng = np.random.default_rng(3)
    grid = np.zeros((12, 12), dtype=np.uint8)
    grid[rng.random((12, 12)) < 0.4] = TILESET.numbers["#"]
    for symbol in "$.":
        for row, column in rng.integers(1, 11, size=(7, 2)):
            grid[row, column] = TILESET.numbers[symbol]
    grid[0], grid[-1], grid[:, 0], grid[:, -1] = (TILESET.numbers["#"],) * 4
    level = Level(grid, TILESET)
    grid[5, 5] = TILESET.numbers["@"]
    boxes, goals = level.having("box").sum(), level.having("goal").sum()
    assert boxes
    assert goals
    repair_pushing(Level(grid, TILESET), Pushing(), most=5)
