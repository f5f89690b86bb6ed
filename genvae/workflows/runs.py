"""From what was asked of ``genvae train`` to a recipe, a run folder and a model file.

A run lives in ``GENVAE_HOME/runs/NAME``: ``recipe.toml``, ``run.json`` (the folder of files and
the model it began from), ``metrics.jsonl`` and checkpoints.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files as resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from genvae import recipe as recipes
from genvae.corpora.fetch import home
from genvae.domains import registry
from genvae.errors import FileProblem, GenvaeError, OptionProblem, RecipeProblem, nearest
from genvae.models import cleaner_file, files
from genvae.recipe import Recipe
from genvae.workflows import dataset, family, inputs, store

CHECKPOINT = "checkpoint.safetensors"
SOURCE = "run.json"


Beside = Literal["cleaner", "placer", "prefer", "form"]
"""What may be trained alone, beside a model that stays as it is but for that."""


@dataclass(frozen=True)
class Run:
    """A training that is ready to begin, or to go on."""

    recipe: Recipe
    folder: Path
    out: Path
    data: Path | None = None
    start: Path | None = None
    resume: bool = False
    prior_only: bool = False
    decoder_only: bool = False
    beside: Beside | Literal[""] = ""
    """What alone is trained, beside a model that stays as it is."""

    def begin(self) -> None:
        """Make the run's folder and note what it learns from. Raises FileProblem."""
        source = {
            "data": None if self.data is None else str(self.data.resolve()),
            "from": None if self.start is None else str(self.start.resolve()),
        }
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not self.resume:
                for name in (CHECKPOINT, "metrics.jsonl", "best.safetensors"):
                    (self.folder / name).unlink(missing_ok=True)
            (self.folder / SOURCE).write_text(json.dumps(source), encoding="utf-8")
        except OSError as why:
            raise FileProblem(f"{self.folder}: cannot be written ({why.strerror})") from None


def bundled() -> dict[str, Path]:
    """The recipes that come with genvae, by name."""
    folder = Path(str(resources("genvae") / "recipes"))
    return {p.stem: p for p in sorted(folder.glob("*.toml"))}


def plan(
    *,
    recipe: str | None = None,
    domain: str | None = None,
    data: Path | None = None,
    name: str | None = None,
    layout: str | None = None,
    tileset: str | None = None,
    start: str | None = None,
    prior_only: bool = False,
    decoder_only: bool = False,
    cleaner_only: bool = False,
    placer_only: bool = False,
    prefer_only: bool = False,
    form_only: bool = False,
    resume: str | None = None,
    steps: int | None = None,
    preset: str | None = None,
    overwrite: bool = False,
) -> Run:
    """The run that the options ask for; nothing is written yet.

    Without a recipe the one of the domain's default model serves, with the sizes of the model
    that ``start`` names. ``preset`` is a member of the family (see ``family.MEMBERS``). Raises
    OptionProblem, RecipeProblem, ModelProblem and FileProblem.
    """
    _needs_fabric()
    if steps is not None and steps < 1:
        raise OptionProblem(f"--steps {steps}: expected 1 or more")
    if data is not None and not data.is_dir():
        raise FileProblem(f"--data {data}: no such folder of training files")
    if resume is not None:
        given = {
            "a recipe": recipe,
            "--domain": domain,
            "--name": name,
            "--from": start,
            "--prior-only": prior_only or None,
            "--decoder-only": decoder_only or None,
            "--cleaner-only": cleaner_only or None,
            "--placer-only": placer_only or None,
            "--prefer-only": prefer_only or None,
            "--form-only": form_only or None,
            "--layout": layout,
            "--tileset": tileset,
            "--preset": preset,
        }
        return _resumed(resume, data, steps, [k for k, v in given.items() if v is not None])
    alone: dict[Beside, bool] = {
        "cleaner": cleaner_only,
        "placer": placer_only,
        "prefer": prefer_only,
        "form": form_only,
    }
    for part in (part for part, chosen in alone.items() if chosen):
        unused = {"--prior-only": prior_only, "--decoder-only": decoder_only, "--preset": preset}
        unused |= {"--layout": layout, "--tileset": tileset}
        unused |= {f"--{other}-only": alone[other] for other in alone if other != part}
        unused |= {"--steps": part == "form" and steps is not None}
        return _beside(part, recipe, start, data, name, steps, overwrite, unused)
    if prior_only and start is None:
        raise OptionProblem("--prior-only: give --from, the model whose prior is fitted on")
    if decoder_only and start is None:
        raise OptionProblem("--decoder-only: give --from, the model whose decoder is trained on")
    if decoder_only and prior_only:
        raise OptionProblem("--decoder-only and --prior-only: give one of them")
    began = None if start is None else store.path_of(start)
    found = _recipe(recipe, domain, data, name, began)
    if preset is not None:
        found = family.member(found, preset)
    codec = {k: v for k, v in (("layout", layout), ("tileset", tileset)) if v is not None}
    if codec:
        opened = inputs.open_codec(found.domain, layout=layout, tileset=tileset)
        found = replace(found, codec=opened.config)
    found = _adjusted(found, name, steps)
    registry.get(found.domain).open(found.codec)
    dataset.files_of(found.data, data)
    run = Run(
        found,
        home() / "runs" / found.name,
        home() / "models" / f"{found.name}{store.SUFFIX}",
        data,
        began,
        prior_only=prior_only,
        decoder_only=decoder_only,
    )
    if not overwrite:
        if run.out.exists():
            raise FileProblem(f"{run.out}: exists; give --overwrite or another --name")
        if (run.folder / CHECKPOINT).exists():
            raise FileProblem(
                f"{run.folder}: has a checkpoint; go on with --resume {found.name}, "
                "or begin again with --overwrite"
            )
    return run


def _beside(
    part: Beside,
    recipe: str | None,
    start: str | None,
    data: Path | None,
    name: str | None,
    steps: int | None,
    overwrite: bool,
    unused: Mapping[str, Any],
) -> Run:
    """A run that trains a part beside ``start``, by its own recipe if no other is given."""
    for option in (k for k, v in unused.items() if v):
        raise OptionProblem(f"--{part}-only: the model stays as it is; leave out {option}")
    if start is None:
        raise OptionProblem(f"--{part}-only: give --from, the model that it is for")
    began = store.path_of(start)
    found = files.read(began).recipe if recipe is None else recipes.load(_recipe_path(recipe))
    if steps is not None and part == "cleaner":
        found = replace(found, clean=replace(found.clean, steps=steps))
    elif steps is not None and part == "placer":
        found = replace(found, place=replace(found.place, steps=steps))
    elif steps is not None:
        found = replace(found, prefer=replace(found.prefer, steps=steps))
    own = found.name if part != "cleaner" and recipe is not None else began.stem
    found = _adjusted(found, name or own, None)
    dataset.files_of(found.data, data)
    out = home() / "models" / f"{found.name}{store.SUFFIX}"
    taken = cleaner_file.place_of(out) if part == "cleaner" else out
    if out.exists() and not out.samefile(began):
        taken = out
    if taken.exists() and not overwrite:
        raise FileProblem(f"{taken}: exists; give --overwrite or another --name")
    return Run(found, home() / "runs" / found.name, out, data, began, beside=part)


def _needs_fabric() -> None:
    if find_spec("lightning_fabric") is None:
        raise GenvaeError('training needs lightning-fabric: pip install "genvae[train]"')


def _recipe(
    recipe: str | None,
    domain: str | None,
    data: Path | None,
    name: str | None,
    start: Path | None,
) -> Recipe:
    if recipe is not None:
        found = recipes.load(_recipe_path(recipe))
        if domain is not None and registry.get(domain).name != registry.get(found.domain).name:
            raise OptionProblem(f"--domain {domain}: the recipe is of {found.domain}")
        return found
    if domain is None or data is None or name is None:
        raise OptionProblem(
            f"give a recipe ({', '.join(bundled())} or a .toml file), "
            "or --domain, --data and --name"
        )
    wanted = registry.get(domain)
    if start is not None:
        base = files.read(start).recipe
        if base.domain != wanted.name:
            raise OptionProblem(f"--from {start}: a model of {base.domain}, not of {wanted.name}")
    elif wanted.default_model in bundled():
        base = recipes.load(bundled()[str(wanted.default_model)])
    else:
        base = Recipe(name=name, domain=wanted.name)
    return replace(base, title="", data=replace(base.data, corpora=()))


def _recipe_path(recipe: str) -> Path:
    if recipe in bundled():
        return bundled()[recipe]
    path = Path(recipe).expanduser()
    if path.exists() or path.suffix == ".toml":
        return path
    raise OptionProblem(f"{recipe}: no such recipe; {nearest(recipe, bundled())}, or a .toml file")


def _adjusted(recipe: Recipe, name: str | None, steps: int | None) -> Recipe:
    name = recipe.name if name is None else name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise OptionProblem(f"--name {name}: expected letters, digits, dots, dashes, underscores")
    training = recipe.training
    if steps is not None:
        every = min(training.validate_every, steps)
        training = replace(training, steps=steps, validate_every=every)
        prior = replace(recipe.prior, steps=min(recipe.prior.steps, steps))
        place = replace(recipe.place, steps=min(recipe.place.steps, steps))
        recipe = replace(recipe, prior=prior, place=place)
    return replace(recipe, name=name, training=training)


def _resumed(resume: str, data: Path | None, steps: int | None, given: list[str]) -> Run:
    if given:
        raise OptionProblem(f"--resume {resume}: goes on as it began; leave out {given[0]}")
    runs = home() / "runs"
    folder = runs / resume if (runs / resume).is_dir() else Path(resume).expanduser()
    if not (folder / CHECKPOINT).exists():
        known = [p.parent.name for p in sorted(runs.glob(f"*/{CHECKPOINT}"))]
        raise FileProblem(f"--resume {resume}: no run with a checkpoint; {nearest(resume, known)}")
    recipe = _adjusted(recipes.load(folder / "recipe.toml"), None, steps)
    source = _source(folder / SOURCE)
    kept = source.get("data")
    data = Path(kept) if data is None and kept else data
    return Run(
        recipe,
        folder,
        home() / "models" / f"{recipe.name}{store.SUFFIX}",
        data,
        None,
        resume=True,
    )


def _source(path: Path) -> Mapping[str, Any]:
    if not path.exists():
        return {}
    try:
        found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as why:
        raise RecipeProblem(f"{path}: not readable ({why})") from None
    return found
