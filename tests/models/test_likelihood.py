"""Likelihoods against torch's own distributions."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Categorical as TorchCategorical
from torch.distributions import MixtureSameFamily, Normal

from genvae.domains.base import Field
from genvae.models.likelihood import Categorical, MixtureOfGaussians


@torch.no_grad()
def test_categories_cost_their_logarithm() -> None:
    torch.manual_seed(0)
    likelihood = Categorical(Field("f", 5, rows=2), 4)
    features_NTRE = torch.randn(3, 6, 2, 4)
    cells_NTR = torch.randint(5, (3, 6, 2))
    expected = -TorchCategorical(logits=likelihood.logits(features_NTRE)).log_prob(cells_NTR)
    loss_NT = likelihood.loss(features_NTRE, cells_NTR)
    assert loss_NT.shape == (3, 6)
    torch.testing.assert_close(loss_NT, expected.sum(-1))


@torch.no_grad()
def test_equal_logits_cost_log_k() -> None:
    likelihood = Categorical(Field("f", 4), 2)
    likelihood.head.weight.zero_()
    likelihood.head.bias.zero_()
    loss = likelihood.loss(torch.randn(1, 1, 1, 2), torch.tensor([[[3]]]))
    torch.testing.assert_close(loss, torch.tensor([[1.3862943611]]))


@torch.no_grad()
def test_sets_are_members_and_pairs_normalised() -> None:
    likelihood = Categorical(Field("sets", 8, members=3), 1)
    likelihood.head.weight.zero_()
    # Terms: 0, (0, 1), (0, 2), 1, (1, 2), 2.
    likelihood.head.bias.copy_(torch.tensor([1.0, 0.5, 0.0, 2.0, 0.0, -1.0]))
    logits = likelihood.logits(torch.zeros(1, 1))
    assert logits.tolist() == [[0.0, 1.0, 2.0, 3.5, -1.0, 0.0, 1.0, 2.5]]
    every = torch.arange(8).reshape(8, 1, 1)
    assert torch.exp(
        -likelihood.loss(torch.zeros(8, 1, 1, 1), every)
    ).sum().item() == pytest.approx(1)


@torch.no_grad()
def test_mixture_density() -> None:
    torch.manual_seed(0)
    mixture = MixtureOfGaussians(4, 3)
    features, values = torch.randn(7, 4), 3 * torch.randn(7)
    log_weights, means, log_scales = mixture.parts(features)
    expected = MixtureSameFamily(
        TorchCategorical(logits=log_weights), Normal(means, log_scales.exp())
    ).log_prob(values)
    torch.testing.assert_close(mixture.loss(features, values), -expected)


@torch.no_grad()
def test_mixture_by_hand() -> None:
    mixture = MixtureOfGaussians(1, 1)
    mixture.head.weight.zero_()
    mixture.head.bias.zero_()
    loss = mixture.loss(torch.zeros(2, 1), torch.tensor([0.0, 2.0]))
    torch.testing.assert_close(loss, torch.tensor([0.9189385, 2.9189385]))


def test_scales_stay_within_bounds() -> None:
    mixture = MixtureOfGaussians(1, 2)
    _, _, log_scales = mixture.parts(1e6 * torch.tensor([[1.0], [-1.0]]))
    assert log_scales.min() >= -5.0
    assert log_scales.max() <= 3.0
