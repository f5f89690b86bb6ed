"""A placer for a layered model: at the end of a training, or alone (``train --placer-only``)."""

from __future__ import annotations

from pathlib import Path

from genvae.domains.base import Codec
from genvae.errors import RecipeProblem
from genvae.models import files
from genvae.models.placer import Placer
from genvae.recipe import Recipe
from genvae.training.batches import Chunks
from genvae.training.placing import fit_placer
from genvae.training.split import Split
from genvae.workflows import conditions
from genvae.workflows import dataset as data
from genvae.workflows.beside import begun, copied, prepared
from genvae.workflows.listener import Listener


def train_placer(
    recipe: Recipe,
    *,
    start: Path,
    out: Path,
    folder: Path | None = None,
    listen: Listener | None = None,
) -> Path:
    """Train a placer for the model ``start`` as the recipe's [place] says; ``out`` is that model
    with it. Returns ``out``. Raises ModelProblem, RecipeProblem, CorpusProblem and FileProblem."""
    listen = listen or Listener()
    _, codec = begun(start)
    check(recipe, codec)
    pieces, parts = prepared(recipe, codec, folder, listen)
    copied(start, out)
    add_to(out, recipe, codec, pieces, parts, folder, listen)
    return out


def check(recipe: Recipe, codec: Codec) -> None:
    """Can there be a placer? Raises RecipeProblem."""
    if recipe.place.steps < 1:
        raise RecipeProblem("[place] steps: expected 1 step or more")
    if codec.placement() is None:
        raise RecipeProblem(
            "[place] is for layered windows ([codec] layers = 2) that all hold equally many things "
            "of each kind, as warehouses do"
        )


def add_to(
    path: Path,
    recipe: Recipe,
    codec: Codec,
    pieces: data.Dataset,
    parts: Split,
    folder: Path | None,
    listen: Listener,
) -> None:
    """Train a placer beside the model in a file, which stays as it is but for that."""
    import torch

    model, placement = files.read(path), codec.placement()
    assert placement is not None
    model.spec = codec.spec
    told_IC = conditions.numbers(model.conditions, recipe, codec, pieces, folder)
    cells = conditions.with_classes(pieces.cells, told_IC)
    if recipe.training.threads:
        torch.set_num_threads(recipe.training.threads)
    torch.manual_seed(recipe.training.seed)
    placer = Placer(codec.spec, model.latent_shape, placement, recipe.place)
    listen.stage("things", recipe.place.steps)

    def chunks(indices: tuple[int, ...] | list[int]) -> Chunks:
        return Chunks([cells[i] for i in indices], codec, windows=1, stride=codec.spec.steps)

    figures = fit_placer(
        placer,
        model.hearing(),
        chunks(list(parts.train)),
        chunks(list(parts.validation)),
        recipe.place,
        seed=recipe.training.seed,
        progress=lambda n, nats: listen.advance(n, {"nats": nats}),
    )
    files.add_placer(path, placer, recipe.place, figures)
    listen.say(
        f"things of a validation window: {figures['validation_nats']:.1f} nats where z is heard, "
        f"{figures['validation_nats_without_z']:.1f} by the terrain alone"
    )
