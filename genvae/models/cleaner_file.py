"""A cleaner on disk: ``cleaners/NAME.safetensors`` beside the model ``NAME.safetensors``.

A file of its own: the model's bytes, and so the hash that stands in whatever it made, stay as they
are when a cleaner is trained later, and who only samples never reads it. The header names the
model's weights that the cleaner was trained with; with others its guesses would mean nothing.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes

from genvae.domains.base import WindowSpec
from genvae.errors import ModelProblem
from genvae.models.cleaner import Cleaner
from genvae.models.files import write_bytes
from genvae.settings import CleanSettings

FOLDER = "cleaners"
KIND = "cleaner"


def place_of(model: Path) -> Path:
    """Where the cleaner of a model file lies."""
    return model.parent / FOLDER / model.name


def weights_of(model: Path) -> str:
    """A short hash of a model's encoder and decoder. Raises ModelProblem."""
    digest = hashlib.sha256()
    try:
        with safe_open(model, "pt") as file:
            for name in sorted(file.keys()):
                if name.startswith(("encoder.", "bottleneck.", "decoder.")):
                    digest.update(name.encode() + file.get_tensor(name).numpy().tobytes())
    except (OSError, SafetensorError) as why:
        raise ModelProblem(f"{model}: not a readable model file ({why})") from None
    return digest.hexdigest()[:16]


def save(
    model: Path, cleaner: Cleaner, settings: CleanSettings, figures: Mapping[str, Any], version: str
) -> Path:
    """Write the cleaner of a model file, in half precision. Raises FileProblem."""
    text = {
        "genvae": KIND,
        "version": version,
        "settings": json.dumps(dataclasses.asdict(settings)),
        "weights": weights_of(model) if settings.guess else "",
        "figures": json.dumps(dict(figures)),
    }
    tensors = {k: v.detach().half().contiguous() for k, v in cleaner.state_dict().items()}
    path = place_of(model)
    write_bytes(path, to_bytes(tensors, text))
    return path


def load(model: Path, name: str, spec: WindowSpec) -> tuple[Cleaner, CleanSettings]:
    """The cleaner of a model file. Raises ModelProblem where there is none, or it is damaged or
    of other weights."""
    path = place_of(model)
    how = f"genvae train --from {name} --cleaner-only trains one"
    if not path.exists():
        raise ModelProblem(f"{model}: has no cleaner yet ({path}); {how}")
    try:
        with safe_open(path, "pt") as file:
            text = file.metadata() or {}
            tensors = {k: file.get_tensor(k).float() for k in file.keys()}  # noqa: SIM118
        if text.get("genvae") != KIND:
            raise ModelProblem(f"{path}: not a cleaner; {how}")
        settings = CleanSettings(**json.loads(text["settings"]))
        cleaner = Cleaner(spec, settings)
        cleaner.load_state_dict(tensors)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as why:
        raise ModelProblem(
            f"{path}: not a readable cleaner ({str(why).splitlines()[0]}); {how}"
        ) from None
    if settings.guess and text.get("weights") != weights_of(model):
        raise ModelProblem(f"{path}: was trained with other weights than {model} has; {how}")
    return cleaner.eval(), settings
