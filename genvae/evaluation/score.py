"""Scoring a checkpoint by what it makes.

Axes:  N windows · T steps · R cells
"""

from __future__ import annotations

import numpy as np
import torch

from genvae.domains.base import Codec, split_cells
from genvae.evaluation import metrics
from genvae.models.autoencoder import Autoencoder
from genvae.models.decoding import decode
from genvae.models.prior import GaussianPrior

CHUNKS = 48
"""Chunks sampled to score a checkpoint."""


@torch.no_grad()
def score_samples(
    model: Autoencoder, codec: Codec, real_NTR: np.ndarray, windows: int
) -> dict[str, float]:
    """Distance of samples to real windows; see ``metrics.distance``.

    The samples are ``windows`` windows long. They come from the sequence prior where it is learned
    along, else from the plain prior, a Gaussian on the posteriors of the real windows.
    """
    model.eval()
    rng = np.random.default_rng(0)
    positions, latent = model.latent_shape
    if model.prior is not None:
        size = (CHUNKS, windows * positions, latent)
        noise = np.stack([rng.random(size), rng.standard_normal(size)], axis=-1)
        z = model.prior.sample(torch.from_numpy(noise.astype(np.float32)))
    else:
        posterior = model.encode(torch.from_numpy(real_NTR).to(model.decoder.place.device))
        plain = GaussianPrior(positions * latent)
        plain.fit(posterior.mean_NPD.cpu().numpy(), posterior.variance().cpu().numpy())
        noise = rng.standard_normal((CHUNKS * windows, positions * latent)).astype(np.float32)
        z = plain.transform(torch.from_numpy(noise)).reshape(CHUNKS, -1, latent)
    uniforms = rng.random((CHUNKS, windows * codec.spec.steps, codec.spec.rows))
    cells = decode(model.decoder, z, uniforms_NSR=uniforms, constraints=codec.constraints())
    made = split_cells(codec.spec, cells.reshape(-1, codec.spec.steps, codec.spec.rows))
    found = metrics.distance(codec, made, split_cells(codec.spec, real_NTR))
    model.train()
    return found
