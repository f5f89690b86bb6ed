"""How unusual windows are to a model: by the encoder, by reconstruction, by their order.

Axes:  W windows of a piece · P positions · D dims of z · Z = P*D · S steps · T steps of a window
       R cells · H halves of windows
"""

from __future__ import annotations

import numpy as np
import torch

from genvae.domains.base import Windows, stack_cells
from genvae.models.files import ModelFile

SHUFFLES = 6
"""Orders of its own halves of windows that a piece is held against."""
LONGEST = 64
"""Windows that are judged together; a longer piece is judged in stretches."""


def surprise(model: ModelFile, windows: Windows) -> tuple[dict[str, np.ndarray], float]:
    """Scores of each window of one piece, ``(W,)``, and the score of the piece's order, in nats;
    higher is stranger.

    ``encoder``: distance of the posterior's mean from the aggregate posterior (a Gaussian on it).
    ``reconstruction``: what the cells cost the decoder that knows z and the cells before.
    ``sequence``: what the window's z costs the sequence prior, which has seen the windows before,
    more than it costs alone (0 without such a prior). The order's score is what the latents
    of a window cost that prior, less what they cost when the halves of the windows are shuffled:
    a piece in its own order costs less than shuffled, one that was shuffled already does not. Of
    layered windows, whose halves are over one place, nothing is said of the order.
    """
    spec = model.spec
    assert spec is not None
    cells_WTR = torch.from_numpy(stack_cells(spec, windows).astype(np.int64))
    parts = [_scores(model, part) for part in torch.split(cells_WTR, LONGEST)]
    scores = {name: np.concatenate([part[0][name] for part in parts]) for name in parts[0][0]}
    weights = [len(part[0]["encoder"]) for part in parts]
    return scores, float(np.average([part[1] for part in parts], weights=weights))


@torch.no_grad()
def _scores(model: ModelFile, cells_WTR: torch.Tensor) -> tuple[dict[str, np.ndarray], float]:
    mean_WPD = model.autoencoder.encode(cells_WTR).mean_NPD
    count, steps, rows = cells_WTR.shape
    gaussian = model.gaussian
    apart_WZ = mean_WPD.reshape(count, -1) - gaussian.mean
    white_ZW = torch.linalg.solve_triangular(gaussian.factor, apart_WZ.T, upper=False)
    alone_W = 0.5 * white_ZW.square().sum(0)
    cells_1SR = cells_WTR.reshape(1, -1, rows)
    features = model.decoder(mean_WPD.reshape(1, -1, mean_WPD.shape[-1]), cells_1SR)
    cost_W = torch.zeros(count)
    for likelihood, owned in model.decoder.owners():
        nll_1S = likelihood.loss(features[:, :, owned], cells_1SR[:, :, owned])
        cost_W += nll_1S.reshape(count, steps).sum(1)
    sequence_W, order = torch.zeros(count), 0.0
    if model.sequence is not None:
        place_W = model.sequence.loss(mean_WPD.reshape(1, -1, mean_WPD.shape[-1]))
        sequence_W = place_W.reshape(count, -1).sum(1) - alone_W
        if model.spec is not None and model.spec.layers == 1:
            order = float(place_W.sum()) / count - _shuffled(model, cells_WTR)
    found = {"encoder": alone_W, "reconstruction": cost_W, "sequence": sequence_W}
    return {name: value.numpy().astype(float) for name, value in found.items()}, order


def _shuffled(model: ModelFile, cells_WTR: torch.Tensor) -> float:
    """Nats a window of the latents of shuffled halves of windows."""
    assert model.sequence is not None
    count, steps, rows = cells_WTR.shape
    halves_HTR = cells_WTR.reshape(2 * count, steps // 2, rows)
    rng = np.random.default_rng(0)
    orders = [torch.from_numpy(rng.permutation(2 * count)) for _ in range(SHUFFLES)]
    mixed = torch.cat([halves_HTR[order].reshape(count, steps, rows) for order in orders])
    mean = model.autoencoder.encode(mixed).mean_NPD
    nats = model.sequence.loss(mean.reshape(SHUFFLES, -1, mean.shape[-1]))
    return float(nats.sum()) / (SHUFFLES * count)
