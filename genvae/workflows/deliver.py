"""Sample, check, repair, redraw: pieces that are handed out.

Axes:  N items · W windows · P positions · D dims of z
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.base import MOST_CHANGED, Codec, Repaired, Report, Windows
from genvae.errors import FileProblem, OptionProblem, nearest
from genvae.generation import noise
from genvae.generation.generator import BATCH, Generator, Item
from genvae.generation.stacks import Stack, draw_stack
from genvae.workflows.store import Opened

ATTEMPTS = 12
"""Draws of one item before it is given up."""
AT_ONCE = 4 * BATCH
"""Items that are worked on together, so that redraws fill whole batches."""
COPIED_RUN = 3
"""So many known windows in a row are a copy. None of 300 held-out levels of the bundled model has
such a run, and 9 of 101 held-out songs (versions of songs that were trained on)."""
OUTCOME = ("way", "changed", "changes", "copied", "copied_windows", "windows")
"""Facts about how a piece came out; the others say how it is made again."""


@dataclass
class Times:
    """Seconds spent on making pieces."""

    decoding: float = 0.0
    checking: float = 0.0
    repairing: float = 0.0

    @contextmanager
    def spent(self, on: str) -> Iterator[None]:
        """Add what happens inside to a field."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            setattr(self, on, getattr(self, on) + time.perf_counter() - begun)


@dataclass
class Made:
    """A piece that genvae made, with all that says how."""

    piece: Any
    codec: Codec = field(repr=False)
    z_WPD: np.ndarray = field(repr=False)
    context: dict[str, Any] = field(repr=False)
    windows: Windows = field(repr=False)
    report: Report
    facts: dict[str, Any] = field(default_factory=dict)
    """Seed, index, attempt, place on a path: what the manifest says."""

    def save(self, path: str | Path) -> Path:
        """Write the piece; the suffix chooses the format. Raises FileProblem."""
        target = Path(path)
        writer = self.codec.writers.get(target.suffix.lower())
        if writer is None:
            raise FileProblem(
                f"{target}: cannot write {target.suffix or 'a file without suffix'}; "
                f"{nearest(target.suffix, self.codec.writers)}"
            )
        writer(self.piece, target)
        return target


def finish(
    opened: Opened,
    windows: Windows,
    z_WPD: np.ndarray,
    context: Mapping[str, Any],
    facts: Mapping[str, Any],
    *,
    raw: bool = False,
    repair: bool = False,
    times: Times | None = None,
) -> Made:
    """Windows to a checked, signed piece, mended on the way if ``repair``.

    ``facts`` gain how it came out: ``way`` (decoded, repaired or redrawn, where there is an
    attempt), ``changed`` and ``changes`` of a repair, ``copied_windows`` of ``windows``.
    """
    codec, model, times = opened.codec, opened.model, times or Times()
    piece = codec.assemble(windows, context)
    with times.spent("checking"):
        report = codec.check(piece)
    mended = _repaired(codec, piece, report, times) if repair and not raw else None
    if mended:
        piece, report = mended[0].piece, mended[1]
    if not raw and report.valid:
        with times.spent("checking"):
            piece = codec.finish(piece, report)
    piece = codec.sign(piece, signature(opened, facts))
    made = Made(piece, codec, z_WPD, dict(context), windows, report, dict(facts))
    if "attempt" in facts:
        made.facts["way"] = "redrawn" if facts["attempt"] else "repaired" if mended else "decoded"
    if mended:
        made.facts |= {"changed": len(mended[0].changes), "changes": mended[0].changes}
    if model.copies is not None:
        known = model.copies.known(codec.segments(windows))
        made.facts |= {"copied_windows": int(known.sum()), "windows": len(known)}
        if is_copy(known):
            made.facts["copied"] = True
    return made


def _repaired(
    codec: Codec, piece: Any, report: Report, times: Times
) -> tuple[Repaired, Report] | None:
    """A piece that cannot be played, mended, if the check agrees."""
    if not report.valid or report.playable is not False:
        return None
    with times.spent("repairing"):
        mended = codec.repair(piece)
    if mended is None or mended.share > MOST_CHANGED:
        return None
    with times.spent("checking"):
        again = codec.check(mended.piece)
    return (mended, again) if again.valid and again.playable else None


def is_copy(known: np.ndarray) -> bool:
    """Does a piece repeat more of the training pieces than real ones repeat of each other?
    ``known`` says of each window whether it is among them: ``COPIED_RUN`` in a row are too many,
    and all of a shorter piece."""
    run = longest = 0
    for one in known:
        run = run + 1 if one else 0
        longest = max(longest, run)
    return 0 < min(COPIED_RUN, len(known)) <= longest


def signature(opened: Opened, facts: Mapping[str, Any]) -> str:
    """The line that stands inside a file: model, its hash, and how the piece was made."""
    words = {"model": f"{opened.model.name}@{opened.model.hash}", **facts}
    return "genvae " + " ".join(f"{k}={v}" for k, v in words.items())


def resign(opened: Opened, made: Made, facts: Mapping[str, Any]) -> None:
    """Give a piece other facts, inside its file too."""
    made.facts = dict(facts)
    said = {k: v for k, v in facts.items() if k not in OUTCOME}
    made.piece = opened.codec.sign(made.piece, signature(opened, said))


def good(made: Made) -> bool:
    """Is this piece well-formed and, where that has a meaning, playable?"""
    return made.report.valid and made.report.playable is not False


def rank(made: Made) -> int:
    """2 for what may be handed out without a remark, 1 for a copy, 0 for what is not good."""
    return 0 if not good(made) else 1 if made.facts.get("copied") else 2


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
    with times.spent("decoding"):
        latents, pieces = _decoded(generator, asked, items, seed)
    for (index, attempt), windows, z in zip(items, pieces, latents, strict=True):
        rng = noise.stream(seed, index, 0, noise.CONTEXT)
        context = opened.codec.context(asked.requests, rng) | dict(asked.trim)
        facts = {"seed": seed, "index": index, "attempt": attempt}
        yield finish(opened, windows, z, context, facts, raw=raw, repair=True, times=times)


def _decoded(
    generator: Generator, asked: Plan, items: Sequence[Item], seed: int
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
    return list(latents), generator.decode(latents, items=items, seed=seed, temperature=heat)


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
