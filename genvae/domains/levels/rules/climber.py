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
from nor to walk on, nor to carry gold. Ways down are dug as *shafts* (``shafts.py``) of at most
``holes`` holes in ``hold`` moves; the body must be out by then (it may have fallen through), and
waits until all holes have closed before it goes on. Nothing is dug while falling. So a way that is
found is a way (as long as no enemy is in it), and levels that need enemies, or a hole to come back
through, count as not playable.

The search: with all holes closed nothing in the level changes but the gold, so the places form a
directed graph, in which a shaft is an edge (``routes.py``). Inside a strongly connected part all
gold can be had in any order; what remains is the order of the parts (``gathering.py``). Deeper
shafts are tried only when shallower ones do not do. After ``nodes`` states the search gives up, and
the verdict is "undecided".
"""

from __future__ import annotations

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Ruleset, Verdict, cells_having, spoken
from genvae.domains.levels.rules.diggings import Climbing
from genvae.domains.levels.rules.gathering import gathered
from genvae.domains.levels.rules.routes import Routes, reachable
from genvae.domains.levels.rules.shafts import DEEPEST, Ground


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
        grounds = [Ground(level, dig=self.settings.dig, revealed=r) for r in (False, True)]
        start = grounds[0].place(starts[0])
        gold = {grounds[0].place(c) for c in cells_having(level, "collectable")} - {start}
        if not grounds[not gold].free[start]:
            words = f"the start in {spoken(starts[0])} is blocked"
            return Verdict(False, (words,), None, (starts[0],), starts[0])
        goals = cells_having(level, "goal") or [(c, 0) for c in range(level.width)]
        exits = {grounds[0].place(c) for c in goals}
        routes = Routes(grounds[0], self.settings, gold)
        after = Routes(grounds[1], self.settings)
        tried = 0
        while True:
            deepest = routes.depth == _deepest(self.settings)
            if deepest or gold <= reachable(routes.every, start):
                journey, plan, done = gathered(routes, after, start, gold, exits)
                tried += plan.tried
                if done or deepest:
                    break
            routes.deepen()
            after.deepen()
        path = tuple(grounds[0].cell(place) for place in journey.places)
        facts = {"states": float(tried), "layers": float(routes.depth)}
        if done:
            moves = "".join(journey.letters)
            facts["moves"] = float(len(moves))
            return Verdict(True, (), {"moves": moves}, path, path[-1], facts)
        where = path[-1]
        words = f"no way out with all the gold; the way ends in {spoken(where)}"
        if plan.missing is not None and gold:
            where = grounds[0].cell(plan.missing)
            why = "cannot be had together with the rest" if plan.together else "cannot be reached"
            words = f"the gold in {spoken(where)} {why}"
        unsure = (f"undecided after {tried} orders of collecting",) if plan.cut else ()
        playable = None if plan.cut else False
        return Verdict(playable, (*unsure, words), None, path, where, facts)


def _deepest(settings: Climbing) -> int:
    """The layers of the deepest shafts that are dug."""
    possible = [d for d in range(1, DEEPEST + 1) if d * (d + 1) // 2 <= settings.holes]
    return len(possible) if settings.dig else 0
