"""The model file: one ``.safetensors`` with everything a user needs, and no pickle.

Tensors: ``encoder.*``, ``bottleneck.*``, ``decoder.*``, ``prior.window.*`` (Gaussian on the
aggregate posterior), ``prior.sequence.*``, ``copies.bits`` (hash filter of training segments),
and, once they are learned, ``placer.*``, ``concepts.*`` and ``calibration.*`` (see
``knowledge.py``).
Weights are stored in half precision and computed with in single. The header holds, as JSON:
``format``, ``version``, ``recipe``, ``codec``, ``card`` (corpora, licences, figures, defaults).
A model with conditions (``card["conditions"]``) has format 2, one with a placer format 3, one whose
prior has a form that is accepted as a whole format 4; editions that do not know them refuse them by
name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from genvae.errors import ModelProblem, RecipeProblem
from genvae.models.autoencoder import Autoencoder
from genvae.models.copies import SegmentFilter
from genvae.models.form import Form
from genvae.models.knowledge import Calibration, Concepts
from genvae.models.model_file import ModelFile
from genvae.models.placer import Placer
from genvae.models.prior import GaussianPrior, SequencePrior
from genvae.models.safe import write, write_bytes
from genvae.recipe import Recipe, from_dict, to_dict
from genvae.settings import PlaceSettings, PreferSettings

__all__ = ["ModelFile", "read", "save", "write", "write_bytes"]

FORMAT = 4


def save(
    path: Path,
    *,
    autoencoder: Autoencoder,
    gaussian: GaussianPrior,
    sequence: SequencePrior | None,
    copies: SegmentFilter | None,
    recipe: Recipe,
    codec: Mapping[str, Any],
    card: Mapping[str, Any],
    version: str,
) -> None:
    """Write a model file (to a temporary name, then renamed). Raises FileProblem."""
    tensors: dict[str, Tensor] = {
        k: v for k, v in autoencoder.state_dict().items() if not k.startswith("prior.")
    }
    tensors |= {f"prior.window.{k}": v for k, v in gaussian.state_dict().items()}
    if sequence is not None:
        tensors |= {f"prior.sequence.{k}": v for k, v in sequence.state_dict().items()}
    tensors = {
        k: v.detach().half().contiguous() if v.is_floating_point() else v.contiguous()
        for k, v in tensors.items()
    }
    if copies is not None:
        tensors["copies.bits"] = torch.from_numpy(copies.bits)
    card = dict(card) | {"sequence_prior": sequence is not None}
    write(path, tensors, header(recipe, codec, card, version))


def header(
    recipe: Recipe, codec: Mapping[str, Any], card: Mapping[str, Any], version: str
) -> dict[str, str]:
    """The text that goes into the file's header."""
    return {
        "format": str(_format(recipe, card)),
        "version": version,
        "recipe": json.dumps(to_dict(recipe)),
        "codec": json.dumps(dict(codec)),
        "card": json.dumps(dict(card)),
    }


def _format(recipe: Recipe, card: Mapping[str, Any]) -> int:
    if recipe.prior.form and card.get("sequence_prior"):
        return 4
    return 3 if recipe.place.steps else 2 if card.get("conditions") else 1


def add_knowledge(
    path: Path, card: Mapping[str, Any], concepts: Concepts, calibration: Calibration
) -> None:
    """Keep concept vectors and calibration in a model file, in place of earlier ones."""
    with safe_open(path, "pt") as file:
        text = dict(file.metadata())
        kept = [k for k in file.keys() if not k.startswith(("concepts.", "calibration."))]  # noqa: SIM118
        tensors = {k: file.get_tensor(k) for k in kept}
    for prefix, group in (("concepts", concepts), ("calibration", calibration)):
        for name, value in vars(group).items():
            if name != "names":
                tensors[f"{prefix}.{name}"] = torch.from_numpy(
                    np.ascontiguousarray(value, np.float32)
                )
    card = {**card, "concepts": list(concepts.names), "calibration": list(calibration.names)}
    write(path, tensors, text | {"card": json.dumps(card)})


def add_placer(
    path: Path, placer: Placer, settings: PlaceSettings, figures: Mapping[str, float]
) -> None:
    """Keep a placer in a model file, in place of an earlier one."""
    with safe_open(path, "pt") as file:
        text = dict(file.metadata())
        kept = [k for k in file.keys() if not k.startswith("placer.")]  # noqa: SIM118
        tensors = {k: file.get_tensor(k) for k in kept}
    tensors |= {
        f"placer.{k}": v.detach().half().contiguous() for k, v in placer.state_dict().items()
    }
    recipe = replace(from_dict(json.loads(text["recipe"])), place=settings)
    card = json.loads(text["card"])
    card["training"] = {**card.get("training", {}), "placer": dict(figures)}
    write(path, tensors, header(recipe, json.loads(text["codec"]), card, text["version"]))


def add_prior(
    path: Path, sequence: SequencePrior, settings: PreferSettings, figures: Mapping[str, float]
) -> None:
    """Keep other weights of a model's sequence prior, and what they were taught by."""
    with safe_open(path, "pt") as file:
        text = dict(file.metadata())
        tensors = {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118
    for name, value in sequence.state_dict().items():
        key = f"prior.sequence.{name}"
        tensors[key] = value.detach().to(tensors[key].dtype).contiguous()
    own = replace(from_dict(json.loads(text["recipe"])), prefer=settings)
    card = json.loads(text["card"])
    card["training"] = {**card.get("training", {}), "prefer": dict(figures)}
    write(path, tensors, header(own, json.loads(text["codec"]), card, text["version"]))


def add_form(path: Path, form: Form, figures: Mapping[str, float]) -> None:
    """Keep another form in a model's sequence prior, and what was found when it was weighed."""
    with safe_open(path, "pt") as file:
        text = dict(file.metadata())
        tensors = {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118
    for name, value in form.state_dict().items():
        tensors[f"prior.sequence.form.{name}"] = value.detach().half().contiguous()
    card = json.loads(text["card"])
    card["training"] = {**card.get("training", {}), "form": dict(figures)}
    own = from_dict(json.loads(text["recipe"]))
    own = replace(own, prior=replace(own.prior, form_weight=form.weight))
    write(path, tensors, header(own, json.loads(text["codec"]), card, text["version"]))


def rewrite_card(path: Path, card: Mapping[str, Any]) -> None:
    """Replace a model's card and leave its weights as they are."""
    with safe_open(path, "pt") as file:
        text = dict(file.metadata())
        tensors = {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118
    write(path, tensors, text | {"card": json.dumps(dict(card))})


def read(path: Path) -> ModelFile:
    """Open a model file; the weights are read later. Raises ModelProblem."""
    if not path.exists():
        raise ModelProblem(f"{path}: no such model file")
    try:
        with safe_open(path, "pt") as file:
            text = file.metadata() or {}
    except (OSError, SafetensorError) as why:
        raise ModelProblem(
            f"{path}: not a readable .safetensors file ({str(why).splitlines()[0]}); "
            "it may be damaged, fetch or train it again"
        ) from None
    missing = {"format", "recipe", "codec", "card"} - text.keys()
    if missing:
        raise ModelProblem(
            f"{path}: a .safetensors file, but not one of genvae's "
            f"(its header lacks {', '.join(sorted(missing))})"
        )
    try:
        if int(text["format"]) > FORMAT:
            raise ModelProblem(
                f"{path}: model format {text['format']}, this genvae reads up to {FORMAT}; "
                f"install genvae {text.get('version', '(newer)')} or newer"
            )
        recipe = from_dict(json.loads(text["recipe"]), "its recipe")
        return ModelFile(path, recipe, json.loads(text["codec"]), json.loads(text["card"]))
    except (ValueError, KeyError, RecipeProblem) as why:
        raise ModelProblem(f"{path}: its header is damaged ({why})") from None
