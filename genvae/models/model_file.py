"""A model on disk, its parts read when they are first asked for; see ``files``.

Axes:  P latent positions of a window · D dims of z
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from genvae.domains.base import Placement, WindowSpec
from genvae.errors import ModelProblem
from genvae.models.autoencoder import Autoencoder, Decoder
from genvae.models.conditions import UNTOLD, Condition, condition_of
from genvae.models.copies import SegmentFilter
from genvae.models.encoder import Encoder
from genvae.models.knowledge import Calibration, Concepts
from genvae.models.leaning import Leaning
from genvae.models.placer import Placer
from genvae.models.prior import GaussianPrior, SequencePrior
from genvae.recipe import Recipe

M = TypeVar("M", bound=nn.Module)


@dataclass
class ModelFile:
    """A model on disk; its parts are read when they are first asked for."""

    path: Path
    recipe: Recipe
    codec: dict[str, Any]
    card: dict[str, Any]
    spec: WindowSpec | None = None
    placement: Placement | None = None
    """The codec's, for a model with a placer."""
    told: tuple[int, ...] = ()
    """The classes that all parts are told, in the order of ``conditions``; nothing by default."""
    _telling: dict[tuple[int, ...], ModelFile] = field(default_factory=dict, repr=False)

    @cached_property
    def hash(self) -> str:
        """The first 12 hexadecimal digits of the file's sha256."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()[:12]

    @property
    def name(self) -> str:
        """The recipe's name."""
        return self.recipe.name

    def _tensors(self, prefix: str) -> dict[str, Tensor]:
        with safe_open(self.path, "pt") as file:
            names = [n for n in file.keys() if n.startswith(prefix)]  # noqa: SIM118
            tensors = {n[len(prefix) :]: file.get_tensor(n) for n in names}
        return {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}

    def _spec(self) -> WindowSpec:
        if self.spec is None:
            raise ModelProblem(f"{self.path}: opened without its codec's spec")
        return self.spec

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """What the model can be told beside z. Raises ModelProblem."""
        try:
            return tuple(map(condition_of, self.card.get("conditions", ())))
        except (KeyError, TypeError, ValueError) as why:
            raise ModelProblem(f"{self.path}: its conditions are damaged ({why})") from None

    def telling(self, told: tuple[int, ...]) -> ModelFile:
        """The same model, its parts told these classes."""
        # Those of one model know of one another: weights are read once for each set of classes.
        self._telling.setdefault(self.told or self._untold(), self)
        told = told or self._untold()
        if told not in self._telling:
            self._telling[told] = replace(self, told=told)
        return self._telling[told]

    def _untold(self) -> tuple[int, ...]:
        return (UNTOLD,) * len(self.conditions)

    def _sizes(self) -> list[int]:
        return [len(condition.classes) for condition in self.conditions]

    def _classes(self) -> Tensor:
        return torch.tensor(self.told or self._untold(), dtype=torch.long)

    @cached_property
    def decoder(self) -> Decoder:
        """The decoder alone: all that generation needs."""
        module = Decoder(self._spec(), self.recipe.model, self._sizes())
        self._filled(module, "decoder.").tell(self._classes())
        module.placer = self.placer
        return module

    @cached_property
    def placer(self) -> Placer | None:
        """What places things on terrain, if the model has one. Raises ModelProblem."""
        if not self.recipe.place.steps:
            return None
        if self.placement is None:
            raise ModelProblem(f"{self.path}: has a placer, but its codec knows of no placing")
        placer = Placer(self._spec(), self.latent_shape, self.placement, self.recipe.place)
        return self._filled(placer, "placer.")

    @cached_property
    def autoencoder(self) -> Autoencoder:
        """Encoder, bottleneck and decoder, for pieces that come in."""
        module = Autoencoder(self._spec(), self.recipe.model)
        module.encoder = Encoder(self._spec(), self.recipe.model, self._sizes())
        self._filled(module.encoder, "encoder.").tell(self._classes())
        self._filled(module.bottleneck, "bottleneck.")
        module.decoder = self.decoder
        return module.eval()

    def hearing(self) -> Autoencoder:
        """Encoder, bottleneck and decoder that are told classes with each window, not for good."""
        module = Autoencoder(self._spec(), self.recipe.model, None, self._sizes())
        for prefix in ("encoder", "bottleneck", "decoder"):
            self._filled(getattr(module, prefix), f"{prefix}.")
        return module.eval()

    def weights(self) -> dict[str, Tensor]:
        """Encoder, bottleneck, decoder and sequence prior (``prior.*``) as they were learned, for
        a training that goes on from here."""
        parts = ("encoder.", "bottleneck.", "decoder.")
        found = {part + k: v for part in parts for k, v in self._tensors(part).items()}
        prior = self._tensors("prior.sequence.")
        return found | {f"prior.{k}": v for k, v in prior.items()}

    @cached_property
    def gaussian(self) -> GaussianPrior:
        """The Gaussian on the aggregate posterior."""
        positions, latent = self.latent_shape
        return self._filled(GaussianPrior(positions * latent), "prior.window.")

    @cached_property
    def sequence(self) -> SequencePrior | None:
        """The sequence prior, if the model has one."""
        if not self.card.get("sequence_prior"):
            return None
        settings, voices = self.recipe.prior, len(self._spec().fields)
        module = SequencePrior(*self.latent_shape, settings, self._sizes(), voices)
        self._filled(module, "prior.sequence.").tell(self._classes())
        return module

    @cached_property
    def copies(self) -> SegmentFilter | None:
        """The filter of training segments, if the model has one."""
        found = self._tensors("copies.").get("bits")
        return None if found is None else SegmentFilter(found.numpy())

    @cached_property
    def concepts(self) -> Concepts | None:
        """The concept vectors, if they have been learned."""
        names = self.card.get("concepts")
        found = {k: v.numpy() for k, v in self._tensors("concepts.").items()}
        try:
            return Concepts(tuple(names), **found) if names and found else None
        except TypeError:
            raise ModelProblem(f"{self.path}: its concept vectors are damaged") from None

    @cached_property
    def calibration(self) -> Calibration | None:
        """How scores of real pieces are spread, if that has been measured."""
        names = self.card.get("calibration")
        found = {k: v.numpy() for k, v in self._tensors("calibration.").items()}
        try:
            return Calibration(tuple(names), **found) if names and found else None
        except TypeError:
            raise ModelProblem(f"{self.path}: its calibration is damaged") from None

    @property
    def blur(self) -> float:
        """By how much the decoder hears drawn latents blurred, by the model's card."""
        return float(self.card.get("defaults", {}).get("blur", 0.0))

    @property
    def cell_temperature(self) -> float:
        """What a temperature is multiplied by where cells are drawn, by the model's card."""
        return float(self.card.get("defaults", {}).get("cell_temperature", 1.0))

    @property
    def leaning(self) -> Leaning | None:
        """To which intervals drawn lines lean, by the model's card."""
        tables = self.card.get("intervals", {})
        return Leaning(self._spec(), tables) if tables else None

    @property
    def latent_shape(self) -> tuple[int, int]:
        """(P, D) of one window's z."""
        return self._spec().steps // self.recipe.model.patch, self.recipe.model.latent

    def _filled(self, module: M, prefix: str) -> M:
        try:
            module.load_state_dict(self._tensors(prefix))
        except (RuntimeError, SafetensorError, OSError) as why:
            raise ModelProblem(
                f"{self.path}: the weights under {prefix!r} do not fit its recipe "
                f"({str(why).splitlines()[0]}); the file is damaged or was changed by hand"
            ) from None
        return module.eval()
