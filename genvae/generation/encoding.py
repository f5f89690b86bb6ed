"""From windows to latents: the one place where generation needs the encoder.

Axes:  N windows · T steps · R cells · P positions · D dims of z
"""

from __future__ import annotations

import numpy as np
import torch

from genvae.domains.base import Windows, stack_cells
from genvae.models.files import ModelFile


@torch.no_grad()
def posterior_means(model: ModelFile, windows: Windows) -> np.ndarray:
    """The mean of each window's posterior, ``(N, P, D)``."""
    assert model.spec is not None
    cells_NTR = torch.from_numpy(stack_cells(model.spec, windows).astype(np.int64))
    means: np.ndarray = model.autoencoder.encode(cells_NTR).mean_NPD.numpy()
    return means
