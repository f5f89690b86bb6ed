"""Whole clusters to training, validation and held-out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genvae.training.split import Split, split
from tests.fakes import groups


def dealt(clusters: list[str], sizes: list[int] | None = None, seed: int = 0) -> Split:
    sizes = sizes or [1] * len(clusters)
    return split(clusters, sizes, heldout=0.1, validation=0.05, seed=seed)


CLUSTERS = st.lists(st.integers(1, 5), min_size=1, max_size=40).map(groups)


@given(CLUSTERS, st.data())
def test_every_piece_once_and_no_cluster_on_two_sides(
    clusters: list[str], data: st.DataObject
) -> None:
    sizes = data.draw(st.lists(st.integers(0, 50), min_size=len(clusters), max_size=len(clusters)))
    seed = data.draw(st.integers(0, 99))
    parts = dealt(clusters, sizes, seed)
    assert sorted(parts.train + parts.validation + parts.heldout) == list(range(len(clusters)))
    a, b, c = ({clusters[i] for i in p} for p in (parts.train, parts.validation, parts.heldout))
    assert len(a) + len(b) + len(c) == len(set(clusters))
    assert parts == dealt(clusters, sizes, seed)


@given(st.lists(st.integers(1, 1000), min_size=3, max_size=30), st.integers(0, 20))
def test_three_clusters_fill_three_parts(sizes: list[int], seed: int) -> None:
    parts = dealt([f"c{i}" for i in range(len(sizes))], sizes, seed)
    assert parts.train
    assert parts.validation
    assert parts.heldout


@pytest.mark.parametrize("sizes", [[1, 5, 5], [1, 1, 1, 50], [1, 100, 10_000]])
def test_unlike_clusters_still_fill_three_parts(sizes: list[int]) -> None:
    for seed in range(20):
        parts = dealt([f"c{i}" for i in range(len(sizes))], sizes, seed)
        assert parts.train
        assert parts.validation
        assert parts.heldout


def test_shares() -> None:
    rng = np.random.default_rng(0)
    sizes = [int(n) for n in rng.integers(1, 40, size=600)]
    parts = dealt([f"c{i}" for i in range(600)], sizes)
    total = sum(sizes)
    held = sum(sizes[i] for i in parts.heldout) / total
    validation = sum(sizes[i] for i in parts.validation) / total
    assert 0.10 <= held < 0.105
    assert 0.05 <= validation < 0.055


def test_a_large_family_goes_to_training() -> None:
    clusters = ["big"] * 60 + [f"c{i}" for i in range(40)]
    for seed in range(20):
        parts = dealt(clusters, seed=seed)
        assert set(range(60)) <= set(parts.train)


def test_another_seed_another_split() -> None:
    clusters = [f"c{i}" for i in range(100)]
    assert dealt(clusters, seed=1) != dealt(clusters, seed=2)


def test_order_of_the_files_does_not_matter() -> None:
    names = [f"c{i}" for i in range(50)]
    forward = {names[i] for i in dealt(names).heldout}
    back = list(reversed(names))
    assert {back[i] for i in dealt(back).heldout} == forward


def test_one_and_two_clusters() -> None:
    assert dealt(["a", "a"]) == Split((0, 1), (), ())
    two = dealt(["a", "b"])
    assert len(two.train) == 1
    assert len(two.heldout) == 1
    assert two.validation == ()
    assert dealt([]) == Split((), (), ())
