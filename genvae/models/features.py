"""What a category is made of: features that categories share, so that rare ones are no strangers.

Axes:  K categories · F features

With a free vector and a free logit for each, a category that is rare in training is known badly
and, never being the answer, pushed down everywhere. Sharing features is what transposition or
translation would teach a far larger model.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from genvae.domains.base import Field


@cache
def features_of(field: Field) -> Tensor | None:
    """Which features each category has, ``(K, F)`` of 0 and 1; None: each is its own.

    A set has its members and their pairs. A height has its phase within the period and two
    places among overlapping bins half a period wide, which together tell it exactly. A real number
    is a line: a constant and its value from 0 to 1.
    """
    if field.kind == "real":
        values = torch.linspace(0.0, 1.0, field.categories)
        return torch.stack([torch.ones_like(values), values], dim=1)
    if field.members:
        return _set_features(field.members)
    if field.period:
        return _height_features(field)
    return None


def feature_count(field: Field) -> int:
    """F."""
    shared = features_of(field)
    return field.categories if shared is None else shared.shape[1]


def _set_features(members: int) -> Tensor:
    numbers = torch.arange(2**members)
    holds = (numbers[:, None] >> torch.arange(members) & 1).float()
    first, second = torch.triu_indices(members, members)
    return holds[:, first] * holds[:, second]


def _height_features(field: Field) -> Tensor:
    plain, half = field.temper_from, max(1, field.period // 2)
    heights = torch.arange(field.categories - plain)
    parts = [
        heights % field.period,
        heights // half,
        (heights + half // 2) // half,
    ]
    shared = torch.cat([torch.nn.functional.one_hot(p).float() for p in parts], dim=1)
    first = torch.nn.functional.pad(torch.eye(plain), (0, shared.shape[1]))
    return torch.cat([first, torch.nn.functional.pad(shared, (plain, 0))])
