"""Checkpoints that resume a run exactly: weights, averages, optimizer, step, random states.

One safetensors file, no pickle; what is not a tensor stands in its header as JSON.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from genvae.errors import FileProblem


class Average:
    """Exponential moving average of a module's parameters (Polyak & Juditsky 1992)."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.values = [p.detach().clone() for p in module.parameters()]

    @torch.no_grad()
    def update(self, module: nn.Module, step: int) -> None:
        """Move towards the present weights; faster in the first steps."""
        decay = min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self.values, list(module.parameters()), 1 - decay)

    @torch.no_grad()
    def swap(self, module: nn.Module) -> None:
        """Exchange the module's weights with the average; call twice to undo."""
        for mine, theirs in zip(self.values, module.parameters(), strict=True):
            kept = theirs.detach().clone()
            theirs.copy_(mine)
            mine.copy_(kept)


def save(
    path: Path,
    module: nn.Module,
    average: Average,
    optimizer: torch.optim.Optimizer,
    rng: np.random.Generator,
    state: dict[str, Any],
) -> None:
    """Write everything to a temporary name, then rename."""
    tensors: dict[str, Tensor] = {f"model.{k}": v for k, v in module.state_dict().items()}
    tensors |= {f"average.{i}": v for i, v in enumerate(average.values)}
    for i, slots in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{i}.{k}": torch.as_tensor(v) for k, v in slots.items()}
    tensors["random.torch"] = torch.get_rng_state()
    header = {"state": json.dumps(state), "random.numpy": json.dumps(rng.bit_generator.state)}
    partial = path.with_suffix(".partial")
    save_file({k: v.contiguous() for k, v in tensors.items()}, partial, header)
    os.replace(partial, path)


def load(
    path: Path,
    module: nn.Module,
    average: Average,
    optimizer: torch.optim.Optimizer,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Put a run back where it was; returns its state. Raises FileProblem."""
    try:
        with safe_open(path, "pt") as file:
            header = file.metadata() or {}
            tensors = {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as why:
        raise FileProblem(f"{path}: not a checkpoint ({why})") from None
    try:
        module.load_state_dict({k[6:]: v for k, v in tensors.items() if k.startswith("model.")})
        with torch.no_grad():
            for i, value in enumerate(average.values):
                value.copy_(tensors[f"average.{i}"])
        saved = optimizer.state_dict()
        for key, value in tensors.items():
            if key.startswith("optimizer."):
                _, index, slot = key.split(".")
                saved["state"].setdefault(int(index), {})[slot] = value
        optimizer.load_state_dict(saved)
        torch.set_rng_state(tensors["random.torch"])
        rng.bit_generator.state = json.loads(header["random.numpy"])
        state: dict[str, Any] = json.loads(header["state"])
    except (KeyError, RuntimeError, ValueError) as why:
        raise FileProblem(
            f"{path}: a checkpoint of another recipe ({str(why).splitlines()[0]}); "
            "resume with the recipe that began it"
        ) from None
    return state
