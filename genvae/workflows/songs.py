"""The table of whole pieces: those that a model makes, or somebody else, beside real ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genvae.domains.base import Codec
from genvae.errors import OptionProblem
from genvae.evaluation import courses
from genvae.evaluation.courses import Whole
from genvae.evaluation.report import sampled
from genvae.models.files import ModelFile
from genvae.workflows.real import Progress, Real

SONGS = 100
"""Pieces to make, if nothing else is asked for."""
MOST_TRAINING = 400
"""Training pieces that are measured at most, drawn at random."""


def song_table(
    real: Real,
    count: int,
    *,
    length: str | None = None,
    seed: int = 0,
    tell: Progress,
    given: Sequence[Whole] | None = None,
) -> dict[str, dict[str, float]]:
    """Measures of ``count`` pieces made by the model, or of those ``given``, beside held-out and
    training pieces and cheats (see ``courses``); empty for a codec without such measures, or with
    no real piece to stand beside.

    All are of one length: ``length`` as the user names it, else the longest usual one that a third
    of the held-out pieces (and of the given ones) have; of longer pieces the last windows count.
    Raises OptionProblem.
    """
    codec = real.codec
    held = real.whole(real.heldout)
    if not held or not codec.measure_course(codec.assemble(held[0].windows, held[0].context)):
        return {}
    windows = _length(codec, held, given, length)
    held = courses.last(codec, held, windows)
    if not windows or not held:
        return {}
    if given is None:
        made = made_pieces(real.model, codec, count, windows, seed=seed, tell=tell)
    else:
        made = courses.last(codec, given, windows)
    groups = {"made": made, "real": held}
    if real.train is not real.heldout:
        chosen = np.random.default_rng(seed).permutation(len(real.train))[:MOST_TRAINING]
        groups["train"] = courses.last(codec, real.whole([real.train[i] for i in chosen]), windows)
    groups |= courses.cheats(codec, held, seed)
    found = {}
    for number, (column, pieces) in enumerate(groups.items()):
        tell("measuring songs", number, len(groups))
        # A training piece is a copy of itself: no figure.
        found[column] = courses.measured(codec, pieces, None if column == "train" else real.known)
    counts = {column: len(pieces) for column, pieces in groups.items()}
    table = courses.compare(codec, found, counts, seed)
    table["windows"] = {column: float(windows) for column in groups}
    return table


def made_pieces(
    model: ModelFile, codec: Codec, count: int, windows: int, *, seed: int, tell: Progress
) -> list[Whole]:
    """First draws of ``sample``, as long as that, each in a context of its own."""
    tell("making songs", 0, count)
    made = sampled(
        model, codec, count, windows, seed=seed, progress=lambda n: tell("making songs", n, count)
    )
    return [Whole(w, codec.context({}, np.random.default_rng(i))) for i, w in enumerate(made)]


def _length(
    codec: Codec, held: Sequence[Whole], given: Sequence[Whole] | None, asked: str | None
) -> int:
    """Windows of every piece in the table. Raises OptionProblem."""
    longest = max(len(piece) for piece in held)
    if asked is not None:
        windows = codec.windows_for(asked)[0]
        if windows > longest:
            raise OptionProblem(
                f"--length {asked}: {windows} windows, the longest real piece has {longest}"
            )
        return windows
    usual = courses.usual_length([len(piece) for piece in held])
    return usual if given is None else min(usual, courses.usual_length([len(p) for p in given]))
