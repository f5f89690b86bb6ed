"""Posteriors: sigma is exp(log variance / 2), and the KL is the textbook's."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from genvae.models.bottleneck import (
    BOTTLENECKS,
    DeterministicBottleneck,
    GaussianBottleneck,
    Posterior,
)


@torch.no_grad()
def test_kl_is_the_closed_form() -> None:
    torch.manual_seed(0)
    posterior = GaussianBottleneck(6, 4)(3 * torch.randn(5, 2, 6))
    sigma = torch.exp(posterior.log_variance_NPD / 2)
    expected = kl_divergence(Normal(posterior.mean_NPD, sigma), Normal(0.0, 1.0))
    torch.testing.assert_close(posterior.kl_NPD, expected)


@pytest.mark.parametrize(
    ("mean", "log_variance", "kl"),
    [(0.0, 0.0, 0.0), (1.0, 0.0, 0.5), (0.0, math.log(4.0), 0.5 * (4 - 1 - math.log(4)))],
)
@torch.no_grad()
def test_kl_by_hand(mean: float, log_variance: float, kl: float) -> None:
    bottleneck = GaussianBottleneck(1, 1)
    bottleneck.project.weight.zero_()
    bottleneck.project.bias.copy_(torch.tensor([mean, log_variance]))
    torch.testing.assert_close(bottleneck(torch.zeros(1, 1, 1)).kl_NPD.item(), kl)


def test_sigma_is_exp_of_half_the_log_variance() -> None:
    torch.manual_seed(0)
    shape = (200_000, 1, 1)
    log_variance = torch.full(shape, math.log(9.0))
    posterior = Posterior(torch.full(shape, 2.0), log_variance, torch.zeros(shape))
    drawn = posterior.sample()
    assert abs(drawn.mean().item() - 2.0) < 0.03
    assert abs(drawn.std().item() - 3.0) < 0.03
    torch.testing.assert_close(posterior.variance()[0].item(), 9.0)


def test_gradients_pass_through_a_draw() -> None:
    mean = torch.zeros(1, 1, 2, requires_grad=True)
    log_variance = torch.zeros(1, 1, 2, requires_grad=True)
    Posterior(mean, log_variance, torch.zeros(1, 1, 2)).sample().sum().backward()
    assert mean.grad is not None
    assert mean.grad.tolist() == [[[1.0, 1.0]]]
    assert log_variance.grad is not None


def test_log_variance_stays_within_bounds() -> None:
    bottleneck = GaussianBottleneck(1, 3)
    posterior = bottleneck(1e9 * torch.tensor([[[1.0]], [[-1.0]]]))
    assert posterior.log_variance_NPD.min() >= -10.0
    assert posterior.log_variance_NPD.max() <= 4.0


def test_a_plain_autoencoder_has_a_point() -> None:
    posterior = DeterministicBottleneck(6, 4)(torch.randn(5, 2, 6))
    assert posterior.mean_NPD.shape == (5, 2, 4)
    assert posterior.log_variance_NPD is None
    assert posterior.kl_NPD.abs().max() == 0
    assert posterior.sample() is posterior.mean_NPD
    assert 0 < posterior.variance().max() <= 1e-4


def test_names_of_recipes() -> None:
    assert set(BOTTLENECKS) == {"gaussian", "deterministic"}
