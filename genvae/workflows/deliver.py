"""Sample, check, repair, redraw: pieces that are handed out.

Axes:  N items · W windows · P positions · D dims of z
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from genvae.domains.base import Windows
from genvae.errors import OptionProblem
from genvae.generation import noise
from genvae.generation.generator import BATCH, Generator, Item
from genvae.generation.stacks import Stack, draw_stack
from genvae.workflows.made import (
    COPIED_RUN,
    OUTCOME,
    Made,
    Times,
    finish,
    good,
    is_copy,
    rank,
    resign,
    signature,
)
from genvae.workflows.store import Opened

__all__ = [
    "ATTEMPTS",
    "COPIED_RUN",
    "OUTCOME",
    "Made",
    "Plan",
    "Times",
    "finish",
    "good",
    "is_copy",
    "plan",
    "rank",
    "resign",
    "sample",
    "signature",
    "stack_of",
]

ATTEMPTS = 12
"""Draws of one item before it is given up."""
AT_ONCE = 4 * BATCH
"""Items that are worked on together, so that redraws fill whole batches."""


@dataclass(frozen=True)
class Plan:
    """What every item of a sample has in common, checked."""

    windows: int
    trim: Mapping[str, Any]
    temperature: float
    prior: str
    requests: Mapping[str, Any]


def plan(
    opened: Opened,
    *,
    length: str | None = None,
    temperature: float | None = None,
    prior: str | None = None,
    requests: Mapping[str, Any] | None = None,
) -> Plan:
    """Check the options of a sample, before any work. Raises OptionProblem and ModelProblem."""
    defaults = opened.model.card.get("defaults", {})
    heat = float(defaults.get("temperature", 1.0)) if temperature is None else temperature
    if not (math.isfinite(heat) and heat >= 0):
        raise OptionProblem(f"--temperature {heat}: expected a number from 0 up, such as 1")
    count, trim = opened.codec.windows_for(length)
    requests = dict(requests or {})
    opened.codec.context(requests, np.random.default_rng(0))
    name = Generator(opened.model, opened.codec).prior_name(prior)
    return Plan(count, trim, heat, name, requests)


def sample(
    opened: Opened,
    indices: Sequence[int],
    *,
    seed: int,
    length: str | None = None,
    temperature: float | None = None,
    prior: str | None = None,
    raw: bool = False,
    requests: Mapping[str, Any] | None = None,
    on_attempt: Callable[[int], None] | None = None,
    times: Times | None = None,
) -> Iterator[Made]:
    """Pieces of the given indices, in order; item i depends on the seed and i alone.

    A piece that is well-formed but not playable is repaired. What cannot be repaired with few
    changes, is not well-formed, or copies the training pieces (see ``is_copy``) is drawn again,
    up to ATTEMPTS times; of an item that never comes out well the best draw is handed out, and
    its report and facts say so. ``raw`` switches all of this off. The first draw's verdict stays
    in ``facts["playable_as_decoded"]``. ``times`` gathers the seconds. Raises OptionProblem.
    """
    asked = plan(opened, length=length, temperature=temperature, prior=prior, requests=requests)
    times = times or Times()
    generator = Generator(opened.model, opened.codec)
    for group in _groups(indices):
        best: dict[int, Made] = {}
        first: dict[int, bool | None] = {}
        waiting = deque((index, 0) for index in dict.fromkeys(group))
        unfinished = set(group)
        at = 0
        while waiting:
            for made in _drawn(opened, generator, asked, _batch(waiting), seed, raw, times):
                index, attempt = made.facts["index"], made.facts["attempt"]
                verdict = False if "changed" in made.facts else made.report.playable
                first.setdefault(index, verdict)
                if index not in best or rank(made) > rank(best[index]):
                    best[index] = made
                if raw or rank(made) == 2 or attempt + 1 == ATTEMPTS:
                    unfinished.discard(index)
                else:
                    waiting.append((index, attempt + 1))
                if on_attempt:
                    on_attempt(index)
            while at < len(group) and group[at] not in unfinished:
                done = best[group[at]]
                if first[group[at]] is not None:
                    done.facts["playable_as_decoded"] = first[group[at]]
                yield done
                at += 1


def _drawn(
    opened: Opened,
    generator: Generator,
    asked: Plan,
    items: Sequence[Item],
    seed: int,
    raw: bool,
    times: Times,
) -> Iterator[Made]:
    """One batch of items, drawn, decoded, checked and repaired."""
    streams = [noise.stream(seed, index, 0, noise.CONTEXT) for index, _ in items]
    contexts = [opened.codec.context(asked.requests, rng) | dict(asked.trim) for rng in streams]
    with times.spent("decoding"):
        latents, pieces = _decoded(generator, asked, items, contexts, seed)
    made = zip(items, pieces, latents, contexts, strict=True)
    for (index, attempt), windows, z, context in made:
        facts = {"seed": seed, "index": index, "attempt": attempt}
        yield finish(opened, windows, z, context, facts, raw=raw, repair=True, times=times)


def _decoded(
    generator: Generator,
    asked: Plan,
    items: Sequence[Item],
    contexts: Sequence[Mapping[str, Any]],
    seed: int,
) -> tuple[list[np.ndarray], list[Windows]]:
    """Latents and windows of items, in bands where they are that high."""
    heat, stack = asked.temperature, stack_of(asked.trim)
    if stack is not None:
        made = [
            draw_stack(
                generator,
                item,
                asked.windows // stack.bands,
                stack,
                seed=seed,
                prior=asked.prior,
                temperature=heat,
            )
            for item in items
        ]
        return [z for z, _ in made], [windows for _, windows in made]
    latents = generator.draw(items, asked.windows, seed=seed, prior=asked.prior, temperature=heat)
    told: dict[str, Any] = {"items": items, "contexts": contexts, "seed": seed}
    return list(latents), generator.decode(latents, temperature=heat, **told)


def stack_of(context: Mapping[str, Any]) -> Stack | None:
    """The bands of a piece, if it is higher than a window."""
    bands = int(context.get("bands", 1))
    return Stack(bands, int(context.get("shared", 0))) if bands > 1 else None


def _batch(waiting: deque[Item]) -> list[Item]:
    """Take the items that fit one batch, those that have waited longest first: at most one a row,
    since an item always sits in the row of its index, whatever it is decoded beside."""
    rows: dict[int, Item] = {}
    for _ in range(len(waiting)):
        item = waiting.popleft()
        if item[0] % BATCH in rows:
            waiting.append(item)
        else:
            rows[item[0] % BATCH] = item
    return list(rows.values())


def _groups(indices: Sequence[int]) -> Iterator[list[int]]:
    """Runs of indices that are worked on together: those with the same ``index // AT_ONCE``."""
    group: list[int] = []
    for index in indices:
        if group and group[0] // AT_ONCE != index // AT_ONCE:
            yield group
            group = []
        group.append(index)
    if group:
        yield group
