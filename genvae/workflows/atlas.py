"""A map before it is drawn: points, where they lie, and what is said of them.

Axes:  N points
"""

from __future__ import annotations

import base64
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from genvae.evaluation.chart import CORPUS, FILE, KINDS, SAMPLE, Legend, Trail
from genvae.evaluation.colours import NOTHING, STOPS, scale_of
from genvae.evaluation.page import neighbours
from genvae.evaluation.placing import spread
from genvae.evaluation.plane import Plane
from genvae.workflows.output import finite
from genvae.workflows.points import Point
from genvae.workflows.store import Opened

_MARKS = {CORPUS: "disc", SAMPLE: "diamond", FILE: "star"}


@dataclass(frozen=True)
class Atlas:
    """A map before it is drawn."""

    opened: Opened
    points: Sequence[Point]
    plane: Plane
    method: str
    about: str
    """What the corpus is."""
    colour: str
    unit: str
    grid: tuple[int, int] | None = None
    """Rows and columns of a walk: the points are its places, the lowest row first."""

    def values_of(self, name: str) -> np.ndarray:
        """An attribute of all points, ``(N,)``; NaN where it has no meaning."""
        return np.array([p.measures.get(name, np.nan) for p in self.points], dtype=float)


def legend_of(atlas: Atlas) -> Legend:
    """What a map says of itself."""
    model = atlas.opened.model.name
    return Legend(
        title=f"{model}: a walk over a plane of z" if atlas.grid else f"{model}: where pieces lie",
        colour=colour_words(atlas.opened, atlas.colour),
        kinds={
            CORPUS: atlas.about,
            SAMPLE: f"made by {model}",
            FILE: "your files",
        },
    )


def colour_words(opened: Opened, name: str) -> str:
    """An attribute with its unit, for a scale."""
    found = opened.codec.attributes.get(name)
    return f"{name} ({found.about}, {found.unit})" if found else name


def trails_of(atlas: Atlas) -> list[Trail]:
    """The user's files as lines through their windows."""
    by_file: dict[str, list[int]] = defaultdict(list)
    for i, point in enumerate(atlas.points):
        if point.kind == FILE:
            by_file[point.of].append(i)
    return [Trail(name, indices) for name, indices in by_file.items()]


def rows_of(atlas: Atlas) -> list[dict[str, Any]]:
    """The points, JSON-able: kind, name, place, attributes, whether playable."""
    names = atlas.opened.codec.attributes
    rows = []
    for point, (x, y) in zip(atlas.points, atlas.plane.xy_N2.tolist(), strict=True):
        known = finite({k: v for k, v in point.measures.items() if k in names})
        row: dict[str, Any] = {"kind": point.kind, "name": point.name, "of": point.of}
        row |= {"x": round(x, 4), "y": round(y, 4), "attributes": known}
        if point.report.playable is not None:
            row["playable"] = point.report.playable
        rows.append(row)
    return rows


def page_of(atlas: Atlas) -> dict[str, Any]:
    """What the page of a map is made from; see ``evaluation/atlas``."""
    codec, points, legend = atlas.opened.codec, atlas.points, legend_of(atlas)
    z_NZ = np.stack([p.z_Z for p in points])
    shown = [n for n in codec.attributes if n == atlas.colour or _varies(atlas.values_of(n))]
    kinds = [kind for kind in KINDS if any(p.kind == kind for p in points)]
    trails = trails_of(atlas)
    pieces = [p.piece for p in points]
    return {
        "title": legend.title,
        "subtitle": f"{len(points)} {atlas.unit} · {', '.join(atlas.plane.axes)}",
        "axes": atlas.plane.axes,
        "kinds": [{"name": k, "mark": _MARKS[k], "words": legend.kinds[k]} for k in kinds],
        "attributes": [{"name": n, "words": colour_words(atlas.opened, n)} for n in shown],
        "colour": atlas.colour,
        "scales": {n: scale_of(atlas.values_of(n)) for n in shown},
        "stops": STOPS,
        "nothing": NOTHING,
        "kind": [kinds.index(p.kind) for p in points],
        "name": [p.name for p in points],
        "x": atlas.plane.xy_N2[:, 0].tolist(),
        "y": atlas.plane.xy_N2[:, 1].tolist(),
        "values": {n: atlas.values_of(n).tolist() for n in shown},
        "playable": [p.report.playable for p in points],
        "words": {"playable": "can be played", "stuck": "cannot be played by itself"},
        "trails": [{"name": t.name, "indices": list(t.indices)} for t in trails],
        "order": spread(atlas.plane.xy_N2, [t.indices[0] for t in trails]),
        "near": neighbours(z_NZ),
        "portraits": codec.portraits(pieces, [p.report for p in points])
        or {"form": "pictures", "shared": {}, "each": [_address(codec.picture(p)) for p in pieces]},
    }


def _varies(values_N: np.ndarray) -> bool:
    """Are there two numbers? Some attributes single windows do not have."""
    return len(np.unique(values_N[np.isfinite(values_N)])) > 1


def _address(image: np.ndarray) -> str:
    """A picture as a data address."""
    from PIL import Image

    written = io.BytesIO()
    Image.fromarray(image).save(written, format="PNG")
    return "data:image/png;base64," + base64.b64encode(written.getvalue()).decode()


def document(atlas: Atlas) -> dict[str, Any]:
    """The map, JSON-able."""
    return {
        "model": atlas.opened.model.name,
        "model_hash": atlas.opened.model.hash,
        "method": atlas.method,
        "explained": atlas.plane.explained,
        "axes": list(atlas.plane.axes),
        "points": rows_of(atlas),
    }
