"""Terms added to the reconstruction loss, each by name.

Axes:  N windows · P positions · D dimensions of z · T steps · K categories of all cells of a
       step · C channels
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor

from genvae.models.bottleneck import Posterior
from genvae.settings import LossSettings

EXACT = 16
"""Latents a window up to which a Jacobian is computed row by row."""


class Penalty(ABC):
    """A term of the loss, in nats a window."""

    name: str
    differentiates = False
    """Does it need ``Posterior.source``?"""

    @abstractmethod
    def __call__(self, posterior: Posterior, weight_N: Tensor, step: int) -> Tensor:
        """The weighted term at a training step; ``weight_N`` leaves padding out."""


@dataclass(frozen=True)
class Schedule:
    """A weight that rises in a straight line over ``warmup`` steps, ``cycles`` times with as many
    steps between, and is ``late[i]`` from step ``late_from[i]`` on."""

    weight: float
    warmup: int = 0
    late_from: tuple[float, ...] = ()
    late: tuple[float, ...] = ()
    cycles: int = 0

    def at(self, step: int) -> float:
        """The weight at a training step."""
        passed = sum(step >= start for start in self.late_from) if self.late else 0
        if passed:
            return self.late[passed - 1]
        if step < 2 * self.warmup * self.cycles:
            step %= 2 * self.warmup
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


class KLTarget(Penalty):
    """``weight * |KL - target|``, the target rising from 0 (Burgess et al. 2018, the controlled
    increase of capacity)."""

    name = "kl_target"

    def __init__(self, weight: Schedule, target: Schedule) -> None:
        self.weight, self.target = weight, target

    def __call__(self, posterior: Posterior, weight_N: Tensor, step: int) -> Tensor:
        """The distance of the mean KL of a window from the target of this step, weighted."""
        kl = (posterior.kl_NPD.sum((1, 2)) * weight_N).sum() / weight_N.sum()
        return self.weight.at(step) * (kl - self.target.at(step)).abs()


class Contraction(Penalty):
    """``weight * ||d mean / d x||_F^2``, x the window as zeros and ones, a number for each category
    of each cell (Rifai et al. 2011). Exact for up to ``EXACT`` latents a window; beyond, the mean
    over random projections, ``E |v J|^2 = ||J||_F^2`` for v ~ N(0, I) (Hutchinson 1990)."""

    name = "contraction"
    differentiates = True

    def __init__(self, weight: float, projections: int = 1, exact: int = EXACT) -> None:
        self.weight, self.projections, self.exact = weight, projections, exact

    def __call__(self, posterior: Posterior, weight_N: Tensor, step: int) -> Tensor:
        """Mean over windows of the squared norm, times the weight."""
        numbers = posterior.mean_NPD[0].numel()
        norm_N = self.exactly(posterior) if numbers <= self.exact else self.projected(posterior)
        return self.weight * (norm_N * weight_N).sum() / weight_N.sum()

    def exactly(self, posterior: Posterior) -> Tensor:
        """The squared norm of each window's Jacobian ``(N,)``, a row at a time."""
        numbers = posterior.mean_NPD[0].numel()
        rows = torch.eye(numbers, device=posterior.mean_NPD.device)
        return torch.stack([_squared(posterior, row) for row in rows]).sum(0)

    def projected(self, posterior: Posterior) -> Tensor:
        """An unbiased estimate of the same, from directions drawn anew for each window."""
        flat = posterior.mean_NPD.flatten(1)
        drawn = [_squared(posterior, torch.randn_like(flat)) for _ in range(self.projections)]
        return torch.stack(drawn).mean(0)


def _squared(posterior: Posterior, direction: Tensor) -> Tensor:
    """``|v J|^2`` of each window ``(N,)``; ``direction`` is v, ``(P*D,)`` or ``(N, P*D)``."""
    assert posterior.source is not None
    steps_NTC, table_KC = posterior.source
    along = (posterior.mean_NPD.flatten(1) * direction).sum()
    (slope_NTC,) = torch.autograd.grad(along, steps_NTC, create_graph=True)
    # |g W'|^2 = g W'W g': the categories, hundreds of them, need not be written out.
    return ((slope_NTC @ (table_KC.T @ table_KC)) * slope_NTC).sum((1, 2))


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
        rises = 0 if settings.kl_target > 0 else warmup
        beta = Schedule(settings.beta, rises, late_from, settings.late_beta, settings.cycles)
        if settings.kl_target > 0:
            target = Schedule(settings.kl_target, warmup, cycles=settings.cycles)
            chosen.append(KLTarget(beta, target))
        else:
            chosen.append(KL(beta, settings.free_bits))
    if settings.learned_rate > 0:
        rate = Schedule(settings.learned_rate, warmup, late_from, settings.late_rate)
        chosen.append(LearnedRate(rate))
    if settings.latent_norm > 0:
        chosen.append(LatentNorm(settings.latent_norm))
    if settings.contraction > 0:
        chosen.append(Contraction(settings.contraction, settings.projections))
    return chosen
