"""Latents on disk: ``genvae encode`` and ``genvae decode``.

One safetensors file: a tensor ``(W, P, D)`` for each piece by name; in the header, as JSON, the
model's name and hash and each piece's context (tempo, key, size), so that it can be written back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from genvae.errors import FileProblem
from genvae.models import files
from genvae.models.files import ModelFile

SUFFIX = ".safetensors"
FILE = f"latents{SUFFIX}"


@dataclass(frozen=True)
class Stored:
    """Latents read from a file."""

    domain: str
    model: str
    model_hash: str
    latents: dict[str, np.ndarray]
    contexts: dict[str, dict[str, Any]]


def save(
    path: Path,
    model: ModelFile,
    latents: Mapping[str, np.ndarray],
    contexts: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write latents by name. Raises FileProblem."""
    text = {
        "genvae": "latents",
        "domain": model.recipe.domain,
        "model": model.name,
        "model_hash": model.hash,
        "contexts": json.dumps(dict(contexts)),
    }
    tensors = {k: np.ascontiguousarray(v) for k, v in latents.items()}
    files.write_bytes(path, to_bytes(tensors, text))


def load(path: Path) -> Stored:
    """Read latents. Raises FileProblem."""
    if not path.exists():
        raise FileProblem(f"{path}: no such file")
    try:
        with safe_open(path, "np") as file:
            text = file.metadata() or {}
            if text.get("genvae") != "latents":
                raise FileProblem(f"{path}: not latents of genvae; make some with genvae encode")
            found = {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118
        contexts = json.loads(text["contexts"])
        return Stored(text["domain"], text["model"], text["model_hash"], found, contexts)
    except (OSError, SafetensorError, ValueError, KeyError) as why:
        raise FileProblem(f"{path}: not a readable .safetensors file ({why})") from None


def check_fits(stored: Stored, model: ModelFile, path: Path) -> None:
    """Do these latents belong to the model? Raises FileProblem."""
    if stored.domain != model.recipe.domain:
        raise FileProblem(
            f"{path}: latents of {stored.domain} (model {stored.model!r}); "
            f"model {model.name!r} makes {model.recipe.domain}"
        )
    shape = model.latent_shape
    for name, z in stored.latents.items():
        if z.ndim != 3 or z.shape[1:] != shape or not np.isfinite(z).all():
            raise FileProblem(
                f"{path}: {name!r} has shape {tuple(z.shape)}; model {model.name!r} decodes "
                f"(windows, {shape[0]}, {shape[1]}); it was encoded with {stored.model!r}"
            )
