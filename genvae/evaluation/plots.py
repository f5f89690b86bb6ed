"""A study of the family as a table and as one figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.writing import whole

Row = Mapping[str, Any]

COLUMNS: Mapping[str, tuple[str, str]] = {
    "latents": ("z", "numbers that tell a window"),
    "beta": ("beta", "weight of the KL; a dash where there is none"),
    "f1": ("F1", "events (notes with their pitch, tiles) that come back, decoded from z alone"),
    "windows_exact": ("exact", "windows that come back without a wrong cell"),
    "rate": ("nats", "KL to N(0, I) a window"),
    "active": ("active", "numbers of z whose mean varies by more than 0.01 (Burda et al. 2016)"),
    "samples_gaussian": (
        "samples, fitted",
        "distance of samples from held-out windows, z from a Gaussian fitted to the training "
        "windows; 0 is equal",
    ),
    "samples_standard": ("samples, N(0, I)", "the same, z from N(0, I)"),
    "piece_moves": ("dx for dz", "1 - F1 of what a step of a tenth of a typical distance changes"),
    "latent_moves": (
        "dz for dx",
        "how far z goes when one event becomes another, as a share of a typical distance",
    ),
    "way_lowest": ("way, lowest", "lowest F1 of neighbours on a straight way of six steps"),
    "way_distance": ("way, distance", "distance from real windows between the ends"),
    "probe": ("probe", "mean R2 of a linear probe of the windows' attributes"),
}
"""By figure: its heading, and what it says."""


def markdown(document: Mapping[str, Any]) -> str:
    """The table in Markdown, a line a run; runs that differ only in their seed are one line, the
    mean with the lowest and the highest."""
    real = document["real"]["samples"]
    columns = {**COLUMNS, **_class_columns(document.get("classes", {}))}
    lines = [
        "| run | " + " | ".join(title for title, _ in columns.values()) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for name, rows in by_name(document["runs"]).items():
        cells = [_cell([row.get(c) for row in rows]) for c in columns]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += ["", f"Samples: real training windows lie {real:.3f} from the held-out ones."]
    lines += ["", *(f"- *{title}*: {about}" for title, about in columns.values())]
    return "\n".join(lines) + "\n"


def _class_columns(classes: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, str]]:
    return {
        f"class_{name}": (
            name,
            f"balanced accuracy of a linear probe of the {name} ({', '.join(values)}); guessing "
            f"gives {_number(1 / len(values))}",
        )
        for name, values in classes.items()
    }


def by_name(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Runs that differ only in their seed, together."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[str(row["run"]).removesuffix(f"-seed{row['seed']}")].append(row)
    return dict(found)


def _cell(values: Sequence[float | None]) -> str:
    known = [v for v in values if v is not None]
    if not known:
        return "–"
    middle = _number(float(np.mean(known)))
    if len(known) == 1 or min(known) == max(known):
        return middle
    return f"{middle} ({_number(min(known))}–{_number(max(known))})"


def _number(value: float) -> str:
    if value == 0 or value == int(value):
        return str(int(value))
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"


def draw_family(document: Mapping[str, Any], path: Path) -> None:
    """Six panels: what comes back, samples and representation by the price of a nat and by the size
    of z; how far a piece goes for z and z for a piece; nats against samples. Raises FileProblem."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = document["runs"]
    networks = [r for r in rows if r["group"] != "pca"]
    betas = sorted(
        (r for r in networks if r["group"] == "beta" or r["run"] in ("vae", "beta-vae")),
        key=lambda r: r["beta"],
    )
    sizes = sorted(
        (r for r in networks if r["group"] == "latent" or r["run"] == "beta-vae"),
        key=lambda r: r["latents"],
    )
    pca = sorted((r for r in rows if r["group"] == "pca"), key=lambda r: r["latents"])
    figure = Figure(figsize=(13, 7.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(2, 3)
    lines = (("f1", "F1 back"), ("probe", "probe R2"), ("samples_gaussian", "samples, fitted"))
    for key, title in (*lines, ("samples_standard", "samples, N(0, I)")):
        _line(axes[0, 0], betas, "beta", key, title)
        _line(axes[0, 1], sizes, "latents", key, title)
    axes[0, 0].set_xscale("symlog", linthresh=0.1)
    axes[0, 0].set(title="the price of a nat", xlabel="beta")
    axes[0, 1].set_xscale("log", base=2)
    axes[0, 1].set(title="the size of z", xlabel="numbers a window")
    for key, title in lines[:2]:
        _line(axes[0, 2], pca, "latents", key, f"PCA, {title}")
        _line(axes[0, 2], sizes, "latents", key, f"VAE, {title}")
    axes[0, 2].set_xscale("log", base=2)
    axes[0, 2].set(title="beside PCA", xlabel="numbers a window")
    _scatter(axes[1, 0], rows, "latent_moves", "piece_moves", "smooth both ways")
    _scatter(axes[1, 1], networks, "rate", "samples_standard", "samples from N(0, I) by rate")
    _scatter(axes[1, 2], rows, "f1", "way_distance", "what lies between two windows")
    for axis in axes[0]:
        if axis.get_legend_handles_labels()[0]:
            axis.legend(fontsize=7)
    figure.suptitle(f"{document['domain']}, {document['steps']} steps a run")
    with whole(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100)


def _line(axis: Any, rows: Sequence[Row], x: str, y: str, label: str) -> None:
    known = [(r[x], r[y]) for r in rows if r.get(y) is not None]
    if known:
        axis.plot(*zip(*known, strict=True), marker="o", markersize=3, label=label)


def _scatter(axis: Any, rows: Sequence[Row], x: str, y: str, title: str) -> None:
    known = [r for r in rows if r.get(x) is not None and r.get(y) is not None]
    colours = {"family": "tab:red", "beta": "tab:blue", "latent": "tab:green", "pca": "tab:grey"}
    for row in known:
        axis.scatter(row[x], row[y], s=18, color=colours[row["group"]])
        if not row["seed"]:
            axis.annotate(
                row["run"], (row[x], row[y]), fontsize=6, xytext=(3, 3), textcoords="offset points"
            )
    axis.set(title=title, xlabel=COLUMNS[x][0], ylabel=COLUMNS[y][0])
