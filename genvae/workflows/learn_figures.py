"""How well the tools on latents do on held-out pieces: edits, and the finding of strange pieces.

Axes:  N pieces · W windows · S steps · R cells
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.base import Encoded, Windows, WindowSpec, split_cells, stack_cells
from genvae.generation.encoding import posterior_means
from genvae.workflows import dataset as data
from genvae.workflows import learn
from genvae.workflows.edit import editable, edited_together
from genvae.workflows.incoming import Source
from genvae.workflows.learn import LENGTH, LONGEST, Progress, parts_of
from genvae.workflows.score import calibrated, raw_scores, strangest
from genvae.workflows.store import Opened
from genvae.workflows.stretches import longer, stretches

SIDE_BY_SIDE = 16
"""Pieces that are edited together."""


def tools(
    opened: Opened,
    *,
    folder: Path | None = None,
    pieces: int = 100,
    others: Sequence[str] = (),
    seed: int = 0,
    write: bool = False,
    progress: Progress | None = None,
) -> dict[str, dict[str, dict[str, float]]]:
    """Learn what the tools need, measure it on so many held-out pieces (none: not at all), and keep
    it in the model file if ``write``. Raises CorpusProblem."""
    found = learn.learn(opened, folder=folder, seed=seed, progress=progress)
    if write:
        learn.keep(opened, *found)
    opened.model.concepts, opened.model.calibration = found
    if not pieces:
        return {}
    given: dict[str, Any] = {
        "folder": folder,
        "pieces": pieces,
        "seed": seed,
        "progress": progress,
    }
    return {
        "scores": score_figures(opened, others=others, **given),
        "edits": edit_figures(opened, **given),
    }


def edit_figures(
    opened: Opened,
    *,
    folder: Path | None = None,
    pieces: int = 100,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, dict[str, float]]:
    """Of +1 for each attribute that can be edited, on held-out pieces that can have more of it:
    the share that has, how far it moved, how far the others did on average, and the F1 of events
    with the source (mean, and the share at .5 or more)."""
    tell = progress or (lambda _name, _done, _total: None)
    _, _, held = parts_of(opened, folder)
    most = max((len(x) // opened.codec.spec.steps for x in held), default=0)
    length = min(LENGTH, max(most, 1))
    cut = stretches(opened.codec, held, length, length)
    order = np.random.default_rng(seed).permutation(len(cut))[:pieces]
    sources = [_source(opened, cut[i], f"piece {i}") for i in order]
    found = {}
    for name in editable(opened):
        facts: list[dict[str, Any]] = []
        for first in range(0, len(sources), SIDE_BY_SIDE):
            part = dict(enumerate(sources[first : first + SIDE_BY_SIDE], first))
            # What has two notes has no syncopation, and flat ground cannot be flatter.
            now = {n: opened.codec.measure(source.piece)[name] for n, source in part.items()}
            high = opened.codec.attributes[name].high - 1e-9
            able = [n for n, value in now.items() if np.isfinite(value) and value < high]
            made = edited_together(opened, [part[n] for n in able], {name: 1.0}, seeds=able)
            facts += [one.facts for one in made]
            tell(f"edit {name}", first + len(part), len(sources))
        facts = [f for f in facts if np.isfinite(f["moved"][name])]
        if not facts:
            continue
        gained = np.array([f["moved"][name] for f in facts], dtype=float)
        kept = np.array([f["kept"] for f in facts])
        found[name] = {
            "raised": float((gained > 0).mean()),
            "moved": float(gained.mean()),
            "others": float(np.mean([f["others"] for f in facts])),
            "kept": float(kept.mean()),
            "kept_half": float((kept >= 0.5).mean()),
            "pieces": float(len(facts)),
        }
    return found


def score_figures(
    opened: Opened,
    *,
    folder: Path | None = None,
    pieces: int = 100,
    others: Sequence[str] = (),
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, dict[str, float]]:
    """AUROC of the combined score, and of each part, between held-out pieces and: the same with
    every cell drawn from all pieces (``random``), with their bars (columns) ``shuffled``, and
    pieces of ``others``, corpora by name."""
    tell = progress or (lambda _name, _done, _total: None)
    _, _, held = parts_of(opened, folder)
    rng = np.random.default_rng(seed)
    cut = longer(opened.codec, held, LONGEST)
    real = [cut[i] for i in rng.permutation(len(cut))[:pieces]]
    groups = {"random": list(_random(opened, real, rng)), "shuffled": _shuffled(opened, real, rng)}
    for name in others:
        files = data.files_of(type(opened.model.recipe.data)(corpora=(name,)))
        strangers = longer(opened.codec, data.prepare(opened.codec, files).cells, LONGEST)
        groups[name] = [strangers[i] for i in rng.permutation(len(strangers))[:pieces]]
    tell("held-out pieces", 0, 1)
    base = _judged(opened, real)
    return {
        group: {part: area(base[part], values) for part, values in _judged(opened, damaged).items()}
        for group, damaged in groups.items()
    }


def area(real_N: np.ndarray, strange_N: np.ndarray) -> float:
    """The area under the ROC curve: how often a strange piece scores higher than a real one."""
    above = (strange_N[:, None] > real_N).mean() + 0.5 * (strange_N[:, None] == real_N).mean()
    return float(above)


def _source(opened: Opened, windows: Windows, name: str) -> Source:
    piece = opened.codec.assemble(windows, {})
    return Source(name, piece, Encoded(windows, {}), posterior_means(opened.model, windows))


def _judged(opened: Opened, pieces: Sequence[Windows]) -> dict[str, np.ndarray]:
    calibration = calibrated(opened)
    rows = []
    for windows in pieces:
        by_window, piece = raw_scores(opened.model, windows)
        rows.append({"score": strangest(calibration, by_window, piece)[1], **piece})
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _changed(
    opened: Opened, pieces: Sequence[Windows], change: Callable[[np.ndarray], np.ndarray]
) -> Iterator[Windows]:
    spec = opened.codec.spec
    for windows in pieces:
        yield _from_places(spec, change(_places(spec, windows)))


def _places(spec: WindowSpec, windows: Windows) -> np.ndarray:
    """``(S, L, R)``: the steps of a piece, those of all L layers over one place together."""
    cells_NTR = stack_cells(spec, windows)
    half = spec.steps // spec.layers
    cells_NLTR = cells_NTR.reshape(len(cells_NTR), spec.layers, half, spec.rows)
    return cells_NLTR.transpose(0, 2, 1, 3).reshape(-1, spec.layers, spec.rows)


def _from_places(spec: WindowSpec, places_SLR: np.ndarray) -> Windows:
    half = spec.steps // spec.layers
    cells_NTLR = places_SLR.reshape(-1, half, spec.layers, spec.rows)
    return split_cells(spec, cells_NTLR.transpose(0, 2, 1, 3).reshape(-1, spec.steps, spec.rows))


def _random(
    opened: Opened, pieces: Sequence[Windows], rng: np.random.Generator
) -> Iterator[Windows]:
    spec = opened.codec.spec
    pool_SLR = np.concatenate([_places(spec, windows) for windows in pieces])

    def change(places_SLR: np.ndarray) -> np.ndarray:
        rows = [
            pool_SLR[rng.integers(len(pool_SLR), size=len(places_SLR)), :, r]
            for r in range(spec.rows)
        ]
        return np.stack(rows, axis=2)

    return _changed(opened, pieces, change)


def _shuffled(opened: Opened, pieces: Sequence[Windows], rng: np.random.Generator) -> list[Windows]:
    spec = opened.codec.spec
    grain = 1 if spec.step_name == "column" else spec.steps // 2

    def change(places_SLR: np.ndarray) -> np.ndarray:
        parts = places_SLR.reshape(-1, grain, *places_SLR.shape[1:])
        return parts[rng.permutation(len(parts))].reshape(places_SLR.shape)

    return list(_changed(opened, pieces, change))
