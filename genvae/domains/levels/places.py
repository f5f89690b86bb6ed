"""Where what a level counts stands, and where it may stand.

- enemies stand on something (seen from above: anywhere that is open)
- coins are where a player comes by, keys and goals where the training levels had them
- anything else may be wherever a tile can become one

Which tile may become which follows from their roles: a box put on a goal is a box on a goal.

Axes:  H rows, the top one first · W columns · S steps of all windows · R rows of a window, the
       bottom one first · K tiles
"""

from __future__ import annotations

import numpy as np

from genvae.domains.base import Places
from genvae.domains.levels.facts import Facts, largest_parts, open_ground, solid_beside
from genvae.domains.levels.layers import objects_of
from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.platformer import reached, standing
from genvae.domains.levels.rules.registry import ruleset_of
from genvae.domains.levels.rules.topdown import TopDown
from genvae.domains.levels.rules.walking import Plan
from genvae.domains.levels.sizes import SHARED
from genvae.domains.levels.tileset import Tileset
from genvae.domains.levels.windows import FIELD

STANDING = ("enemies",)
COME_BY = ("coins",)
FREE = frozenset({"empty"})
"""Roles that are lost when something is put on a tile, and come back when it is taken away."""
BESIDE = frozenset({"solid", "bounce", "dig"})
"""Roles that a thing may have beside the one that counts."""


def places(
    level: Level, name: str, roles: tuple[str, ...], layers: int, facts: Facts | None
) -> Places | None:
    """The places of what ``name`` counts, tiles with any of ``roles``. None where windows are
    layered and the tiles are part of the terrain: they would have to change in both layers."""
    tileset = level.tileset
    counting_K = tileset.having(*roles)
    if layers > 1 and not (objects_of(tileset) | ~counting_K).all():
        return None
    add_KK = _turns(tileset, frozenset(roles))
    good_HW = _good(level, name, counting_K, facts)
    return Places(
        FIELD,
        _cells(level.having(*roles), tileset, layers),
        _cells(good_HW, tileset, layers),
        add_KK,
        add_KK.T.copy(),
    )


def _turns(tileset: Tileset, counted: frozenset[str]) -> np.ndarray:
    """``(K, K)``: which tile may become which so that there is one more with a counted role."""
    roles = [frozenset(tile.roles) for tile in tileset.tiles]
    found = np.zeros((len(roles), len(roles)), dtype=bool)
    for k, before in enumerate(roles):
        for to, after in enumerate(roles):
            more = after - before
            gains = bool(more & counted) and not before & counted
            found[k, to] = gains and more <= counted | BESIDE and before - after <= FREE
    return found


def _good(level: Level, name: str, counting_K: np.ndarray, facts: Facts | None) -> np.ndarray:
    """Mask ``(H, W)`` of the cells where one has a place."""
    rules = level.tileset.rules
    if facts is not None and facts.beside:
        return _as_seen(level, counting_K, facts)
    if name in STANDING and rules in ("platformer", "climber"):
        return standing(level)
    if name in COME_BY and rules == "platformer":
        return reached(level)
    good_HW = np.ones(level.grid_HW.shape, dtype=bool)
    if name in COME_BY and rules == "topdown":
        ruleset = ruleset_of(level.tileset)
        assert isinstance(ruleset, TopDown)
        plan = Plan(level, ruleset.settings)
        start = plan.start()
        good_HW &= plan.open_HW if start is None else plan.part_HW == plan.part_at(start)
    return good_HW


def _as_seen(level: Level, counting_K: np.ndarray, facts: Facts) -> np.ndarray:
    """Where the training levels had such tiles: beside the same walls, on the joined ground."""
    tileset, x_1RC = level.tileset, level.grid_HW[None, ::-1]
    pattern = solid_beside(x_1RC, tileset)[0]
    bits = 0
    for k in np.flatnonzero(counting_K):
        bits |= facts.beside.get(tileset.symbols[k], 0)
    good_RC = ((bits >> pattern) & 1).astype(bool)
    if facts.joined:
        good_RC &= largest_parts(open_ground(x_1RC, tileset))[0]
    return np.ascontiguousarray(good_RC[::-1])


def _cells(mask_HW: np.ndarray, tileset: Tileset, layers: int) -> np.ndarray:
    """A mask of a level as one of its windows' cells ``(S, R)``; of layered windows the second
    layer. A level higher than a window is bands of windows, the bottom one first, and what two of
    them share is in the lower one. What a window has beyond the level is not in it."""
    height, width = mask_HW.shape
    rows, columns = tileset.rows, tileset.columns
    bands = max(1, 1 - (rows - height) // (rows - SHARED))
    more = rows + (bands - 1) * (rows - SHARED) - height, -width % columns
    full_RW = np.pad(mask_HW, ((more[0], 0), (0, more[1])))[::-1]
    parts = []
    for band in range(bands):
        own_RW = full_RW[band * (rows - SHARED) :][:rows].copy()
        if band:
            own_RW[:SHARED] = False
        x_NCR = own_RW.T.reshape(-1, columns, rows)
        before = np.zeros((len(x_NCR), (layers - 1) * columns, rows), dtype=bool)
        parts.append(np.concatenate([before, x_NCR], axis=1).reshape(-1, rows))
    return np.concatenate(parts)
