"""Pieces that are what was asked for: the right number of things, and facts that say so.

Things that are counted are put in and taken out until their number is right
(``generation/placing.py``); then the piece is checked, repaired and counted again.

Axes:  W windows · P positions · D dims of z · S steps · R rows
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from genvae.domains.base import Windows, split_cells, stack_cells
from genvae.generation.generator import Generator
from genvae.generation.placing import place
from genvae.workflows.aim import Aim, Drawn
from genvae.workflows.made import Made, Times, finish, good, note_unusual
from genvae.workflows.wanted import Goal

ROUNDS = 3
"""Times that things are put in and a piece is checked and repaired before it is given up."""
FINISHED = 2
"""Candidates of an attempt that are checked and repaired, at most."""


def nearest(
    aim: Aim,
    drawn: Sequence[Drawn],
    context: Mapping[str, Any],
    facts: Mapping[str, Any],
    generator: Generator,
    *,
    raw: bool,
    times: Times,
) -> Made:
    """The nearest of an attempt's candidates, with the right number of everything, checked,
    repaired and measured; the next one if that is not what was asked for."""
    best: Made | None = None
    ordered = sorted(drawn, key=lambda one: (one.miss, one.number))
    for one in ordered[: 1 if raw else FINISHED]:
        said = {**facts, "candidate": one.number} if len(drawn) > 1 else dict(facts)
        made = finish(
            aim.opened, one.windows, one.z_WPD, context, said, raw=raw, repair=True, times=times
        )
        if not raw and good(made):
            made = _counted(aim, generator, made, context, said, times)
        if aim.like is not None:
            # What is like an unusual piece may be as that one is.
            made.facts.pop("unusual", None)
        elif "changed" in made.facts:
            note_unusual(aim.opened, made, [goal.name for goal in aim.wanted.goals])
        told(aim, made)
        if best is None or _rank(made) > _rank(best):
            best = made
        if raw or (made.facts["met"] and good(made)):
            break
    assert best is not None
    return best


def _rank(made: Made) -> tuple[bool, bool, float]:
    return good(made), made.facts["met"], -made.facts["miss"]


def told(aim: Aim, made: Made) -> None:
    """Say in a piece's facts what was asked for and what it is."""
    got = aim.opened.codec.measure(made.piece)
    met = all(goal.met(got.get(goal.name, math.nan)) for goal in aim.wanted.goals)
    met = met and not any(_stray(aim, made, goal) for goal in aim.wanted.goals)
    goals = aim.wanted.goals
    made.facts["asked"] = {g.name: g.asked for g in goals}
    made.facts["got"] = {g.name: _rounded(got.get(g.name, math.nan)) for g in goals}
    near = {g.name: g.tolerance for g in goals if g.tolerance}
    if near:
        made.facts["tolerance"] = near
    made.facts["met"] = met
    apart = (g.miss(got.get(g.name, math.nan)) / aim.unit[g.name] for g in goals)
    made.facts["miss"] = round(min(sum(apart), 1e6), 4)


def _rounded(value: float) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None


def _stray(aim: Aim, made: Made, goal: Goal) -> int:
    """Counted things that have no place where they are."""
    if not goal.counted:
        return 0
    places = aim.opened.codec.places(made.piece, goal.name)
    return 0 if places is None else places.stray


def _counted(
    aim: Aim,
    generator: Generator,
    made: Made,
    context: Mapping[str, Any],
    facts: Mapping[str, Any],
    times: Times,
) -> Made:
    """The piece with the right number of everything that is counted, if that can be had."""
    goals = [goal for goal in aim.wanted.goals if goal.counted]
    codec, changes, repaired = aim.opened.codec, dict[str, int](), list[Any]()
    for _ in range(ROUNDS if goals else 0):
        got = codec.measure(made.piece)
        wrong = [g for g in goals if not g.met(got[g.name]) or _stray(aim, made, g)]
        if not wrong or not good(made):
            break
        repaired += made.facts.get("changes", [])
        with times.spent("decoding"):
            windows = _placed(aim, generator, made, wrong, facts, changes)
        if windows is None:
            break
        made = finish(aim.opened, windows, made.z_WPD, context, facts, repair=True, times=times)
    repaired += made.facts.get("changes", [])
    if repaired:
        made.facts |= {"changed": len(repaired), "changes": repaired}
        if not made.facts["attempt"]:
            made.facts["way"] = "repaired"
    if changes:
        made.facts["placed"] = changes
    return made


def _placed(
    aim: Aim,
    generator: Generator,
    made: Made,
    wrong: Sequence[Goal],
    facts: Mapping[str, Any],
    changes: dict[str, int],
) -> Windows | None:
    """The windows of a piece with the right number of what is wrong; ``changes`` gains how many
    came and went."""
    codec, spec = aim.opened.codec, aim.opened.codec.spec
    windows = made.windows
    if made.facts.get("changed"):
        if aim.stack is not None:
            # Bands cannot be read back from a level.
            return None
        windows = codec.encode(made.piece).windows
    cells_SR = stack_cells(spec, windows).reshape(-1, spec.rows)
    for goal in wrong:
        part = split_cells(spec, cells_SR.reshape(-1, spec.steps, spec.rows))
        places = codec.places(codec.assemble(part, made.context), goal.name)
        if places is None:
            return None
        target = int(aim.target(goal, facts["seed"], facts["index"]))
        count = int((places.present_SR & places.good_SR).sum())
        low = target if count < goal.low else int(goal.low)
        high = target if count > goal.high else int(goal.high)
        found = place(generator, made.z_WPD, cells_SR, places, low, high, aim.stack)
        if found is None:
            return None
        cells_SR = found.cells_SR
        for name, number in (("in", found.added), ("out", found.taken)):
            if number:
                key = f"{goal.name}_{name}"
                changes[key] = changes.get(key, 0) + number
    return split_cells(spec, cells_SR.reshape(-1, spec.steps, spec.rows))
