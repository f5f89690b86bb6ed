"""Groups of levels that share much are one: copies must not sit on both sides of a split.

Axes:  N windows · R rows · T columns
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from hashlib import blake2b
from itertools import combinations

import numpy as np

SHARED = 0.30
"""From this share of the smaller group's windows on, two groups are one."""

CROWD = 50
"""A window found in more groups than this says nothing about any two of them."""


def merge_groups(windows: Sequence[np.ndarray], groups: Sequence[str]) -> list[str]:
    """A cluster name for each piece (its windows are ``x_NRT``): the first of the merged groups'
    names. Windows of fewer than three different columns (sky, flat ground) are left out."""
    hashes: dict[str, set[bytes]] = defaultdict(set)
    for x_NRT, group in zip(windows, groups, strict=True):
        hashes[group].update(_hashes(x_NRT))
    holders: dict[bytes, list[str]] = defaultdict(list)
    for group in sorted(hashes):
        for digest in hashes[group]:
            holders[digest].append(group)
    shared: Counter[tuple[str, str]] = Counter()
    for found in holders.values():
        if 1 < len(found) <= CROWD:
            shared.update(combinations(found, 2))
    parent = {group: group for group in groups}
    for (a, b), count in sorted(shared.items()):
        if count >= SHARED * min(len(hashes[a]), len(hashes[b])):
            a, b = sorted((_root(parent, a), _root(parent, b)))
            parent[b] = a
    return [_root(parent, group) for group in groups]


def _root(parent: dict[str, str], group: str) -> str:
    while parent[group] != group:
        parent[group] = parent[parent[group]]
        group = parent[group]
    return group


def _hashes(x_NRT: np.ndarray) -> set[bytes]:
    changing = (x_NRT[:, :, 1:] != x_NRT[:, :, :-1]).any(axis=1).sum(axis=1) >= 2
    return {blake2b(x.tobytes(), digest_size=8).digest() for x in x_NRT[changing]}
