"""``genvae evaluate``: the figures of a model file, measured on held-out data.

Axes:  N chunks · S steps · R cells
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.base import Codec, Windows, split_cells, stack_cells
from genvae.errors import CorpusProblem, OptionProblem, nearest
from genvae.evaluation import metrics, report
from genvae.evaluation.interpolation import STEPS, Pair, interpolation, pairs_of
from genvae.evaluation.report import Figures
from genvae.evaluation.round_trip import round_trip
from genvae.evaluation.seams import unseen_pairs
from genvae.models import files
from genvae.workflows import dataset as data
from genvae.workflows.real import Progress, Real, real_pieces
from genvae.workflows.songs import SONGS, song_table
from genvae.workflows.store import Opened

WINDOWS = 5000
"""Windows of each kind that figures are taken over, where there are as many."""
PAIRS = 64
"""Pairs between which ways are measured, at most."""
PARTS = ("windows", "songs")


def evaluate(
    opened: Opened,
    *,
    folder: Path | None = None,
    windows: int = WINDOWS,
    songs: int = SONGS,
    length: str | None = None,
    only: str | None = None,
    seed: int = 0,
    write: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Figures on the recipe's held-out part, or on all of a folder: of ``windows`` windows of each
    kind, and of ``songs`` whole pieces of a ``length``; ``only`` one of ``PARTS``. ``write`` keeps
    them in the model's card, beside what was there if only a part is measured.
    Raises CorpusProblem and OptionProblem."""
    if only is not None and only not in PARTS:
        raise OptionProblem(f"--only {only}: {nearest(only, PARTS)}")
    tell = progress or (lambda _name, _done, _total: None)
    model, codec = opened.model, opened.codec
    real = real_pieces(model, codec, folder, tell)
    figures = Figures()
    if only != "songs":
        _windows(real, figures, windows, seed, tell)
    if only != "windows" and songs:
        figures.songs = song_table(real, songs, length=length, seed=seed, tell=tell)
    plain = {name: group for name, group in figures.plain().items() if group or only is None}
    plain |= {"seed": seed, "command": f"genvae evaluate {model.name}"}
    if write:
        kept = model.card.get("figures", {}) if only else {}
        files.rewrite_card(model.path, {**model.card, "figures": {**kept, **plain}})
    return plain


def _windows(real: Real, figures: Figures, windows: int, seed: int, tell: Progress) -> None:
    """Everything that is measured on windows."""
    model, codec = real.model, real.codec
    held, train = real.cells(real.heldout), real.cells(real.train)
    chunks = _chunks(codec, held, model.recipe.data.windows, windows, seed)
    tell("reconstructing", 0, 1)
    posterior = report.reconstruction(model, codec, chunks, figures)
    real_windows = split_cells(codec.spec, chunks.reshape(-1, codec.spec.steps, codec.spec.rows))
    length = codec.windows_for(None)[0]
    made = report.sampled(
        model,
        codec,
        max(1, chunks.shape[0] * chunks.shape[1] // codec.spec.steps // length),
        length,
        seed=seed,
        progress=lambda n: tell("sampling", n, windows // length),
    )
    known = split_cells(codec.spec, _some(data.windows_of(codec, train), windows, seed))
    joined = metrics.join(made)
    report.compare_samples(codec, joined, posterior, real_windows, known, figures)
    figures.pieces["windows"] = {
        "made": float(sum(len(w[codec.spec.fields[0].name]) for w in made)),
        "real": float(len(real_windows[codec.spec.fields[0].name])),
    }
    figures.pieces["copied_windows"] = {
        "made": report.copies(model, codec, joined),
        "real": report.copies(model, codec, real_windows),
    }
    figures.pieces |= _checked(codec, made, chunks)
    tell("reading back", 0, 1)
    trip = round_trip(model, codec, made)
    figures.pieces["read_back"] = {"made": trip.read_back}
    figures.pieces["round_trip_median"] = {"made": trip.median}
    figures.pieces["round_trip_lowest"] = {"made": trip.lowest}
    tell("interpolating", 0, 1)
    pairs = _pairs(codec, chunks, windows)
    figures.interpolation = interpolation(model, codec, pairs) if pairs else {}
    whole = [stack_cells(codec.spec, w).reshape(-1, codec.spec.rows) for w in made]
    for column, cells in (("made", whole), ("real", list(chunks))):
        for where, share in unseen_pairs(codec.spec, cells, train).items():
            figures.pieces.setdefault(f"unseen_pairs_{where}", {})[column] = share


def _chunks(
    codec: Codec, cells: Sequence[np.ndarray], windows: int, limit: int, seed: int
) -> np.ndarray:
    """Runs of whole windows of held-out pieces ``(N, S, R)``, at most ``limit`` windows."""
    length = windows * codec.spec.steps
    runs = [c[at : at + length] for c in cells for at in range(0, len(c) - length + 1, length)]
    if not runs:
        raise CorpusProblem(
            f"no held-out piece is as long as {windows} windows of {codec.spec.steps} "
            f"{codec.spec.step_name}s; give more or longer pieces with --data"
        )
    return _some(np.stack(runs).astype(np.int64), max(1, limit // windows), seed)


def _some(rows: np.ndarray, limit: int, seed: int) -> np.ndarray:
    if len(rows) <= limit:
        return rows
    return rows[np.random.default_rng(seed).choice(len(rows), limit, replace=False)]


def _pairs(codec: Codec, chunks_NSR: np.ndarray, limit: int) -> list[Pair]:
    """Pairs of held-out stretches, so many that their ways have about ``limit`` windows in all,
    and one if there are two stretches."""
    spec = codec.spec
    pieces = [split_cells(spec, c.reshape(-1, spec.steps, spec.rows)) for c in chunks_NSR]
    length = chunks_NSR.shape[1] // spec.steps
    return pairs_of(pieces, max(1, min(PAIRS, limit // (length * STEPS))))


def _checked(
    codec: Codec, made: Sequence[Windows], chunks_NSR: np.ndarray
) -> Mapping[str, dict[str, float]]:
    """Shares of valid and playable pieces, as decoded, beside real stretches, and how long the
    ways through the playable ones are. What is undecided, or not
    well-formed, counts as not playable."""
    spec = codec.spec
    real = [split_cells(spec, c.reshape(-1, spec.steps, spec.rows)) for c in chunks_NSR[:500]]
    out: dict[str, dict[str, float]] = {"valid": {}, "playable": {}}
    for column, pieces in (("made", made), ("real", real)):
        reports = [codec.check(codec.assemble(windows, {})) for windows in pieces]
        out["valid"][column] = float(np.mean([r.valid for r in reports]))
        if any(r.playable is not None for r in reports):
            out["playable"][column] = float(np.mean([r.playable is True for r in reports]))
        for fact in ("pushes", "moves"):
            counted = [r.facts[fact] for r in reports if r.playable and fact in r.facts]
            if counted:
                out.setdefault(fact, {})[column] = float(np.mean(counted))
    return {k: v for k, v in out.items() if v}
