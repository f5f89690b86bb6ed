"""``genvae score``: how unusual each file and each of its windows is.

Axes:  W windows of a piece
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.base import Windows
from genvae.domains.writing import whole
from genvae.errors import FileProblem, ModelProblem
from genvae.evaluation.marks import marked
from genvae.generation.unusual import surprise
from genvae.models.files import ModelFile
from genvae.models.knowledge import Calibration
from genvae.workflows.incoming import Source
from genvae.workflows.inputs import OnProblem
from genvae.workflows.output import ROOT
from genvae.workflows.reading import read_all
from genvae.workflows.store import Opened
from genvae.workflows.write import unique

BOTH_SIDES = ("encoder", "reconstruction")
"""Scores that are strange when they are low, too: a Gaussian in many dimensions has its mass on a
shell, and latents near its centre are as strange as those far away; what costs a decoder next to
nothing is plainer than real pieces are."""


def raw_scores(
    model: ModelFile, windows: Windows
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Scores of each window ``(W,)``, and of the piece: their means, and that of the order."""
    by_window, order = surprise(model, windows)
    return by_window, {k: float(v.mean()) for k, v in by_window.items()} | {"order": order}


def strangest(
    calibration: Calibration, by_window: dict[str, np.ndarray], piece: dict[str, float]
) -> tuple[np.ndarray, float]:
    """The combined score of each window ``(W,)`` and of the piece: the root of the summed squares
    of how rare each score is among real ones (``Calibration.tail``, in nats), so that one part
    that is very rare is not drowned by others that are not. It lies between Fisher's sum and the
    maximum, and was chosen on validation pieces."""

    def combined(scores: Mapping[str, np.ndarray], windows: bool) -> np.ndarray:
        squares = [
            np.square(calibration.tail(name, values, windows=windows, both=name in BOTH_SIDES))
            for name, values in scores.items()
        ]
        return np.asarray(np.sqrt(np.sum(squares, axis=0)))

    of_piece = combined({k: np.array(v) for k, v in piece.items()}, windows=False)
    return combined(by_window, windows=True), float(of_piece)


def scores_of(opened: Opened, source: Source) -> dict[str, Any]:
    """``score`` (how rare, in nats; see ``strangest``), ``percentile`` among real pieces, those of
    each part, and the same of each window. Raises ModelProblem."""
    calibration = calibrated(opened)
    by_window, piece = raw_scores(opened.model, source.encoded.windows)
    of_windows, of_piece = strangest(calibration, by_window, piece)
    ranks = {k: calibration.percentile(k, v, windows=True) for k, v in by_window.items()}
    overall = calibration.percentile("score", of_windows, windows=True)
    windows = [
        {
            "window": i + 1,
            "score": round(float(of_windows[i]), 3),
            "percentile": round(float(overall[i]), 1),
            "parts": {k: round(float(v[i]), 1) for k, v in ranks.items()},
        }
        for i in range(len(of_windows))
    ]
    parts = {
        k: round(float(calibration.percentile(k, np.array(v), windows=False)), 1)
        for k, v in piece.items()
    }
    rank = float(calibration.percentile("score", np.array(of_piece), windows=False))
    return {
        "score": round(of_piece, 3),
        "percentile": round(rank, 1),
        "parts": parts,
        "windows": windows,
    }


def scores(
    opened: Opened,
    paths: Sequence[Path],
    on_problem: OnProblem,
    on_piece: Callable[[], None] = lambda: None,
) -> list[tuple[dict[str, Any], Source]]:
    """Every piece of every file. Raises ModelProblem."""
    calibrated(opened)
    found = []
    for path, source in read_all(opened, paths, on_problem):
        row = {"file": str(path), "piece": source.name, **scores_of(opened, source)}
        found.append((row, source))
        on_piece()
    return found


def calibrated(opened: Opened) -> Calibration:
    """The model's calibration. Raises ModelProblem."""
    found = opened.model.calibration
    if found is None:
        raise ModelProblem(
            f"{opened.model.path}: its scores are not calibrated yet; "
            f"genvae evaluate {opened.model.name} --tools --write does that"
        )
    return found


def draw(
    opened: Opened,
    found: Sequence[tuple[dict[str, Any], Source]],
    out: Path | None,
    *,
    overwrite: bool,
) -> list[Path]:
    """Write each piece as ``score-NAME.png``, strange windows marked. Raises FileProblem."""
    from PIL import Image

    folder = out or ROOT / f"score-{opened.model.name}"
    names = unique([source.name for _, source in found])
    paths = [folder / f"score-{name}.png" for name in names]
    taken = [path for path in paths if path.exists()]
    if taken and not overwrite:
        raise FileProblem(f"{taken[0]}: exists; give --overwrite or another folder with --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise FileProblem(f"{folder}: cannot be made ({why.strerror})") from None
    for path, (row, source) in zip(paths, found, strict=True):
        piece = opened.codec.assemble(source.encoded.windows, source.context)
        ranks = np.array([window["percentile"] for window in row["windows"]])
        with whole(path) as part:
            Image.fromarray(marked(opened.codec.picture(piece), ranks)).save(part, format="PNG")
    return paths
