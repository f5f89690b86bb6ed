"""Distributions over latents to draw new ones from.

Axes:  N pieces · W windows · P positions of a window · Q = W*P · D dims of z · E cell channels

- ``standard``: N(0, I), as in the first VAE.
- ``gaussian``: one full-covariance Gaussian fitted to the aggregate posterior of windows.
- ``sequence``: a causal convolution over positions, and within a position over the dimensions
  of z, each a mixture of Gaussians: it knows how windows follow one another. With a *form* it
  also hears which earlier window each window returns to (see ``form``), and it hears the classes
  of a piece where there are conditions (see ``conditions``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genvae.models.conditions import shifts
from genvae.models.form import ENDS, KINDS, SAME, UNTOLD, Form, Guide
from genvae.models.likelihood import MixtureOfGaussians
from genvae.models.networks import CausalStack
from genvae.settings import PriorSettings


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

    def given(self, z_X: np.ndarray, open_X: np.ndarray, noise_X: np.ndarray) -> np.ndarray:
        """One window's numbers, those that are ``open`` drawn given the others; ``noise_X`` is
        standard normal."""
        x, kept_X = z_X.astype(np.float64), ~open_X
        mean, factor = self.mean.double().numpy(), self.factor.double().numpy()
        covariance = factor @ factor.T
        across = covariance[np.ix_(open_X, kept_X)]
        gain = np.linalg.solve(covariance[np.ix_(kept_X, kept_X)], across.T).T
        left = covariance[np.ix_(open_X, open_X)] - gain @ across.T
        centre = mean[open_X] + gain @ (x - mean)[kept_X]
        x[open_X] = centre + np.linalg.cholesky(left) @ noise_X[open_X]
        return x.astype(np.float32)


class SequencePrior(nn.Module):
    """A causal model of the latents of whole pieces, position after position."""

    mean: Tensor
    scale: Tensor
    noise: Tensor

    def __init__(
        self,
        positions: int,
        latent: int,
        settings: PriorSettings,
        conditions: Sequence[int] = (),
        fields: int = 1,
    ) -> None:
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
        self.condition = shifts(conditions, width)
        self.condition_cells = shifts(conditions, latent * cell)
        self.form = Form(fields, settings.form_weight) if settings.form else None
        if self.form is not None:
            self.register_buffer("noise", torch.ones(latent))
            self.kinds = nn.Embedding(KINDS, width)
            self.ends = nn.Parameter(torch.zeros(2, ENDS + 1, width))
            self.refer = nn.Linear(latent, width)
            self.refer_value = nn.Linear(2, cell)
            self.lean = nn.Parameter(torch.zeros(settings.components))
            # All silent at first: a prior that was learned without a form goes on with one.
            for silent in (self.kinds.weight, *self.refer.parameters()):
                nn.init.zeros_(silent)
            nn.init.zeros_(self.refer_value.weight)
            nn.init.zeros_(self.refer_value.bias)

    def fit_scale(self, z_ND: np.ndarray) -> None:
        """Remember mean and standard deviation of each dimension; the network sees them out."""
        self.mean.copy_(torch.from_numpy(z_ND.mean(0)))
        self.scale.copy_(torch.from_numpy(z_ND.std(0) + 1e-3))

    def _told(self, guide: Guide | None) -> Tensor | float:
        """What the form says of each window, as the steps hear it: ``(N, W, width)``."""
        if self.form is None:
            return 0.0
        if guide is None:
            untold: Tensor = self.kinds.weight[UNTOLD]
            return untold
        kind = torch.from_numpy(guide.kind_NW)
        start, end = torch.from_numpy(guide.ends).unbind(-1)
        told: Tensor = self.kinds(kind) + self.ends[0][start] + self.ends[1][end]
        return told

    @torch.no_grad()
    def tell(self, told_C: Tensor) -> None:
        """Settle the classes of all that is to come."""
        if self.condition is not None and self.condition_cells is not None:
            self.place.add_(self.condition(told_C[None]))
            self.row.add_(self.condition_cells(told_C[None]).reshape(self.row.shape))
            self.condition = self.condition_cells = None

    def _classes(self, told_NC: Tensor | None) -> tuple[Tensor | float, Tensor | float]:
        """What the classes add to steps ``(N, width)`` and to cells ``(N, D, E)``."""
        if self.condition is None or self.condition_cells is None:
            return 0.0, 0.0
        cells = self.condition_cells(told_NC)
        return self.condition(told_NC), cells.reshape(-1, self.latent, self.cell_width)

    def loss(
        self,
        z_NQD: Tensor,
        phase: int = 0,
        guide: Guide | None = None,
        told_NC: Tensor | None = None,
    ) -> Tensor:
        """Negative log-density in nats of each position ``(N, Q)``; ``phase`` is the place of
        the first position within its window. With a guide ``z_NQD`` are whole windows, and what
        those cost that return exactly is not to be counted: they are not drawn but copied."""
        x = (z_NQD - self.mean) / self.scale
        n, q, _ = x.shape
        index = (torch.arange(q, device=x.device) + phase) % self.positions
        past = torch.cat([torch.zeros_like(x[:, :1]), x[:, :-1]], dim=1)
        here = self.past(past) + self.place[index]
        by_step, by_cell = self._classes(told_NC)
        if isinstance(by_step, Tensor):
            here = here + by_step[:, None]
        told = self._told(guide)
        if isinstance(told, Tensor) and told.dim() == 3:
            told = told.repeat_interleave(self.positions, dim=1)
        here, reference = here + told, None
        if guide is not None and self.form is not None:
            reference, there = guide.reference(x, self.positions)
            here = here + self.refer(reference)
        cells = self.to_cells(self.steps(here)).reshape(n, q, self.latent, self.cell_width)
        cells = cells + self.row
        if isinstance(by_cell, Tensor):
            cells = cells + by_cell[:, None]
        if reference is not None:
            cells = cells + self._refer_cells(reference, there)
        embedded = self.value(x[..., None])
        before = torch.cat([torch.zeros_like(embedded[:, :, :1]), embedded[:, :, :-1]], dim=2)
        features = self.cells(cells + before)
        nll = self.likelihood.loss(features, x, self._lean(reference)) + torch.log(self.scale)
        return nll.sum(-1)

    def _refer_cells(self, reference: Tensor, there: Tensor) -> Tensor:
        """``(..., D)`` and ``(..., 1)`` to cell features ``(..., D, E)``."""
        both = torch.stack([reference, there.expand_as(reference)], dim=-1)
        y: Tensor = self.refer_value(both)
        return y

    def _lean(self, reference: Tensor | None) -> Tensor | None:
        """What is added to the components' means: ``(..., D, M)``."""
        return None if reference is None else reference[..., None] * self.lean

    @torch.inference_mode()
    def sample(
        self,
        noise_NQD2: Tensor,
        temperature: float = 1.0,
        guide: Guide | None = None,
        known_NKD: Tensor | None = None,
        open_NK: Tensor | None = None,
    ) -> Tensor:
        """Draw ``(N, Q, D)`` from uniform (component) and normal (value) noise.

        ``noise_NQD2[..., 0]`` is uniform on [0, 1), ``[..., 1]`` standard normal, so that equal
        noise gives equal latents. Temperature scales each component's standard deviation. With a
        guide, windows that return exactly are copies of their reference. ``known_NKD`` are the
        first K positions, which are not drawn, but for those that are ``open``: a piece is gone
        on with.
        """
        n, q, d, _ = noise_NQD2.shape
        noise = noise_NQD2.numpy()
        if self.form is None:
            guide = None
        memory, alone = self.steps.start(n), self.steps.conditions(None)
        alone_within = self.cells.conditions(None)
        x = torch.zeros(n, d)
        out, drawn_NQ = torch.zeros(n, q, d), torch.ones(n, q, dtype=torch.bool)
        if known_NKD is not None:
            known = known_NKD.shape[1]
            out[:, :known] = (known_NKD - self.mean) / self.scale
            drawn_NQ[:, :known] = False if open_NK is None else open_NK
        told = self._told(guide)
        by_step, by_cell = self._classes(None)
        # What comes after the last one that is drawn is as it is.
        end = int(drawn_NQ.any(0).nonzero().max()) + 1 if bool(drawn_NQ.any()) else 0
        for t in range(end):
            window, place = divmod(t, self.positions)
            here = self.past(x) + self.place[place] + by_step
            here = here + (told[:, window] if guide is not None else told)  # type: ignore[index]
            reference, there, copied = None, None, None
            if guide is not None:
                lag = guide.lag_NW[:, window]
                at = torch.from_numpy(t - lag * self.positions)
                there = torch.from_numpy(lag > 0).float()[:, None]
                reference = out[torch.arange(n), at] * there
                copied = torch.from_numpy(guide.kind_NW[:, window] == SAME)[:, None]
                here = here + self.refer(reference)
            context = self.steps.step(here, memory, t, alone)
            drawn_N1 = drawn_NQ[:, t, None]
            if not bool(drawn_N1.any()):
                x = out[:, t]
                continue
            if copied is not None and bool(copied.all()):
                assert reference is not None
                out[:, t] = x = torch.where(drawn_N1, reference, out[:, t])
                continue
            base = self.to_cells(context).reshape(n, d, self.cell_width) + self.row + by_cell
            if reference is not None and there is not None:
                base = base + self._refer_cells(reference, there)
            lean = self._lean(reference)
            inner = self.cells.start(n)
            before = torch.zeros(n, self.cell_width)
            x = torch.empty(n, d)
            for r in range(d):
                features = self.cells.step(base[:, r] + before, inner, r, alone_within)
                leaning = None if lean is None else lean[:, r]
                value_N1 = self.likelihood.draw(features, noise[:, t, r], temperature, leaning)
                x[:, r] = value_N1[:, 0]
                before = F.linear(value_N1, self.value.weight, self.value.bias)
            if copied is not None and reference is not None:
                x = torch.where(copied, reference, x)
            out[:, t] = x = torch.where(drawn_N1, x, out[:, t])
        return out * self.scale + self.mean
