"""What a conditional model is told: by ``--set style=folk``, or by what else is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from genvae.errors import OptionProblem
from genvae.models.conditions import UNTOLD
from genvae.workflows.store import Opened


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


def numbers(opened: Opened, asked: Mapping[str, Any]) -> tuple[int, ...]:
    """The numbers of the classes asked for by name, 0 for what is not asked for. Of a condition
    that is a number a number will do: the class that it falls in. Raises OptionProblem."""
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
            found[name] = condition.of(float(value))
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
    opened: Opened, asked: Mapping[str, Any], requests: Mapping[str, Any]
) -> tuple[Opened, dict[str, Any]]:
    """The model told what is asked for, by ``--set`` or by the requests themselves (a meter), and
    the requests that go with it. Raises OptionProblem."""
    chosen = numbers(opened, asked)
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


def said(opened: Opened) -> str:
    """``style=folk,meter=3/4``: what the model is told, nothing where it is told nothing."""
    pairs = zip(opened.model.conditions, opened.model.told, strict=False)
    return ",".join(f"{c.name}={c.classes[number - 1]}" for c, number in pairs if number)
