"""A map of latents as one picture.

Axes:  N points · H height · W width · 3 red, green, blue
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.writing import whole
from genvae.evaluation.colours import STOPS, colours_of, scale_of
from genvae.evaluation.placing import place
from genvae.evaluation.plane import Plane

CORPUS, SAMPLE, FILE = "corpus", "sample", "file"
KINDS = (CORPUS, SAMPLE, FILE)
"""What a point is; in the order in which they are drawn."""

PAPER, INK, RULE = "#fbfaf6", "#26241f", "#e4e1d6"
DPI = 150
THUMB = (104, 76), (104, 104)
"""Width and height of a little picture that stretches, and of one that does not."""
MOST = 30
"""Little pictures on a map."""
_MARKER = {CORPUS: ("o", 13, 0.0), SAMPLE: ("D", 34, 0.9), FILE: ("*", 190, 1.0)}
"""Of each kind: shape, area in points squared, width of its rim."""


@dataclass(frozen=True)
class Legend:
    """The words on a map: its title, what the colours mean, and what each kind of points is."""

    title: str
    colour: str
    kinds: dict[str, str]


@dataclass(frozen=True)
class Trail:
    """Points that follow one another in one piece: a line, and a name at its first point."""

    name: str
    indices: Sequence[int] = field(default_factory=tuple)


def draw(
    plane: Plane,
    kinds: Sequence[str],
    values_N: np.ndarray,
    legend: Legend,
    trails: Sequence[Trail],
    picture: Callable[[int], np.ndarray],
    path: Path,
) -> None:
    """Write the map as .png: points coloured by ``values_N`` and shaped by kind, trails as lines,
    and little pictures ``picture(i)`` ``(H, W, 3)`` that hide neither one another nor many points,
    whole or not at all. Raises FileProblem."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.8, 9.6), dpi=DPI, facecolor=PAPER)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0.055, 0.075, 0.835, 0.83))
    _paper(axes, plane, legend)
    low, high = scale_of(values_N)
    colours_N3 = colours_of(values_N, low, high) / 255.0
    of_kind = np.array(kinds)
    for kind in KINDS:
        here = np.flatnonzero(of_kind == kind)
        if not len(here):
            continue
        marker, area, rim = _MARKER[kind]
        axes.scatter(
            plane.xy_N2[here, 0],
            plane.xy_N2[here, 1],
            c=colours_N3[here],
            marker=marker,
            s=area,
            linewidths=rim,
            edgecolors="white" if kind == SAMPLE else INK,
            zorder=2 + KINDS.index(kind),
        )
    _trails(axes, plane, trails)
    canvas.draw()
    _pictures(axes, plane, colours_N3, of_kind, trails, picture)
    counted = {k: int((of_kind == k).sum()) for k in KINDS}
    _key(axes, {k: f"{legend.kinds[k]} ({n})" for k, n in counted.items() if n})
    _bar(figure, low, high, legend.colour)
    with whole(path) as part:
        figure.savefig(part, format="png", facecolor=PAPER)


def _paper(axes: Any, plane: Plane, legend: Legend) -> None:
    axes.set_facecolor(PAPER)
    low, high = plane.xy_N2.min(0), plane.xy_N2.max(0)
    room = 0.09 * np.maximum(high - low, 1e-6)
    axes.set_xlim(low[0] - room[0], high[0] + room[0])
    axes.set_ylim(low[1] - room[1], high[1] + room[1])
    axes.set_xlabel(plane.axes[0], color=INK, fontsize=10)
    axes.set_ylabel(plane.axes[1], color=INK, fontsize=10)
    axes.grid(color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(colors="#8a877c", labelsize=8, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_title(legend.title, loc="left", color=INK, fontsize=14, pad=14)


def _trails(axes: Any, plane: Plane, trails: Sequence[Trail]) -> None:
    from matplotlib import patheffects

    halo = [patheffects.withStroke(linewidth=3, foreground=PAPER)]
    for trail in trails:
        xy = plane.xy_N2[list(trail.indices)]
        axes.plot(*xy.T, color=INK, linewidth=0.9, alpha=0.6, zorder=3.5)
        axes.annotate(
            trail.name,
            xy[0],
            xytext=(8, 8),
            textcoords="offset points",
            fontsize=8.5,
            color=INK,
            path_effects=halo,
            zorder=8,
        )


def _pictures(
    axes: Any,
    plane: Plane,
    colours_N3: np.ndarray,
    of_kind: np.ndarray,
    trails: Sequence[Trail],
    picture: Callable[[int], np.ndarray],
) -> None:
    """Little pictures, each on a rim of its point's colour and tied to it by a thin line."""
    from matplotlib.offsetbox import AnnotationBbox, OffsetImage

    pixels_N2 = axes.transData.transform(plane.xy_N2)
    box = axes.get_window_extent()
    drawn: dict[int, np.ndarray] = {}

    def size(index: int) -> tuple[float, float]:
        drawn[index] = picture(index)
        height, width = drawn[index].shape[:2]
        return width + 6.0, height + 6.0

    first = [trail.indices[0] for trail in trails]
    area = (box.x0, box.y0, box.x1, box.y1)
    for spot in place(pixels_N2, size, area, most=MOST, first=first):
        middle = spot.left + spot.width / 2, spot.top + spot.height / 2
        axes.add_artist(
            AnnotationBbox(
                OffsetImage(drawn[spot.index], zoom=72 / DPI, interpolation="nearest"),
                plane.xy_N2[spot.index],
                xybox=axes.transData.inverted().transform(middle),
                boxcoords="data",
                pad=3 * 72 / DPI / 10,
                bboxprops={"edgecolor": colours_N3[spot.index], "linewidth": 1.6},
                arrowprops={"arrowstyle": "-", "color": colours_N3[spot.index], "linewidth": 1.2},
                zorder=6,
            )
        )


def _key(axes: Any, words: dict[str, str]) -> None:
    from matplotlib.lines import Line2D

    handles = []
    for kind, said in words.items():
        marker, area, rim = _MARKER[kind]
        handles.append(
            Line2D(
                [],
                [],
                linestyle="-" if kind == FILE else "",
                color=INK,
                linewidth=0.9,
                marker=marker,
                markersize=area**0.5,
                markerfacecolor="#1f9e89",
                markeredgewidth=rim,
                markeredgecolor="white" if kind == SAMPLE else INK,
                label=said,
            )
        )
    found = axes.legend(
        handles=handles,
        loc="upper right",
        bbox_to_anchor=(1.0, 1.075),
        ncols=len(handles),
        frameon=False,
        fontsize=9.5,
        labelcolor=INK,
        handletextpad=0.4,
    )
    found.set_zorder(9)


def _bar(figure: Any, low: float, high: float, title: str) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    scale = LinearSegmentedColormap.from_list("genvae", list(STOPS))
    beside = figure.add_axes((0.915, 0.2, 0.014, 0.58))
    bar = figure.colorbar(ScalarMappable(Normalize(low, high), scale), cax=beside, extend="both")
    bar.outline.set_visible(False)
    bar.ax.tick_params(colors="#6b685e", labelsize=8.5, length=0)
    bar.set_label(title, color=INK, fontsize=10)
