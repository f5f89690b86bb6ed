"""Is what a conditional model makes recognised as what it was told?

Axes:  N pieces · I pieces of a data set · C conditions
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genvae.domains.base import Codec
from genvae.evaluation.courses import Whole
from genvae.evaluation.courses import part as cut
from genvae.evaluation.recognition import Probe, features
from genvae.models.conditions import Condition
from genvae.workflows import conditions, deliver, told
from genvae.workflows.real import Progress, Real
from genvae.workflows.store import Opened

PIECES = 48
"""Pieces made of each class."""
MOST_REAL = 600
"""Training pieces a class that the probe learns from, at most; and held-out ones."""


def recognised(
    opened: Opened,
    real: Real,
    numbers_IC: np.ndarray,
    *,
    seed: int = 0,
    tell: Progress,
) -> dict[str, dict[str, float]]:
    """By condition and class, shares of pieces that are recognised as of that class: of those made
    when told this and nothing else (``made``), of held-out pieces of the class (``real``), and of
    those made when told nothing (``untold``).

    What can be measured is (the number of an attribute, a mode); for the rest a linear probe of
    the windows' measures and histograms decides, learned from training pieces. As decoded; pieces
    are as long as the model's usual ones, held-out ones up to that.
    """
    codec = opened.codec
    windows = codec.windows_for(None)[0]
    rng, pieces = np.random.default_rng(seed), PIECES
    untold = _made(opened, {}, pieces, seed)
    found: dict[str, dict[str, float]] = {}
    for at, condition in enumerate(opened.model.conditions):
        judge = _judge(codec, condition, real, numbers_IC[:, at], windows, rng)
        by_nothing = judge(untold)
        for number, value in enumerate(condition.classes, 1):
            tell(f"{condition.name}={value}", number, len(condition.classes))
            made = _made(opened, {condition.name: value}, pieces, seed)
            held = _stretches(real, real.heldout, numbers_IC[:, at] == number, windows, rng)
            found[f"{condition.name} {value}"] = {
                "made": float((judge(made) == number).mean()),
                "real": float((judge(held) == number).mean()) if held else float("nan"),
                "untold": float((by_nothing == number).mean()),
            }
    return found


def _made(opened: Opened, asked: dict[str, str], pieces: int, seed: int) -> list[Whole]:
    model, requests = told.for_sample(opened, asked, {})
    if not asked:
        model = told.telling(opened, ())
    drawn = deliver.sample(model, range(pieces), seed=seed, raw=True, requests=requests)
    return [Whole(made.windows, made.context) for made in drawn]


class Measured:
    """Tells a class by measuring it."""

    def __init__(self, codec: Codec, condition: Condition) -> None:
        self.codec, self.condition = codec, condition

    def __call__(self, pieces: Sequence[Whole]) -> np.ndarray:
        """``(N,)``, 0 where there is none."""
        return np.array(
            [conditions.measured(self.condition, self.codec, p.windows, p.context) for p in pieces],
            dtype=np.int64,
        )


class Probed:
    """Tells a class by a linear probe."""

    def __init__(self, codec: Codec, probe: Probe) -> None:
        self.codec, self.probe = codec, probe

    def __call__(self, pieces: Sequence[Whole]) -> np.ndarray:
        """``(N,)``, from 1."""
        if not pieces:
            return np.zeros(0, dtype=np.int64)
        return self.probe.classes(features(self.codec, pieces)) + 1


def _judge(
    codec: Codec,
    condition: Condition,
    real: Real,
    numbers_I: np.ndarray,
    windows: int,
    rng: np.random.Generator,
) -> Measured | Probed:
    # A meter is written on a song: what is asked is whether the notes are in it.
    by_notes = not condition.edges and condition.name != "mode"
    if not by_notes:
        return Measured(codec, condition)
    known, classes = [], []
    for number in range(1, len(condition.classes) + 1):
        own = _stretches(real, real.train, numbers_I == number, windows, rng)
        known += own
        classes += [number - 1] * len(own)
    x_NF = features(codec, known)
    return Probed(codec, Probe(x_NF, np.array(classes), len(condition.classes)))


def _stretches(
    real: Real,
    part: Sequence[int],
    chosen_I: np.ndarray,
    windows: int,
    rng: np.random.Generator,
) -> list[Whole]:
    """A stretch of up to ``windows`` windows of each chosen piece."""
    mine = [i for i in part if chosen_I[i]]
    found = []
    for piece in real.whole([mine[i] for i in rng.permutation(len(mine))[:MOST_REAL]]):
        at = int(rng.integers(max(0, len(piece) - windows) + 1))
        found.append(cut(real.codec, piece, range(at, min(at + windows, len(piece)))))
    return found
