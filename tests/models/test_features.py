"""What categories share: sets by members and pairs, heights by phase and place.

Axes:  K categories · F features
"""

from __future__ import annotations

import pytest
import torch

from genvae.domains.base import Field
from genvae.models.features import feature_count, features_of


def test_an_ordinary_category_is_its_own() -> None:
    field = Field("tile", 9)
    assert features_of(field) is None
    assert feature_count(field) == 9


def test_a_set_has_its_members_and_their_pairs() -> None:
    # Columns: member 0, the pair (0, 1), member 1.
    pairs = features_of(Field("set", 4, members=2))
    assert pairs is not None
    assert pairs.tolist() == [[0, 0, 0], [1, 0, 0], [0, 0, 1], [1, 1, 1]]
    assert feature_count(Field("set", 128, members=7)) == 28


@pytest.mark.parametrize(("categories", "period", "plain"), [(98, 12, 2), (20, 5, 0), (9, 3, 1)])
def test_a_height_is_told_exactly(categories: int, period: int, plain: int) -> None:
    found = features_of(Field("height", categories, temper_from=plain, period=period))
    assert found is not None
    assert found.shape[0] == categories
    assert len(torch.unique(found, dim=0)) == categories
    assert found.sum(1).tolist() == [1.0] * plain + [3.0] * (categories - plain)
    assert found.sum(0).min() >= 1


def test_heights_a_period_apart_share_their_phase() -> None:
    found = features_of(Field("height", 40, temper_from=2, period=12))
    assert found is not None
    low, octave, fifth = found[2 + 5], found[2 + 5 + 12], found[2 + 5 + 7]
    assert float(low @ octave) == 1.0
    assert float(low @ fifth) == 0.0
    # Neighbours share a place; what comes before the heights shares nothing.
    assert float(found[2 + 6] @ found[2 + 7]) >= 1.0
    assert float((found[:2] @ found[2:].T).sum()) == 0.0


@pytest.mark.parametrize("categories", [7, 9])
def test_sets_are_all_there(categories: int) -> None:
    with pytest.raises(ValueError, match="field 'set': 3 members make 8 sets"):
        Field("set", categories, members=3)
