"""Sample, check, redraw: pieces that are handed out.

Axes:  N items · W windows · P positions · D dims of z
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.base import Codec, Report, Windows
from genvae.errors import FileProblem, OptionProblem, nearest
from genvae.generation import noise
from genvae.generation.generator import BATCH, Generator
from genvae.workflows.store import Opened

ATTEMPTS = 12
"""Draws of one item before the best so far is handed out with its problems named."""


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
) -> Made:
    """Windows to a checked, signed piece."""
    codec, model = opened.codec, opened.model
    piece = codec.assemble(windows, context)
    report = codec.check(piece)
    if not raw and report.valid:
        piece = codec.finish(piece, report)
    piece = codec.sign(piece, signature(opened, facts))
    made = Made(piece, codec, z_WPD, dict(context), windows, report, dict(facts))
    if model.copies is not None:
        known = model.copies.known(codec.segments(windows))
        made.facts["copied_windows"] = int(known.sum())
        made.facts["windows"] = len(known)
    return made


def signature(opened: Opened, facts: Mapping[str, Any]) -> str:
    """The line that stands inside a file: model, its hash, and how the piece was made."""
    words = {"model": f"{opened.model.name}@{opened.model.hash}", **facts}
    return "genvae " + " ".join(f"{k}={v}" for k, v in words.items())


def resign(opened: Opened, made: Made, facts: Mapping[str, Any]) -> None:
    """Give a piece other facts, inside its file too."""
    made.facts = dict(facts)
    said = {k: v for k, v in facts.items() if k not in ("copied_windows", "windows")}
    made.piece = opened.codec.sign(made.piece, signature(opened, said))


def good(made: Made) -> bool:
    """May this piece be handed out without a remark?"""
    return made.report.valid and made.report.playable is not False


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
) -> Iterator[Made]:
    """Pieces of the given indices, in order; item i depends on the seed and i alone.

    A piece that is not well-formed or not playable is drawn again, up to ATTEMPTS times, unless
    ``raw``; the first draw's verdict stays in ``facts["playable_as_decoded"]``. Raises
    OptionProblem.
    """
    asked = plan(opened, length=length, temperature=temperature, prior=prior, requests=requests)
    generator = Generator(opened.model, opened.codec)
    for group in _groups(indices):
        best: dict[int, Made] = {}
        first: dict[int, bool | None] = {}
        for attempt in range(1 if raw else ATTEMPTS):
            items = [(i, attempt) for i in group if i not in best or not good(best[i])]
            if not items:
                break
            latents = generator.draw(
                items,
                asked.windows,
                seed=seed,
                prior=asked.prior,
                temperature=asked.temperature,
            )
            pieces = generator.decode(
                latents, items=items, seed=seed, temperature=asked.temperature
            )
            for (index, attempt), windows, z in zip(items, pieces, latents, strict=True):
                rng = noise.stream(seed, index, 0, noise.CONTEXT)
                context = opened.codec.context(asked.requests, rng) | dict(asked.trim)
                facts = {"seed": seed, "index": index, "attempt": attempt}
                made = finish(opened, windows, z, context, facts, raw=raw)
                first.setdefault(index, made.report.playable)
                if index not in best or good(made):
                    best[index] = made
                if on_attempt:
                    on_attempt(index)
        for index in group:
            if first[index] is not None:
                best[index].facts["playable_as_decoded"] = first[index]
            yield best[index]


def _groups(indices: Sequence[int]) -> Iterator[list[int]]:
    """Runs of indices that fit one batch: those with the same ``index // BATCH``."""
    group: list[int] = []
    for index in indices:
        if group and group[0] // BATCH != index // BATCH:
            yield group
            group = []
        group.append(index)
    if group:
        yield group
