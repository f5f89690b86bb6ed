"""Latents near what is asked for, attempt by attempt.

Each attempt at an item decodes some candidates. New draws of the prior are moved so that the
probes see what is asked for, corrected by how far earlier attempts missed; from the second attempt
on half of the candidates are neighbours of the nearest one so far, moved by what that one lacked.
Where a model has no probes, or an attribute does not show in single windows, measuring the
candidates decides alone. With a piece to be like, draws are turned towards its latents first.

Axes:  C candidates · W windows · P positions · D dims of z
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from genvae.domains.base import Windows
from genvae.generation import noise
from genvae.generation.aiming import Compass, alike
from genvae.generation.edit import neighbour
from genvae.generation.generator import LONG, Generator, together
from genvae.generation.latents import looped
from genvae.generation.returns import Item
from genvae.generation.stacks import Stack, draw_stack
from genvae.workflows.store import Opened
from genvae.workflows.wanted import Goal, Wanted

LIKENESS = 0.9
"""How much of a piece there is in those that are made like it."""
LARGE = 16
"""Pieces of more windows have fewer candidates an attempt."""
NEAR = (0.25, 0.5)
"""How far neighbours of the nearest candidate lie from it."""


@dataclass(frozen=True)
class Like:
    """The piece that others are to resemble: its latents and context, and how much (0 to 1)."""

    name: str
    z_WPD: np.ndarray
    context: Mapping[str, Any]
    likeness: float = LIKENESS


@dataclass
class Found:
    """What earlier attempts at an item found."""

    z_WPD: np.ndarray | None = None
    """The latents of the nearest candidate."""
    miss: float = math.inf
    lacked: dict[str, float] = field(default_factory=dict)
    """What that candidate lacked of each attribute."""
    short: dict[str, float] = field(default_factory=dict)
    """By how much pieces come out beside what the probes see in their latents."""


@dataclass(frozen=True)
class Drawn:
    """A candidate, decoded."""

    z_WPD: np.ndarray
    windows: Windows
    got: Mapping[str, float]
    miss: float
    number: int


class Aim:
    """What is asked for, and everything it takes to come near it with one model."""

    def __init__(
        self,
        opened: Opened,
        wanted: Wanted,
        windows: int,
        *,
        like: Like | None = None,
        stack: Stack | None = None,
    ) -> None:
        self.opened, self.wanted, self.windows, self.like = opened, wanted, windows, like
        self.stack = stack
        self.like_WPD = None if like is None else looped(like.z_WPD, windows)
        self.likeness = 0.0 if like is None else like.likeness
        gaussian = opened.model.gaussian
        self.mean_Z, self.factor_ZZ = gaussian.mean.numpy(), gaussian.factor.numpy()
        names = [goal.name for goal in wanted.goals]
        concepts = opened.model.concepts if names else None
        self.compass = Compass(concepts, self.factor_ZZ, names)
        spreads = {}
        if concepts is not None:
            spreads = dict(zip(concepts.names, concepts.spread_A.tolist(), strict=True))
        self.unit = {g.name: _unit(g, spreads.get(g.name, 0.0)) for g in wanted.goals}
        self.candidates = 4 if windows <= LARGE else 2 if windows <= LONG else 1
        if not wanted.goals or stack is not None:
            self.candidates = 1

    @property
    def rows(self) -> int:
        """Items whose candidates are worked on side by side."""
        return max(together(self.windows) // self.candidates, 1)

    def target(self, goal: Goal, seed: int, index: int) -> float:
        """The value within a span that an item aims at."""
        share = noise.stream(seed, index, 1, noise.WISHES).random()
        value = goal.low + share * (goal.high - goal.low)
        return float(round(value)) if goal.counted else float(value)

    def virtual(self, item: Item) -> list[Item]:
        """The items whose noise an item's candidates have: neighbours in a batch."""
        index, attempt = item
        return [(index * self.candidates + c, attempt) for c in range(self.candidates)]

    def moved(
        self, drawn_CWPD: np.ndarray, item: Item, seed: int, found: Found
    ) -> list[np.ndarray]:
        """The candidates' latents, from draws of the prior."""
        out = []
        fresh = found.z_WPD is None
        for c, z in enumerate(drawn_CWPD):
            old = not fresh and (c % 2 == 0 if self.candidates > 1 else item[1] % 2 == 1)
            if old:
                assert found.z_WPD is not None
                rng = noise.stream(seed, item[0] * self.candidates + c, item[1], noise.WISHES)
                amount = NEAR[c // 2 % 2]
                z = neighbour(found.z_WPD, self.mean_Z, self.factor_ZZ, amount, rng)
                needs = found.lacked
            else:
                if self.like_WPD is not None:
                    z = alike(z, self.like_WPD, self.mean_Z, self.likeness)
                needs = self._needs(z, item[0], seed, found)
            out.append(self.compass.move(z, {n: v / self._size(n) for n, v in needs.items()}))
        return out

    def _needs(self, z_WPD: np.ndarray, index: int, seed: int, found: Found) -> dict[str, float]:
        reads = self.compass.reads(z_WPD)
        needs = {}
        for goal in self.wanted.goals:
            if goal.name in reads:
                seen = reads[goal.name] * self._size(goal.name) + found.short.get(goal.name, 0.0)
                inside = goal.low < goal.high and goal.miss(seen) == 0
                needs[goal.name] = 0.0 if inside else self.target(goal, seed, index) - seen
        return needs

    def _size(self, name: str) -> float:
        """Windows over which an attribute adds up."""
        return float(self.windows) if self.opened.codec.attributes[name].counted else 1.0

    def judged(
        self, z_WPD: np.ndarray, windows: Windows, context: Mapping[str, Any], number: int
    ) -> Drawn:
        """A candidate as it was decoded."""
        codec = self.opened.codec
        got = codec.measure(codec.assemble(windows, context))
        miss = 0.0
        for goal in self.wanted.goals:
            apart = max(goal.miss(got.get(goal.name, math.nan)) - goal.tolerance, 0.0)
            miss += min(apart / self.unit[goal.name], 1e6)
        return Drawn(z_WPD, windows, got, miss, number)

    def learn(self, found: Found, drawn: Sequence[Drawn], index: int, seed: int) -> None:
        """Remember how an attempt came out."""
        best = min(drawn, key=lambda one: one.miss)
        targets = {g.name: self.target(g, seed, index) for g in self.wanted.goals}
        if best.miss < found.miss:
            found.z_WPD, found.miss = best.z_WPD, best.miss
            found.lacked = {
                goal.name: 0.0 if goal.met(best.got[goal.name]) else targets[goal.name] - value
                for goal in self.wanted.goals
                if math.isfinite(value := best.got.get(goal.name, math.nan))
            }
        for name in self.compass.names:
            apart = [
                one.got[name] - self.compass.reads(one.z_WPD)[name] * self._size(name)
                for one in drawn
                if math.isfinite(one.got[name])
            ]
            if apart:
                before = found.short.get(name, float(np.mean(apart)))
                found.short[name] = 0.5 * before + 0.5 * float(np.mean(apart))


def _unit(goal: Goal, spread: float) -> float:
    """What a miss of an attribute is measured in; things that are counted can be put right."""
    if goal.counted:
        return 10.0 * max(1.0, spread)
    return max(goal.tolerance, spread / 4, 1e-3)


def drawn_items(
    aim: Aim,
    generator: Generator,
    items: Sequence[Item],
    contexts: Sequence[Mapping[str, Any]],
    memory: dict[int, Found],
    *,
    seed: int,
    prior: str,
    temperature: float,
) -> Iterator[tuple[Item, list[tuple[np.ndarray, Windows]]]]:
    """The candidates of each item: latents and windows. The items fit one batch (see
    ``Aim.candidates``). Pieces of several bands are draws of the prior alone."""
    count = aim.candidates
    if aim.stack is not None:
        size = aim.windows // aim.stack.bands
        options: dict[str, Any] = {"seed": seed, "prior": prior, "temperature": temperature}
        for item in items:
            memory.setdefault(item[0], Found())
            yield item, [draw_stack(generator, item, size, aim.stack, **options)]
        return
    virtual = [v for item in items for v in aim.virtual(item)]
    z = generator.draw(virtual, aim.windows, seed=seed, prior=prior, temperature=temperature)
    moved: list[np.ndarray] = []
    for number, item in enumerate(items):
        own = z[number * count : (number + 1) * count]
        moved += aim.moved(own, item, seed, memory.setdefault(item[0], Found()))
    heard = [context for context in contexts for _ in range(count)]
    told: dict[str, Any] = {"items": virtual, "contexts": heard, "seed": seed}
    told["drawn"] = aim.like is None
    windows = generator.decode(np.stack(moved), temperature=temperature, **told)
    for number, item in enumerate(items):
        part = slice(number * count, (number + 1) * count)
        yield item, list(zip(moved[part], windows[part], strict=True))
