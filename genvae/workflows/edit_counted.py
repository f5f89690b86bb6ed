"""What an edit asks for and latents do not say: things that are counted, put in or taken out.

Axes:  S steps of a piece · R rows
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from genvae.domains.base import split_cells, stack_cells
from genvae.generation.generator import Generator
from genvae.generation.placing import place
from genvae.workflows import told
from genvae.workflows.incoming import Source
from genvae.workflows.made import Made, finish, good
from genvae.workflows.plan import stack_of
from genvae.workflows.store import Opened

FAR = 0.75
"""By this share of what was asked for an attribute must be off for things to be put right."""
PUT = 0.3
"""So much of what was asked for is put in then, or one thing: with more all else moves, too."""
STALE = ("way", "rewritten", "copied", "copied_windows", "windows", "unusual")
"""Facts that are found anew."""


def put_right(
    opened: Opened,
    source: Source,
    made: Made,
    asked: Mapping[str, float],
    spread: Mapping[str, float],
) -> Made:
    """The edited piece with so many things more (or fewer) than the source that a third of what was
    asked for is met, deviations of ``spread`` each, where the latents moved their number by little
    and there is room. They come where the decoder finds them likeliest (see
    ``generation.placing``). Facts gain ``placed``."""
    codec = opened.codec
    before = codec.measure(codec.assemble(source.encoded.windows, source.context))
    for name, amount in asked.items():
        if not codec.attributes[name].counted:
            continue
        wanted = before[name] + amount * spread[name]
        got = codec.measure(made.piece)[name]
        if not math.isfinite(wanted) or abs(got - wanted) <= FAR * abs(amount) * spread[name]:
            continue
        step = math.copysign(1.0, amount)
        number = max(round(before[name] + step * max(PUT * abs(amount) * spread[name], 1.0)), 0)
        other = _with(opened, made, name, number)
        if other is not None:
            made = other
    return made


def _with(opened: Opened, made: Made, name: str, number: int) -> Made | None:
    """The piece with so many things; None where they cannot be put in, or it is no good then."""
    codec, spec = opened.codec, opened.codec.spec
    places = codec.places(codec.assemble(made.windows, made.context), name)
    if places is None or made.facts.get("changed") or stack_of(made.context) is not None:
        return None
    hearing = told.of_context(opened, made.context)
    generator = Generator(hearing.model, codec)
    cells_SR = stack_cells(spec, made.windows).astype(np.int64).reshape(-1, spec.rows)
    found = place(generator, made.z_WPD, cells_SR, places, number, number)
    if found is None:
        return None
    windows = split_cells(spec, found.cells_SR.reshape(-1, spec.steps, spec.rows))
    facts = {k: v for k, v in made.facts.items() if k not in STALE}
    facts["placed"] = facts.get("placed", {}) | {name: found.added - found.taken}
    other = finish(opened, windows, made.z_WPD, made.context, facts, repair=True)
    return other if good(other) else None
