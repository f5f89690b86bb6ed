"""What a conditional model is told: by ``--set style=folk``, by what else is asked for, or by the
piece that comes in.

What a piece was made or encoded with stands in its context under ``told``, so that it is decoded
with the same again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from genvae.domains.base import Encoded
from genvae.errors import OptionProblem
from genvae.models.conditions import UNTOLD
from genvae.workflows.conditions import measured
from genvae.workflows.store import Opened

TOLD = "told"


def words(opened: Opened) -> dict[str, tuple[str, ...]]:
    """The conditions of a model and the names of their classes."""
    return {c.name: c.classes for c in opened.model.conditions}


def split(opened: Opened, asked: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of that the model is told, and what pieces are measured by: a number that it was
    conditioned on is both; a span of one is measured alone."""
    known, measured = words(opened), opened.codec.attributes
    both = {name for name in known if name in measured}
    told = {n: v for n, v in asked.items() if n in known and not isinstance(v, tuple)}
    rest = {
        n: v for n, v in asked.items() if n not in known or (n in both and not isinstance(v, str))
    }
    return told, rest


def numbers(opened: Opened, asked: Mapping[str, Any], windows: int = 1) -> tuple[int, ...]:
    """The numbers of the classes asked for by name, 0 for what is not asked for. Of a condition
    that is a number a number will do, that of a piece of so many windows: the class that it falls
    in. Raises OptionProblem."""
    known = {c.name: c for c in opened.model.conditions}
    found = dict.fromkeys(known, UNTOLD)
    for name, value in asked.items():
        if name not in known:
            there = f"it knows {', '.join(known)}" if known else "it was trained on none"
            raise OptionProblem(
                f"--set {name}={value}: no condition of model {opened.model.name}; {there}"
            )
        condition = known[name]
        found[name] = condition.number(str(value))
        if found[name] == UNTOLD and isinstance(value, int | float):
            found[name] = condition.of(value / windows if condition.per_window else value)
        if found[name] == UNTOLD:
            raise OptionProblem(
                f"--set {name}={value}: model {opened.model.name} knows "
                f"{', '.join(condition.classes)}"
            )
    return tuple(found.values())


def telling(opened: Opened, told: tuple[int, ...]) -> Opened:
    """The model, all its parts told these classes."""
    return replace(opened, model=opened.model.telling(told))


def for_sample(
    opened: Opened,
    asked: Mapping[str, Any],
    requests: Mapping[str, Any],
    length: str | None = None,
) -> tuple[Opened, dict[str, Any]]:
    """The model told what is asked for of pieces of a ``length``, by ``--set`` or by the requests
    themselves (a meter), and the requests that go with it. Raises OptionProblem."""
    chosen = numbers(opened, asked, opened.codec.windows_for(length)[0])
    requests = dict(requests)
    for condition, number in zip(opened.model.conditions, chosen, strict=True):
        if number:
            value = condition.classes[number - 1]
            requests = opened.codec.request(condition.name, value) | requests
    by_request = opened.codec.requested(requests) if opened.model.conditions else {}
    told = tuple(
        condition.number(by_request.get(condition.name, "")) or number
        for condition, number in zip(opened.model.conditions, chosen, strict=True)
    )
    return telling(opened, told), requests


def of_piece(opened: Opened, encoded: Encoded) -> Opened:
    """The model told what the piece itself tells, unless it is told something already; from then
    on the piece's context says so."""
    if not opened.model.conditions:
        return opened
    if not any(opened.model.told):
        windows, context = encoded.windows, encoded.context
        known = opened.model.conditions
        told = tuple(measured(c, opened.codec, windows, context) for c in known)
        opened = telling(opened, told)
    encoded.context |= in_context(opened)
    return opened


def of_context(opened: Opened, context: Mapping[str, Any]) -> Opened:
    """The model told what a context says; what it does not know is left out."""
    words = context.get(TOLD)
    if not opened.model.conditions or not isinstance(words, Mapping):
        return opened
    told = tuple(c.number(str(words.get(c.name, ""))) for c in opened.model.conditions)
    return telling(opened, told)


def in_context(opened: Opened) -> dict[str, Any]:
    """The entry of a context for what the model is told."""
    return {TOLD: _words(opened)} if any(opened.model.told) else {}


def nearer(a: Mapping[str, Any], b: Mapping[str, Any], t: float) -> dict[str, Any]:
    """The entry of a context on the way from a's to b's: what the nearer one is told."""
    found = (a if t <= 0.5 else b).get(TOLD)
    return {TOLD: found} if found else {}


def both(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of a context for a piece that is partly one and partly the other."""
    first, second = a.get(TOLD) or {}, b.get(TOLD) or {}
    shared = {name: value for name, value in first.items() if second.get(name) == value}
    return {TOLD: shared} if shared else {}


def said(opened: Opened) -> str:
    """``style=folk,meter=3/4``: what the model is told, nothing where it is told nothing."""
    return ",".join(f"{name}={value}" for name, value in _words(opened).items())


def _words(opened: Opened) -> dict[str, str]:
    pairs = zip(opened.model.conditions, opened.model.told, strict=False)
    return {c.name: c.classes[number - 1] for c, number in pairs if number}
