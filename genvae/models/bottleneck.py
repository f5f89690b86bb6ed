"""Between encoder and decoder: a distribution over z, or z itself.

Axes:  N windows · P positions · D dimensions of z at a position

The encoder gives the mean and the logarithm of the *variance*, so the standard deviation is
``sigma = exp(log_variance / 2)``; texts that write ``exp(log_variance)`` drop the half.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

LOG_2_PI_E = 2.8378770664093453
"""ln(2 pi e): twice the entropy of a standard normal, in nats."""


class Source(NamedTuple):
    """The encoder's input, before anything is computed from it."""

    steps_NTC: Tensor
    """Each step as the sum of its cells' vectors."""
    table_KC: Tensor
    """Those vectors: a step is a 0/1 vector of cells times this table."""


class Posterior(NamedTuple):
    """What the bottleneck makes of the encoder's output."""

    mean_NPD: Tensor
    log_variance_NPD: Tensor | None
    kl_NPD: Tensor
    """KL(q(z|x) || N(0, I)) in nats, zero where there is no distribution."""
    rate_N: Tensor | None = None
    """Nats a window of a draw of z under the sequence prior, where one is learned along."""
    source: Source | None = None
    """What the means were computed from, where a penalty differentiates by it."""

    def variance(self) -> Tensor:
        """``(N, P, D)``; next to nothing where there is no distribution."""
        if self.log_variance_NPD is None:
            return torch.full_like(self.mean_NPD, 1e-4)
        return torch.exp(self.log_variance_NPD)

    def entropy(self) -> Tensor:
        """``(N, P, D)`` in nats; zero where there is no distribution."""
        if self.log_variance_NPD is None:
            return torch.zeros_like(self.mean_NPD)
        return 0.5 * (self.log_variance_NPD + LOG_2_PI_E)

    def sample(self) -> Tensor:
        """One draw by the reparametrisation trick (Kingma & Welling 2014)."""
        if self.log_variance_NPD is None:
            return self.mean_NPD
        sigma = torch.exp(self.log_variance_NPD / 2)
        return self.mean_NPD + sigma * torch.randn_like(sigma)


class GaussianBottleneck(nn.Module):
    """A diagonal Gaussian: the variational autoencoder."""

    def __init__(self, channels: int, latent: int) -> None:
        super().__init__()
        self.project = nn.Linear(channels, 2 * latent)

    def forward(self, features_NPC: Tensor) -> Posterior:
        """Mean, log-variance (kept in [-10, 4]) and the closed-form KL."""
        mean, log_variance = self.project(features_NPC).chunk(2, dim=-1)
        log_variance = log_variance.clamp(-10.0, 4.0)
        kl = 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance)
        return Posterior(mean, log_variance, kl)


class DeterministicBottleneck(nn.Module):
    """A point: the plain autoencoder."""

    def __init__(self, channels: int, latent: int) -> None:
        super().__init__()
        self.project = nn.Linear(channels, latent)

    def forward(self, features_NPC: Tensor) -> Posterior:
        """The point, no variance, no KL."""
        mean = self.project(features_NPC)
        return Posterior(mean, None, torch.zeros_like(mean))


BOTTLENECKS: dict[str, Callable[[int, int], nn.Module]] = {
    "gaussian": GaussianBottleneck,
    "deterministic": DeterministicBottleneck,
}
"""By the recipe's name: (channels, latent dimensions) -> module from features to Posterior."""
