"""Terms added to the reconstruction loss, each by name.

Axes:  N windows · P positions · D dimensions of z
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor

from genvae.models.bottleneck import Posterior
from genvae.recipe import LossSettings


class Penalty(ABC):
    """A term of the loss, in nats a window."""

    name: str

    @abstractmethod
    def __call__(self, posterior: Posterior, weight_N: Tensor, step: int) -> Tensor:
        """The weighted term at a training step; ``weight_N`` leaves padding out."""


@dataclass(frozen=True)
class Schedule:
    """A weight that rises in a straight line over ``warmup`` steps, and is ``late[i]`` from step
    ``late_from[i]`` on."""

    weight: float
    warmup: int = 0
    late_from: tuple[float, ...] = ()
    late: tuple[float, ...] = ()

    def at(self, step: int) -> float:
        """The weight at a training step."""
        passed = sum(step >= start for start in self.late_from) if self.late else 0
        if passed:
            return self.late[passed - 1]
        return self.weight * (min(1.0, (step + 1) / self.warmup) if self.warmup else 1.0)


class KL(Penalty):
    """``beta * KL(q || N(0, I))`` with linear warm-up (Bowman et al. 2016; Higgins et al. 2017)
    and free bits (Kingma et al. 2016): below ``free_bits`` nats a dimension costs nothing."""

    name = "beta_kl"

    def __init__(self, beta: Schedule, free_bits: float = 0.0) -> None:
        self.beta, self.free_bits = beta, free_bits

    def __call__(self, posterior: Posterior, weight_N: Tensor, step: int) -> Tensor:
        """Mean over windows of the summed KL, times the beta of this step."""
        mean_PD = (posterior.kl_NPD * weight_N[:, None, None]).sum(0) / weight_N.sum()
        if self.free_bits > 0:
            mean_PD = torch.clamp(mean_PD, min=self.free_bits)
        return self.beta.at(step) * mean_PD.sum()


class LearnedRate(Penalty):
    """``weight * (log q(z|x) - log p(z))`` under the sequence prior that is learned along."""

    name = "learned_rate"

    def __init__(self, weight: Schedule) -> None:
        self.weight = weight

    def __call__(self, posterior: Posterior, weight_N: Tensor, step: int) -> Tensor:
        """Mean over windows of the rate, times the weight of this step."""
        assert posterior.rate_N is not None
        return self.weight.at(step) * (posterior.rate_N * weight_N).sum() / weight_N.sum()


class LatentNorm(Penalty):
    """Squared means: keeps a plain autoencoder's codes together (Ghosh et al. 2020)."""

    name = "latent_norm"

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def __call__(self, posterior: Posterior, weight_N: Tensor, step: int) -> Tensor:
        """Mean over windows of half the squared norm of the mean, times the weight."""
        norm_N = 0.5 * posterior.mean_NPD.square().sum((1, 2))
        return self.weight * (norm_N * weight_N).sum() / weight_N.sum()


def penalties(settings: LossSettings) -> list[Penalty]:
    """The penalties a recipe asks for."""
    chosen: list[Penalty] = []
    warmup, late_from = settings.warmup, settings.late_from
    if settings.beta > 0:
        beta = Schedule(settings.beta, warmup, late_from, settings.late_beta)
        chosen.append(KL(beta, settings.free_bits))
    if settings.learned_rate > 0:
        rate = Schedule(settings.learned_rate, warmup, late_from, settings.late_rate)
        chosen.append(LearnedRate(rate))
    if settings.latent_norm > 0:
        chosen.append(LatentNorm(settings.latent_norm))
    return chosen
