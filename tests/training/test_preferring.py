"""A prior is taught which of two pieces is to be preferred.

Axes:  N pairs · Q positions · D dims of z · A attributes
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from genvae.models.prior import SequencePrior
from genvae.settings import PreferSettings
from genvae.training.preferring import HEAVIEST, Pairs, even_weights, fit_preferences, lead
from genvae.training.prior import Batch
from tests.fakes import TINY_PRIOR


@pytest.fixture
def pairs() -> Pairs:
    """Of two pieces the one is preferred whose first number is higher at the third position."""
    rng = np.random.default_rng(0)
    before_NQD = rng.standard_normal((60, 4, 3)).astype(np.float32)
    after_NQD = before_NQD.copy()
    after_NQD[:, 2, 0] = 1.5 + 0.1 * rng.standard_normal(60)
    before_NQD[:, 2, 0] = -1.5 + 0.1 * rng.standard_normal(60)
    return Pairs(before_NQD, after_NQD, rng.standard_normal((60, 2)))


def draw(rng: np.random.Generator) -> Batch:
    z = torch.from_numpy(rng.standard_normal((4, 4, 3)).astype(np.float32))
    return Batch(z, torch.ones(4, 4), z.numpy(), [(0, 2)] * 4)


def test_what_is_preferred_becomes_likelier(pairs: Pairs) -> None:
    torch.manual_seed(0)
    prior = SequencePrior(2, 3, TINY_PRIOR)
    prior.eval()
    with torch.no_grad():
        before = lead(prior, pairs, slice(0, 60))
    settings = PreferSettings(pairs=60, steps=60, batch=8, rate=0.01)
    real = [(np.zeros((4, 3), np.float32), np.ones((4, 3), np.float32))] * 2
    figures = fit_preferences(prior, pairs, draw, real, settings, TINY_PRIOR)
    with torch.no_grad():
        after = lead(prior, pairs, slice(0, 60))
    assert figures["pairs"] == 60
    assert figures["preferred"] == 1.0
    assert float((after - before).mean()) > 2.0
    # Real latents are learned beside them.
    assert figures["validation_nll"] < figures["validation_nll_before"] + 1.0
    assert not prior.training


def test_pairs_weigh_so_that_attributes_stay() -> None:
    rng = np.random.default_rng(1)
    moves_NA = rng.standard_normal((400, 3)) + np.array([0.6, -0.3, 0.0])
    moves_NA[:, 2] = np.nan
    weights = even_weights(moves_NA)
    assert weights.mean() == pytest.approx(1.0)
    assert weights.max() <= HEAVIEST * 1.5
    moved_A = np.abs((weights[:, None] * moves_NA[:, :2]).mean(0))
    assert moved_A.max() < 0.02
    assert (even_weights(np.ones((5, 2))) == 1).all()
