"""Bands of windows on one another: equal where they overlap, the same for the same item."""

from __future__ import annotations

import numpy as np
import pytest

from genvae.generation.generator import Generator
from genvae.generation.stacks import Stack, decode_stack, draw_stack
from genvae.models.files import ModelFile
from tests.fakes import BeadCodec

STACK = Stack(bands=3, shared=1)


@pytest.fixture
def generator(model: ModelFile) -> Generator:
    return Generator(model, BeadCodec())


def test_a_single_band(generator: Generator) -> None:
    z_WPD, windows = draw_stack(generator, (3, 0), 2, Stack(1, 0), seed=1)
    assert z_WPD.shape == (2, 2, 3)
    assert windows["bead"].shape == (2, 1, 8)


def test_depends_on_seed_and_item_alone(generator: Generator) -> None:
    """The cells of a step are bead, knot, knot: the second knot is the next band's bead."""
    made = [draw_stack(generator, item, 2, STACK, seed=1) for item in [(3, 0), (4, 0), (3, 0)]]
    for z_WPD, windows in made:
        assert z_WPD.shape == (6, 2, 3)
        beads, knots = (np.split(windows[name], 3) for name in ("bead", "knot"))
        for band in (0, 1):
            np.testing.assert_array_equal(knots[band][:, 1], beads[band + 1][:, 0])
    np.testing.assert_array_equal(made[0][0], made[2][0])
    np.testing.assert_array_equal(made[0][1]["knot"], made[2][1]["knot"])
    assert (made[0][0] != made[1][0]).any()


def test_latents_decode_again(generator: Generator) -> None:
    z_WPD, _ = draw_stack(generator, (3, 0), 2, STACK, seed=1, temperature=0.0)
    once, twice = (decode_stack(generator, z_WPD, STACK) for _ in range(2))
    np.testing.assert_array_equal(once["bead"], twice["bead"])
    np.testing.assert_array_equal(
        np.split(once["knot"], 3)[0][:, 1], np.split(once["bead"], 3)[1][:, 0]
    )
