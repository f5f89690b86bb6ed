"""Samples by the hundred: groups of items that are made side by side, by a process for each core.

Equal to what one process makes, item for item: what is worked on together is the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from genvae.errors import GenvaeError
from genvae.workflows import deliver
from genvae.workflows.made import Made, Times
from genvae.workflows.pool import MOST_WORKERS, for_each
from genvae.workflows.store import Opened

FEW = 4
"""Up to so many groups are made here: a process takes seconds to start."""


@dataclass(frozen=True)
class Group:
    """What makes the items of a group, and how long each part took."""

    opened: Opened
    seed: int
    raw: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, indices: Sequence[int]) -> tuple[list[Made], Times]:
        times = Times()
        options = {"seed": self.seed, "raw": self.raw, **self.options}
        return list(deliver.sample(self.opened, indices, times=times, **options)), times


def sample(
    opened: Opened,
    indices: Sequence[int],
    *,
    seed: int,
    raw: bool = False,
    times: Times | None = None,
    workers: int | None = None,
    **options: Any,
) -> Iterator[Made]:
    """As ``deliver.sample``, in processes of their own where there are many items; ``workers``: by
    default one a core. ``times`` are then those of all together. Raises OptionProblem, and
    GenvaeError where a process ended."""
    groups = list(deliver.groups(indices))
    if workers is None:
        workers = min(os.cpu_count() or 1, MOST_WORKERS) if len(groups) > FEW else 1
    if workers < 2:
        yield from deliver.sample(opened, indices, seed=seed, raw=raw, times=times, **options)
        return
    for _, found in for_each(Group(opened, seed, raw, options), groups, workers, lost=_lost):
        if isinstance(found, GenvaeError):
            raise found
        made, spent = found
        if times is not None:
            times.add(spent)
        for piece in made:
            yield replace(piece, codec=opened.codec)


def _lost(indices: Sequence[int], why: str) -> GenvaeError:
    return GenvaeError(
        f"making items {indices[0]} to {indices[-1]} ended the process ({why}); is there enough "
        "memory? Ask for fewer, or shorter ones"
    )
