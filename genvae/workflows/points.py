"""The points of a map: windows, or whole pieces, with where they lie in the latent space.

Axes:  W windows of a piece · P positions · D dims of z · Z = P*D · S steps · R cells
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import genvae
from genvae.corpora import catalogue, fetch
from genvae.domains.base import Codec, Report, Windows, split_cells, stack_cells
from genvae.errors import CorpusProblem, FileProblem, OptionProblem, nearest
from genvae.evaluation.chart import CORPUS, FILE, SAMPLE
from genvae.generation.encoding import posterior_means
from genvae.workflows import dataset as data
from genvae.workflows import deliver
from genvae.workflows.incoming import untold
from genvae.workflows.inputs import OnProblem
from genvae.workflows.reading import read_all
from genvae.workflows.similar import files_in
from genvae.workflows.store import Opened
from genvae.workflows.write import unique

WINDOWS, PIECES = "windows", "pieces"
UNITS = (WINDOWS, PIECES)
FILES = 400
"""Files of a corpus that are read; more are taken evenly from all."""
FEWEST = 3
"""Pieces that a map needs."""

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Point:
    """A window (or a piece) on a map."""

    kind: str
    name: str
    piece: Any = field(repr=False)
    z_Z: np.ndarray = field(repr=False)
    report: Report = field(repr=False)
    measures: Mapping[str, float] = field(repr=False)
    of: str = ""
    """The piece that it is a window of."""


@dataclass(frozen=True)
class Backdrop:
    """The pieces that a map is a map of: ``about`` says what they are, ``cells`` are ``(S, R)``."""

    about: str
    names: Sequence[str]
    cells: Sequence[np.ndarray]
    contexts: Sequence[Mapping[str, Any]]


def backdrop(opened: Opened, given: str | None, on_problem: OnProblem, tell: Tell) -> Backdrop:
    """A folder, or a corpus by name; if neither is given the model's own corpora where they are
    here, else the demo pieces. Of a corpus those parts that a model would learn from, of a folder
    all pieces. Raises CorpusProblem and FileProblem."""
    corpora = opened.model.recipe.data.corpora
    if given is None:
        here = [name for name in corpora if fetch.locate(name) is not None]
        return _corpora(opened, here, tell) if here else _demo(opened, on_problem, tell)
    if Path(given).is_dir():
        return _folder(opened, given, files_in(opened, Path(given)), on_problem, tell)
    if given not in catalogue.catalogue():
        raise FileProblem(f"{given}: no such folder, and no corpus of that name")
    return _corpora(opened, [given], tell)


def _corpora(opened: Opened, names: Sequence[str], tell: Tell) -> Backdrop:
    paths = _evenly([path for name in names for path in fetch.files(name)])
    found = data.prepare(opened.codec, paths, lambda n, m: tell("reading", n, m))
    return Backdrop(", ".join(names), found.names, found.cells, found.contexts)


def _demo(opened: Opened, on_problem: OnProblem, tell: Tell) -> Backdrop:
    """The pieces that come with genvae's source."""
    folder = Path(genvae.__file__).parents[1] / "data"
    reads = opened.codec.reads
    paths = [p for p in sorted(folder.glob("*/*")) if p.suffix.lower() in reads]
    if not paths:
        name = next(iter(opened.model.recipe.data.corpora), "NAME")
        raise CorpusProblem(
            f"nothing to map: give a folder with --data, or first: genvae corpora get {name}"
        )
    return _folder(opened, "demo pieces", paths, on_problem, tell)


def _folder(
    opened: Opened, about: str, paths: Sequence[Path], on_problem: OnProblem, tell: Tell
) -> Backdrop:
    spec = opened.codec.spec
    names: list[str] = []
    cells: list[np.ndarray] = []
    contexts: list[Mapping[str, Any]] = []
    for _, source in read_all(opened, _evenly(paths), on_problem):
        names.append(source.name)
        cells.append(stack_cells(spec, source.encoded.windows).reshape(-1, spec.rows))
        contexts.append(source.context)
        tell("reading", len(names), len(paths))
    if len(names) < FEWEST:
        raise FileProblem(
            f"{about}: {len(names)} of {opened.domain.name} in it, a map needs {FEWEST} or more "
            "to stand on; your own files may be named after the model instead"
        )
    return Backdrop(about, names, cells, contexts)


def _evenly(paths: Sequence[Path]) -> list[Path]:
    if len(paths) <= FILES:
        return list(paths)
    return [paths[i] for i in np.linspace(0, len(paths) - 1, FILES).astype(int)]


def of_corpus(
    opened: Opened, found: Backdrop, unit: str, most: int, seed: int, tell: Tell
) -> list[Point]:
    """Up to ``most`` windows (pieces) of the backdrop, drawn evenly from all."""
    codec, spec = opened.codec, opened.codec.spec
    longest = _longest(codec)
    places: list[tuple[int, int, int]] = []
    for number, cells_SR in enumerate(found.cells):
        count = len(cells_SR) // spec.steps
        if unit == WINDOWS:
            places += [(number, w, 1) for w in range(count)]
        elif count:
            places.append((number, 0, min(count, longest)))
    chosen = np.random.default_rng(seed).permutation(len(places))[:most]
    points: list[Point] = []
    for at in sorted(chosen.tolist()):
        number, first, count = places[at]
        cells_SR = found.cells[number][first * spec.steps : (first + count) * spec.steps]
        cells_NTR = cells_SR.reshape(count, spec.steps, spec.rows).astype(np.int64)
        windows = split_cells(spec, cells_NTR)
        context = codec.rearranged(found.contexts[number], range(first, first + count))
        name = found.names[number]
        label = f"{name}, window {first + 1}" if unit == WINDOWS else name
        z_Z = _mean(posterior_means(opened.model, windows))
        points.append(_point(codec, CORPUS, label, name, windows, context, z_Z))
        tell("looking", len(points), len(chosen))
    return points


def of_samples(opened: Opened, unit: str, most: int, seed: int, tell: Tell) -> list[Point]:
    """Up to ``most`` windows (pieces) that the model makes."""
    if not most:
        return []
    per_piece = _longest(opened.codec) if unit == WINDOWS else 1
    points: list[Point] = []
    count = -(-most // per_piece)
    for made in deliver.sample(opened, range(count), seed=seed):
        name = f"sample {made.facts['index'] + 1} of seed {seed}"
        points += _cut(opened.codec, SAMPLE, name, made.windows, made.context, made.z_WPD, unit)
        tell("sampling", min(made.facts["index"] + 1, count), count)
    # What returns within a piece has equal latents: one point says it.
    distinct = {point.z_Z.tobytes(): point for point in reversed(points)}
    return list(reversed(distinct.values()))[:most]


def of_files(
    opened: Opened, paths: Sequence[Path], unit: str, on_problem: OnProblem
) -> list[Point]:
    """All windows (pieces) of the user's files; what cannot be read is told."""
    sources = [untold(opened, source) for _, source in read_all(opened, paths, on_problem)]
    points: list[Point] = []
    for name, source in zip(unique([s.name for s in sources]), sources, strict=True):
        windows, context = source.encoded.windows, source.context
        points += _cut(opened.codec, FILE, name, windows, context, source.z_WPD, unit)
    return points


def _cut(
    codec: Codec,
    kind: str,
    name: str,
    windows: Windows,
    context: Mapping[str, Any],
    z_WPD: np.ndarray,
    unit: str,
) -> Iterator[Point]:
    count = len(z_WPD)
    size = 1 if unit == WINDOWS else min(count, _longest(codec))
    for first in range(0, count if unit == WINDOWS else 1):
        some = slice(first, first + size)
        part = {k: v[some] for k, v in windows.items()}
        around = codec.rearranged(context, range(first, first + size))
        label = f"{name}, window {first + 1}" if unit == WINDOWS and count > 1 else name
        yield _point(codec, kind, label, name, part, around, _mean(z_WPD[some]))


def _point(
    codec: Codec,
    kind: str,
    label: str,
    of: str,
    windows: Windows,
    context: Mapping[str, Any],
    z_Z: np.ndarray,
) -> Point:
    piece = codec.assemble(windows, context)
    return Point(kind, label, piece, z_Z, codec.check(piece), codec.measure(piece), of)


def _mean(z_WPD: np.ndarray) -> np.ndarray:
    return np.asarray(z_WPD.reshape(len(z_WPD), -1).mean(0))


def _longest(codec: Codec) -> int:
    """Windows of a piece of the usual length: what is shown of longer ones."""
    return max(1, codec.windows_for(None)[0])


def check_unit(unit: str) -> None:
    """Windows or pieces? Raises OptionProblem."""
    if unit not in UNITS:
        raise OptionProblem(f"--of {unit}: {nearest(unit, UNITS)}")
