"""Ways to tell a window in L numbers, so that a network and a linear map answer the same questions.

Axes:  N windows · T steps · R cells of a step · P positions · D dims of z · L = P*D · F one-hot
       C conditions
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import torch

from genvae.domains.base import Codec, Windows, WindowSpec, split_cells
from genvae.models.autoencoder import Autoencoder
from genvae.models.decoding import decode
from genvae.models.prior import GaussianPrior

BATCH = 256


class Representation(ABC):
    """Windows to numbers and back."""

    @abstractmethod
    def encode(self, cells_NTR: np.ndarray) -> np.ndarray:
        """``z_NL``."""

    @abstractmethod
    def decode(self, z_NL: np.ndarray, rng: np.random.Generator | None = None) -> Windows:
        """The likeliest windows; with ``rng`` windows drawn where the decoder is random."""

    @abstractmethod
    def draw(self, count: int, prior: str, rng: np.random.Generator) -> np.ndarray | None:
        """New latents from ``gaussian`` (fitted to the training windows) or ``standard``;
        None where that has no meaning."""


class Network(Representation):
    """A trained autoencoder. A conditional one hears the classes that follow the cells of windows
    (see ``conditions.split``); window i that it decodes is told what is in row i of ``told_NC``."""

    def __init__(
        self,
        model: Autoencoder,
        gaussian: GaussianPrior,
        codec: Codec,
        told_NC: np.ndarray | None = None,
    ) -> None:
        self.model, self.gaussian, self.codec, self.told_NC = model, gaussian, codec, told_NC

    @torch.no_grad()
    def encode(self, cells_NTR: np.ndarray) -> np.ndarray:
        parts = [
            self.model.encode(torch.from_numpy(cells_NTR[at : at + BATCH])).mean_NPD.flatten(1)
            for at in range(0, len(cells_NTR), BATCH)
        ]
        return np.asarray(torch.cat(parts).numpy())

    def decode(self, z_NL: np.ndarray, rng: np.random.Generator | None = None) -> Windows:
        spec = self.codec.spec
        cells = []
        for at in range(0, len(z_NL), BATCH):
            z = torch.from_numpy(z_NL[at : at + BATCH].astype(np.float32))
            told = None
            if self.told_NC is not None:
                told = torch.from_numpy(self.told_NC[at : at + len(z)])
            uniforms = None if rng is None else rng.random((len(z), spec.steps, spec.rows))
            cells.append(
                decode(
                    self.model.decoder,
                    z.reshape(len(z), *self.model.latent_shape),
                    uniforms_NSR=uniforms,
                    constraints=self.codec.constraints(),
                    told_NC=told,
                )
            )
        return split_cells(spec, np.concatenate(cells))

    @torch.no_grad()
    def draw(self, count: int, prior: str, rng: np.random.Generator) -> np.ndarray | None:
        size = int(np.prod(self.model.latent_shape))
        noise = torch.from_numpy(rng.standard_normal((count, size)).astype(np.float32))
        found = self.gaussian.transform(noise) if prior == "gaussian" else noise
        return np.asarray(found.numpy())


class Linear(Representation):
    """Principal components of the cells as zeros and ones (Pearson 1901), by scikit-learn."""

    def __init__(self, cells_NTR: np.ndarray, size: int, spec: WindowSpec, seed: int = 0) -> None:
        from sklearn.decomposition import PCA

        self.spec = spec
        size = min(size, len(cells_NTR) - 1)
        self.pca = PCA(size, svd_solver="randomized", random_state=seed)
        self.pca.fit(one_hot(cells_NTR, spec))

    def encode(self, cells_NTR: np.ndarray) -> np.ndarray:
        parts = [
            self.pca.transform(one_hot(cells_NTR[at : at + BATCH], self.spec))
            for at in range(0, len(cells_NTR), BATCH)
        ]
        return np.concatenate(parts)

    def decode(self, z_NL: np.ndarray, rng: np.random.Generator | None = None) -> Windows:
        parts = [
            most_likely(self.pca.inverse_transform(z_NL[at : at + BATCH]), self.spec)
            for at in range(0, len(z_NL), BATCH)
        ]
        return split_cells(self.spec, np.concatenate(parts))

    def draw(self, count: int, prior: str, rng: np.random.Generator) -> np.ndarray | None:
        if prior != "gaussian":
            return None
        spread_L = np.sqrt(self.pca.explained_variance_)
        return np.asarray(rng.standard_normal((count, len(spread_L))) * spread_L)


def one_hot(cells_NTR: np.ndarray, spec: WindowSpec) -> np.ndarray:
    """``(N, F)`` of 0 and 1, a number for each category of each cell."""
    parts = [
        np.eye(field.categories, dtype=np.float32)[cells_NTR[:, :, row]].reshape(len(cells_NTR), -1)
        for row, (field, _) in enumerate(spec.cells())
    ]
    return np.concatenate(parts, axis=1)


def most_likely(x_NF: np.ndarray, spec: WindowSpec) -> np.ndarray:
    """``cells_NTR``: the category with the largest number in each cell."""
    cells = np.empty((len(x_NF), spec.steps, spec.rows), dtype=np.int64)
    at = 0
    for row, (field, _) in enumerate(spec.cells()):
        width = spec.steps * field.categories
        part = x_NF[:, at : at + width].reshape(len(x_NF), spec.steps, field.categories)
        cells[:, :, row] = part.argmax(-1)
        at += width
    return cells
