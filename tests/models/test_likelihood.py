"""Likelihoods against torch's own distributions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.distributions import Categorical as TorchCategorical
from torch.distributions import MixtureSameFamily, Normal

from genvae.domains.base import Field, WindowSpec
from genvae.models.autoencoder import Autoencoder
from genvae.models.decoding import decode
from genvae.models.likelihood import Bernoulli, Categorical, MixtureOfGaussians, SquaredError
from tests.fakes import TINY


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


@torch.no_grad()
def test_yes_or_no_costs_what_two_categories_would() -> None:
    torch.manual_seed(0)
    likelihood = Bernoulli(Field("lit", 2, kind="binary"), 4)
    features_NTRE, cells_NTR = torch.randn(3, 6, 2, 4), torch.randint(2, (3, 6, 2))
    expected = -TorchCategorical(logits=likelihood.logits(features_NTRE)).log_prob(cells_NTR)
    torch.testing.assert_close(likelihood.loss(features_NTRE, cells_NTR), expected.sum(-1))


@torch.no_grad()
def test_a_number_costs_its_squared_error_and_the_nearest_step_is_likeliest() -> None:
    likelihood = SquaredError(Field("height", 11, kind="real"), 2)
    likelihood.head.weight.zero_()
    likelihood.head.bias.fill_(0.32)
    features = torch.randn(1, 1, 1, 2)
    # (0.5 - 0.32)^2 / (2 * 0.1^2)
    loss = likelihood.loss(features, torch.tensor([[[5]]]))
    torch.testing.assert_close(loss, torch.tensor([[1.62]]))
    assert likelihood.logits(features).argmax().item() == 3


def test_an_autoencoder_learns_fields_of_each_kind() -> None:
    torch.manual_seed(0)
    fields = (Field("lit", 2, kind="binary"), Field("height", 9, kind="real"), Field("hue", 3))
    spec = WindowSpec(fields, steps=8)
    model = Autoencoder(spec, replace(TINY, token_dropout=1.0))
    hue_NS = torch.randint(3, (8, 1)).expand(8, 16)
    cells = torch.stack([(hue_NS > 0).long(), 4 * hue_NS, hue_NS], dim=-1)
    weight, optimizer = torch.ones(8, 2), torch.optim.Adam(model.parameters(), 0.02)
    for step in range(150):
        losses = model(cells, weight, [], step)
        losses.total.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert {"nll_lit", "nll_height", "nll_hue"} <= losses.terms.keys()
    model.eval()
    z = model.encode(cells.reshape(16, 8, 3)).mean_NPD.reshape(8, 4, -1)
    again = decode(model.decoder, z)
    assert (again == cells.numpy()).mean() > 0.9


@pytest.mark.parametrize(
    "wrong", [{"categories": 3, "kind": "binary"}, {"categories": 1, "kind": "real"}]
)
def test_kinds_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="field 'x': a"):
        Field("x", **wrong)


def test_a_value_is_drawn_from_the_component_in_which_its_uniform_number_falls() -> None:
    mixture = MixtureOfGaussians(1, 3)
    with torch.no_grad():
        mixture.head.weight.zero_()
        # Weights 1 : 2 : 1; the last standard deviation is clamped.
        mixture.head.bias[:] = torch.tensor([0, np.log(2), 0, -1, 0, 1, -2, -1, -9])
        features, at = torch.zeros(5, 1), [0.0, 0.2, 0.3, 0.7, 0.99]
        uniform_normal = np.array([[u, 2.0] for u in at], dtype=np.float32)
        value = mixture.draw(features, uniform_normal, 0.5, None)
        leaning = mixture.draw(features, uniform_normal, 0.5, torch.full((5, 3), 0.25))
    wide = np.exp([-2, -2, -1, -1, -5])
    assert value[:, 0].numpy() == pytest.approx(np.array([-1, -1, 0, 0, 1]) + wide)
    assert (leaning - value).numpy() == pytest.approx(np.full((5, 1), 0.25))
