"""``genvae similar``: the pieces of a folder that are nearest to a piece, by latents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from genvae.domains import registry
from genvae.errors import FileProblem, OptionProblem
from genvae.generation.edit import distance, typical_distance
from genvae.workflows.incoming import Source, untold
from genvae.workflows.inputs import OnProblem
from genvae.workflows.reading import read_all
from genvae.workflows.store import Opened


def files_in(opened: Opened, folder: Path) -> list[Path]:
    """The files within a folder that the codec may read. Raises FileProblem."""
    if not folder.is_dir():
        raise FileProblem(f"{folder}: no such folder")
    found = [p for p in registry.files_in(folder) if p.suffix.lower() in opened.codec.reads]
    if not found:
        kinds = ", ".join(opened.codec.reads)
        raise FileProblem(f"{folder}: no file of {opened.domain.name} in it (expected {kinds})")
    return found


def nearest_pieces(
    opened: Opened,
    source: Source,
    own: Path,
    folder: Path,
    *,
    n: int = 5,
    on_problem: OnProblem,
    on_file: Callable[[], None] = lambda: None,
) -> list[dict[str, Any]]:
    """The ``n`` nearest: ``file``, ``piece``, ``distance`` (0 for the same latents, about 1 for
    windows that have nothing to do with each other), ``windows``. The file itself is left out;
    what cannot be read is told. Raises OptionProblem and FileProblem."""
    if n < 1:
        raise OptionProblem(f"-n {n}: expected 1 or more")
    paths = [p for p in files_in(opened, folder) if p.resolve() != own.resolve()]
    if not paths:
        raise FileProblem(f"{folder}: nothing in it but the file itself")
    typical = typical_distance(opened.model.gaussian.factor.numpy())
    source, rows = untold(opened, source), []
    for path, read in read_all(opened, paths, on_problem, on_file=on_file):
        other = untold(opened, read)
        apart = distance(source.z_WPD, other.z_WPD, typical)
        rows.append(
            {
                "file": str(path),
                "piece": other.name,
                "distance": round(apart, 4),
                "windows": len(other.z_WPD),
            }
        )
    return sorted(rows, key=lambda row: (row["distance"], row["file"]))[:n]
