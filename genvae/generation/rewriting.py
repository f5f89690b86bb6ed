"""Pieces that cannot be played, written anew where their way ends.

A decoder that hears what came before does not know whether what it writes can be played. The rules
say where a way ends; there the latents are drawn again, given those of the window that stay, and
the cells after them, while all other cells are kept: the piece goes on as it was, since nearby
latents and kept cells say how. So with each failure anew, a little wider each time.

Axes:  N pieces · W windows · P positions · Q = W*P · D dims of z · S steps · R cells of a step
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from genvae.domains.base import Reopened, Report, Windows, stack_cells
from genvae.generation import noise
from genvae.generation.generator import LONG, Generator
from genvae.generation.returns import Item

ROUNDS = 8
"""Times that a piece is written anew before it is given up."""
AGAIN = 1 << 8
"""A round has the noise of an attempt so much later."""


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


def rewrite(
    generator: Generator, drafts: Sequence[Draft], *, seed: int, temperature: float
) -> None:
    """Write the drafts anew that cannot be played, where the codec says so. What does not come to
    be playable within ``ROUNDS`` stays as it was decoded."""
    trials = [_Trial(generator, draft) for draft in drafts if len(draft.z_WPD) <= LONG]
    for number in range(1, ROUNDS + 1):
        trials = [trial for trial in trials if trial.goes_on]
        if not trials:
            return
        for trial in trials:
            trial.open(number, seed, temperature)
        cells = generator.decode(
            np.stack([trial.heard_WPD for trial in trials]),
            items=[_later(trial.draft.item, number) for trial in trials],
            seed=seed,
            temperature=temperature,
            contexts=[trial.draft.context for trial in trials],
            drawn=True,
            known=[trial.known_SR for trial in trials],
        )
        for trial, windows in zip(trials, cells, strict=True):
            trial.judge(windows)


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

    def open(self, number: int, seed: int, temperature: float) -> None:
        """Draw the latents of the open steps, and say which cells are kept."""
        assert self.reopened is not None
        spec, model = self.codec.spec, self.generator.model
        open_S = self.reopened.open_S
        known_SR = stack_cells(spec, self.windows).reshape(len(open_S), spec.rows)
        self.known_SR = np.where(open_S[:, None], -1, known_SR)
        self.heard_WPD = np.array(self.z_WPD, dtype=np.float32)
        if model.decoder.placer is not None:
            return  # which hears the terrain alone
        stream = noise.stream(seed, *_later(self.draft.item, number), noise.LATENTS)
        mist = temperature * stream.standard_normal(self.heard_WPD.shape)
        open_WP = np.any(open_S.reshape(*self.heard_WPD.shape[:2], -1), axis=-1)
        for z_PD, open_P, mist_PD in zip(self.heard_WPD, open_WP, mist, strict=True):
            if open_P.any():
                open_X = np.repeat(open_P, z_PD.shape[1])
                z_PD[:] = model.gaussian.given(
                    z_PD.reshape(-1), open_X, mist_PD.reshape(-1)
                ).reshape(z_PD.shape)

    def judge(self, windows: Windows) -> None:
        """Go on with what was written if that comes as far as what was there."""
        assert self.reopened is not None
        open_S, reached = self.reopened.open_S, self.reopened.reached
        report = self.codec.check(self.codec.assemble(windows, self.draft.context))
        found = self._reopened(report)
        gain = 1.0 if report.playable else -1.0 if found is None else found.reached - reached
        self.tries = 0 if gain > 0 else self.tries + 1
        if gain >= 0:
            self.z_WPD, self.windows, self.report = self.heard_WPD, windows, report
            at = np.flatnonzero(open_S)
            self.spans.append([int(at[0]), int(at[-1])])
        self.reopened = self._reopened(self.report)
        if report.playable:
            self.draft.z_WPD, self.draft.windows = self.z_WPD, self.windows
            self.draft.report, self.draft.rewritten = report, self.spans


def _later(item: Item, number: int) -> Item:
    return item[0], item[1] + AGAIN * number
