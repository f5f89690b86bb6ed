"""Terms added to the reconstruction loss, each by name.

Axes:  N windows · P positions · D dimensions of z
"""

from __future__ import annotations

from abc import ABC, abstractmethod

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


class KL(Penalty):
    """``beta * KL(q || N(0, I))`` with linear warm-up (Bowman et al. 2016; Higgins et al. 2017)
    and free bits (Kingma et al. 2016): below ``free_bits`` nats a dimension costs nothing."""

    name = "beta_kl"

    def __init__(
        self,
        beta: float,
        warmup: int = 0,
        free_bits: float = 0.0,
        *,
        late_from: int = 0,
        late_beta: float = 0.0,
    ) -> None:
        self.beta, self.warmup, self.free_bits = beta, warmup, free_bits
        self.late_from, self.late_beta = late_from, late_beta

    def weight(self, step: int) -> float:
        """Beta at a training step."""
        if self.late_from and step >= self.late_from:
            return self.late_beta
        return self.beta * (min(1.0, (step + 1) / self.warmup) if self.warmup else 1.0)

    def __call__(self, posterior: Posterior, weight_N: Tensor, step: int) -> Tensor:
        """Mean over windows of the summed KL, times the beta of this step."""
        mean_PD = (posterior.kl_NPD * weight_N[:, None, None]).sum(0) / weight_N.sum()
        if self.free_bits > 0:
            mean_PD = torch.clamp(mean_PD, min=self.free_bits)
        return self.weight(step) * mean_PD.sum()


class LearnedRate(Penalty):
    """``weight * (log q(z|x) - log p(z))`` under the sequence prior learned along, warmed up."""

    name = "learned_rate"

    def __init__(self, weight: float, warmup: int = 0) -> None:
        self.final, self.warmup = weight, warmup

    def __call__(self, posterior: Posterior, weight_N: Tensor, step: int) -> Tensor:
        """Mean over windows of the rate, times the weight of this step."""
        assert posterior.rate_N is not None
        rise = min(1.0, (step + 1) / self.warmup) if self.warmup else 1.0
        return self.final * rise * (posterior.rate_N * weight_N).sum() / weight_N.sum()


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
    if settings.beta > 0:
        kl = KL(
            settings.beta,
            settings.warmup,
            settings.free_bits,
            late_from=settings.late_from,
            late_beta=settings.late_beta,
        )
        chosen.append(kl)
    if settings.learned_rate > 0:
        chosen.append(LearnedRate(settings.learned_rate, settings.warmup))
    if settings.latent_norm > 0:
        chosen.append(LatentNorm(settings.latent_norm))
    return chosen
