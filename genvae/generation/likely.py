"""How likely latents are under the aggregate posterior.

Axes:  N pieces · W windows · P positions · D dims of z · Z = P*D
"""

from __future__ import annotations

import numpy as np

from genvae.models.files import ModelFile


def nats(model: ModelFile, z_NWPD: np.ndarray) -> np.ndarray:
    """What the windows of each piece cost the Gaussian on the aggregate posterior, up to a
    constant: ``(N,)``, lower is likelier."""
    count, windows = z_NWPD.shape[:2]
    factor_ZZ = model.gaussian.factor.numpy().astype(float)
    apart_MZ = z_NWPD.reshape(count * windows, -1) - model.gaussian.mean.numpy().astype(float)
    white_ZM = np.linalg.solve(factor_ZZ, apart_MZ.T)
    cost_NW = 0.5 * np.square(white_ZM).sum(0).reshape(count, windows)
    return np.asarray(cost_NW.sum(1))
