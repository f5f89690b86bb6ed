"""How large a level is: of its windows, on the way to another one, looped or rearranged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from genvae.domains.base import Codec
from genvae.domains.levels.sizes import blended, changes, windows_for
from genvae.domains.levels.tileset import Tileset


class Sized(Codec):
    """The part of a levels codec that deals with contexts, which hold sizes."""

    tileset: Tileset

    def context(self, requests: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        """A level made from nothing needs no context; its size comes from ``windows_for``."""
        return {}

    def blend(self, a: Mapping[str, Any], b: Mapping[str, Any], t: float) -> dict[str, Any]:
        """Sizes on the way from a's to b's; see ``sizes.blended``."""
        return blended(a, b, t)

    def journey(self, a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
        """How the size changes."""
        return changes(a, b)

    def repeated(self, context: Mapping[str, Any], windows: int) -> dict[str, Any]:
        """The context of a level looped to ``windows``: as wide as they are."""
        columns = windows // int(context.get("bands", 1)) * self.tileset.columns
        return {**context, "width": columns}

    def rearranged(self, context: Mapping[str, Any], order: Sequence[int]) -> dict[str, Any]:
        """As wide as its windows; a start marker goes with the window that it stands in."""
        columns = self.tileset.columns
        placed = [
            [c % columns + at * columns, r]
            for at, window in enumerate(order)
            for c, r in context.get("placed", ())
            if c // columns == window
        ]
        return self.repeated({**context, "placed": placed}, len(order))

    def windows_for(self, length: str | None) -> tuple[int, dict[str, Any]]:
        """Windows for ``WIDTH`` or ``WIDTHxHEIGHT`` in tiles. Raises OptionProblem."""
        return windows_for(self.tileset, length)
