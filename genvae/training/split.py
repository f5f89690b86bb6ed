"""Training, validation and held-out pieces: whole clusters, never parts of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Split:
    """Indices of pieces. The three share no cluster."""

    train: tuple[int, ...]
    validation: tuple[int, ...]
    heldout: tuple[int, ...]


def split(
    clusters: Sequence[str],
    sizes: Sequence[int],
    *,
    heldout: float,
    validation: float,
    seed: int,
) -> Split:
    """Deal clusters, in an order drawn from the seed, until each part has its share of windows.

    ``clusters`` names each piece's cluster, ``sizes`` its number of windows. A cluster larger
    than half of a part's share goes to training, so that one family of songs cannot be the
    whole held-out set. Every part gets at least one cluster when there are three or more.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for i, name in enumerate(clusters):
        members[name].append(i)
    names = sorted(members)
    weight = {name: sum(sizes[i] for i in members[name]) for name in names}
    total = sum(weight.values())
    order = [names[i] for i in np.random.default_rng(seed).permutation(len(names))]
    parts: dict[str, list[int]] = {"heldout": [], "validation": [], "train": []}
    for part, share, parts_after in (("heldout", heldout, 2), ("validation", validation, 1)):
        taken, rest = 0, []
        spare = max(len(order) - parts_after, min(1, len(order) - 1))
        largest = max(0.5 * share * total, min((weight[n] for n in order), default=0))
        for name in order:
            if taken < share * total and weight[name] <= largest and spare > 0:
                parts[part] += members[name]
                taken += weight[name]
                spare -= 1
            else:
                rest.append(name)
        order = rest
    parts["train"] = [i for name in order for i in members[name]]
    return Split(*(tuple(sorted(parts[p])) for p in ("train", "validation", "heldout")))
