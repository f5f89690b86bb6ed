"""What is trained beside a model that stays as it is: its data, and a copy of the model."""

from __future__ import annotations

import shutil
from pathlib import Path

from genvae.domains import registry
from genvae.domains.base import Codec
from genvae.errors import FileProblem, RecipeProblem
from genvae.models import files
from genvae.models.files import ModelFile
from genvae.recipe import Recipe
from genvae.training.split import Split
from genvae.workflows import dataset as data
from genvae.workflows.listener import Listener


def begun(start: Path) -> tuple[ModelFile, Codec]:
    """The model that stays as it is, and its codec. Raises ModelProblem."""
    model = files.read(start)
    codec = registry.get(model.recipe.domain).open(model.codec)
    model.spec = codec.spec
    return model, codec


def prepared(
    recipe: Recipe, codec: Codec, folder: Path | None, listen: Listener
) -> tuple[data.Dataset, Split]:
    """The pieces and their parts. Raises CorpusProblem and RecipeProblem."""
    paths = data.files_of(recipe.data, folder)
    listen.stage("encode", len(paths))
    pieces = data.prepare(codec, paths, lambda n, _: listen.advance(n, {}))
    parts = pieces.split(recipe.data, codec.spec.steps)
    if not parts.train or not parts.validation:
        raise RecipeProblem(
            f"{len(pieces.cells)} pieces cannot be split into training and validation parts; "
            "give at least three unlike files"
        )
    return pieces, parts


def copied(start: Path, out: Path) -> None:
    """Make ``out`` a copy of the model, unless it is that file. Raises FileProblem."""
    if out.exists() and out.samefile(start):
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(start, out)
    except OSError as why:
        raise FileProblem(f"{out}: cannot be written ({why.strerror})") from None
