"""What is asked for with ``--set``, and how near a piece comes to it.

A value is a number (``enemies=3``), a span (``coins=10..20``) or a word (``style=folk``). Numbers
and spans are in the attribute's own unit. A number of things that are counted is met exactly, any
other within the attribute's tolerance; a span is met inside it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from genvae.domains.base import Attribute, Codec
from genvae.errors import OptionProblem, nearest
from genvae.generation import noise

Wish = float | tuple[float, float] | str
"""A number, a span from low to high, or a word."""

NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
EXAMPLES = "enemies=3, coins=10..20"


@dataclass(frozen=True)
class Goal:
    """An attribute and where it is to lie, in its unit. ``low`` and ``high`` are what was asked
    for; ``tolerance`` is how far beside it is still met."""

    name: str
    low: float
    high: float
    tolerance: float = 0.0
    counted: bool = False

    def miss(self, value: float) -> float:
        """How far a value lies beside what was asked for; infinite for one that is none."""
        if not math.isfinite(value):
            return math.inf
        return max(self.low - value, value - self.high, 0.0)

    def met(self, value: float) -> bool:
        """Is this what was asked for?"""
        return self.miss(value) <= self.tolerance + 1e-9

    @property
    def asked(self) -> float | list[float]:
        """What was asked for, as a manifest has it."""
        return self.low if self.low == self.high else [self.low, self.high]

    def words(self) -> str:
        """``enemies=3``, ``coins=10..20``, ``difficulty=0.7 (within 0.05)``."""
        span = f"{self.low:g}" if self.low == self.high else f"{self.low:g}..{self.high:g}"
        return f"{self.name}={span}" + (f" (within {self.tolerance:g})" if self.tolerance else "")


@dataclass(frozen=True)
class Wanted:
    """What every piece is to be: ``goals`` that are measured, ``chosen`` requests of the codec's
    context (a tempo; one within a span is drawn for each piece)."""

    goals: tuple[Goal, ...] = ()
    chosen: Mapping[str, Goal] = field(default_factory=dict)

    def requests(self, seed: int, index: int) -> dict[str, Any]:
        """Requests of the context for one item."""
        rng = noise.stream(seed, index, 0, noise.WISHES)
        drawn = {name: float(rng.uniform(g.low, g.high)) for name, g in self.chosen.items()}
        return {name: f"{value:.6g}" for name, value in drawn.items()}


def parse(given: Sequence[str]) -> dict[str, Wish]:
    """Wishes by name from ``enemies=3``, ``coins=10..20``, ``style=folk``. Raises OptionProblem."""
    found: dict[str, Wish] = {}
    for text in given:
        match = re.fullmatch(r"\s*([^=\s]+)\s*=\s*(\S.*?)\s*", text)
        if match is None:
            raise OptionProblem(f"--set {text}: expected NAME=VALUE, such as {EXAMPLES}")
        name, value = match[1], match[2]
        if name in found:
            raise OptionProblem(f"--set {text}: {name} is given twice")
        found[name] = wish(value, text)
    return found


def wish(value: Any, text: str) -> Wish:
    """A wish from what a user gave: a number, a pair, or text. Raises OptionProblem, which names
    ``text``."""
    if isinstance(value, str):
        if re.fullmatch(NUMBER, value, re.ASCII):
            return float(value)
        span = re.fullmatch(rf"({NUMBER})\s*\.\.\s*({NUMBER})", value, re.ASCII)
        if span is None and (".." in value or re.match(r"[+-]?\.?\d", value, re.ASCII)):
            raise OptionProblem(f"--set {text}: expected a number or LOW..HIGH, such as {EXAMPLES}")
        return value if span is None else _span(float(span[1]), float(span[2]), text)
    try:
        numbers = tuple(float(x) for x in (value if isinstance(value, tuple | list) else [value]))
    except (TypeError, ValueError):
        numbers = ()
    if len(numbers) == 2:
        return _span(*numbers, text)
    if len(numbers) != 1 or not math.isfinite(numbers[0]):
        raise OptionProblem(f"--set {text}: expected a number, a pair (low, high) or a word")
    return numbers[0]


def _span(low: float, high: float, text: str) -> tuple[float, float]:
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise OptionProblem(f"--set {text}: expected LOW..HIGH with LOW not above HIGH")
    return low, high


def given(asked: Mapping[str, Any]) -> dict[str, Wish]:
    """Wishes from what was given in Python. Raises OptionProblem."""
    return {name: wish(value, f"{name}={_text(value)}") for name, value in asked.items()}


def understand(
    codec: Codec,
    wishes: Mapping[str, Any],
    *,
    windows: int = 1,
    others: Sequence[str] = (),
) -> Wanted:
    """Wishes as goals for pieces of so many windows. Raises OptionProblem for an unknown name,
    suggesting the nearest (or one of ``others``), and for values that no piece has."""
    goals, chosen = [], {}
    wishes = {codec.tied[n]: v for n, v in wishes.items() if n in codec.tied} | dict(wishes)
    for name, value in given(wishes).items():
        if name not in codec.attributes:
            hint = nearest(name, {*codec.attributes, *others})
            raise OptionProblem(f"--set {name}={_text(value)}: no such attribute; {hint}")
        goal = _goal(codec.attributes[name], value, windows)
        if codec.attributes[name].chosen:
            chosen[name] = goal
        else:
            goals.append(goal)
    return Wanted(tuple(goals), chosen)


def _text(given: Any) -> str:
    """A value as one would have typed it."""
    if isinstance(given, tuple | list):
        return "..".join(map(_text, given))
    return f"{given:g}" if isinstance(given, float) else str(given)


def _goal(attribute: Attribute, value: Wish, windows: int) -> Goal:
    name = attribute.name
    if isinstance(value, str):
        raise OptionProblem(
            f"--set {name}={value}: expected a number or LOW..HIGH ({attribute.unit})"
        )
    low, high = value if isinstance(value, tuple) else (value, value)
    most = attribute.high * (windows if attribute.counted else 1)
    span = _text(value)
    if low < attribute.low or high > most:
        raise OptionProblem(
            f"--set {name}={span}: expected {attribute.low:g} to {most:g} ({attribute.unit})"
        )
    if attribute.counted:
        low, high = math.ceil(low), math.floor(high)
        if low > high:
            raise OptionProblem(f"--set {name}={span}: expected a whole number, such as {high:g}")
    tolerance = 0.0 if isinstance(value, tuple) or attribute.counted else attribute.tolerance
    return Goal(name, float(low), float(high), tolerance, attribute.counted)
