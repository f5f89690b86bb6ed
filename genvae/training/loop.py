"""Training as one function over one state; devices and precision are Fabric's."""

from __future__ import annotations

import json
import math
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from genvae.errors import GenvaeError
from genvae.models.autoencoder import Autoencoder
from genvae.models.penalties import penalties
from genvae.recipe import Recipe
from genvae.training import checkpoint
from genvae.training.batches import Chunks

Score = Callable[[Autoencoder], dict[str, float]]
Preview = Callable[[Autoencoder, int], None]
Progress = Callable[[int, Mapping[str, float]], None]

WARMUP = 100
"""Steps over which the learning rate rises."""
VALIDATION_CHUNKS = 192
FULL = 1 << 60
"""A step at which beta has its final weight."""


@dataclass
class Outcome:
    """Where a run ended."""

    step: int
    best_step: int
    best: dict[str, float]
    seconds: float


def fit(
    model: Autoencoder,
    train: Chunks,
    validation: Chunks,
    recipe: Recipe,
    folder: Path,
    *,
    score: Score,
    preview: Preview | None = None,
    progress: Progress | None = None,
    resume: bool = False,
) -> Outcome:
    """Train; leave the best averaged weights in the model, which comes back to the CPU, and in
    ``folder/best.safetensors``.

    The best checkpoint has the lowest ``validation loss * (1 + score)``: the loss of held-out
    chunks at full beta, and the distance of fresh samples from the validation data as the
    ``score`` callback measures it. Where training chunks are distorted or mixed, the loss alone
    decides: samples would be of such pieces too. Where the decoder learns to hear blurred latents
    the loss is that of both. Parameters that need no gradient stay as they are.
    ``folder/metrics.jsonl`` gets a line a validation; ``folder/checkpoint.safetensors`` resumes
    optimizer, step and random states. Raises GenvaeError if no validation had a finite loss.
    """
    from lightning_fabric import Fabric

    settings = recipe.training
    if settings.threads:
        torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    fabric = Fabric(accelerator="auto", devices=1)
    optimizer = torch.optim.AdamW(
        [p for p in model.parameters() if p.requires_grad],
        settings.rate,
        betas=(0.9, 0.98),
        weight_decay=settings.weight_decay,
        fused=True,
    )
    wrapped, optimizer = fabric.setup(model, optimizer)
    rng = np.random.default_rng(settings.seed)
    average = checkpoint.Average(model, settings.average)
    terms = penalties(recipe.loss)
    weight_of_score = 0.0 if recipe.data.distort or recipe.data.mix else 1.0
    state: dict[str, Any] = {"step": 0, "best": math.inf, "best_step": 0, "bad": 0, "seconds": 0.0}
    folder.mkdir(parents=True, exist_ok=True)
    if resume:
        path = folder / "checkpoint.safetensors"
        state = checkpoint.load(path, model, average, optimizer, rng)
    began = time.monotonic() - state["seconds"]
    sums: dict[str, float] = defaultdict(float)
    summed = 0

    while state["step"] < settings.steps and state["bad"] < settings.patience:
        step = state["step"]
        for group in optimizer.param_groups:
            group["lr"] = settings.rate * _schedule(step, settings.steps)
        batch = _draw(train, settings.batch, recipe.model.blur, rng)
        heard = train.damaged(batch[0], rng)
        cells, weight, blur, heard = fabric.to_device((*batch, heard))
        losses = wrapped(cells, weight, terms, step, blur, heard)
        fabric.backward(losses.total)
        fabric.clip_gradients(wrapped, optimizer, max_norm=settings.clip)
        optimizer.step()
        optimizer.zero_grad()
        average.update(model, step)
        for name, value in losses.terms.items():
            sums[name] += value
        summed += 1
        if progress:
            progress(step + 1, losses.terms)
        state["step"] = step + 1
        if (step + 1) % settings.validate_every and step + 1 < settings.steps:
            continue
        average.swap(model)
        measured = validate(model, validation, recipe, fabric.device) | score(model)
        if preview:
            preview(model, step + 1)
        loss = measured["validation_loss"] + measured.get("validation_nll_blurred", 0.0)
        criterion = loss * (1 + weight_of_score * measured.get("score", 0.0))
        state["bad"] += 1
        if criterion < state["best"]:
            state |= {"best": criterion, "best_step": step + 1, "bad": 0}
            state["best_measured"] = measured
            save_file(model.state_dict(), folder / "best.safetensors")
        average.swap(model)
        state["seconds"] = time.monotonic() - began
        line = {"step": step + 1, "seconds": round(state["seconds"], 1), "criterion": criterion}
        line |= {f"train_{k}": v / summed for k, v in sums.items()} | measured
        sums.clear()
        summed = 0
        with (folder / "metrics.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        checkpoint.save(folder / "checkpoint.safetensors", model, average, optimizer, rng, state)

    if not math.isfinite(state["best"]):
        raise GenvaeError(
            f"{folder}: the loss was never finite in {state['step']} steps; "
            "try a lower [training] rate"
        )
    model.cpu().load_state_dict(load_file(folder / "best.safetensors"))
    model.eval()
    return Outcome(
        state["step"], state["best_step"], state.get("best_measured", {}), state["seconds"]
    )


def _draw(
    chunks: Chunks, size: int, share: float, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    """A batch, and by how much the latents of each chunk are to be blurred, if any are."""
    blurred = round(share * size)
    if not blurred:
        return *chunks.draw(size, rng), None
    parts = [chunks.plain().draw(blurred, rng)]
    if blurred < size:
        parts.append(chunks.draw(size - blurred, rng))
    cells, weight = (torch.cat(both) for both in zip(*parts, strict=True))
    return cells, weight, torch.cat([torch.rand(blurred), torch.zeros(size - blurred)])


def _schedule(step: int, steps: int) -> float:
    """Linear rise, then a cosine down to a fiftieth."""
    rise = min(1.0, (step + 1) / WARMUP)
    return rise * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))))


@torch.no_grad()
def validate(
    model: Autoencoder, chunks: Chunks, recipe: Recipe, device: torch.device
) -> dict[str, float]:
    """Mean loss terms of validation chunks at full beta, and the active latent dimensions."""
    model.eval()
    terms = penalties(recipe.loss)
    sums: dict[str, float] = defaultdict(float)
    count = 0
    state = torch.get_rng_state()
    torch.manual_seed(0)
    for cells, weight in chunks.in_order(32, VALIDATION_CHUNKS):
        losses = model(cells.to(device), weight.to(device), terms, FULL)
        for name, value in losses.terms.items():
            sums[name] += value * len(cells)
        if recipe.model.blur > 0:
            levels = torch.linspace(0, 1, len(cells), device=device)
            blurred = model(cells.to(device), weight.to(device), [], FULL, levels)
            sums["nll_blurred"] += blurred.terms["nll"] * len(cells)
        count += len(cells)
    torch.set_rng_state(state)
    model.train()
    return {f"validation_{name}": value / count for name, value in sums.items()}
