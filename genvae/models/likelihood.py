"""How the decoder's output scores what was there: one likelihood a field.

Axes:  N chunks · T steps · R cells of the field · E cell channels · K categories
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genvae.domains.base import Field
from genvae.models.features import feature_count, features_of

SPREAD = 0.1
"""Standard deviation of a real cell around its mean."""
SCALES = (-5.0, 3.0)
"""Between what the logarithm of a component's standard deviation lies."""


class CellLikelihood(nn.Module, ABC):
    """What every kind of field has."""

    field: Field

    @abstractmethod
    def logits(self, features: Tensor) -> Tensor:
        """``(..., E) -> (..., K)``: what decoding chooses by."""

    @abstractmethod
    def loss(self, features_NTRE: Tensor, cells_NTR: Tensor) -> Tensor:
        """What each step costs, ``(N, T)``."""


class Categorical(CellLikelihood):
    """Cross-entropy over a field's categories (nats a cell).

    The logit of a category is the sum of those of its features (see ``features``), normalised
    exactly over all categories: for sets a log-linear model with pairs (Ising).
    """

    def __init__(self, field: Field, channels: int) -> None:
        super().__init__()
        self.field = field
        self.head = nn.Linear(channels, feature_count(field))

    def logits(self, features: Tensor) -> Tensor:
        """``(..., E) -> (..., K)``."""
        y: Tensor = self.head(features)
        shared = features_of(self.field)
        return y if shared is None else y @ shared.to(y).T

    def loss(self, features_NTRE: Tensor, cells_NTR: Tensor) -> Tensor:
        """Negative log-likelihood of each step, ``(N, T)``, in nats."""
        logits = self.logits(features_NTRE)
        flat = F.cross_entropy(
            logits.reshape(-1, self.field.categories), cells_NTR.reshape(-1), reduction="none"
        )
        return flat.reshape(cells_NTR.shape).sum(-1)


class Bernoulli(CellLikelihood):
    """Binary cross-entropy of a yes or no (nats a cell): one logit."""

    def __init__(self, field: Field, channels: int) -> None:
        super().__init__()
        self.field = field
        self.head = nn.Linear(channels, 1)

    def logits(self, features: Tensor) -> Tensor:
        """``(..., E) -> (..., 2)``: of no, 0; of yes."""
        yes: Tensor = self.head(features)
        return torch.cat([torch.zeros_like(yes), yes], dim=-1)

    def loss(self, features_NTRE: Tensor, cells_NTR: Tensor) -> Tensor:
        """Negative log-likelihood of each step, ``(N, T)``, in nats."""
        yes_NTR = self.head(features_NTRE)[..., 0]
        flat = F.binary_cross_entropy_with_logits(yes_NTR, cells_NTR.to(yes_NTR), reduction="none")
        return flat.sum(-1)


class SquaredError(CellLikelihood):
    """Squared error of a number in [0, 1], as a Gaussian of standard deviation ``SPREAD`` has it
    (nats a cell, up to a constant)."""

    def __init__(self, field: Field, channels: int) -> None:
        super().__init__()
        self.field = field
        self.head = nn.Linear(channels, 1)

    def logits(self, features: Tensor) -> Tensor:
        """``(..., E) -> (..., K)``: the Gaussian's log density at each even step, up to a
        constant; the likeliest is the one nearest to the mean."""
        mean = self.head(features)
        values = torch.linspace(0.0, 1.0, self.field.categories, device=mean.device)
        y: Tensor = -0.5 * ((values - mean) / SPREAD).square()
        return y

    def loss(self, features_NTRE: Tensor, cells_NTR: Tensor) -> Tensor:
        """Weighted squared error of each step, ``(N, T)``."""
        values_NTR = cells_NTR / (self.field.categories - 1)
        mean_NTR = self.head(features_NTRE)[..., 0]
        y: Tensor = 0.5 * ((values_NTR - mean_NTR) / SPREAD).square().sum(-1)
        return y


LIKELIHOODS: dict[str, Callable[[Field, int], CellLikelihood]] = {
    "categorical": Categorical,
    "binary": Bernoulli,
    "real": SquaredError,
}
"""By ``Field.kind``."""


class MixtureOfGaussians(nn.Module):
    """A real cell as a mixture of Gaussians (nats a cell); the sequence prior's likelihood."""

    def __init__(self, channels: int, components: int) -> None:
        super().__init__()
        self.components = components
        self.head = nn.Linear(channels, 3 * components)
        with torch.no_grad():
            self.head.weight.mul_(0.5)
            self.head.bias.zero_()
            self.head.bias[components : 2 * components] = torch.linspace(-1.5, 1.5, components)

    def parts(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """``(..., E)`` -> log weights, means, log standard deviations, each ``(..., M)``."""
        weights, means, scales = self.head(features).chunk(3, dim=-1)
        return F.log_softmax(weights, dim=-1), means, scales.clamp(*SCALES)

    def loss(self, features: Tensor, values: Tensor, lean: Tensor | None = None) -> Tensor:
        """Negative log-likelihood of each value, the shape of ``values``; ``lean (..., M)`` is
        added to the means."""
        log_weights, means, log_scales = self.parts(features)
        if lean is not None:
            means = means + lean
        normal = -0.5 * ((values[..., None] - means) * torch.exp(-log_scales)).square()
        normal = normal - log_scales - 0.9189385332046727  # log sqrt(2 pi)
        return -torch.logsumexp(log_weights + normal, dim=-1)

    def draw(
        self, features_NE: Tensor, noise_N2: np.ndarray, temperature: float, lean: Tensor | None
    ) -> Tensor:
        """A value each, ``(N, 1)``, from uniform (component) and normal (value) noise. In NumPy,
        whose steps are so small here that torch's would take three times as long to begin."""
        parts_NX = F.linear(features_NE, self.head.weight, self.head.bias).numpy()
        m = self.components
        weights_NM = parts_NX[:, :m]
        edges_NM = np.exp(weights_NM - weights_NM.max(1, keepdims=True)).cumsum(1)
        pick_N = (edges_NM < noise_N2[:, :1] * edges_NM[:, -1:]).sum(1)
        pick_N = np.minimum(pick_N, m - 1)
        rows = np.arange(len(pick_N))
        mean_N, scale_N = parts_NX[rows, m + pick_N], parts_NX[rows, 2 * m + pick_N]
        if lean is not None:
            mean_N = mean_N + lean.numpy()[rows, pick_N]
        scale_N = np.exp(np.clip(scale_N, *SCALES))
        value_N = mean_N + np.float32(temperature) * noise_N2[:, 1] * scale_N
        return torch.from_numpy(value_N[:, None])
