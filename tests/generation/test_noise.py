"""Streams that depend on nothing but seed, index, attempt and purpose."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from genvae.generation import noise


def first(seed: int, index: int, attempt: int, which: int) -> tuple[float, ...]:
    return tuple(noise.stream(seed, index, attempt, which).random(3).tolist())


def test_the_same_for_ever() -> None:
    """Seeds are quoted in manifests: these numbers may not change."""
    assert first(7, 3, 1, noise.CELLS) == (
        0.8574908198558167,
        0.7856299814664898,
        0.4674676158691642,
    )


def test_no_two_streams_share_numbers() -> None:
    names = list(itertools.product((0, 1, 2**40), (0, 1, 2, 99_999), (0, 1, 11), range(4)))
    assert len({first(*name) for name in names}) == len(names)


def test_streams_do_not_run_into_each_other() -> None:
    long = noise.stream(1, 0, 0, noise.LATENTS).random(20_000)
    others = [noise.stream(1, 0, 0, w).random(100) for w in (noise.CONTEXT, noise.CELLS)]
    assert not any(np.isin(other, long).any() for other in others)


@pytest.mark.parametrize("seed", [0, 2**63, 2**64 - 1])
def test_every_seed_of_64_bits(seed: int) -> None:
    assert first(seed, 0, 0, 0) != first(seed ^ 1, 0, 0, 0)


def test_purposes_have_numbers_of_their_own() -> None:
    assert [noise.CONTEXT, noise.LATENTS, noise.CELLS] == [0, 1, 2]
