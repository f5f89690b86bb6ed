"""What a model can be told beside z: classes of conditions, and what they add inside a network.

Axes:  N chunks · W windows of a chunk · C conditions · K classes of all conditions · H channels

A condition (style, meter, difficulty) has named classes, numbered from 1; 0 is "not told". Training
hides some or all of them, so that a model can be asked for anything between nothing and all of it
(as for classifier-free guidance, Ho & Salimans 2022). A class adds a vector of its own where a
network adds what belongs to a place: once the classes of a piece are known they are part of those
constants (``tell``), and whatever runs the network needs to know nothing of conditions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

UNTOLD = 0


@dataclass(frozen=True)
class Condition:
    """A condition and the names of its classes, in order.

    Classes of a number are what lies between ``edges`` (rising, one fewer than classes): the class
    of an edge itself is the one above it.
    """

    name: str
    classes: tuple[str, ...]
    edges: tuple[float, ...] = ()
    per_window: bool = False
    """The number is one a window: things that are counted."""

    def number(self, value: str) -> int:
        """The number of a class by its name; 0 for a name that is none of them."""
        return self.classes.index(value) + 1 if value in self.classes else UNTOLD

    def of(self, value: float) -> int:
        """The number of the class that a number falls in; 0 for what is not one."""
        if not self.edges or not np.isfinite(value):
            return UNTOLD
        return int(np.searchsorted(self.edges, value, side="right")) + 1

    def table(self) -> dict[str, Any]:
        """JSON-able; ``condition_of`` undoes it."""
        return {
            "name": self.name,
            "classes": list(self.classes),
            "edges": list(self.edges),
            "per_window": self.per_window,
        }


def condition_of(table: Mapping[str, Any]) -> Condition:
    """The condition of a table. Raises KeyError, TypeError and ValueError."""
    return Condition(
        str(table["name"]),
        tuple(map(str, table["classes"])),
        tuple(map(float, table["edges"])),
        bool(table["per_window"]),
    )


class Shifts(nn.Module):
    """A vector for each class of each condition, "not told" among them; those of one piece are
    added up. All zero at first."""

    starts: Tensor

    def __init__(self, sizes: Sequence[int], channels: int) -> None:
        super().__init__()
        rows = np.array([size + 1 for size in sizes])
        starts = torch.from_numpy(np.cumsum(rows) - rows)
        self.register_buffer("starts", starts, persistent=False)
        self.table = nn.Parameter(torch.zeros(int(rows.sum()), channels))

    def forward(self, told_NC: Tensor | None) -> Tensor:
        """``(N, H)``; of nothing told ``(1, H)``."""
        if told_NC is None:
            told_NC = torch.zeros_like(self.starts)[None]
        y: Tensor = F.embedding(told_NC + self.starts, self.table).sum(-2)
        return y


def shifts(sizes: Sequence[int], channels: int) -> Shifts | None:
    """Shifts for conditions of these sizes; None where there are none."""
    return Shifts(sizes, channels) if sizes else None


def split(cells: Tensor, rows: int) -> tuple[Tensor, Tensor | None]:
    """Cells ``(N, S, rows + C)`` with the numbers of their classes as further columns, alike at
    every step, to the cells and ``told (N, C)``; None where there are no such columns."""
    if cells.shape[-1] == rows:
        return cells, None
    return cells[..., :rows], cells[:, 0, rows:]
