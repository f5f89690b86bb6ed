"""What ``genvae explore`` leaves: the pieces of the shelf, a contact sheet, and the figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from genvae.domains.writing import whole
from genvae.evaluation.contact import Axis as SheetAxis
from genvae.evaluation.contact import contact
from genvae.evaluation.shelf import Cell
from genvae.workflows.explore import Explored
from genvae.workflows.output import Output
from genvae.workflows.write import PREFIXES

SHEET, FIGURES = "sheet.png", "explore.json"
TICKS = 10
"""Labels of an axis, at most."""


def names_of(output: Output, size: tuple[int, int]) -> dict[Cell, str]:
    """What the piece of each cell is called: ``music-r03c10``, row and column from 1."""
    name = output.opened.domain.name
    prefix = PREFIXES.get(name, name)
    return {
        (row, column): f"{prefix}-r{row + 1:02d}c{column + 1:02d}"
        for row in range(size[0])
        for column in range(size[1])
    }


def write(output: Output, result: Explored) -> Path | None:
    """Write the pieces with their manifest, the sheet, and ``explore.json``; the sheet's path. None
    if nothing was found. Raises FileProblem."""
    shelf, codec = result.found, output.opened.codec
    if not shelf.held:
        output.close()
        return None
    names = names_of(output, shelf.size)
    for cell, (quality, made) in sorted(shelf.held.items()):
        place = {"row": cell[0] + 1, "column": cell[1] + 1, "quality": round(quality, 4)}
        made.facts |= place
        output.add(names[cell], made)
    pictures = {cell: codec.picture(made.piece) for cell, (_, made) in shelf.held.items()}
    path = output.folder / SHEET
    contact(
        pictures,
        shelf.size,
        _axis(result, 0, shelf.size[1]),
        _axis(result, 1, shelf.size[0]),
        path,
        title=f"{output.opened.model.name} explored",
        caption=words(result),
        stretches=codec.stretches,
    )
    with whole(output.folder / FIGURES) as part:
        part.write_text(json.dumps(document(output, result), indent=1) + "\n", encoding="utf-8")
    output.close()
    return path


def document(output: Output, result: Explored) -> dict[str, Any]:
    """The search, JSON-able."""
    axes = [
        {"name": a.attribute.name, "unit": a.attribute.unit, "low": low, "high": high}
        for a, (low, high) in zip(result.axes, result.found.ranges, strict=False)
    ]
    return {
        "model": output.opened.model.name,
        "model_hash": output.opened.model.hash,
        "axes": axes,
        "grid": list(result.found.size),
        "stopped": result.stopped,
        **result.figures(),
    }


def words(result: Explored) -> str:
    """The figures in a line."""
    figures = result.figures()

    def said(name: str) -> str:
        row = figures[name]
        return f"coverage {row['coverage']:.2f}, QD score {row['qd_score']:.1f}"

    text = f"{result.decodings} decodings: {said('explored')}"
    if result.stopped:
        return f"{text} (stopped)"
    return f"{text}; as many random samples: {said('random')}"


def _axis(result: Explored, which: int, cells: int) -> SheetAxis:
    attribute = result.axes[which].attribute
    low, high = result.found.ranges[which]
    every = -(-cells // TICKS)
    ticks = [
        (float(i), f"{low + (high - low) * i / cells:.3g}") for i in range(0, cells + 1, every)
    ]
    return SheetAxis(f"{attribute.name} ({attribute.about}, {attribute.unit})", ticks)
