"""Terms of the loss, by hand.

Axes:  N windows · P positions · D dimensions of z
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from genvae.models.autoencoder import Autoencoder
from genvae.models.bottleneck import Posterior, Source
from genvae.models.penalties import (
    KL,
    Contraction,
    KLTarget,
    LatentNorm,
    LearnedRate,
    Schedule,
    penalties,
)
from genvae.settings import LossSettings
from tests.fakes import SPEC, TINY, strings

KL_NPD = torch.tensor([[[1.0, 0.1]], [[3.0, 0.3]]])
MEAN_NPD = torch.tensor([[[3.0, 4.0]], [[0.0, 1.0]]])
POSTERIOR = Posterior(MEAN_NPD, torch.zeros_like(MEAN_NPD), KL_NPD)
ALL = torch.ones(2)


def test_kl_is_the_mean_over_windows_of_the_sum() -> None:
    assert KL(Schedule(1.0))(POSTERIOR, ALL, 0).item() == pytest.approx(2.2)
    assert KL(Schedule(0.5))(POSTERIOR, ALL, 0).item() == pytest.approx(1.1)


def test_padding_is_left_out() -> None:
    weight = torch.tensor([1.0, 0.0])
    assert KL(Schedule(1.0))(POSTERIOR, weight, 0).item() == pytest.approx(1.1)
    assert LatentNorm(1.0)(POSTERIOR, weight, 0).item() == pytest.approx(12.5)


@pytest.mark.parametrize(("step", "share"), [(0, 0.1), (4, 0.5), (9, 1.0), (500, 1.0)])
def test_beta_rises_in_a_straight_line(step: int, share: float) -> None:
    assert KL(Schedule(2.0, 10))(POSTERIOR, ALL, step).item() == pytest.approx(4.4 * share)


def test_a_late_beta_takes_its_place() -> None:
    (kl,) = penalties(LossSettings(beta=2.0, warmup=4, late_from=(10.0,), late_beta=(0.5,)))
    assert isinstance(kl, KL)
    assert [kl.beta.at(step) for step in (0, 1, 3, 9, 10, 10**9)] == [0.5, 1.0, 2.0, 2.0, 0.5, 0.5]
    assert kl(POSTERIOR, ALL, 10).item() == pytest.approx(1.1)


def test_a_weight_may_change_more_than_once() -> None:
    weight = Schedule(0.1, 2, (3.0, 5.0), (0.3, 0.2))
    assert [weight.at(step) for step in (0, 1, 2, 3, 4, 5, 99)] == pytest.approx(
        [0.05, 0.1, 0.1, 0.3, 0.3, 0.2, 0.2]
    )


def test_a_schedule_without_late_weights_keeps_its_own() -> None:
    assert Schedule(0.1, 0, (3.0,), ()).at(9) == 0.1


def test_free_bits_hold_each_dimension_up() -> None:
    # Mean over windows: 2.0 and 0.2 nats; the second costs the floor of 0.5.
    assert KL(Schedule(1.0), 0.5)(POSTERIOR, ALL, 0).item() == pytest.approx(2.5)


def test_free_bits_give_no_gradient() -> None:
    kl = torch.tensor([[[2.0, 0.2]]], requires_grad=True)
    KL(Schedule(1.0), 0.5)(Posterior(kl, kl, kl), torch.ones(1), 0).backward()
    assert kl.grad is not None
    assert kl.grad.tolist() == [[[1.0, 0.0]]]


def test_latent_norm_is_half_the_squared_length() -> None:
    assert LatentNorm(1.0)(POSTERIOR, ALL, 0).item() == pytest.approx((12.5 + 0.5) / 2)


def test_the_learned_rate_is_a_weighted_mean_over_windows_and_rises() -> None:
    posterior = POSTERIOR._replace(rate_N=torch.tensor([10.0, 40.0]))
    assert LearnedRate(Schedule(0.5))(posterior, ALL, 0).item() == pytest.approx(12.5)
    assert LearnedRate(Schedule(0.5, 4))(posterior, ALL, 1).item() == pytest.approx(6.25)
    assert LearnedRate(Schedule(0.5))(
        posterior, torch.tensor([1.0, 0.0]), 0
    ).item() == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (LossSettings(), ["beta_kl"]),
        (LossSettings(beta=0.0), []),
        (LossSettings(beta=0.0, latent_norm=0.1), ["latent_norm"]),
        (LossSettings(latent_norm=0.1), ["beta_kl", "latent_norm"]),
        (LossSettings(learned_rate=0.4), ["beta_kl", "learned_rate"]),
    ],
)
def test_a_recipe_chooses_its_terms(settings: LossSettings, names: list[str]) -> None:
    assert [p.name for p in penalties(settings)] == names


def test_beta_rises_again_and_again_then_stays() -> None:
    weight = Schedule(1.0, 4, cycles=2)
    rise = [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert [weight.at(step) for step in range(16)] == rise * 2
    assert weight.at(16) == weight.at(1 << 60) == 1.0


def test_a_target_rises_and_is_missed_either_way() -> None:
    (kl,) = penalties(LossSettings(beta=2.0, warmup=4, kl_target=4.0))
    assert isinstance(kl, KLTarget)
    # The mean KL is 2.2; the target 1, 2, 3, 4.
    found = [kl(POSTERIOR, ALL, step).item() for step in (0, 1, 2, 3, 99)]
    assert found == pytest.approx([2.4, 0.4, 1.6, 3.6, 3.6])


def linear_posterior() -> tuple[Posterior, float]:
    """Means that are a known linear map of the cells; the squared norm of its Jacobian."""
    torch.manual_seed(0)
    table_KC, map_CZ = torch.randn(7, 5), torch.randn(5, 6)
    steps_NTC = torch.randn(2, 3, 5, requires_grad=True)
    mean = (steps_NTC @ map_CZ).sum(1).reshape(2, 2, 3)
    norm = 3 * (table_KC @ map_CZ).square().sum().item()
    return Posterior(mean, None, torch.zeros_like(mean), source=Source(steps_NTC, table_KC)), norm


def test_a_jacobian_is_exact_for_few_latents() -> None:
    posterior, norm = linear_posterior()
    assert Contraction(2.0)(posterior, ALL, 0).item() == pytest.approx(2 * norm, rel=1e-5)


def test_random_projections_agree_with_the_exact_jacobian() -> None:
    torch.manual_seed(1)
    model = Autoencoder(SPEC, replace(TINY, bottleneck="deterministic")).eval()
    cells = torch.from_numpy(strings(3, 1).reshape(3, 8, 3))
    source = model.encoder.source(cells)
    posterior = model.bottleneck(model.encoder.features(source))._replace(source=source)
    exact = Contraction(1.0).exactly(posterior)
    estimate = Contraction(1.0, projections=400).projected(posterior)
    assert estimate.detach().numpy() == pytest.approx(exact.detach().numpy(), rel=0.25)
    assert exact.min().item() > 0


def test_contraction_is_learned_and_measured_without_gradients() -> None:
    model = Autoencoder(SPEC, replace(TINY, bottleneck="deterministic"))
    terms = penalties(LossSettings(beta=0.0, contraction=1.0))
    cells, weight = torch.from_numpy(strings(2, 2)), torch.ones(2, 2)
    losses = model(cells, weight, terms, 0)
    losses.total.backward()
    assert model.bottleneck.project.weight.grad is not None
    model.eval()
    with torch.no_grad():
        again = model(cells, weight, terms, 0)
    assert again.terms["contraction"] > 0
    assert not again.total.requires_grad
