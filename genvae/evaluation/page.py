"""A map of latents as one page that needs nothing else: no network, no other file.

Axes:  N points · Z numbers of a latent
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from html import escape
from importlib.resources import files as resources
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from genvae.domains.writing import whole

SCRIPTS = ("look.js", "hear.js", "map.js", "panel.js")
NEAR = 4
"""Pieces that a page names as the nearest ones of each."""


def write_page(document: Mapping[str, Any], path: Path) -> None:
    """Write ``document`` (JSON-able; numbers that are none become null) with all that draws and
    plays it as .html, whole or not at all. Raises FileProblem."""
    text = json.dumps(_plain(document), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    page = Template(_part("page.html")).substitute(
        title=escape(str(document["title"])),
        style=_part("page.css"),
        # Nothing within the data can end the element that holds it.
        document=text.replace("<", "\\u003c").replace("\u2028", "\\u2028"),
        script="\n".join(_part(name) for name in SCRIPTS),
    )
    with whole(path) as temporary:
        temporary.write_text(page, encoding="utf-8", newline="\n")


def neighbours(z_NZ: np.ndarray, count: int = NEAR) -> list[list[int]]:
    """The nearest others of each point, the nearest first."""
    squares_N = np.square(z_NZ.astype(np.float64)).sum(1)
    found = []
    for at, z_Z in enumerate(z_NZ.astype(np.float64)):
        apart_N = squares_N - 2 * z_NZ @ z_Z
        apart_N[at] = np.inf
        near = np.argsort(apart_N, kind="stable")[: min(count, len(z_NZ) - 1)]
        found.append([int(i) for i in near])
    return found


def _part(name: str) -> str:
    return (resources("genvae") / "evaluation" / "atlas" / name).read_text(encoding="utf-8")


def _plain(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {str(k): _plain(v) for k, v in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(v) for v in data]
    if isinstance(data, float):
        return float(f"{data:.5g}") if math.isfinite(data) else None
    return data
