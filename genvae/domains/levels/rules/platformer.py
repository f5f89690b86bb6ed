"""Can a side-scrolling level be crossed from left to right? A search over what a player can do.

Physics, in tiles, with a body of one tile. Each move takes the body to one of the eight cells
around it, or leaves it in place:

- standing: walk one column to either side; step off a ledge; jump
- rising: one row up a move, and up to one column to either side, for at most ``jump`` rows (a
  jump may end earlier); so a wall of ``jump`` rows is climbed and a flat gap of
  ``2 * jump - 1`` columns is crossed
- falling: one row down a move, and up to one column to either side
- one-way platforms carry from above and let the body through from below and from the sides
- from a trampoline a jump rises ``bounce`` rows
- in a liquid (or on a ladder) the body moves freely; out of it a jump rises ``leap`` rows
- solid tiles and hazards cannot be entered; below the bottom row lies death; the top row is a
  ceiling; a diagonal move needs one of the two cells beside it free
- creatures do not move and do not hurt: they can be jumped on
- with ``reach``, one flight (from leaving a place to stand until the next) moves at most
  ``reach + 1`` columns sideways, so that no flat gap wider than ``reach`` is crossed

The way begins at the start (or anywhere to stand in the leftmost three columns) and ends at any
tile with the role ``goal``, touched in passing; in a level without one, standing or swimming in
the last column.

Calibrated on SuperTux (tiles of 32 px, gravity 1000 px/s2, jump 520 to 580 px/s, walk 230, run
320 px/s): there a jump from standing rises 4.2 tiles, a running jump 5.2, and crosses a gap of
about 10. The default of 4 rows and 7 columns is what a walking player reaches.

The search advances all positions at once (see ``terrain.py`` and ``wave.py``); the fronts of all
moves are kept, and the path is traced back through them.

Axes:  H rows, the top one first · W columns
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Ruleset, Verdict, spoken
from genvae.domains.levels.rules.registry import ruleset_of
from genvae.domains.levels.rules.terrain import FALL, STAND, SWIM, Physics, Terrain
from genvae.domains.levels.rules.wave import Wave

__all__ = ["Crossing", "Physics", "Platformer", "Terrain", "cross", "physics_of", "standing"]


@dataclass(frozen=True)
class Crossing:
    """What a search found.

    ``path`` is the proof: (column, row) from 0 of each move, row 0 on top, from the start to the
    last column, or to the furthest point when ``playable`` is false. ``furthest_column`` is from
    0; ``reason`` says in words why there is no way, with columns counted from 1.
    """

    playable: bool
    path: list[tuple[int, int]] = field(default_factory=list)
    furthest_column: int = -1
    reason: str = ""


def cross(
    level: Level,
    physics: Physics | None = None,
    *,
    start: tuple[int, int] | None = None,
    start_columns: tuple[int, int] | None = None,
    goal_column: int | None = None,
) -> Crossing:
    """Find the shortest way from the left to the right of ``level``.

    The way begins at ``start`` (column, row), else at the tile with the role ``start``, else at
    any place to stand or swim in ``start_columns`` (first, last; by default the leftmost three).
    It ends standing or swimming in ``goal_column`` (by default the last); where neither a goal
    nor columns to start from are given, a tile with the role ``goal`` is the end. All are from 0.
    Without ``physics`` those of the level's tileset serve.
    """
    terrain = Terrain(level, physics or physics_of(level))
    goal = level.width - 1 if goal_column is None else goal_column
    marked = 0
    if goal_column is None and start_columns is None:
        marked = terrain.bits(level.having("goal"))
    begin, why = _begin(level, terrain, start, start_columns)
    if not begin:
        return Crossing(False, reason=why)
    wave = Wave(terrain, begin)
    if marked:
        hit = wave.spread(marked, tuple(range(terrain.phases)))
    else:
        hit = wave.spread(terrain.columns(goal, goal), (STAND, SWIM))
    if hit:
        path = wave.trace(_low(hit))
        return Crossing(True, path, path[-1][0])
    stuck = _stuck(level, wave, goal)
    if marked:
        first = terrain.cell(_low(marked))
        reason = f"the goal in {spoken(first)} is out of reach; the way ends in column "
        return replace(stuck, reason=f"{reason}{stuck.furthest_column + 1}")
    return stuck


def physics_of(level: Level) -> Physics:
    """What a body can do in the level's tileset; the default where that is no platformer."""
    rules = ruleset_of(level.tileset)
    return rules.settings if isinstance(rules, Platformer) else Physics()


class Platformer(Ruleset):
    """Run, jump, fall and swim from the left to the right, or to a goal."""

    name = "platformer"
    about = "run, jump, fall and swim from the start to the goal or the right edge"
    parameters = Physics
    tolerant = True

    def check(self, level: Level) -> Verdict:
        """See ``cross``. The proof is ``{"path": [[column, row], ...]}`` from 0, a move each."""
        found = cross(level, self.settings)
        path = tuple(found.path)
        place = path[-1] if path else None
        if not found.playable:
            return Verdict(False, (found.reason,), path=path, place=place)
        proof = {"path": [list(cell) for cell in path]}
        return Verdict(True, (), proof, path, place, {"moves": len(path) - 1})


def _begin(
    level: Level,
    terrain: Terrain,
    start: tuple[int, int] | None,
    start_columns: tuple[int, int] | None,
) -> tuple[int, str]:
    """The cells a way may begin at, and why there are none."""
    marked = np.argwhere(level.having("start"))
    if start is None and start_columns is None and len(marked):
        start = int(marked[0][1]), int(marked[0][0])
    if start is not None:
        column, row = start
        if not (0 <= column < level.width and 0 <= row < level.height):
            return 0, f"the start lies outside the level (column {column + 1}, row {row + 1})"
        at = 1 << terrain.bit(column, row)
        return at & terrain.free, f"the start in column {column + 1} is inside something solid"
    first, last = start_columns or (0, min(2, level.width - 1))
    places = (terrain.support | (terrain.liquid & terrain.free)) & terrain.columns(first, last)
    return places, f"there is nowhere to stand in columns {first + 1} to {last + 1}"


def _stuck(level: Level, wave: Wave, goal: int) -> Crossing:
    """The furthest safe place that was reached, and the way there."""
    terrain, seen = wave.terrain, wave.seen
    safe = seen[STAND] | seen[SWIM] or seen[FALL]
    furthest = (safe.bit_length() - 1) // terrain.stride
    at = safe & terrain.columns(furthest, furthest)
    reason = (
        f"no way beyond column {furthest + 1} of {level.width}: "
        "a gap too wide, a wall too high, or a dead end"
    )
    if furthest >= goal:
        reason = f"column {goal + 1} is passed by but has no place to stand that can be reached"
    for moves, front in enumerate(wave.fronts):
        hit = front.among(at, (STAND, SWIM, FALL))
        if hit:
            return Crossing(False, wave.trace(_low(hit), moves), furthest, reason)
    return Crossing(False, [], furthest, reason)


def _low(x: int) -> int:
    return (x & -x).bit_length() - 1


def reached(level: Level, physics: Physics | None = None) -> np.ndarray:
    """Mask ``(H, W)`` of the cells that a body comes by, wherever it may begin."""
    terrain = Terrain(level, physics or physics_of(level))
    begin, _ = _begin(level, terrain, None, None)
    if not begin:
        return np.zeros((level.height, level.width), dtype=bool)
    wave = Wave(terrain, begin)
    wave.spread(0, (STAND, SWIM))
    seen = 0
    for states in wave.seen:
        seen |= states
    size = level.width * terrain.stride
    data = np.frombuffer(seen.to_bytes(size // 8 + 1, "little"), dtype=np.uint8)
    bits_WH = np.unpackbits(data, count=size, bitorder="little").reshape(level.width, -1)
    return np.ascontiguousarray(bits_WH[:, : level.height].T.astype(bool))


def standing(level: Level) -> np.ndarray:
    """Mask ``(H, W)`` of the cells where a body can stand."""
    carrying = level.having("solid", "oneway") & ~level.having("hazard")
    stands = np.zeros((level.height, level.width), dtype=bool)
    stands[:-1] = carrying[1:] & ~level.having("solid", "hazard", "liquid", "climb")[:-1]
    return stands
