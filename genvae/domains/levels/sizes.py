"""How large a level may be asked to be, and how many windows that takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from genvae.domains.levels.tileset import Tileset
from genvae.errors import OptionProblem

DEFAULT_WINDOWS = 4
MAX_LENGTH = 10_000
STACKED = ("platformer", "topdown", None)
"""Rules of games whose levels may be as high as one likes; in others a level is a whole."""
SHARED = 4
"""Rows that two bands of a high level have in common."""


def windows_for(tileset: Tileset, length: str | None) -> tuple[int, dict[str, Any]]:
    """Windows for ``WIDTH`` or ``WIDTHxHEIGHT`` in tiles. Raises OptionProblem."""
    columns, rows = tileset.columns, tileset.rows
    if length is None:
        count = DEFAULT_WINDOWS if tileset.rules == "platformer" else 1
        return count, {"width": count * columns, "height": rows}
    found = re.fullmatch(r"\s*(\d{1,9})\s*(?:[xX×]\s*(\d{1,9}))?\s*", length, re.ASCII)
    if found is None:
        raise OptionProblem(
            f"--length {length}: expected WIDTH or WIDTHxHEIGHT in tiles, such as 64x{rows}"
        )
    width, height = int(found[1]), int(found[2] or rows)
    if not 1 <= width <= MAX_LENGTH:
        raise OptionProblem(f"--length {length}: expected a width of 1 to {MAX_LENGTH} tiles")
    trim = {"width": width, "height": height}
    if height == rows:
        return -(-width // columns), trim
    if tileset.rules not in STACKED or height < rows:
        higher = " at least" if tileset.rules in STACKED else ""
        raise OptionProblem(
            f"--length {length}: this model makes levels{higher} {rows} tiles high; "
            f"write {width} or {width}x{rows}"
        )
    if width * height > MAX_LENGTH * rows:
        raise OptionProblem(
            f"--length {length}: {width * height} tiles, at most {MAX_LENGTH * rows} are "
            f"possible, such as {MAX_LENGTH * rows // height}x{height}"
        )
    bands = bands_of(tileset, height)
    return -(-width // columns) * bands, trim | {"bands": bands, "shared": SHARED}


def bands_of(tileset: Tileset, height: int) -> int:
    """The bands of windows that so many rows take; 1 where a game has no such levels."""
    if tileset.rules not in STACKED or height <= tileset.rows:
        return 1
    return 1 - (tileset.rows - height) // (tileset.rows - SHARED)


def blended(a: Mapping[str, Any], b: Mapping[str, Any], t: float) -> dict[str, Any]:
    """Sizes in contexts on the way from ``a``'s to ``b``'s, in whole tiles."""
    return {
        key: round((1 - t) * a[key] + t * b[key])
        for key in ("width", "height", "bands", "shared")
        if key in a and key in b
    }


def changes(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """How the size in a context changes from ``a`` to ``b``, in words."""
    return [
        f"{key}: from {a[key]} to {b[key]} tiles"
        for key in ("width", "height")
        if key in a and key in b and a[key] != b[key]
    ]
