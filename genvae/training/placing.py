"""Fitting a placer beside an autoencoder that stays as it is.

Axes:  N windows · T steps · R rows · C columns · K kinds · X = R*C places
"""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import deepcopy

import numpy as np
import torch
from torch import Tensor

from genvae.models.autoencoder import Autoencoder
from genvae.models.conditions import split
from genvae.models.placer import Placer, masked_cost
from genvae.settings import PlaceSettings
from genvae.training.batches import Chunks

UNHEARD = 0.6
"""Share of the windows whose z is not heard."""
OUT_OF_ORDER = 0.1
"""Share of the windows in which things of later kinds stand already: as where a part is kept."""
VALIDATION = 512
AVERAGE = 0.998


def moments(
    placer: Placer, cells_NTR: Tensor, rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """For each window a moment of its placing: planes, the kind that comes next, where it may come
    ``(N, X)``, and where things of the kind still are to come ``(N, X)``."""
    placement = placer.placement
    ground_NRC, has_NKRC = placement.split(cells_NTR.numpy())
    n, kinds = has_NKRC.shape[:2]
    order = np.array(placement.order)
    thing_N = rng.integers(len(order), size=n)
    kind_N = order[thing_N]
    done_N = thing_N - np.searchsorted(order, kind_N)
    early_N1 = rng.random((n, 1)) < OUT_OF_ORDER
    shown_NK = np.greater(kind_N[:, None], np.arange(kinds))
    shown_NK |= early_N1 & (rng.random((n, kinds)) < 0.5)
    shown_NK[np.arange(n), kind_N] = False
    stand_NKRC = has_NKRC & shown_NK[:, :, None, None]
    own_NRC = has_NKRC[np.arange(n), kind_N]
    dice = np.where(own_NRC, rng.random(own_NRC.shape), 2.0).reshape(n, -1)
    place_NX = dice.argsort(1).argsort(1)
    stands_NX = own_NRC.reshape(n, -1) & (place_NX < done_N[:, None])
    stand_NKRC[np.arange(n), kind_N] = stands_NX.reshape(own_NRC.shape)
    planes, may_NRC = placement.seen(ground_NRC, stand_NKRC, kind_N)
    target_NX = own_NRC.reshape(n, -1) & ~stands_NX
    return (
        torch.from_numpy(planes),
        torch.from_numpy(kind_N),
        torch.from_numpy(may_NRC.reshape(n, -1)),
        torch.from_numpy(target_NX.astype(np.float32)),
    )


def fit_placer(
    placer: Placer,
    model: Autoencoder,
    train: Chunks,
    validation: Chunks,
    settings: PlaceSettings,
    *,
    seed: int = 0,
    progress: Callable[[int, float], None] | None = None,
) -> dict[str, float]:
    """Minimise the nats of each thing's place; the weights are the average over the last steps.
    Returns the nats of a validation window's things, z heard and not heard. Chunks are of one
    window."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    model.eval()
    optimizer = torch.optim.AdamW(placer.parameters(), settings.rate, weight_decay=0.01)
    average = deepcopy(placer)
    placer.train()
    for step in range(settings.steps):
        fall = 0.5 * (1 + math.cos(math.pi * step / settings.steps))
        for group in optimizer.param_groups:
            group["lr"] = settings.rate * min(1.0, (step + 1) / 100) * fall
        cells, _ = train.draw(settings.batch, rng)
        heard_N = torch.from_numpy((rng.random(len(cells)) >= UNHEARD).astype(np.float32))
        with torch.autocast("cpu", torch.bfloat16, enabled=settings.half):
            loss = _cost(placer, model, cells, heard_N, rng).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(placer.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        keep = min(AVERAGE, step / (step + 10))
        with torch.no_grad():
            for mean, now in zip(average.parameters(), placer.parameters(), strict=True):
                mean.lerp_(now, 1 - keep)
        if progress:
            progress(step + 1, loss.item() * len(placer.placement.order))
    placer.load_state_dict(average.state_dict())
    placer.eval()
    return {
        "validation_nats": evaluate(placer, model, validation, 1.0),
        "validation_nats_without_z": evaluate(placer, model, validation, 0.0),
    }


def _cost(
    placer: Placer,
    model: Autoencoder,
    cells: Tensor,
    heard_N: Tensor,
    rng: np.random.Generator,
) -> Tensor:
    """Nats ``(N,)`` of one thing of each window."""
    with torch.no_grad():
        z_NPD = model.encode(cells).sample()
    cells_NTR, _ = split(cells, model.spec.rows)
    planes, kind_N, may_NX, target_NX = moments(placer, cells_NTR, rng)
    return masked_cost(placer(planes, kind_N, z_NPD, heard_N).float(), may_NX, target_NX)


@torch.no_grad()
def evaluate(placer: Placer, model: Autoencoder, chunks: Chunks, heard: float) -> float:
    """Nats of all things of a window, estimated from one thing of each."""
    rng, found = np.random.default_rng(1), []
    for cells, _ in chunks.in_order(64, VALIDATION):
        found.append(_cost(placer, model, cells, torch.full((len(cells),), heard), rng))
    return float(torch.cat(found).mean()) * len(placer.placement.order)
