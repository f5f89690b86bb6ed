"""Where models are found: bundled ones, the user's own, files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

from genvae.corpora.fetch import home
from genvae.domains import registry
from genvae.domains.base import Codec, Domain
from genvae.errors import ModelProblem, OptionProblem, RecipeProblem, nearest
from genvae.models import files
from genvae.models.files import ModelFile

SUFFIX = ".safetensors"


@dataclass(frozen=True)
class Opened:
    """A model, the domain it belongs to, and its codec."""

    model: ModelFile
    domain: Domain
    codec: Codec


def bundled() -> dict[str, Path]:
    """The models that come with genvae, by name."""
    folder = Path(str(resources("genvae") / "pretrained"))
    return {p.stem: p for p in sorted(folder.glob(f"*{SUFFIX}"))}


def own() -> dict[str, Path]:
    """The models trained here with ``--name``."""
    return {p.stem: p for p in sorted((home() / "models").glob(f"*{SUFFIX}"))}


def available() -> dict[str, Path]:
    """Every model by name; one's own comes before a bundled one of the same name."""
    return bundled() | own()


def path_of(name: str) -> Path:
    """The file of a model given by name or path. Raises ModelProblem."""
    known = available()
    if name in known:
        return known[name]
    path = Path(name).expanduser()
    if path.suffix == SUFFIX or path.exists():
        return path
    raise ModelProblem(f"--model {name}: no such model; {nearest(name, known)}, or a {SUFFIX} file")


def open_model(name: str | None = None, domain: str | None = None) -> Opened:
    """A model by name or file, or a domain's default one.

    Raises ModelProblem (missing, damaged, foreign, of another domain) and OptionProblem.
    """
    wanted = registry.get(domain) if domain else None
    if name is None:
        if wanted is None:
            names = ", ".join(dict.fromkeys(d.name for d in registry.domains().values()))
            raise OptionProblem(f"give --domain ({names}) or --model NAME")
        if wanted.default_model is None:
            raise OptionProblem(f"--domain {wanted.name}: has no default model; give --model")
        name = wanted.default_model
    model = files.read(path_of(name))
    found = registry.domains().get(model.recipe.domain)
    if found is None:
        raise ModelProblem(
            f"--model {name}: of domain {model.recipe.domain!r}, which is not installed here"
        )
    if wanted is not None and found is not wanted:
        raise ModelProblem(f"--model {name}: makes {found.name}, not {wanted.name}")
    codec = found.open(model.codec)
    model.spec, model.placement = codec.spec, codec.placement()
    return Opened(model, found, codec)


def with_tiles(opened: Opened, tiles: Path | None) -> Opened:
    """The same with a user's own pictures of tiles, if there are any. Raises OptionProblem, or
    FileProblem for the pictures."""
    if tiles is None:
        return opened
    try:
        codec = opened.domain.open({**opened.codec.config, "tiles": tiles})
    except RecipeProblem:
        raise OptionProblem(f"--tiles {tiles}: {opened.domain.name} has no tiles") from None
    return replace(opened, codec=codec)


def requests(domain: Domain, given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, each one that the domain understands. Raises OptionProblem."""
    asked = {name: value for name, value in given.items() if value not in (None, [])}
    for name in asked:
        if name not in domain.options:
            others = dict.fromkeys(d.name for d in registry.domains().values() if name in d.options)
            raise OptionProblem(
                f"--{name}: an option of {', '.join(others) or 'no domain here'}, "
                f"this is a model of {domain.name}"
            )
    return asked
