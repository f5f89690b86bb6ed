"""What the tools on latents need to know of real pieces: concept vectors and calibrated scores.

Axes:  N windows · S steps of a piece · R cells · P positions · D dims of z · Z = P*D · A attributes
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from genvae.domains.base import Codec, Windows, split_cells
from genvae.errors import CorpusProblem
from genvae.generation.encoding import posterior_means
from genvae.models import files
from genvae.models.knowledge import Calibration, Concepts
from genvae.training.split import Split
from genvae.workflows import dataset as data
from genvae.workflows.score import raw_scores, strangest
from genvae.workflows.store import Opened, open_model
from genvae.workflows.stretches import longer, measured, stretches

WINDOWS = 4000
"""Windows of training pieces that directions are learned from."""
PIECES = 400
"""Pieces that scores are calibrated on, and that deviations are taken of."""
FEWEST = 8
"""Of those, below which pieces that were learned from serve as well."""
LENGTH = 4
"""Windows of the pieces that deviations are taken of: eight bars, a level of 64 columns."""
LONGEST = 16
"""Windows of a piece that scores are calibrated on, at most."""
RIDGE = 0.03
"""Of the mean variance of a latent number, added to each; keeps the probe from noise."""
LEVELS = np.linspace(0.0, 1.0, 101)

Progress = Callable[[str, int, int], None]


def learn(
    opened: Opened, *, folder: Path | None = None, seed: int = 0, progress: Progress | None = None
) -> tuple[Concepts, Calibration]:
    """Concept vectors from training pieces, deviations from held-out ones, calibration on the
    validation part. With a folder all of it serves for each. Raises CorpusProblem."""
    return learn_from(opened, *parts_of(opened, folder), seed=seed, progress=progress)


def learn_from(
    opened: Opened,
    train: Sequence[np.ndarray],
    validation: Sequence[np.ndarray],
    held: Sequence[np.ndarray],
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[Concepts, Calibration]:
    """As ``learn``, from the cells ``(S, R)`` of pieces. Raises CorpusProblem."""
    tell = progress or (lambda _name, _done, _total: None)
    rng = np.random.default_rng(seed)
    tell("concepts", 0, 1)
    concepts = _concepts(opened, train, held, rng)
    tell("concepts", 1, 1)
    pieces = longer(opened.codec, validation, LONGEST)
    chosen = [pieces[i] for i in rng.permutation(len(pieces))[:PIECES]]
    scores = []
    for number, windows in enumerate(chosen):
        scores.append(raw_scores(opened.model, windows))
        tell("scores", number + 1, len(chosen))
    return concepts, _calibration(scores)


def add_to(
    path: Path,
    pieces: data.Dataset,
    parts: Split,
    on_stage: Callable[[str, int], None],
    on_step: Callable[[int, Mapping[str, float]], None],
    say: Callable[[str], None],
) -> None:
    """Learn both for a model that was just trained, and write them to its file, which is whole
    without them: where the pieces do not give them, that is said and no more."""
    begun: set[str] = set()

    def tell(stage: str, done: int, total: int) -> None:
        if stage not in begun:
            begun.add(stage)
            on_stage(stage, total)
        on_step(done, {})

    train, validation, held = (
        [pieces.cells[i] for i in part]
        for part in (parts.train, parts.validation, parts.heldout or parts.validation)
    )
    opened = open_model(str(path))
    try:
        keep(opened, *learn_from(opened, train, validation, held, progress=tell))
    except CorpusProblem as why:
        say(f"without concept vectors and calibrated scores: {why}")


def keep(opened: Opened, concepts: Concepts, calibration: Calibration) -> None:
    """Write both to the model file."""
    model = opened.model
    files.add_knowledge(model.path, model.card, concepts, calibration)


def parts_of(
    opened: Opened, folder: Path | None
) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """Cells ``(S, R)`` of the training, validation and held-out pieces."""
    settings = opened.model.recipe.data
    pieces = data.prepare(opened.codec, data.files_of(settings, folder))
    if folder is not None:
        return list(pieces.cells), list(pieces.cells), list(pieces.cells)
    parts = pieces.split(settings, opened.codec.spec.steps)
    train, validation, held = (
        [pieces.cells[i] for i in part] for part in (parts.train, parts.validation, parts.heldout)
    )
    return train, validation, held


def _spread_over(
    codec: Codec, held: Sequence[np.ndarray], train: Sequence[np.ndarray]
) -> list[Windows]:
    """The stretches that deviations are taken of: held-out ones, and where those are too few, or
    too short, to have any, others too."""
    pieces: list[Windows] = []
    for cells, shortest in ((held, LENGTH), (train, LENGTH), (held, 1), (train, 1)):
        try:
            pieces += stretches(codec, cells, shortest, LENGTH)
        except CorpusProblem:
            continue
        if len(pieces) >= FEWEST:
            break
    if not pieces:
        raise CorpusProblem("no piece has a whole window")
    return pieces


def _concepts(
    opened: Opened,
    train: Sequence[np.ndarray],
    held: Sequence[np.ndarray],
    rng: np.random.Generator,
) -> Concepts:
    codec = opened.codec
    windows_NTR = data.windows_of(codec, train)
    windows_NTR = windows_NTR[rng.permutation(len(windows_NTR))[:WINDOWS]]
    windows = split_cells(codec.spec, windows_NTR)
    z_NZ = posterior_means(opened.model, windows).reshape(len(windows_NTR), -1).astype(float)
    single = [{k: v[i : i + 1] for k, v in windows.items()} for i in range(len(windows_NTR))]
    labels_NA = measured(codec, single)
    pieces = _spread_over(codec, held, train)
    of_pieces_NA = measured(codec, [pieces[i] for i in rng.permutation(len(pieces))[:PIECES]])
    size = len(codec.attributes)
    means, probe = np.zeros((size, z_NZ.shape[1])), np.zeros((size, z_NZ.shape[1]))
    offset, centre, spread = np.zeros(size), np.zeros(size), np.zeros(size)
    for at in range(size):
        known = of_pieces_NA[np.isfinite(of_pieces_NA[:, at]), at]
        spread[at] = known.std() if len(known) else 0.0
        seen = np.isfinite(labels_NA[:, at])
        if spread[at] < 1e-9 or not seen.any():
            spread[at] = 0.0
            continue
        y, z = labels_NA[seen, at], z_NZ[seen]
        centre[at] = y.mean()
        y = (y - centre[at]) / spread[at]
        if y.std() < 1e-6:
            continue
        low, high = np.quantile(y, [1 / 3, 2 / 3])
        much, little = y > high, y <= low
        if not much.any():
            much, little = y > y.min(), y == y.min()
        means[at] = (z[much].mean(0) - z[little].mean(0)) / (y[much].mean() - y[little].mean())
        away = z - z.mean(0)
        covariance = away.T @ away / len(z)
        covariance += RIDGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
        probe[at] = np.linalg.solve(covariance, away.T @ y / len(z))
        offset[at] = -z.mean(0) @ probe[at]
    return Concepts(tuple(codec.attributes), means, probe, offset, centre, spread)


def _calibration(scores: Sequence[tuple[dict[str, np.ndarray], dict[str, float]]]) -> Calibration:
    """Quantiles of each score, then of the combined one, which is made of them."""
    names = tuple(scores[0][1])
    pieces = np.array([[piece[n] for n in names] for _, piece in scores])
    windows = [
        np.concatenate([w[n] for w, _ in scores]) if n in scores[0][0] else np.zeros(1)
        for n in names
    ]
    first = Calibration(
        names,
        np.quantile(pieces, LEVELS, axis=0).T,
        np.stack([np.quantile(values, LEVELS) for values in windows]),
    )
    of_windows, of_pieces = zip(
        *(strangest(first, by_window, piece) for by_window, piece in scores), strict=True
    )
    return Calibration(
        (*names, "score"),
        np.vstack([first.pieces_CQ, np.quantile(of_pieces, LEVELS)]),
        np.vstack([first.windows_CQ, np.quantile(np.concatenate(of_windows), LEVELS)]),
    )
