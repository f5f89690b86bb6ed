"""Pieces that cannot be played, written anew where their way ends.

A decoder that hears what came before does not know whether what it writes can be played. The rules
say where a way ends; there the latents are drawn again, as the prior goes on with those before
them, and then the cells, while all others are kept. What comes no further is tried again, a little
wider each time; what comes further goes on from there. Of pieces too long for that, parts that must
not stay are drawn again alone (``rewrite_part``).

Axes:  N pieces · W windows · P positions · Q = W*P · D dims of z · S steps · R cells of a step
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from genvae.domains.base import Reopened, Report, Windows, stack_cells
from genvae.generation.generator import LONG, Generator, together
from genvae.generation.returns import Item

ROUNDS = 8
"""Times that a piece is written anew before it is given up."""
AGAIN = 1 << 8
"""A round has the noise of an attempt so much later."""
BEFORE, AFTER = 32, 4
"""Windows around a part of a long piece that are looked at while it is written anew: prior and
decoder hear no more."""


@dataclass
class Draft:
    """A piece as it was decoded, what the check found, and the runs of steps (first, last) that
    were written anew."""

    item: Item
    context: Mapping[str, Any]
    z_WPD: np.ndarray
    windows: Windows
    report: Report
    rewritten: list[list[int]] = field(default_factory=list)

    @property
    def fails(self) -> bool:
        """Is it well-formed, and cannot be played?"""
        return self.report.valid and self.report.playable is False


def rewrite(
    generator: Generator,
    drafts: Sequence[Draft],
    *,
    seed: int,
    temperature: float,
    prior: str | None = None,
) -> None:
    """Write the drafts anew that cannot be played, where the codec says so. What does not come to
    be playable within ``ROUNDS`` stays as it was decoded."""
    trials = [_Trial(generator, draft) for draft in drafts if len(draft.z_WPD) <= LONG]
    for number in range(1, ROUNDS + 1):
        trials = [trial for trial in trials if trial.goes_on]
        if not trials:
            return
        most = together(len(trials[0].z_WPD))
        for at in range(0, len(trials), most):
            told = {"seed": seed, "temperature": temperature}
            _round(generator, trials[at : at + most], number, told, prior)


def _round(
    generator: Generator,
    trials: Sequence[_Trial],
    number: int,
    options: Mapping[str, Any],
    prior: str | None,
) -> None:
    """Write a batch anew once."""
    items = [(t.draft.item[0], t.draft.item[1] + AGAIN * number) for t in trials]
    z = np.stack([trial.z_WPD for trial in trials])
    open_NWP = np.stack([trial.open_WP for trial in trials])
    if open_NWP.any():
        z = generator.redraw(z, open_NWP, items, prior=prior, **options)
    written = generator.decode(
        z,
        items=items,
        contexts=[trial.draft.context for trial in trials],
        drawn=True,
        known=[trial.known_SR for trial in trials],
        **options,
    )
    for trial, z_WPD, windows in zip(trials, z, written, strict=True):
        trial.judge(z_WPD, windows)


def rewrite_part(
    generator: Generator,
    draft: Draft,
    first: int,
    last: int,
    number: int,
    *,
    seed: int,
    temperature: float,
    prior: str | None = None,
) -> None:
    """Write some windows of a piece of any length anew, for the ``number``-th time: at most
    ``LONG - BEFORE - AFTER`` of them."""
    codec, count = generator.codec, len(draft.z_WPD)
    start, stop = max(first - BEFORE, 0), min(last + 1 + AFTER, count)
    open_W = np.isin(np.arange(start, stop), np.arange(first, last + 1))
    open_NWP = np.repeat(open_W[None, :, None], draft.z_WPD.shape[1], axis=2)
    items = [(draft.item[0], draft.item[1] + AGAIN * number)]
    told: dict[str, Any] = {"seed": seed, "temperature": temperature}
    z = generator.redraw(draft.z_WPD[None, start:stop], open_NWP, items, prior=prior, **told)
    part = {name: cells[start:stop] for name, cells in draft.windows.items()}
    cells_SR = stack_cells(codec.spec, part).reshape(-1, codec.spec.rows)
    known_SR = np.where(np.repeat(open_W, codec.spec.steps)[:, None], -1, cells_SR)
    told |= {"items": items, "contexts": [draft.context], "known": [known_SR], "drawn": True}
    (written,) = generator.decode(z, **told)
    draft.z_WPD = np.concatenate([draft.z_WPD[:start], z[0], draft.z_WPD[stop:]])
    draft.windows = {
        name: np.concatenate([cells[:start], written[name], cells[stop:]])
        for name, cells in draft.windows.items()
    }
    draft.report = codec.check(codec.assemble(draft.windows, draft.context))
    draft.rewritten.append([first * codec.spec.steps, (last + 1) * codec.spec.steps - 1])


class _Trial:
    """A draft on its way: the best of what was tried, and where that ends."""

    def __init__(self, generator: Generator, draft: Draft) -> None:
        self.generator, self.codec, self.draft = generator, generator.codec, draft
        self.z_WPD, self.windows, self.spans = draft.z_WPD, draft.windows, list[list[int]]()
        self.report, self.tries = draft.report, 0
        self.reopened = self._reopened(self.report)

    @property
    def goes_on(self) -> bool:
        """Is there something to write anew?"""
        return self.reopened is not None and bool(self.reopened.open_S.any())

    def _reopened(self, report: Report) -> Reopened | None:
        steps = len(self.z_WPD) * self.codec.spec.steps
        fails = report.valid and report.playable is False
        return self.codec.reopened(report, steps, self.tries) if fails else None

    @property
    def open_S(self) -> np.ndarray:
        """The steps that are written anew."""
        assert self.reopened is not None
        return self.reopened.open_S

    @property
    def open_WP(self) -> np.ndarray:
        """The positions whose latents are drawn anew: none where a placer hears the terrain."""
        if self.generator.model.decoder.placer is not None:
            return np.zeros(self.z_WPD.shape[:2], dtype=bool)
        found: np.ndarray = np.any(self.open_S.reshape(*self.z_WPD.shape[:2], -1), axis=-1)
        return found

    @property
    def known_SR(self) -> np.ndarray:
        """The cells that stay, -1 elsewhere."""
        cells_SR = stack_cells(self.codec.spec, self.windows).reshape(len(self.open_S), -1)
        return np.where(self.open_S[:, None], -1, cells_SR)

    def judge(self, z_WPD: np.ndarray, windows: Windows) -> None:
        """Go on with what was written if that comes as far as what was there."""
        assert self.reopened is not None
        open_S, reached = self.reopened.open_S, self.reopened.reached
        report = self.codec.check(self.codec.assemble(windows, self.draft.context))
        found = self._reopened(report)
        gain = 1.0 if report.playable else -1.0 if found is None else found.reached - reached
        self.tries = 0 if gain > 0 else self.tries + 1
        if gain >= 0:
            self.z_WPD, self.windows, self.report = z_WPD, windows, report
            at = np.flatnonzero(open_S)
            self.spans.append([int(at[0]), int(at[-1])])
        self.reopened = self._reopened(self.report)
        if report.playable:
            self.draft.z_WPD, self.draft.windows = self.z_WPD, self.windows
            self.draft.report, self.draft.rewritten = report, self.spans
