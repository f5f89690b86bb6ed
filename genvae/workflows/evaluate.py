"""``genvae evaluate``: the figures of a model file, measured on held-out data.

Axes:  N chunks · S steps · R cells
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains import registry
from genvae.domains.base import Codec, Encoded, Windows, split_cells, stack_cells
from genvae.errors import CorpusProblem, FileProblem, GenvaeError, OptionProblem, nearest
from genvae.evaluation import metrics, report
from genvae.evaluation.courses import Whole
from genvae.evaluation.interpolation import STEPS, Pair, interpolation, pairs_of
from genvae.evaluation.report import Figures
from genvae.evaluation.round_trip import round_trip
from genvae.evaluation.seams import unseen_pairs
from genvae.evaluation.variety import kl, variety
from genvae.models import files
from genvae.workflows import conditions
from genvae.workflows import dataset as data
from genvae.workflows.deliveries import PIECES, deliveries
from genvae.workflows.inputs import OnProblem, existing
from genvae.workflows.pool import for_each
from genvae.workflows.real import Progress, Real, real_pieces
from genvae.workflows.recognition import recognised
from genvae.workflows.sheets import PICTURED, contact_sheet
from genvae.workflows.songs import SONGS, song_table
from genvae.workflows.store import Opened
from genvae.workflows.usual import bounds
from genvae.workflows.usual import table as usual_table

WINDOWS = 5000
"""Windows of each kind that figures are taken over, where there are as many."""
PAIRS = 64
"""Pairs between which ways are measured, at most."""
MOST_CHECKED = 500
"""Real and given pieces that are checked, at most."""
COURSE = ("linearity", "leniency", "difficulty")
"""Measures of whole pieces that windows have not."""
PARTS = ("windows", "songs", "conditions", "pictures", "usual", "delivered")


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
    pictures: Path | None = None,
    pictured: int = PICTURED,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Figures on the recipe's held-out part, or on all of a folder: of ``windows`` windows of each
    kind, of ``songs`` whole pieces of a ``length``, of what is handed out, and of what a
    conditional model makes of what it is told; ``only`` one of ``PARTS``. ``write`` keeps them in
    the model's card, beside what was there if only a part is measured, and the bounds that repaired
    pieces keep to (``usual``, from the training part). ``pictures`` is a folder for a sheet of
    ``pictured`` pieces beside as many held-out ones.
    Raises CorpusProblem and OptionProblem."""
    if only is not None and only not in PARTS:
        raise OptionProblem(f"--only {only}: {nearest(only, PARTS)}")
    tell = progress or (lambda _name, _done, _total: None)
    model, codec = opened.model, opened.codec
    real = real_pieces(model, codec, folder, tell)
    figures = Figures()
    counted = {}
    if only in (None, "windows"):
        counted["windows"] = _windows(real, figures, windows, seed, tell)
    usual = {}
    if only in (None, "usual"):
        usual = bounds(codec, real.cells(real.train))
    if only in (None, "songs") and songs:
        figures.songs = song_table(real, songs, length=length, seed=seed, tell=tell)
    if only in (None, "conditions") and model.conditions:
        told_IC = conditions.numbers(model.conditions, model.recipe, codec, real.pieces, folder)
        figures.conditions = recognised(opened, real, told_IC, seed=seed, tell=tell)
    if only in (None, "delivered"):
        long = codec.windows_for(None)[0]
        chunks = _chunks(codec, real.cells(real.heldout), long, PIECES * long, seed)
        figures.delivered = deliveries(opened, chunks, pieces=PIECES, seed=seed, tell=tell)
    if pictures is not None:
        contact_sheet(real, pictures, pictured, seed=seed, tell=tell, given=None)
    plain = {name: group for name, group in figures.plain().items() if group or only is None}
    plain |= counted | {"seed": seed, "command": f"genvae evaluate {model.name}"}
    if write:
        card = model.card | ({"usual": usual} if usual else {})
        if only != "usual":
            kept = card.get("figures", {}) if only else {}
            card["figures"] = {**kept, **plain}
        files.rewrite_card(model.path, card)
    return plain | ({"usual": usual_table(codec, usual)} if usual else {})


def _windows(real: Real, figures: Figures, windows: int, seed: int, tell: Progress) -> int:
    """Everything that is measured on windows; returns how many were made."""
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
    known_all = data.windows_of(codec, train)
    known = split_cells(codec.spec, _some(known_all, windows, seed))
    joined = metrics.join(made)
    report.compare_samples(codec, joined, posterior, real_windows, known, figures)
    report.beside_beginnings(codec, held, length, figures)
    figures.pieces["copied_windows"] = {
        "made": report.copies(model, codec, joined),
        "real": report.copies(model, codec, real_windows),
    }
    figures.pieces |= _checked(codec, [Whole(w, {}) for w in made], chunks)
    _compared(codec, joined, real_windows, split_cells(codec.spec, known_all), figures)
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
    return len(joined[codec.spec.fields[0].name])


def judge(
    opened: Opened,
    samples: Path,
    on_problem: OnProblem,
    *,
    folder: Path | None = None,
    windows: int = WINDOWS,
    length: str | None = None,
    seed: int = 0,
    pictures: Path | None = None,
    pictured: int = PICTURED,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The figures of somebody else's pieces, all files of ``samples`` that can be read, by the
    tables of ``evaluate`` as far as they need no model: beside the held-out pieces of the model's
    corpora, or a folder's. ``made`` is what was read. Files that cannot be read are told and
    left out. Raises CorpusProblem, FileProblem if nothing is left, and OptionProblem."""
    tell = progress or (lambda _name, _done, _total: None)
    model, codec = opened.model, opened.codec
    given, read = _given(codec, samples, on_problem, tell)
    real = real_pieces(model, codec, folder, tell)
    spec, figures = codec.spec, Figures()
    chunks = _chunks(codec, real.cells(real.heldout), model.recipe.data.windows, windows, seed)
    beside = split_cells(spec, chunks.reshape(-1, spec.steps, spec.rows))
    cells = [stack_cells(spec, piece.windows) for piece in given]
    made = split_cells(spec, _some(np.concatenate(cells), windows, seed))
    known = data.windows_of(codec, real.cells(real.train))
    report.compare_samples(
        codec, made, None, beside, split_cells(spec, _some(known, windows, seed)), figures
    )
    figures.pieces["copied_windows"] = {
        "made": report.copies(model, codec, made),
        "real": report.copies(model, codec, beside),
    }
    figures.pieces |= _checked(codec, given[:MOST_CHECKED], chunks)
    _compared(codec, made, beside, split_cells(spec, known), figures)
    figures.songs = song_table(real, len(given), length=length, seed=seed, tell=tell, given=given)
    if pictures is not None:
        contact_sheet(real, pictures, pictured, seed=seed, tell=tell, given=given)
    plain = {name: group for name, group in figures.plain().items() if group}
    return plain | {"files": read, "read": len(given), "windows": len(made[spec.fields[0].name])}


def _given(
    codec: Codec, folder: Path, on_problem: OnProblem, tell: Progress
) -> tuple[list[Whole], int]:
    """The pieces of a folder's files, and how many files they are from."""
    if not folder.is_dir():
        raise FileProblem(f"--samples {folder}: no such folder")
    paths = [p for p in registry.files_in(folder) if p.suffix.lower() in codec.reads]
    if not paths:
        kinds = ", ".join(codec.reads)
        raise FileProblem(f"--samples {folder}: no file of {codec.domain} in it ({kinds})")
    found: list[Whole] = []
    read = 0
    for number, (path, pieces) in enumerate(for_each(Reader(codec), paths)):
        if isinstance(pieces, GenvaeError):
            text = str(pieces)
            on_problem(FileProblem(text if str(path) in text else f"{path}: {text}"))
        else:
            found += [Whole(e.windows, e.context) for e in pieces if len(e)]
            read += 1
        tell("reading samples", number + 1, len(paths))
    if not found:
        raise FileProblem(f"--samples {folder}: none of its {len(paths)} files could be read")
    return found, read


@dataclass(frozen=True)
class Reader:
    """The encoded pieces of a file, in this process or another."""

    codec: Codec

    def __call__(self, path: Path) -> list[Encoded]:
        """Raises FileProblem."""
        return [self.codec.encode(piece) for piece in self.codec.read(existing(path))]


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


def _compared(codec: Codec, made: Windows, real: Windows, train: Windows, figures: Figures) -> None:
    """How unlike one another windows are and how like training ones, and the KL divergence of
    their patterns, beside the same of held-out ones."""
    for column, windows in (("made", made), ("real", real)):
        for name, value in variety(codec, windows, train).items():
            figures.pieces.setdefault(name, {})[column] = value
    counts = {n: codec.histograms(w) for n, w in (("made", made), ("train", train), ("real", real))}
    for name, reals in counts["real"].items():
        for column in ("made", "train"):
            value = kl(counts[column][name], reals)
            figures.divergences.setdefault(f"{name}_kl", {})[column] = value


def _checked(
    codec: Codec, made: Sequence[Whole], chunks_NSR: np.ndarray
) -> Mapping[str, dict[str, float]]:
    """Shares of valid and playable pieces, as decoded, beside real stretches, and how long the
    ways through the playable ones are. What is undecided, or not
    well-formed, counts as not playable."""
    spec = codec.spec
    real = [
        Whole(split_cells(spec, c.reshape(-1, spec.steps, spec.rows)), {})
        for c in chunks_NSR[:MOST_CHECKED]
    ]
    out: dict[str, dict[str, float]] = {"valid": {}, "playable": {}}
    for column, pieces in (("made", made), ("real", real)):
        whole = [codec.assemble(p.windows, p.context) for p in pieces]
        reports = [codec.check(piece) for piece in whole]
        for name in COURSE:
            measured = [m[name] for m in map(codec.measure, whole) if name in m]
            if measured:
                out.setdefault(name, {})[column] = float(np.mean(measured))
        out["valid"][column] = float(np.mean([r.valid for r in reports]))
        if any(r.playable is not None for r in reports):
            out["playable"][column] = float(np.mean([r.playable is True for r in reports]))
        for fact in ("pushes", "moves", "steps"):
            counted = [r.facts[fact] for r in reports if r.playable and fact in r.facts]
            if counted:
                out.setdefault(fact, {})[column] = float(np.mean(counted))
    return {k: v for k, v in out.items() if v}
