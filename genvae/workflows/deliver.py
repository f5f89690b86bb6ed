"""Sample, check, repair, redraw: pieces that are handed out.

Axes:  N items · W windows · P positions · D dims of z
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from genvae.domains.base import Windows
from genvae.generation.generator import BATCH, BATCHES, LONG, Generator, together
from genvae.generation.returns import Item
from genvae.generation.rewriting import ROUNDS, Draft, rewrite, rewrite_part
from genvae.generation.stacks import draw_stack
from genvae.workflows.aim import Aim, Found, Like, drawn_items
from genvae.workflows.aimed import nearest
from genvae.workflows.made import (
    COPIED_RUN,
    FULL,
    OUTCOME,
    Made,
    Times,
    better,
    copied_run,
    finish,
    good,
    is_copy,
    rank,
    resign,
    signature,
)
from genvae.workflows.plan import Plan, context_of, plan, stack_of
from genvae.workflows.store import Opened

__all__ = [
    "ATTEMPTS",
    "COPIED_RUN",
    "OUTCOME",
    "Made",
    "Plan",
    "Times",
    "drafts",
    "finish",
    "good",
    "groups",
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
AT_ONCE = 2 * BATCHES * BATCH
"""Items of a group: what is drawn again fills whole batches, too."""


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
    wanted: Mapping[str, Any] | None = None,
    like: Like | None = None,
    on_attempt: Callable[[int], None] | None = None,
    times: Times | None = None,
) -> Iterator[Made]:
    """Pieces of the given indices, in order; item i depends on the seed and i alone.

    A piece that is well-formed but not playable is written anew where its way ends (see
    ``generation.rewriting``), else repaired. What cannot be repaired with few changes, is unlike
    nearly all real pieces then (see ``usual.py``), is not well-formed, or copies the training
    pieces (see ``is_copy``) is drawn again, up to ATTEMPTS times; of an item that never comes out
    well the best draw is handed out, and its report and facts say so. ``raw`` switches all of this
    off. The first draw's verdict, before anything was mended, stays in
    ``facts["playable_as_decoded"]``.
    ``times`` gathers the seconds. Raises OptionProblem.

    ``wanted`` are attributes and what they are to be (see ``wanted.py``); facts gain ``asked``,
    ``got`` and whether it was ``met``. ``like`` is a piece to resemble.
    """
    asked = plan(
        opened,
        length=length,
        temperature=temperature,
        prior=prior,
        requests=requests,
        wanted=wanted,
        like=like,
    )
    rows = together(asked.windows) if asked.aim is None else asked.aim.rows
    times = times or Times()
    generator = Generator(opened.model, opened.codec)
    for group in groups(indices):
        best: dict[int, Made] = {}
        memory: dict[int, Found] = {}
        first: dict[int, bool | None] = {}
        waiting = deque((index, 0) for index in dict.fromkeys(group))
        unfinished = set(group)
        at = 0
        while waiting:
            batches = [_batch(waiting, rows)]
            while waiting and asked.aim is None:
                batches.append(_batch(waiting, rows))
            for made in _drawn(opened, generator, asked, batches, memory, seed, raw, times):
                index, attempt = made.facts["index"], made.facts["attempt"]
                mended = "changed" in made.facts or "rewritten" in made.facts
                verdict = False if mended else made.report.playable
                first.setdefault(index, verdict)
                if index not in best or better(made, best[index]):
                    best[index] = made
                if raw or rank(made) == FULL or attempt + 1 == ATTEMPTS:
                    unfinished.discard(index)
                else:
                    waiting.append((index, attempt + 1))
                if on_attempt:
                    on_attempt(index)
                while at < len(group) and group[at] not in unfinished:
                    done = best[group[at]]
                    done.facts.pop("miss", None)
                    if first[group[at]] is not None:
                        done.facts["playable_as_decoded"] = first[group[at]]
                    yield done
                    at += 1


def _drawn(
    opened: Opened,
    generator: Generator,
    asked: Plan,
    batches: Sequence[Sequence[Item]],
    memory: dict[int, Found],
    seed: int,
    raw: bool,
    times: Times,
) -> Iterator[Made]:
    """Batches of items, drawn, decoded, checked, written anew and repaired: first those that are
    good as they are, then all others, which fill batches together."""
    if asked.aim is not None:
        for items in batches:
            yield from _aimed(asked, asked.aim, generator, items, memory, seed, raw, times)
        return
    failed: list[Draft] = []
    for items in batches:
        for draft in drafts(opened, generator, asked, items, seed, times):
            if not raw and len(draft.z_WPD) > LONG and stack_of(asked.trim) is None:
                _without_copies(opened, generator, asked, draft, seed, times)
            if raw or not draft.fails or stack_of(asked.trim) is not None:
                yield _finished(opened, draft, seed, raw, times)
            else:
                failed.append(draft)
    with times.spent("repairing"):
        heat, prior = asked.temperature, asked.prior
        rewrite(generator, failed, seed=seed, temperature=heat, prior=prior)
    for draft in failed:
        yield _finished(opened, draft, seed, raw, times)


def _without_copies(
    opened: Opened,
    generator: Generator,
    asked: Plan,
    draft: Draft,
    seed: int,
    times: Times,
) -> None:
    """Write those windows of a long piece anew that repeat too many known ones in a row: the longer
    it is, the oftener that comes by chance, and all of it need not be drawn again. Not in pieces
    with a form: what returns to those windows would no longer do so."""
    copies, codec, sequence = opened.model.copies, opened.codec, opened.model.sequence
    if copies is None or (sequence is not None and sequence.form is not None):
        return
    for number in range(1, ROUNDS + 1):
        run = copied_run(copies.known(codec.segments(draft.windows)))
        if run is None or run[1] - run[0] >= LONG // 4:
            return
        told: dict[str, Any] = {"temperature": asked.temperature, "prior": asked.prior}
        with times.spent("decoding"):
            rewrite_part(generator, draft, *run, number, seed=seed, **told)


def drafts(
    opened: Opened,
    generator: Generator,
    asked: Plan,
    items: Sequence[Item],
    seed: int,
    times: Times,
) -> list[Draft]:
    """A batch of items as they are decoded."""
    codec = opened.codec
    contexts = [context_of(codec, asked, seed, index) for index, _ in items]
    with times.spent("decoding"):
        latents, pieces = _decoded(generator, asked, items, contexts, seed)
    with times.spent("checking"):
        return [
            Draft(item, context, z, windows, codec.check(codec.assemble(windows, context)))
            for item, context, z, windows in zip(items, contexts, latents, pieces, strict=True)
        ]


def _finished(opened: Opened, draft: Draft, seed: int, raw: bool, times: Times) -> Made:
    facts: dict[str, Any] = {"seed": seed, "index": draft.item[0], "attempt": draft.item[1]}
    if draft.rewritten:
        facts["rewritten"] = draft.rewritten
    parts = opened, draft.windows, draft.z_WPD, draft.context, facts
    return finish(*parts, raw=raw, repair=True, report=draft.report, times=times)


def _aimed(
    asked: Plan,
    aim: Aim,
    generator: Generator,
    items: Sequence[Item],
    memory: dict[int, Found],
    seed: int,
    raw: bool,
    times: Times,
) -> Iterator[Made]:
    """The same, near what is asked for."""
    options: dict[str, Any] = {"prior": asked.prior, "temperature": asked.temperature}
    contexts = [context_of(aim.opened.codec, asked, seed, index) for index, _ in items]
    with times.spent("decoding"):
        drawn = list(drawn_items(aim, generator, items, contexts, memory, seed=seed, **options))
    for ((index, attempt), candidates), context in zip(drawn, contexts, strict=True):
        found = [aim.judged(z, w, context, c) for c, (z, w) in enumerate(candidates)]
        aim.learn(memory[index], found, index, seed)
        facts: dict[str, Any] = {"seed": seed, "index": index, "attempt": attempt}
        if aim.like is not None:
            facts |= {"like": aim.like.name, "likeness": aim.like.likeness}
        yield nearest(aim, found, context, facts, generator, raw=raw, times=times)


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
    return list(latents), generator.decode(latents, temperature=heat, drawn=True, **told)


def _batch(waiting: deque[Item], rows: int) -> list[Item]:
    """Take the items that are worked on side by side, those that have waited longest."""
    return [waiting.popleft() for _ in range(min(rows, len(waiting)))]


def groups(indices: Sequence[int]) -> Iterator[list[int]]:
    """Runs of indices that are worked on together: those with the same ``index // AT_ONCE``."""
    group: list[int] = []
    for index in indices:
        if group and group[0] // AT_ONCE != index // AT_ONCE:
            yield group
            group = []
        group.append(index)
    if group:
        yield group
