"""Collect all the gold, then get out: walk, climb ladders, hang on ropes, fall, dig.

- a body of one tile walks left and right where it is carried: by solid ground, by a ladder's top,
  on a ladder or on a rope; otherwise it falls, straight down, until it is
- up and down on ladders; down from a rope lets go of it; a fall ends on a rope
- a ``trap`` (a false brick) lets through what comes from above, and nothing else
- the bottom row is ground, the sides are walls; hazards cannot be entered
- a brick (``dig``) to the lower left or right is dug away from a place where the body stays, if
  the cell above the brick is free and holds no ladder, no rope and no gold (any more)
- tiles with the role ``hidden`` are there once all the gold (``collectable``) is collected; the
  level ends at a tile with the role ``goal``, or without one anywhere in the top row

These are the rules of KGoldrunner (``kgrlevelgrid.cpp``, ``kgrrunner.cpp`` of its sources), where a
hole stays open for 28 steps at least. What is simplified: there are no enemies, neither to flee
from nor to walk on. All holes of one *excavation* stay open for ``hold`` moves after the first was
dug, at most ``holes`` of them; the body must be out by then (it may have fallen through), and waits
until all have closed before it goes on. Nothing is dug while falling. So a way that is found is a
way (as long as no enemy is in it), and levels that need enemies or larger excavations count as
not playable.

The search: with all holes closed nothing in the level changes but the gold, so the cells form a
directed graph, in which an excavation is an edge. Its strongly connected parts that hold gold must
lie on one chain, which is followed from the start; inside a part all gold can be had in any order.
Larger excavations are tried only when smaller ones do not do. After ``nodes`` states of
excavations the search gives up, and the verdict is "undecided".
"""

from __future__ import annotations

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Cell, Ruleset, Verdict, cells_having, spoken
from genvae.domains.levels.rules.diggings import Climbing, World
from genvae.domains.levels.rules.routes import Journey, Routes, Travelled


class Climber(Ruleset):
    """Collect all the gold, then get out at the top."""

    name = "climber"
    about = "walk, climb, hang, fall and dig; collect all gold, then out at the top"
    parameters = Climbing

    def check(self, level: Level) -> Verdict:
        """The proof is ``{"moves": "rrL.w..."}``: l, r, u, d a step; . a row fallen; L, R a brick
        dug to the lower left or right; w a wait until all holes have closed."""
        starts = cells_having(level, "start")
        if not starts:
            return Verdict(False, ("no player",))
        attempt, spent = _attempt(level, starts[0], self.settings, 0), 0
        depths = range(1, self.settings.holes + 1) if self.settings.dig else range(0)
        for most in depths:
            if attempt.done or spent >= self.settings.nodes:
                break
            attempt = _attempt(level, starts[0], self.settings, most)
            spent += attempt.spent
        facts = {"states": float(spent), "holes": float(attempt.most)}
        path = tuple(attempt.journey.cells)
        if attempt.done:
            moves = "".join(attempt.journey.letters)
            facts["moves"] = float(len(moves))
            return Verdict(True, (), {"moves": moves}, path, path[-1], facts)
        unsure = (f"undecided after {spent} states of digging",) if attempt.cut else ()
        problems = (*unsure, attempt.reason)
        playable = None if attempt.cut else False
        return Verdict(playable, problems, None, path, attempt.place, facts)


def _attempt(level: Level, start: Cell, settings: Climbing, most: int) -> Travelled:
    """All gold and out, with at most ``most`` holes at once."""
    gold = set(cells_having(level, "collectable"))
    exits = set(cells_having(level, "goal")) or {(c, 0) for c in range(level.width)}
    routes = Routes(World(level, settings, revealed=False), most)
    after = Routes(World(level, settings, revealed=True), most)

    def ended(journey: Journey, reason: str, place: Cell, done: bool = False) -> Travelled:
        spent = routes.world.spent + after.world.spent
        cut = routes.cut or after.cut
        return Travelled(journey, done, reason, place, spent, cut and not done, most)

    here = Journey(routes.world if gold else after.world, start, gold)
    if not routes.world.free(start):
        return ended(here, f"the start in {spoken(start)} is blocked", start)
    chain, missing = routes.chain(start, gold)
    if missing is not None:
        what = f"the gold in {spoken(missing)} cannot be reached"
        if missing in routes.reachable(start):
            what = f"the gold in {spoken(missing)} cannot be had together with the rest"
        for part in chain:
            here.collect(routes, part)
        return ended(here, what, missing)
    for part in chain[:-1]:
        here.collect(routes, part)
    last = chain[-1] if chain else set()
    for final in sorted(last, key=lambda g: (g[1], g[0])) or [start]:
        way = here.copy()
        if last and not way.collect(routes, last, final):
            continue
        if way.leave(after, exits):
            return ended(way, "", way.cells[-1], done=True)
    here.collect(routes, last)
    place = here.cells[-1]
    return ended(here, f"no way out with all the gold; the way ends in {spoken(place)}", place)
