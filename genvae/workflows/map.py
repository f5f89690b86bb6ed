"""``genvae map``: the latents of a corpus, of files and of samples on a plane.

Axes:  N points · Z = P*D numbers of a latent
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from genvae.errors import FileProblem, GenvaeError, OptionProblem, nearest
from genvae.evaluation import chart, plane
from genvae.evaluation.contact import thumbnail
from genvae.evaluation.page import write_page
from genvae.workflows import points as gather
from genvae.workflows import walk
from genvae.workflows.atlas import Atlas, legend_of, page_of, trails_of
from genvae.workflows.inputs import OnProblem
from genvae.workflows.points import Tell
from genvae.workflows.store import Opened

SUFFIXES = (".png", ".html")
MOST = 20_000
"""Points of a map."""


def check_targets(paths: Sequence[Path], suffixes: Sequence[str], *, overwrite: bool) -> None:
    """May these files be written? Raises OptionProblem and FileProblem."""
    for path in paths:
        if path.suffix.lower() not in suffixes:
            raise OptionProblem(f"-o {path}: expected a name that ends in {' or '.join(suffixes)}")
        if path.is_dir():
            raise FileProblem(f"{path}: a folder, expected a file to write")
        if path.exists() and not overwrite:
            raise FileProblem(f"{path}: exists; give --overwrite or another name with -o")


def check(
    opened: Opened,
    targets: Sequence[Path],
    *,
    method: str,
    colour: str | None,
    unit: str,
    n: int,
    samples: int,
    walked: str | None = None,
) -> str:
    """Are these options of a map, and is what it needs here? The attribute that colours it.
    Raises OptionProblem and GenvaeError."""
    if walked is not None:
        walk.grid_of(walked)
    else:
        plane.check(method)
    drawn = walked is None and any(t.suffix.lower() == ".png" for t in targets)
    if drawn and find_spec("matplotlib") is None:
        raise GenvaeError("a map as .png needs matplotlib: pip install 'genvae[map]'")
    gather.check_unit(unit)
    if not 1 <= n <= MOST:
        raise OptionProblem(f"-n {n}: expected 1 to {MOST} points of the corpus")
    if not 0 <= samples <= MOST:
        raise OptionProblem(f"--samples {samples}: expected 0 to {MOST}")
    names = opened.codec.attributes
    if colour is None:
        return next(iter(names), "")
    if colour not in names:
        raise OptionProblem(f"--colour {colour}: no such attribute; {nearest(colour, names)}")
    return colour


def atlas(
    opened: Opened,
    files: Sequence[Path] = (),
    *,
    given: str | None = None,
    method: str = "pca",
    colour: str,
    unit: str = gather.WINDOWS,
    n: int = 1500,
    samples: int = 200,
    seed: int = 0,
    on_problem: OnProblem,
    tell: Tell = lambda _name, _done, _total: None,
) -> Atlas:
    """Everything that is on a map, and where. Raises CorpusProblem, FileProblem, OptionProblem."""
    found = gather.backdrop(opened, given, on_problem, tell)
    corpus = gather.of_corpus(opened, found, unit, n, seed, tell)
    made = gather.of_samples(opened, unit, samples, seed, tell)
    own = gather.of_files(opened, files, unit, on_problem)
    points = [*corpus, *made, *own]
    tell("projecting", 0, 1)
    laid = plane.project(
        method,
        np.stack([p.z_Z for p in corpus]),
        np.stack([p.z_Z for p in points]),
        seed=seed,
    )
    return Atlas(opened, points, laid, method, found.about, colour, unit)


def write_png(atlas: Atlas, path: Path) -> None:
    """Draw the map. Raises FileProblem."""
    codec = atlas.opened.codec
    stretches = codec.stretches
    box = chart.THUMB[0 if stretches else 1]
    chart.draw(
        atlas.plane,
        [p.kind for p in atlas.points],
        atlas.values_of(atlas.colour),
        legend_of(atlas),
        trails_of(atlas),
        lambda i: thumbnail(codec.picture(atlas.points[i].piece), *box, stretches=stretches),
        path,
    )


def write(atlas: Atlas, path: Path) -> None:
    """Write the map in the form that the suffix names. Raises FileProblem."""
    if path.suffix.lower() != ".png":
        write_page(page_of(atlas), path)
    elif atlas.grid:
        walk.write_png(atlas, path)
    else:
        write_png(atlas, path)
