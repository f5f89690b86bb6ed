"""What the pieces of a sample have in common: size, temperature, prior, requests, goals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from genvae.domains.base import Codec
from genvae.errors import OptionProblem
from genvae.generation import noise
from genvae.generation.generator import Generator
from genvae.generation.stacks import Stack
from genvae.workflows.aim import Aim, Like
from genvae.workflows.store import Opened
from genvae.workflows.wanted import understand


@dataclass(frozen=True)
class Plan:
    """What every item of a sample has in common, checked."""

    windows: int
    trim: Mapping[str, Any]
    temperature: float
    prior: str
    requests: Mapping[str, Any]
    aim: Aim | None = None
    base: Mapping[str, Any] = field(default_factory=dict)
    """The context of a piece that all are to be like."""


def plan(
    opened: Opened,
    *,
    length: str | None = None,
    temperature: float | None = None,
    prior: str | None = None,
    requests: Mapping[str, Any] | None = None,
    wanted: Mapping[str, Any] | None = None,
    like: Like | None = None,
) -> Plan:
    """Check the options of a sample, before any work. Raises OptionProblem and ModelProblem."""
    defaults = opened.model.card.get("defaults", {})
    heat = float(defaults.get("temperature", 1.0)) if temperature is None else temperature
    if not (math.isfinite(heat) and heat >= 0):
        raise OptionProblem(f"--temperature {heat}: expected a number from 0 up, such as 1")
    count, trim, base = _size(opened.codec, length, like)
    requests = dict(requests or {})
    opened.codec.context(requests, np.random.default_rng(0))
    name = Generator(opened.model, opened.codec).prior_name(prior)
    if not wanted and like is None:
        return Plan(count, trim, heat, name, requests)
    stack = stack_of(trim)
    if stack is not None and like is not None:
        raise OptionProblem(f"--length {length}: --like makes pieces one window high")
    asked = understand(
        opened.codec, wanted or {}, windows=count, others=[c.name for c in opened.model.conditions]
    )
    for twice in sorted(set(asked.chosen) & set(requests)):
        raise OptionProblem(f"--set {twice}: given as --{twice} too")
    opened.codec.context({**requests, **asked.requests(0, 0)}, np.random.default_rng(0))
    aim = Aim(opened, asked, count, like=like, stack=stack)
    return Plan(count, trim, heat, name, requests, aim, base)


def _size(
    codec: Codec, length: str | None, like: Like | None
) -> tuple[int, Mapping[str, Any], Mapping[str, Any]]:
    """Windows, what trims to the length, and the context to begin with: those of the piece to be
    like, which is repeated or cut for another length."""
    if like is None:
        return *codec.windows_for(length), {}
    if length is None:
        return len(like.z_WPD), {}, like.context
    count, trim = codec.windows_for(length)
    order = [i % len(like.z_WPD) for i in range(count)]
    return count, trim, codec.rearranged(like.context, order)


def context_of(codec: Codec, asked: Plan, seed: int, index: int) -> dict[str, Any]:
    """What the latents of an item do not know."""
    requests = dict(asked.requests)
    if asked.aim is not None:
        requests |= asked.aim.wanted.requests(seed, index)
    context = codec.context(requests, noise.stream(seed, index, 0, noise.CONTEXT))
    decided = {entry for name in requests for entry in codec.request_entries.get(name, ())}
    base = {k: v for k, v in asked.base.items() if k not in decided}
    return context | base | dict(asked.trim)


def stack_of(context: Mapping[str, Any]) -> Stack | None:
    """The bands of a piece, if it is higher than a window."""
    bands = int(context.get("bands", 1))
    return Stack(bands, int(context.get("shared", 0))) if bands > 1 else None
