"""Distributions over latents to draw new ones from.

Axes:  N pieces · W windows · P positions of a window · Q = W*P · D dims of z · E cell channels

- ``standard``: N(0, I), as in the first VAE.
- ``gaussian``: one full-covariance Gaussian fitted to the aggregate posterior of windows.
- ``sequence``: a causal convolution over positions, and within a position over the dimensions
  of z, each a mixture of Gaussians: it knows how windows follow one another.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from genvae.models.likelihood import MixtureOfGaussians
from genvae.models.networks import CausalStack
from genvae.recipe import PriorSettings


class GaussianPrior(nn.Module):
    """Mean and Cholesky factor of the aggregate posterior over a window's P*D numbers."""

    mean: Tensor
    factor: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("factor", torch.eye(size))

    def fit(self, mean_NPD: np.ndarray, variance_NPD: np.ndarray) -> None:
        """Moments of the mixture of all posteriors: covariance of means plus mean variance."""
        flat = mean_NPD.reshape(len(mean_NPD), -1).astype(np.float64)
        spread = variance_NPD.reshape(len(flat), -1).mean(0)
        centre = flat.mean(0)
        # Not np.cov, which has no answer for a single window.
        covariance = (flat - centre).T @ (flat - centre) / len(flat) + np.diag(spread + 1e-6)
        self.mean.copy_(torch.from_numpy(centre))
        self.factor.copy_(torch.from_numpy(np.linalg.cholesky(covariance)))

    def transform(self, noise_ND: Tensor) -> Tensor:
        """Standard normal noise ``(N, P*D)`` to draws of the fitted Gaussian."""
        return self.mean + noise_ND @ self.factor.T


class SequencePrior(nn.Module):
    """A causal model of the latents of whole pieces, position after position."""

    mean: Tensor
    scale: Tensor

    def __init__(self, positions: int, latent: int, settings: PriorSettings) -> None:
        super().__init__()
        self.positions, self.latent = positions, latent
        width, cell = settings.width, settings.cell_width
        self.cell_width = cell
        self.register_buffer("mean", torch.zeros(latent))
        self.register_buffer("scale", torch.ones(latent))
        self.place = nn.Parameter(torch.zeros(positions, width))
        self.past = nn.Linear(latent, width)
        self.steps = CausalStack(width, settings.blocks, dropout=settings.dropout)
        self.to_cells = nn.Linear(width, latent * cell)
        self.value = nn.Linear(1, cell)
        self.row = nn.Parameter(torch.randn(latent, cell) * 0.3)
        self.cells = CausalStack(cell, settings.cell_blocks, cycle=4, dropout=settings.dropout)
        self.likelihood = MixtureOfGaussians(cell, settings.components)

    def fit_scale(self, z_ND: np.ndarray) -> None:
        """Remember mean and standard deviation of each dimension; the network sees them out."""
        self.mean.copy_(torch.from_numpy(z_ND.mean(0)))
        self.scale.copy_(torch.from_numpy(z_ND.std(0) + 1e-3))

    def loss(self, z_NQD: Tensor, phase: int = 0) -> Tensor:
        """Negative log-density in nats of each position ``(N, Q)``; ``phase`` is the place of
        the first position within its window."""
        x = (z_NQD - self.mean) / self.scale
        n, q, _ = x.shape
        index = (torch.arange(q, device=x.device) + phase) % self.positions
        past = torch.cat([torch.zeros_like(x[:, :1]), x[:, :-1]], dim=1)
        context = self.steps(self.past(past) + self.place[index])
        cells = self.to_cells(context).reshape(n, q, self.latent, self.cell_width) + self.row
        embedded = self.value(x[..., None])
        before = torch.cat([torch.zeros_like(embedded[:, :, :1]), embedded[:, :, :-1]], dim=2)
        features = self.cells(cells + before)
        nll = self.likelihood.loss(features, x) + torch.log(self.scale)
        return nll.sum(-1)

    @torch.no_grad()
    def sample(self, noise_NQD2: Tensor, temperature: float = 1.0) -> Tensor:
        """Draw ``(N, Q, D)`` from uniform (component) and normal (value) noise.

        ``noise_NQD2[..., 0]`` is uniform on [0, 1), ``[..., 1]`` standard normal, so that equal
        noise gives equal latents. Temperature scales each component's standard deviation.
        """
        n, q, d, _ = noise_NQD2.shape
        memory, alone = self.steps.start(n), self.steps.conditions(None)
        alone_within = self.cells.conditions(None)
        x = torch.zeros(n, d)
        out = torch.empty(n, q, d)
        for t in range(q):
            here = self.past(x) + self.place[t % self.positions]
            context = self.steps.step(here, memory, t, alone)
            base = self.to_cells(context).reshape(n, d, self.cell_width) + self.row
            inner = self.cells.start(n)
            before = torch.zeros(n, self.cell_width)
            x = torch.empty(n, d)
            for r in range(d):
                features = self.cells.step(base[:, r] + before, inner, r, alone_within)
                log_weights, means, log_scales = self.likelihood.parts(features)
                edges = log_weights.exp().cumsum(-1)
                pick = (edges < noise_NQD2[:, t, r, :1] * edges[:, -1:]).sum(-1, keepdim=True)
                pick = pick.clamp(max=means.shape[-1] - 1)
                value = means.gather(1, pick)[:, 0] + temperature * noise_NQD2[:, t, r, 1] * (
                    log_scales.gather(1, pick)[:, 0].exp()
                )
                x[:, r] = value
                before = self.value(value[:, None])
            out[:, t] = x
        return out * self.scale + self.mean
