"""Priors: moments, causality, and a sampler that is the density's own.

Axes:  N pieces · Q positions · P positions of a window · D dims of z · M components
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical, MixtureSameFamily, Normal

from genvae.models.form import NEAR, NEW, SAME, Guide, ends_of
from genvae.models.likelihood import MixtureOfGaussians
from genvae.models.prior import GaussianPrior, SequencePrior
from tests.fakes import TINY_PRIOR


@pytest.fixture
def prior() -> SequencePrior:
    torch.manual_seed(5)
    made = SequencePrior(2, 3, TINY_PRIOR).eval()
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if name.endswith(("out.weight", "place")):
                parameter.normal_(std=0.3)
    made.fit_scale(np.random.default_rng(0).normal([1.0, -2.0, 0.0], [0.5, 1.0, 3.0], (400, 3)))
    return made


def noise(pieces: int, positions: int, seed: int = 0) -> Tensor:
    rng = np.random.default_rng(seed)
    both = np.stack(
        [rng.random((pieces, positions, 3)), rng.standard_normal((pieces, positions, 3))], axis=-1
    )
    return torch.from_numpy(both.astype(np.float32))


def test_gaussian_moments() -> None:
    rng = np.random.default_rng(0)
    mix = np.array([[2.0, 0.0], [1.5, 0.5]])
    mean_NPD = (rng.standard_normal((5000, 2)) @ mix.T + [1.0, -1.0]).reshape(-1, 1, 2)
    prior = GaussianPrior(2)
    prior.fit(mean_NPD, np.broadcast_to([0.25, 1.0], mean_NPD.shape))
    drawn = prior.transform(torch.from_numpy(rng.standard_normal((50_000, 2)).astype(np.float32)))
    expected = mix @ mix.T + np.diag([0.25, 1.0])
    np.testing.assert_allclose(drawn.mean(0), [1.0, -1.0], atol=0.1)
    np.testing.assert_allclose(np.cov(drawn.T), expected, rtol=0.08, atol=0.05)


def test_some_numbers_given_the_others() -> None:
    rng = np.random.default_rng(0)
    mix = rng.normal(size=(6, 6))
    z = rng.normal(size=(20_000, 6)) @ mix + rng.normal(size=6)
    prior = GaussianPrior(6)
    prior.fit(z[:, None], np.zeros((len(z), 1, 6)))
    open_X = np.array([False, True, False, False, True, False])
    drawn = np.stack([prior.given(x, open_X, rng.normal(size=6)) for x in z[:4000]])
    np.testing.assert_array_equal(drawn[:, ~open_X], z[:4000, ~open_X].astype(np.float32))
    # What is drawn belongs to what stays as before: all moments are those of z.
    np.testing.assert_allclose(drawn.mean(0), z[:4000].mean(0), atol=0.1)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(z.T), atol=0.06 * np.cov(z.T).max())
    # Without noise it is the likeliest: nothing of it is left to chance.
    quiet = prior.given(z[0], open_X, np.zeros(6))
    assert (quiet == prior.given(z[0], open_X, np.zeros(6))).all()


def test_all_numbers_open_are_a_draw_of_the_prior() -> None:
    prior = GaussianPrior(3)
    prior.fit(np.random.default_rng(1).normal(size=(50, 1, 3)), np.zeros((50, 1, 3)))
    noise = np.random.default_rng(2).normal(size=3)
    found = prior.given(np.zeros(3), np.ones(3, dtype=bool), noise)
    expected = prior.transform(torch.from_numpy(noise[None]).float())[0]
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-4, atol=1e-5)


def test_gaussian_by_hand() -> None:
    prior = GaussianPrior(2)
    prior.fit(np.array([[[0.0, 2.0]], [[2.0, 2.0]]]), np.full((2, 1, 2), 3.0))
    assert prior.mean.tolist() == [1.0, 2.0]
    torch.testing.assert_close(
        prior.factor @ prior.factor.T, torch.diag(torch.tensor([4.0, 3.0])), atol=1e-4, rtol=0
    )
    torch.testing.assert_close(
        prior.transform(torch.tensor([[1.0, 0.0]])), torch.tensor([[3.0, 2.0]]), atol=1e-4, rtol=0
    )


def test_gaussian_of_one_window() -> None:
    prior = GaussianPrior(2)
    prior.fit(np.ones((1, 2, 1)), np.full((1, 2, 1), 0.25))
    torch.testing.assert_close(prior.factor, torch.eye(2) / 2, atol=1e-5, rtol=0)


def test_gaussian_of_fewer_windows_than_numbers() -> None:
    rng = np.random.default_rng(0)
    prior = GaussianPrior(12)
    prior.fit(rng.standard_normal((3, 2, 6)), np.full((3, 2, 6), 1e-4))
    assert torch.isfinite(prior.factor).all()


def test_unfitted_gaussian_is_the_standard_one() -> None:
    z = torch.randn(4, 6)
    torch.testing.assert_close(GaussianPrior(6).transform(z), z)


@torch.no_grad()
def test_the_future_does_not_change_a_density(prior: SequencePrior) -> None:
    z = torch.randn(2, 10, 3)
    before = prior.loss(z)
    assert before.shape == (2, 10)
    z[:, 6, 1] += 1.0
    after = prior.loss(z)
    torch.testing.assert_close(after[:, :6], before[:, :6], rtol=0, atol=0)
    assert ((after - before).abs() > 1e-6)[:, 6:].all(dim=1).tolist() == [True, True]


def spied(monkeypatch: pytest.MonkeyPatch, call: Callable[[], Any]) -> list[Tensor]:
    """Features the mixture is asked about, in order."""
    seen: list[Tensor] = []

    def listening(method: Callable[..., Any]) -> Callable[..., Any]:
        def listen(self: MixtureOfGaussians, features: Tensor, *rest: Any) -> Any:
            seen.append(features.clone())
            return method(self, features, *rest)

        return listen

    with monkeypatch.context() as patch, torch.no_grad():
        for name in ("parts", "draw"):
            method = getattr(MixtureOfGaussians, name)
            patch.setattr(MixtureOfGaussians, name, listening(method))
        call()
    return seen


def test_sampling_steps_through_the_same_densities(
    prior: SequencePrior, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Tensor] = []
    stepwise = spied(monkeypatch, lambda: drawn.append(prior.sample(noise(4, 7))))
    whole = spied(monkeypatch, lambda: prior.loss(drawn[0]))[0]
    assert len(stepwise) == 7 * 3
    features = torch.stack(stepwise, dim=1).reshape(4, 7, 3, -1)
    torch.testing.assert_close(features, whole, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_loss_is_the_sum_of_the_mixtures(
    prior: SequencePrior, monkeypatch: pytest.MonkeyPatch
) -> None:
    z = prior.sample(noise(3, 5))
    features = spied(monkeypatch, lambda: prior.loss(z))[0]
    log_weights, means, log_scales = prior.likelihood.parts(features)
    # In the units of z, not of the standardised numbers the network sees.
    density = MixtureSameFamily(
        Categorical(logits=log_weights),
        Normal(
            means * prior.scale[:, None] + prior.mean[:, None],
            log_scales.exp() * prior.scale[:, None],
        ),
    )
    torch.testing.assert_close(prior.loss(z), -density.log_prob(z).sum(-1), rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_a_density_adds_up_to_one(prior: SequencePrior) -> None:
    """Over the last number of a position: what is left is the density of the numbers before."""
    grid = torch.linspace(-60.0, 60.0, 6001)
    z = torch.zeros(len(grid), 1, 3)
    z[:, 0, :] = torch.tensor([1.0, -2.0, 0.0])
    z[:, 0, 2] = grid
    joint = torch.exp(-prior.loss(z)[:, 0])
    marginal = float(joint.sum() * (grid[1] - grid[0]))
    smaller = SequencePrior(2, 2, TINY_PRIOR).eval()
    smaller.load_state_dict(
        {k: _first_two(v, k, smaller.state_dict()[k].shape) for k, v in prior.state_dict().items()}
    )
    expected = float(torch.exp(-smaller.loss(z[:1, :, :2])[0, 0]))
    assert marginal == pytest.approx(expected, rel=0.01)


def _first_two(value: Tensor, name: str, shape: torch.Size) -> Tensor:
    if name == "past.weight":
        return value[:, : shape[1]]
    return value[: shape[0]] if value.ndim else value


@torch.no_grad()
def test_equal_noise_equal_latents(prior: SequencePrior) -> None:
    a, b = prior.sample(noise(3, 6)), prior.sample(noise(3, 6))
    assert a.shape == (3, 6, 3)
    torch.testing.assert_close(a, b, rtol=0, atol=0)
    assert (prior.sample(noise(3, 6, seed=1)) - a).abs().min() > 0


@torch.no_grad()
def test_more_positions_begin_with_the_same(prior: SequencePrior) -> None:
    long = noise(3, 8)
    torch.testing.assert_close(prior.sample(long)[:, :5], prior.sample(long[:, :5].clone()))


@torch.no_grad()
def test_no_temperature_leaves_the_centres(prior: SequencePrior) -> None:
    given = noise(2, 4)
    other = given.clone()
    other[..., 1] = 7.0
    torch.testing.assert_close(prior.sample(given, 0.0), prior.sample(other, 0.0))


def test_phase_is_the_place_in_a_window(prior: SequencePrior) -> None:
    z = torch.randn(1, 4, 3)
    assert not torch.allclose(prior.loss(z, phase=1), prior.loss(z))
    torch.testing.assert_close(prior.loss(z, phase=2), prior.loss(z))


def test_scale_remembers_the_data() -> None:
    prior = SequencePrior(2, 2, replace(TINY_PRIOR, dropout=0.0))
    prior.fit_scale(np.array([[0.0, 10.0], [2.0, 10.0]]))
    torch.testing.assert_close(prior.mean, torch.tensor([1.0, 10.0]))
    torch.testing.assert_close(prior.scale, torch.tensor([1.001, 0.001]))


@pytest.fixture
def formed() -> SequencePrior:
    torch.manual_seed(6)
    made = SequencePrior(2, 3, replace(TINY_PRIOR, form=True)).eval()
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if name.endswith(("out.weight", "place", "ends")):
                parameter.normal_(std=0.3)
    return made


def guide(*kinds: int, lag: int = 2) -> Guide:
    kind = np.array([kinds] * 4)
    return Guide(np.where(kind == NEW, 0, lag), kind, np.tile(ends_of(0, 4, 4), (4, 1, 1)))


@torch.no_grad()
def test_with_a_form_too_sampling_steps_through_the_same_densities(
    formed: SequencePrior, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = guide(NEW, NEW, NEAR, NEAR)
    drawn: list[Tensor] = []
    stepwise = spied(monkeypatch, lambda: drawn.append(formed.sample(noise(4, 8), 1.0, told)))
    whole = spied(monkeypatch, lambda: formed.loss(drawn[0], guide=told))[0]
    features = torch.stack(stepwise, dim=1).reshape(4, 8, 3, -1)
    torch.testing.assert_close(features, whole, rtol=1e-4, atol=1e-5)


def test_what_returns_exactly_is_copied(formed: SequencePrior) -> None:
    z = formed.sample(noise(4, 8), 1.0, guide(NEW, NEW, SAME, NEAR))
    assert torch.equal(z[:, 4:6], z[:, 0:2])
    assert not torch.equal(z[:, 6:8], z[:, 2:4])


def test_one_piece_may_return_where_another_does_not(formed: SequencePrior) -> None:
    told = guide(NEW, NEW, SAME, NEW)
    told.kind_NW[0, 2], told.lag_NW[0, 2] = NEW, 0
    z = formed.sample(noise(4, 8), 1.0, told)
    assert not torch.equal(z[0, 4:6], z[0, 0:2])
    assert torch.equal(z[1:, 4:6], z[1:, 0:2])


def test_what_is_known_is_gone_on_with(prior: SequencePrior) -> None:
    whole = prior.sample(noise(2, 6))
    again = prior.sample(noise(2, 6), known_NKD=whole[:, :4])
    torch.testing.assert_close(again, whole, atol=1e-5, rtol=1e-5)
    other = prior.sample(noise(2, 6), known_NKD=whole[:, :4] + 1)
    torch.testing.assert_close(other[:, :4], whole[:, :4] + 1)
    assert not torch.allclose(other[:, 4:], whole[:, 4:])
