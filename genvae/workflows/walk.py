"""``genvae map --walk``: a plane of the latent space walked on a grid, each place decoded.

The figure of Kingma and Welling, "Auto-encoding variational Bayes" (2014): places are the inverse
normal quantiles of an even grid. A model whose z is two numbers is walked along these; of a larger
z, along the two directions in which the aggregate posterior is widest.

Axes:  K places · W windows · P positions · D dims of z · Z = P*D
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from statistics import NormalDist

import numpy as np

from genvae.domains.base import Report
from genvae.errors import OptionProblem
from genvae.evaluation.chart import SAMPLE
from genvae.evaluation.contact import Axis, contact
from genvae.evaluation.plane import Plane
from genvae.generation.generator import Generator
from genvae.models.files import ModelFile
from genvae.workflows.atlas import Atlas, legend_of
from genvae.workflows.points import WINDOWS, Point, Tell
from genvae.workflows.reading import encode_first
from genvae.workflows.store import Opened

MOST = 40
"""Rows, and columns."""


def _silent(_stage: str, _done: int, _total: int) -> None:
    return


def grid_of(text: str, option: str = "--walk") -> tuple[int, int]:
    """Rows and columns of ``8x8``. Raises OptionProblem."""
    found = re.fullmatch(r"\s*(\d{1,4})\s*[xX×]\s*(\d{1,4})\s*", text, re.ASCII)
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(2 <= side <= MOST for side in size):
        raise OptionProblem(
            f"{option} {text}: expected ROWSxCOLUMNS, each 2 to {MOST}, such as 8x8"
        )
    return size


def walk(
    opened: Opened,
    grid: str,
    colour: str,
    tell: Tell = _silent,
    *,
    through: Sequence[Path] = (),
) -> Atlas:
    """The places of a walk of ``grid`` (``8x8``), with what each is decoded to. The plane goes
    through the middle of the aggregate posterior, or through the first window of a file: all but
    the two directions is then as it is there. Raises OptionProblem and FileProblem."""
    rows, columns = grid_of(grid)
    if len(through) > 1:
        raise OptionProblem(f"--walk {grid}: {len(through)} files, a plane goes through one")
    across, up = quantiles(columns), quantiles(rows)
    xy_K2 = np.array([[x, y] for y in up for x in across])
    mean_Z, ways_2Z, axes = plane_of(opened.model)
    codec, generator = opened.codec, Generator(opened.model, opened.codec)
    context = codec.context({}, np.random.default_rng(0))
    about = ""
    for source in encode_first(opened, through):
        about, context = source.name, codec.rearranged(source.context, [0])
        beside_Z = source.z_WPD[0].reshape(-1) - mean_Z
        mean_Z = mean_Z + beside_Z - (beside_Z @ ways_2Z.T / np.square(ways_2Z).sum(1)) @ ways_2Z
    z_KZ = (mean_Z + xy_K2 @ ways_2Z).astype(np.float32)
    points = []
    shape = (1, generator.positions, generator.latent)
    for row in range(rows):
        part = z_KZ[row * columns : (row + 1) * columns].reshape(columns, *shape)
        decoded = generator.decode(part, contexts=[context] * columns)
        for column, windows in enumerate(decoded):
            piece = codec.assemble(windows, context)
            report: Report = codec.check(piece)
            name = f"row {row + 1}, column {column + 1}"
            z_Z = z_KZ[row * columns + column]
            points.append(Point(SAMPLE, name, piece, z_Z, report, codec.measure(piece), name))
        tell("decoding", row + 1, rows)
    return Atlas(
        opened, points, Plane(xy_K2, axes), "walk", about, colour, WINDOWS, (rows, columns)
    )


def quantiles(count: int) -> list[float]:
    """The inverse normal quantiles of the middles of ``count`` equal parts."""
    return [NormalDist().inv_cdf((i + 0.5) / count) for i in range(count)]


def plane_of(model: ModelFile) -> tuple[np.ndarray, np.ndarray, tuple[str, str]]:
    """The middle of the plane ``(Z,)``, its two ways ``(2, Z)``, each a standard deviation long,
    and what they are called."""
    mean_Z = model.gaussian.mean.numpy().astype(float)
    if len(mean_Z) == 2:
        return np.zeros(2), np.eye(2), ("z 1, standard deviations", "z 2, standard deviations")
    factor_ZZ = model.gaussian.factor.numpy().astype(float)
    variances_Z, ways_ZZ = np.linalg.eigh(factor_ZZ @ factor_ZZ.T)
    shares = variances_Z[::-1][:2] / variances_Z.sum()
    ways_2Z = ways_ZZ[:, ::-1].T[:2]
    # Either sign is a direction; the largest number of each is to be above 0.
    largest = np.take_along_axis(ways_2Z, np.abs(ways_2Z).argmax(1)[:, None], axis=1)
    ways_2Z = ways_2Z * np.sign(largest) * np.sqrt(variances_Z[::-1][:2])[:, None]
    first, second = (
        f"principal component {i + 1} of z, {share:.1%} of variance, standard deviations"
        for i, share in enumerate(shares)
    )
    return mean_Z, ways_2Z, (first, second)


def write_png(walked: Atlas, path: Path) -> None:
    """Draw the walk, each place the picture of its piece. Raises FileProblem."""
    assert walked.grid is not None
    rows, columns = walked.grid
    codec = walked.opened.codec
    pictures = {
        (i // columns, i % columns): codec.picture(p.piece) for i, p in enumerate(walked.points)
    }
    judged = [p.report.playable for p in walked.points if p.report.playable is not None]
    caption = "each place decoded, the likeliest cells"
    if walked.about:
        caption = f"through the first window of {walked.about}; {caption}"
    if judged:
        caption += f"; {sum(judged)} of {len(judged)} can be played as decoded"
    contact(
        pictures,
        walked.grid,
        _axis(walked.plane.axes[0], columns),
        _axis(walked.plane.axes[1], rows),
        path,
        title=legend_of(walked).title,
        caption=caption,
        stretches=codec.stretches,
    )


def _axis(title: str, count: int) -> Axis:
    return Axis(title, [(i + 0.5, f"{q:+.2f}") for i, q in enumerate(quantiles(count))])
