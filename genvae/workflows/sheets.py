"""A picture of many pieces: those of a model, or somebody else's, beside held-out ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from genvae.errors import CorpusProblem, FileProblem
from genvae.evaluation import courses
from genvae.evaluation.courses import Whole
from genvae.evaluation.sheets import sheet
from genvae.workflows.real import Progress, Real
from genvae.workflows.songs import made_pieces

PICTURED = 50
"""Pieces of each kind, if nothing else is asked for."""


def contact_sheet(
    real: Real, out: Path, count: int, *, seed: int, tell: Progress, given: Sequence[Whole] | None
) -> Path:
    """Draw ``count`` pieces of the usual length of ``sample``, or those ``given``, beside held-out
    ones into ``out/NAME.png``, and return that path. Raises CorpusProblem and FileProblem."""
    codec = real.codec
    windows = codec.windows_for(None)[0]
    held = courses.last(codec, real.whole(real.heldout), windows)
    if not held:
        raise CorpusProblem(f"no held-out piece has {windows} windows to draw")
    # Neighbours in a corpus may be parts of one piece.
    order = np.random.default_rng(seed).permutation(len(held))[:count]
    held = [held[i] for i in order]
    if given is None:
        given = made_pieces(real.model, codec, count, windows, seed=seed, tell=tell)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise FileProblem(f"{out}: cannot be made ({why.strerror or why})") from None
    path = out / f"{real.model.name}.png"
    tell("drawing", 0, 1)
    drawn = {
        name: [codec.picture(codec.assemble(p.windows, p.context)) for p in pieces]
        for name, pieces in (("made", given[:count]), ("held out", held))
    }
    sheet(drawn, path)
    return path
