"""Fitting a cleaner beside an autoencoder that stays as it is.

Axes:  N stretches · W windows · S steps · R cells
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from genvae.domains.base import Codec
from genvae.models.autoencoder import Autoencoder
from genvae.models.cleaner import Cleaner, Guess, cost, guess, no_guess
from genvae.settings import CleanSettings
from genvae.training.batches import Chunks, corrupted

UNDAMAGED = 0.15
"""Share of the stretches that are clean as they are: what is right has to be known, too."""
LEAST = 0.005
"""Smallest share of damage but none."""
REMEMBERED = 600
"""Damaged stretches that are kept for later steps."""
VALIDATION = 64
"""Stretches by which the best weights are chosen."""


def drawn_rates(count: int, most: float, rng: np.random.Generator) -> np.ndarray:
    """Rates of damage, ``(N,)``: none, or up to ``most`` with the small ones as often as the
    large."""
    low, high = math.log(min(LEAST, most)), math.log(most)
    rates = np.exp(rng.uniform(low, high, size=count))
    none: np.ndarray = np.where(rng.random(count) < UNDAMAGED, 0.0, rates)
    return none


@dataclass(frozen=True)
class Example:
    """Stretches as they are, weights of their windows, rates of damage, as they were damaged, and
    what the autoencoder makes of that."""

    clean_NSR: Tensor
    weight_NW: Tensor
    rate_N: Tensor
    damaged_NSR: Tensor
    guessed: Guess

    def __len__(self) -> int:
        return len(self.clean_NSR)


def example(
    model: Autoencoder,
    codec: Codec,
    cells_NSR: Tensor,
    weight_NW: Tensor,
    settings: CleanSettings,
    rng: np.random.Generator,
) -> Example:
    """Stretches damaged at rates that are drawn."""
    rates = drawn_rates(len(cells_NSR), settings.most, rng)
    damaged = corrupted(codec, cells_NSR, rates, rng)
    told = torch.from_numpy(rates.astype(np.float32))
    guessed = guess(model, damaged) if settings.guess else no_guess(damaged)
    return Example(cells_NSR, weight_NW, told, damaged, guessed)


def together(parts: Sequence[Example]) -> Example:
    """Several examples as one."""
    return Example(
        torch.cat([p.clean_NSR for p in parts]),
        torch.cat([p.weight_NW for p in parts]),
        torch.cat([p.rate_N for p in parts]),
        torch.cat([p.damaged_NSR for p in parts]),
        Guess(
            torch.cat([p.guessed.best_NSR for p in parts]),
            torch.cat([p.guessed.logs_NSR2 for p in parts]),
        ),
    )


def fit_cleaner(
    cleaner: Cleaner,
    model: Autoencoder,
    train: Chunks,
    validation: Chunks,
    settings: CleanSettings,
    *,
    seed: int = 0,
    progress: Callable[[int, float], None] | None = None,
) -> dict[str, float]:
    """Minimise the nats of clean cells given damaged ones; keep the best weights by validation.
    Returns the best step and its nats a window on validation stretches.

    What the autoencoder makes of a stretch costs more than a step of the cleaner: one that hears
    its guess takes one new stretch in four, and the others from the ``REMEMBERED`` last ones.
    """
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    model.eval()
    codec = train.codec
    held = [
        example(model, codec, *part, settings, np.random.default_rng(1))
        for part in validation.in_order(settings.batch, VALIDATION)
    ]
    optimizer = torch.optim.AdamW(
        cleaner.parameters(), settings.rate, betas=(0.9, 0.98), weight_decay=0.02, fused=True
    )
    best, best_state, best_step = math.inf, None, 0
    every = max(1, min(250, settings.steps // 4))
    fresh = max(1, settings.batch // 4) if settings.guess else settings.batch
    seen: deque[Example] = deque(maxlen=REMEMBERED)
    cleaner.train()
    for step in range(settings.steps):
        fall = 0.02 + 0.49 * (1 + math.cos(math.pi * step / settings.steps))
        for group in optimizer.param_groups:
            group["lr"] = settings.rate * min(1.0, (step + 1) / 100) * fall
        for _ in range(fresh):
            seen.append(example(model, codec, *train.draw(1, rng), settings, rng))
        older = rng.integers(len(seen), size=settings.batch - fresh)
        batch = together([*(seen[-1 - i] for i in range(fresh)), *(seen[i] for i in older)])
        nats, weight = _nats(cleaner, codec, batch)
        loss = nats / weight
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(cleaner.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if progress:
            progress(step + 1, loss.item())
        if (step + 1) % every == 0 or step + 1 == settings.steps:
            measured = evaluate(cleaner, codec, held)
            if measured < best:
                best, best_step = measured, step + 1
                best_state = {k: v.clone() for k, v in cleaner.state_dict().items()}
    if best_state is not None:
        cleaner.load_state_dict(best_state)
    cleaner.eval()
    return {"validation_nats": best, "best_step": float(best_step)}


def _nats(cleaner: Cleaner, codec: Codec, batch: Example) -> tuple[Tensor, Tensor]:
    """Nats of the clean cells of all stretches, and how many windows they have."""
    logits = cleaner(batch.damaged_NSR, batch.guessed, batch.rate_N)
    weight_NS = batch.weight_NW.repeat_interleave(codec.spec.steps, dim=1)
    nats = cost(logits, codec.spec, batch.clean_NSR) * weight_NS
    return nats.sum(), batch.weight_NW.sum().clamp(min=1)


@torch.no_grad()
def evaluate(cleaner: Cleaner, codec: Codec, held: Sequence[Example]) -> float:
    """Nats a window."""
    cleaner.eval()
    found = [_nats(cleaner, codec, part) for part in held]
    cleaner.train()
    return float(sum(n for n, _ in found) / sum(w for _, w in found))
