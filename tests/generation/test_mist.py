"""What lies between pieces is heard blurred; pieces themselves are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from genvae.generation import mist
from genvae.generation.generator import Generator
from genvae.generation.latents import apart
from genvae.models import files
from genvae.models.autoencoder import Autoencoder
from tests.fakes import SPEC, TINY, BeadCodec, bead_model, strings


@pytest.fixture
def generator(tmp_path: Path) -> Generator:
    """A model that hears blur, at level .8."""
    codec, model = BeadCodec(), files.read(bead_model(tmp_path / "beads.safetensors"))
    model.spec = codec.spec
    torch.manual_seed(0)
    hearing = Autoencoder(SPEC, replace(TINY, blur=0.5)).eval()
    with torch.no_grad():
        hearing.decoder.blur.out.weight.normal_(0, 1.0)
    model.decoder, model.card["defaults"]["blur"] = hearing.decoder, 0.8
    return Generator(model, codec)


def latents(n: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((n, 3, 2, 3)).astype(np.float32)


def decoded(generator: Generator, far_NW: list[list[float]], way: int = 1) -> np.ndarray:
    z = np.repeat(latents(1), len(far_NW), axis=0)
    found = generator.decode(z, amid=mist.Amid(np.array(far_NW), way))
    return np.stack([w["bead"].reshape(-1) for w in found])


def test_pieces_are_heard_as_they_are(generator: Generator) -> None:
    plain = generator.decode(latents(1))[0]["bead"].reshape(-1)
    cells = decoded(generator, [[0.0] * 3, [1.0] * 3])
    np.testing.assert_array_equal(cells[0], plain)
    assert (cells[1] != plain).any()


def test_what_is_far_in_one_window_is_near_in_the_one_before(generator: Generator) -> None:
    z, far_NW = latents(12), np.tile([0.0, 0.0, 1.0], (12, 1))
    plain, morphed = (
        np.stack([w["knot"].reshape(-1) for w in generator.decode(z, amid=amid)])
        for amid in (None, mist.Amid(far_NW, 1))
    )
    np.testing.assert_array_equal(morphed[:, :8], plain[:, :8])
    assert (morphed[:, -8:] != plain[:, -8:]).any()


def test_equal_ways_have_equal_noise(generator: Generator) -> None:
    a, b = ({"bead": strings(2, seed)[0], "knot": strings(2, seed)[1]} for seed in (1, 2))
    assert mist.way_of([a, b]) == mist.way_of([{k: v.astype(np.int16) for k, v in a.items()}, b])
    assert len({mist.way_of(pieces) for pieces in ([a, b], [b, a], [a])}) == 3
    once, again, other = (decoded(generator, [[1.0] * 3], way) for way in (5, 5, 6))
    np.testing.assert_array_equal(once, again)
    assert (once != other).any()


def test_how_far_a_step_is() -> None:
    assert apart(1.0) == pytest.approx(0.0, abs=1e-12)
    assert apart(0.5) == apart(0.25) == 1.0
    assert 0 < apart(0.9) < apart(0.7) < 1
