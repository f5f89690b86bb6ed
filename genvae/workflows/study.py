"""What ``genvae compare`` trains: members of the family, sizes of z, prices of a nat.

Every run is a recipe that differs from the base in what its name says. They come in an order in
which the first ones already tell the story: a study that is stopped is a smaller one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files as resources
from itertools import chain, zip_longest
from pathlib import Path
from typing import TypeVar

from genvae import recipe as recipes
from genvae.domains import registry
from genvae.errors import OptionProblem
from genvae.recipe import Recipe
from genvae.settings import PlaceSettings
from genvae.workflows import family
from genvae.workflows.family import member

T = TypeVar("T", int, float)

LATENTS = (2, 4, 8, 16, 32, 64, 128, 256)
BETAS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
HEADLINE = 64
"""Numbers a window where nothing else is said."""
MIDDLE = 0.25
"""Beta where nothing else is said."""
WHOLE = 4
"""Up to so many numbers are one position for the whole window; more are spread over the window."""


@dataclass(frozen=True)
class Wanted:
    """One run of a study. ``recipe`` is None for PCA."""

    name: str
    group: str
    """``family``, ``latent``, ``beta`` or ``pca``."""
    latents: int
    seed: int
    recipe: Recipe | None

    @property
    def beta(self) -> float | None:
        """The weight of the KL, None where there is none."""
        if self.recipe is None or self.recipe.model.bottleneck != "gaussian":
            return None
        return self.recipe.loss.beta


def base_recipe(domain: str) -> Recipe:
    """The small recipe of a domain's study, or defaults for a domain without one."""
    wanted = registry.get(domain)
    path = Path(str(resources("genvae") / "recipes" / "compare" / f"{wanted.name}.toml"))
    if path.exists():
        return recipes.load(path)
    return Recipe(name=f"compare-{wanted.name}", domain=wanted.name)


def base_of(domain: str | None, path: Path | None) -> Recipe:
    """The recipe of a file, or the domain's small one. Raises OptionProblem and RecipeProblem."""
    if path is None:
        if domain is None:
            names = ", ".join(dict.fromkeys(d.name for d in registry.domains().values()))
            raise OptionProblem(f"give --domain ({names}) or --recipe FILE")
        return base_recipe(domain)
    found = recipes.load(path)
    if domain is not None and registry.get(domain).name != registry.get(found.domain).name:
        raise OptionProblem(f"--domain {domain}: the recipe is of {found.domain}")
    return found


def numbers(option: str, text: str | None, default: Sequence[float]) -> tuple[float, ...]:
    """The numbers of an option, split at commas. Raises OptionProblem."""
    if text is None:
        return tuple(default)
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise OptionProblem(f"{option} {text}: expected numbers with commas between") from None


def whole_numbers(option: str, text: str | None, default: Sequence[int]) -> tuple[int, ...]:
    """Whole numbers, likewise."""
    found = numbers(option, text, default)
    if any(x != int(x) for x in found):
        raise OptionProblem(f"{option} {text}: expected whole numbers with commas between")
    return tuple(int(x) for x in found)


def plan(
    base: Recipe,
    steps: int,
    *,
    latents: Sequence[int] = LATENTS,
    betas: Sequence[float] = BETAS,
    members: Sequence[str] = (),
    seeds: int = 1,
    window: int,
) -> list[Wanted]:
    """All runs, members first (by default all that the base can be), then sizes and prices in
    turns, then further seeds of the members, the headline ones before the others. ``window`` is
    the number of steps of one. Raises OptionProblem."""
    check(latents, betas, seeds)
    members = tuple(members) or family.members(base)
    base = _for_steps(base, steps)
    first = [_member(base, name, 0, window) for name in members]
    by_size = [
        _sized(base, size, window)
        for size in _outer(latents)
        if size != HEADLINE or "beta-vae" not in members
    ]
    by_price = [
        _priced(base, beta, window)
        for beta in _outer(betas)
        if not any(w.beta == beta and w.group == "family" and _pure(w) for w in first)
    ]
    turns = [w for w in chain(*zip_longest(by_size, by_price)) if w is not None]
    headlines = [name for name in members if name in family.HEADLINES]
    others = [name for name in members if name not in family.HEADLINES]
    again = [
        _member(base, name, seed, window)
        for part in (headlines, others)
        for seed in range(1, seeds)
        for name in part
    ]
    linear = [Wanted(f"pca-{n}", "pca", n, 0, None) for n in sorted({*latents, HEADLINE})]
    return linear + first + turns + again


def check(latents: Sequence[int], betas: Sequence[float], seeds: int) -> None:
    """Raises OptionProblem for what cannot be studied."""
    for size in latents:
        if not (1 <= size <= WHOLE or (size % 8 == 0 and size <= 4096)):
            raise OptionProblem(
                f"--latents {size}: expected 1 to {WHOLE}, or a multiple of 8 up to 4096"
            )
    for beta in betas:
        if not 0 <= beta <= 1000:
            raise OptionProblem(f"--betas {beta:g}: expected numbers from 0 to 1000")
    if not 1 <= seeds <= 20:
        raise OptionProblem(f"--seeds {seeds}: expected 1 to 20")


def _pure(wanted: Wanted) -> bool:
    assert wanted.recipe is not None
    loss = wanted.recipe.loss
    return not (loss.cycles or loss.free_bits or loss.kl_target)


def _outer(values: Sequence[T]) -> list[T]:
    """Both ends first, then inwards: what shows the extremes is trained first."""
    ordered, out = sorted(set(values)), list[T]()
    while ordered:
        out.append(ordered.pop(0))
        if ordered:
            out.append(ordered.pop())
    return out


def _for_steps(base: Recipe, steps: int) -> Recipe:
    training = replace(
        base.training, steps=steps, validate_every=max(1, -(-steps // 3)), patience=99
    )
    loss = replace(base.loss, warmup=max(1, steps // 8))
    base = replace(base, prior=replace(base.prior, steps=0), place=PlaceSettings())
    return replace(base, training=training, loss=loss, title="")


def _of_size(recipe: Recipe, size: int, window: int) -> Recipe:
    patch = window if size <= WHOLE else window // 8
    return replace(recipe, model=replace(recipe.model, patch=patch, latent=size * patch // window))


def _named(recipe: Recipe, name: str, seed: int) -> Recipe:
    return replace(recipe, name=name, training=replace(recipe.training, seed=seed))


def _member(base: Recipe, name: str, seed: int, window: int) -> Wanted:
    called = name if seed == 0 else f"{name}-seed{seed}"
    recipe = _named(_of_size(member(base, name), HEADLINE, window), called, seed)
    return Wanted(called, "family", HEADLINE, seed, recipe)


def _sized(base: Recipe, size: int, window: int) -> Wanted:
    name = f"latent-{size}"
    recipe = _named(_of_size(member(base, "beta-vae"), size, window), name, 0)
    recipe = replace(recipe, loss=replace(recipe.loss, beta=MIDDLE))
    return Wanted(name, "latent", size, 0, recipe)


def _priced(base: Recipe, beta: float, window: int) -> Wanted:
    name = f"beta-{beta:g}"
    recipe = _named(_of_size(member(base, "beta-vae"), HEADLINE, window), name, 0)
    return Wanted(name, "beta", HEADLINE, 0, replace(recipe, loss=replace(recipe.loss, beta=beta)))
