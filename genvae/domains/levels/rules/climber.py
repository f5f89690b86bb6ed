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

from dataclasses import dataclass

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Room, Ruleset, Verdict, cells_having, spoken
from genvae.domains.levels.rules.diggings import Climbing
from genvae.domains.levels.rules.gathering import Journey, Plan, gathered
from genvae.domains.levels.rules.roaming import roomiest
from genvae.domains.levels.rules.routes import Routes, deepest, reachable
from genvae.domains.levels.rules.shafts import Ground


class Climber(Ruleset):
    """Collect all the gold, then get out at the top."""

    name = "climber"
    about = "walk, climb, hang, fall and dig; collect all gold, then out at the top"
    parameters = Climbing

    def check(self, level: Level) -> Verdict:
        """The proof is ``{"moves": "rrL.w..."}``: l, r, u, d a step; . a row fallen; L, R a brick
        dug to the lower left or right; w a wait until all holes have closed."""
        trial = attempt(level, self.settings)
        if trial is None:
            return Verdict(False, ("no player",))
        ground, journey, plan = trial.routes.ground, trial.journey, trial.plan
        start = ground.cell(trial.start)
        if journey is None:
            words = f"the start in {spoken(start)} is blocked"
            return Verdict(False, (words,), None, (start,), start)
        path = tuple(ground.cell(place) for place in journey.places)
        facts = {"states": float(trial.tried), "layers": float(trial.routes.depth)}
        if trial.done:
            moves = "".join(journey.letters)
            facts["moves"] = float(len(moves))
            return Verdict(True, (), {"moves": moves}, path, path[-1], facts)
        where = path[-1]
        words = f"no way out with all the gold; the way ends in {spoken(where)}"
        if plan.missing is not None and trial.gold:
            where = ground.cell(plan.missing)
            why = "cannot be had together with the rest" if plan.together else "cannot be reached"
            words = f"the gold in {spoken(where)} {why}"
        unsure = (f"undecided after {trial.tried} orders of collecting",) if plan.cut else ()
        playable = None if plan.cut else False
        return Verdict(playable, (*unsure, words), None, path, where, facts)

    def roomiest(self, level: Level) -> Room | None:
        """See ``roaming.roomiest``."""
        return roomiest(level, self.settings)


@dataclass(frozen=True)
class Trial:
    """How a level was gone through, as places of ``routes.ground``: ``routes`` while there is
    gold, ``after`` with none left; ``journey`` is None if the start is blocked."""

    routes: Routes
    after: Routes
    start: int
    gold: set[int]
    exits: set[int]
    journey: Journey | None
    plan: Plan
    done: bool
    tried: int


def attempt(level: Level, settings: Climbing) -> Trial | None:
    """Go through a level with shafts as deep as it takes; None without a player."""
    starts = cells_having(level, "start")
    if not starts:
        return None
    grounds = [Ground(level, dig=settings.dig, revealed=r) for r in (False, True)]
    start = grounds[0].place(starts[0])
    gold = {grounds[0].place(c) for c in cells_having(level, "collectable")} - {start}
    goals = cells_having(level, "goal") or [(c, 0) for c in range(level.width)]
    exits = {grounds[0].place(c) for c in goals}
    routes = Routes(grounds[0], settings, gold)
    after = Routes(grounds[1], settings)
    if not grounds[not gold].free[start]:
        return Trial(routes, after, start, gold, exits, None, Plan(), False, 0)
    tried = 0
    while True:
        last = routes.depth == deepest(settings)
        if last or gold <= reachable(routes.every, start):
            journey, plan, done = gathered(routes, after, start, gold, exits)
            tried += plan.tried
            if done or last:
                return Trial(routes, after, start, gold, exits, journey, plan, done, tried)
        routes.deepen()
        after.deepen()
