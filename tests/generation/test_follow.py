"""Pieces that follow a curve, with random weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from genvae.domains.base import Windows
from genvae.generation.follow import Wish, follow
from genvae.generation.generator import Generator
from genvae.models import files
from genvae.models.files import ModelFile
from genvae.models.prior import SequencePrior
from genvae.recipe import Recipe
from tests.fakes import SPEC, TINY, TINY_PRIOR, BeadCodec, bead_model


def knots(windows: Windows) -> np.ndarray:
    return windows["knot"].mean(axis=(1, 2))


def test_what_is_wanted_is_followed_and_seeds_repeat(model: ModelFile) -> None:
    generator = Generator(model, BeadCodec())
    wanted = np.array([1.2, 1.8, 1.2, 1.8])
    wish = Wish(wanted, 0.1, np.full(4, -1))
    found = follow(generator, wish, knots, seed=3)
    np.testing.assert_allclose(knots(found.windows), found.measured_W)
    assert np.corrcoef(found.measured_W, wanted)[0, 1] > 0.9
    again = follow(generator, wish, knots, seed=3)
    assert (again.z_WPD == found.z_WPD).all()
    assert (follow(generator, wish, knots, seed=4).z_WPD != found.z_WPD).any()


def test_what_returns_is_a_copy_where_nothing_speaks_against_it(model: ModelFile) -> None:
    wish = Wish(np.full(4, 1.5), 5.0, np.array([-1, -1, 0, 1]))
    found = follow(Generator(model, BeadCodec(ruled=False)), wish, knots, seed=1)
    assert (found.z_WPD[2] == found.z_WPD[0]).all()
    assert (found.windows["bead"][3][:, 1:] == found.windows["bead"][1][:, 1:]).all()


@pytest.mark.parametrize("prior", ["gaussian", "standard"])
def test_other_priors_do_too(model: ModelFile, prior: str) -> None:
    wish = Wish(np.full(3, 1.5), 0.1, np.array([-1, -1, 0]), loop=True)
    assert len(follow(Generator(model, BeadCodec()), wish, knots, seed=1, prior=prior).z_WPD) == 3


def test_a_prior_with_forms_is_told_them(tmp_path: Path) -> None:
    settings = replace(TINY_PRIOR, form=True)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        sequence = SequencePrior(2, 3, settings, fields=2)
    recipe = Recipe("beads", "beads", model=TINY, prior=settings)
    path = bead_model(tmp_path / "formed.safetensors", sequence=sequence, recipe=recipe)
    opened = files.read(path)
    opened.spec = SPEC
    wish = Wish(np.array([1.2, 1.8, 1.2]), 0.1, np.array([-1, -1, 0]), loop=True)
    assert len(follow(Generator(opened, BeadCodec()), wish, knots, seed=1).z_WPD) == 3
