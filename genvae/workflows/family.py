"""The family of autoencoders, each a few choices in a recipe.

Whatever a recipe says otherwise (data, sizes, optimisation) stays as it is, so that members can be
compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from genvae.errors import OptionProblem, nearest
from genvae.recipe import Recipe
from genvae.settings import ConditionSettings

_PLAIN: dict[str, Any] = {
    "late_from": (),
    "late_beta": (),
    "late_rate": (),
    "free_bits": 0.0,
    "learned_rate": 0.0,
    "cycles": 0,
    "kl_target": 0.0,
    "latent_norm": 0.0,
    "contraction": 0.0,
}
"""A loss of the reconstruction alone, but for beta."""

MEMBERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "autoencoder": ("deterministic", {"beta": 0.0}),
    "regularised": ("deterministic", {"beta": 0.0, "latent_norm": 0.05}),
    "contractive": ("deterministic", {"beta": 0.0, "contraction": 0.05}),
    "vae": ("gaussian", {"beta": 1.0}),
    "beta-vae": ("gaussian", {"beta": 0.25}),
    "cyclic": ("gaussian", {"beta": 0.25, "cycles": 3}),
    "free-bits": ("gaussian", {"beta": 1.0, "free_bits": 0.25}),
    "kl-target": ("gaussian", {"beta": 4.0, "kl_target": 30.0}),
    "conditional": ("gaussian", {"beta": 0.25}),
}
"""By name: the bottleneck, and the loss where it is not that of the reconstruction alone."""
HEADLINES = ("autoencoder", "contractive", "vae", "beta-vae", "conditional")
"""Those that a study repeats first."""
CONDITIONAL = "conditional"
"""The one member that hears the recipe's conditions: a beta-VAE but for that."""


def members(recipe: Recipe) -> tuple[str, ...]:
    """The members that the recipe can be."""
    return tuple(name for name in MEMBERS if name != CONDITIONAL or recipe.condition.names)


def member(recipe: Recipe, name: str) -> Recipe:
    """The recipe as that of a member of the family. Raises OptionProblem."""
    if name not in MEMBERS:
        raise OptionProblem(f"--preset {name}: no such preset; {nearest(name, MEMBERS)}")
    if name == CONDITIONAL and not recipe.condition.names:
        raise OptionProblem(f"--preset {name}: the recipe has no [condition] names")
    bottleneck, loss = MEMBERS[name]
    return replace(
        recipe,
        condition=recipe.condition if name == CONDITIONAL else ConditionSettings(),
        model=replace(recipe.model, bottleneck=bottleneck),  # type: ignore[arg-type]
        loss=replace(recipe.loss, **(_PLAIN | dict(loss))),
    )
