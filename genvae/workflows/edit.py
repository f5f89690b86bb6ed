"""``genvae edit``: a piece with more or less of an attribute.

Axes:  W windows · P positions · D dims of z · K candidates
"""

from __future__ import annotations

import collections.abc
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from genvae.domains.base import Windows
from genvae.errors import ModelProblem, OptionProblem, nearest
from genvae.evaluation.metrics import events_f1
from genvae.generation import edit, noise
from genvae.generation.generator import BATCH, Generator
from genvae.models.knowledge import Concepts
from genvae.workflows import deliver, told
from genvae.workflows.between import Place, delivered
from genvae.workflows.edit_counted import put_right
from genvae.workflows.incoming import Source, untold
from genvae.workflows.made import Made
from genvae.workflows.output import Output
from genvae.workflows.store import Opened

FURTHEST = 6.0
"""Deviations that may be asked for."""
CLOSE = 0.55
"""Candidates that keep less of the source (F1 of events) are taken only if nothing else serves."""
UNPLAYABLE = 1.0
"""What a candidate costs that cannot be played."""
NEARER, FURTHEST_OFF, NOTHING, ASIDE = 1.5, 2.0, 0.1, 0.25
"""What it costs to be off by all of what was asked for, and at most; by which share of that an
attribute has not moved at all; how far the others may move before it becomes dear."""
ROUNDS, USUAL, GOOD, WRONG = 14, 5, 1.0, 4.0
"""Rounds of looking around the best candidate, those that are gone until a price will do, and what
it costs at least if the attribute has not moved the right way: only then all rounds are gone."""

OnRound = Callable[[], None]


def wishes(opened: Opened, given: Sequence[str]) -> dict[str, float]:
    """Amounts by attribute from ``density=+1.5``. Raises OptionProblem and ModelProblem."""
    if not given:
        raise OptionProblem("--set: give at least one, such as --set density=+1")
    found: dict[str, float] = {}
    names = opened.codec.attributes
    for text in given:
        match = re.fullmatch(
            r"\s*([^=]+?)\s*=\s*([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)\s*", text, re.ASCII
        )
        if match is None:
            raise OptionProblem(f"--set {text}: expected NAME=AMOUNT, such as density=+1.5")
        name, amount = match[1], float(match[2])
        if name not in names:
            raise OptionProblem(f"--set {text}: no such attribute; {nearest(name, names)}")
        if not 0 < abs(amount) <= FURTHEST:
            raise OptionProblem(
                f"--set {text}: expected -{FURTHEST:g} to {FURTHEST:g} deviations, not 0"
            )
        found[name] = amount
    for name in found:
        if name not in editable(opened):
            raise OptionProblem(
                f"--set {name}: not in the latents of {opened.model.name} "
                "(all pieces that it learned from are alike in it, or it stands beside them)"
            )
    return found


def concepts_of(opened: Opened) -> Concepts:
    """The model's concept vectors. Raises ModelProblem."""
    found = opened.model.concepts
    if found is None:
        raise ModelProblem(
            f"{opened.model.path}: has no concept vectors yet; "
            f"genvae evaluate {opened.model.name} --tools --write learns them"
        )
    return found


def editable(opened: Opened) -> list[str]:
    """The attributes that the latents say something of. Raises ModelProblem."""
    learned, attributes = concepts_of(opened), opened.codec.attributes
    spread = dict(zip(learned.names, learned.spread_A.tolist(), strict=True))
    return [name for name in learned.names if spread[name] > 0 and not attributes[name].chosen]


def edited(
    opened: Opened,
    source: Source,
    asked: Mapping[str, float],
    *,
    orthogonal: bool = False,
    seed: int = 0,
    on_round: OnRound = lambda: None,
) -> Made:
    """The piece moved along one concept after another (see ``edited_together``)."""
    seeds = [seed]
    return edited_together(
        opened, [source], asked, orthogonal=orthogonal, seeds=seeds, on_round=on_round
    )[0]


def edited_together(
    opened: Opened,
    sources: Sequence[Source],
    asked: Mapping[str, float],
    *,
    orthogonal: bool = False,
    seeds: Sequence[int],
    on_round: OnRound = lambda: None,
) -> list[Made]:
    """Each of the pieces, with a seed of its own, moved along one concept after another. Of several
    strengths the one is taken whose
    piece comes nearest to what was asked, while the other attributes and the events stay as near
    as they can; then up to ``ROUNDS`` times what lies around the best so far is tried, window by
    window, until it will do. Every candidate is decoded and measured, those of all pieces side by
    side. Facts: ``asked`` and ``moved``, in deviations, ``others`` (mean move of the attributes
    that were not asked for) and ``kept`` (F1 of events with the source)."""
    sources = [untold(opened, source) for source in sources]
    searches = [
        _search(opened, source, asked, orthogonal, seed, on_round)
        for source, seed in zip(sources, seeds, strict=True)
    ]
    contexts = [source.context for source in sources]
    places = [
        Place(z_WPD, source.context, {"of": source.name, "asked": dict(asked)})
        for z_WPD, source in zip(_decoding(opened, searches, contexts), sources, strict=True)
    ]
    found = []
    concepts = concepts_of(opened)
    spread = dict(zip(concepts.names, concepts.spread_A.tolist(), strict=True))
    for source, made in zip(sources, delivered(opened, places), strict=True):
        made = put_right(opened, source, made, asked, spread)
        moved = moves(opened, source, made)
        others = [abs(v) for k, v in moved.items() if k not in asked and math.isfinite(v)]
        made.facts |= {
            "moved": {k: round(moved[k], 3) for k in asked},
            "others": round(float(np.mean(others)), 3) if others else 0.0,
            "kept": round(events_f1(opened.codec, made.windows, source.encoded.windows), 3),
        }
        found.append(made)
    return found


Search = collections.abc.Generator[np.ndarray, list[Windows], np.ndarray]
"""Yields candidates ``(K, W, P, D)``, is sent what they decode to, and returns latents."""


def _search(
    opened: Opened,
    source: Source,
    asked: Mapping[str, float],
    orthogonal: bool,
    seed: int,
    on_round: OnRound,
) -> Search:
    """The latents of the edited piece."""
    concepts, z_WPD = concepts_of(opened), source.z_WPD
    done: dict[str, float] = {}
    for number, (name, amount) in enumerate(asked.items()):
        done[name] = amount
        rng = noise.stream(seed, number, 0, noise.LATENTS)
        judge = _Judge(opened, source, dict(done))
        candidates = _candidates(opened, z_WPD, concepts, name, amount, orthogonal, rng)
        z_WPD, price = judge.best(candidates, (yield candidates))
        on_round()
        way_Z = amount * concepts.direction(name, orthogonal=orthogonal)
        factor_ZZ = opened.model.gaussian.factor.numpy()
        for number in range(ROUNDS):
            if price > (GOOD if number < USUAL else WRONG):
                tried = edit.around(z_WPD, source.z_WPD, way_Z, factor_ZZ, BATCH, rng)
                better = judge.best(tried, (yield tried))
                z_WPD, price = min((z_WPD, price), better, key=lambda found: found[1])
            on_round()
    return z_WPD


def _decoding(
    opened: Opened, searches: Sequence[Search], contexts: Sequence[Mapping[str, Any]]
) -> list[np.ndarray]:
    """What the searches return. Candidates of one length for which the model is told the same are
    decoded side by side."""
    found: dict[int, np.ndarray] = {}
    asking = {i: next(search) for i, search in enumerate(searches)}
    while asking:
        groups: dict[Any, list[int]] = {}
        for i, candidates_KWPD in asking.items():
            key = candidates_KWPD.shape[1], repr(contexts[i].get(told.TOLD))
            groups.setdefault(key, []).append(i)
        before, asking = asking, {}
        for group in groups.values():
            hearing = told.of_context(opened, contexts[group[0]])
            decoded = iter(
                Generator(hearing.model, hearing.codec).decode(
                    np.concatenate([before[i] for i in group]),
                    contexts=[contexts[i] for i in group for _ in before[i]],
                )
            )
            for i in group:
                try:
                    asking[i] = searches[i].send([next(decoded) for _ in before[i]])
                except StopIteration as done:
                    found[i] = done.value
    return [found[i] for i in range(len(searches))]


def write(opened: Opened, made: Made, output: Output) -> None:
    """Write the piece, with its facts inside the file too. Raises FileProblem."""
    output.reserve(["edit-01"])
    deliver.resign(opened, made, made.facts)
    output.add("edit-01", made)
    output.close()


def moves(opened: Opened, source: Source, made: Made) -> dict[str, float]:
    """How far each attribute moved from the source, as windows hold it, in deviations."""
    codec = opened.codec
    before = codec.measure(codec.assemble(source.encoded.windows, source.context))
    return _moves(concepts_of(opened), before, codec.measure(made.piece))


def _moves(
    concepts: Concepts, before: Mapping[str, float], after: Mapping[str, float]
) -> dict[str, float]:
    return {
        name: float((after[name] - before[name]) / concepts.spread_A[i])
        for i, name in enumerate(concepts.names)
        if concepts.spread_A[i] > 0
    }


def _candidates(
    opened: Opened,
    z_WPD: np.ndarray,
    concepts: Concepts,
    name: str,
    amount: float,
    orthogonal: bool,
    rng: np.random.Generator,
) -> np.ndarray:
    if concepts.shows(name):
        return edit.along(z_WPD, concepts, name, amount, orthogonal=orthogonal)
    if amount > 0:
        return edit.together(z_WPD)[:32]
    return edit.apart(z_WPD, opened.model.gaussian.factor.numpy(), rng)[:32]


@dataclass(frozen=True)
class _Judge:
    """What candidates cost that are to be the source with so much more of what is ``asked``."""

    opened: Opened
    source: Source
    asked: Mapping[str, float]

    def best(
        self, candidates_KWPD: np.ndarray, decoded: Sequence[Windows]
    ) -> tuple[np.ndarray, float]:
        """The candidate whose likeliest piece costs least, and its price."""
        codec, context = self.opened.codec, self.source.context
        before = codec.measure(codec.assemble(self.source.encoded.windows, context))
        playable = codec.check(self.source.piece).playable is True
        prices = np.array([self._price(windows, before) for windows in decoded])
        for at in np.argsort(prices).tolist() if playable else ():
            # What cannot be played is mended or drawn again, and is no longer what it was.
            if codec.check(codec.assemble(decoded[at], context)).playable is not False:
                break
            prices[at] += UNPLAYABLE
        at = int(prices.argmin())
        return candidates_KWPD[at], float(prices[at])

    def _price(self, windows: Windows, before: Mapping[str, float]) -> float:
        codec = self.opened.codec
        after = codec.measure(codec.assemble(windows, self.source.context))
        moved = _moves(concepts_of(self.opened), before, after)
        price = 0.0
        for name, amount in self.asked.items():
            got = moved[name] if math.isfinite(moved[name]) else 0.0
            price += min(NEARER * abs(got - amount) / abs(amount), FURTHEST_OFF)
            price += WRONG * (got / amount <= NOTHING)
        rest = [abs(v) for k, v in moved.items() if k not in self.asked and math.isfinite(v)]
        apart = float(np.mean(rest)) if rest else 0.0
        price += 2.0 * apart + 6.0 * max(0.0, apart - ASIDE)
        kept = events_f1(codec, windows, self.source.encoded.windows)
        return price + 0.5 * (1 - kept) + 5.0 * max(0.0, CLOSE - kept)
