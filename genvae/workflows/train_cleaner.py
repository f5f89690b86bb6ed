"""``genvae train --cleaner-only``: a cleaner for a model that stays as it is."""

from __future__ import annotations

from pathlib import Path

from genvae import __version__
from genvae.domains.base import Codec
from genvae.errors import ModelProblem, RecipeProblem
from genvae.models import cleaner_file
from genvae.models.cleaner import Cleaner
from genvae.recipe import Recipe
from genvae.settings import CleanSettings
from genvae.training.batches import Chunks
from genvae.training.cleaning import fit_cleaner
from genvae.workflows.beside import begun, copied, prepared
from genvae.workflows.listener import Listener

SIZES = ("guess", "echoes", "width", "blocks", "cell_width", "planes")
"""Settings that the weights of a cleaner depend on."""


def train_cleaner(
    recipe: Recipe,
    *,
    start: Path,
    out: Path,
    folder: Path | None = None,
    listen: Listener | None = None,
) -> Path:
    """Train a cleaner for the model ``start`` as the recipe's [clean] says, on from the one that it
    has, and write it beside ``out``, which becomes a copy of that model if it is another file.
    Returns the cleaner's path. Raises ModelProblem, RecipeProblem, CorpusProblem and
    FileProblem."""
    import torch

    listen = listen or Listener()
    model, codec = begun(start)
    if not codec.damage:
        raise RecipeProblem(f"{start}: domain {codec.domain!r} knows no kinds of damage")
    settings = recipe.clean
    if settings.steps < 1 or not 0 < settings.most <= 1:
        raise RecipeProblem("[clean] expected 1 step or more, and most above 0, up to 1")
    pieces, parts = prepared(recipe, codec, folder, listen)
    if recipe.training.threads:
        torch.set_num_threads(recipe.training.threads)

    def chunks(indices: tuple[int, ...] | list[int], stride: int) -> Chunks:
        chosen = [pieces.cells[i] for i in indices]
        return Chunks(chosen, codec, windows=settings.windows, stride=stride)

    torch.manual_seed(recipe.training.seed)
    cleaner = _begun(start, model.name, codec, settings, listen)
    listen.stage("clean", settings.steps)
    figures = fit_cleaner(
        cleaner,
        model.autoencoder,
        chunks(list(parts.train), max(recipe.data.stride, codec.spec.steps // codec.spec.layers)),
        chunks(list(parts.validation), settings.windows * codec.spec.steps),
        settings,
        seed=recipe.training.seed,
        progress=lambda n, nats: listen.advance(n, {"nats": nats}),
    )
    listen.say(
        f"{figures['validation_nats']:.2f} nats a window of validation pieces, "
        f"at step {figures['best_step']:.0f}"
    )
    copied(start, out)
    return cleaner_file.save(out, cleaner, settings, figures, __version__)


def _begun(
    start: Path, name: str, codec: Codec, settings: CleanSettings, listen: Listener
) -> Cleaner:
    """The cleaner that stands beside the model ``start``, to go on from, or a new one where there
    is none of these sizes."""
    try:
        cleaner, before = cleaner_file.load(start, name, codec.spec)
    except ModelProblem:
        return Cleaner(codec.spec, settings)
    if any(getattr(before, size) != getattr(settings, size) for size in SIZES):
        listen.say("the cleaner is of other sizes than [clean] says: a new one is trained")
        return Cleaner(codec.spec, settings)
    listen.say("goes on from the cleaner of this model")
    return cleaner
