"""A sequence prior that prefers what can be played: at the end of a training, or alone (``train
--prefer-only``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.base import Codec
from genvae.errors import RecipeProblem
from genvae.generation.generator import Generator, together
from genvae.generation.rewriting import rewrite
from genvae.models import files
from genvae.recipe import Recipe
from genvae.settings import PreferSettings
from genvae.training.batches import Chunks
from genvae.training.preferring import Pairs, fit_preferences
from genvae.training.prior import drawn_from, latents_of
from genvae.training.split import Split
from genvae.workflows import conditions, deliver
from genvae.workflows import dataset as data
from genvae.workflows.beside import begun, copied, prepared
from genvae.workflows.listener import Listener
from genvae.workflows.made import Times
from genvae.workflows.store import Opened, open_model

SCARCE = 50
"""Pieces that are drawn for each pair asked for, at most."""
SEED = 1 << 20
"""Pieces are drawn with seeds from here on, which nobody asks for by chance."""


def train_preferences(
    recipe: Recipe,
    *,
    start: Path,
    out: Path,
    folder: Path | None = None,
    listen: Listener | None = None,
) -> Path:
    """Teach the prior of the model ``start`` as the recipe's [prefer] says; ``out`` is that model
    with it. Returns ``out``. Raises ModelProblem, RecipeProblem, CorpusProblem and FileProblem."""
    listen = listen or Listener()
    model, codec = begun(start)
    if recipe.prefer.pairs < 1 or recipe.prefer.steps < 1:
        raise RecipeProblem("[prefer] pairs and steps: expected 1 or more")
    if model.sequence is None or model.sequence.form is not None:
        raise RecipeProblem(f"[prefer]: {model.name} has no sequence prior without forms")
    pieces, parts = prepared(recipe, codec, folder, listen)
    copied(start, out)
    add_to(out, recipe, codec, pieces, parts, folder, listen)
    return out


def check(recipe: Recipe) -> None:
    """Can a prior be taught? Raises RecipeProblem."""
    if not recipe.prior.steps or recipe.prior.form:
        raise RecipeProblem("[prefer]: expected a sequence prior without forms ([prior] form)")


def add_to(
    path: Path,
    recipe: Recipe,
    codec: Codec,
    pieces: data.Dataset,
    parts: Split,
    folder: Path | None,
    listen: Listener,
) -> None:
    """Teach the prior in a model file, in which all else stays as it is."""
    import torch

    opened = open_model(str(path))
    model, prior, settings = opened.model, opened.model.sequence, recipe.prefer
    assert prior is not None
    if recipe.training.threads:
        torch.set_num_threads(recipe.training.threads)
    pairs = pairs_of(opened, settings, recipe.training.seed, listen)
    if pairs is None:
        listen.say("nothing had to be written anew: the prior stays as it is")
        return
    told_IC = conditions.numbers(model.conditions, recipe, codec, pieces, folder)
    cells = conditions.with_classes(pieces.cells, told_IC)
    chunks = Chunks(
        [cells[i] for i in parts.train],
        codec,
        windows=max(1, recipe.prior.positions // prior.positions),
        stride=recipe.data.stride,
        hidden=recipe.condition.hidden,
    )
    listen.stage("prefer", settings.steps)
    figures = fit_preferences(
        prior,
        pairs,
        drawn_from(model.autoencoder, chunks, recipe.prior.batch),
        [latents_of(model.autoencoder, cells[i]) for i in parts.validation],
        settings,
        recipe.prior,
        seed=recipe.training.seed,
        progress=lambda n, loss: listen.advance(n, {"preference": loss}),
    )
    files.add_prior(path, prior, settings, figures)
    listen.say(
        f"of held-back pairs {figures['preferred']:.0%} are rightly preferred; "
        f"{figures['validation_nll']:.1f} nats a window of validation pieces, before "
        f"{figures['validation_nll_before']:.1f}"
    )


def pairs_of(opened: Opened, settings: PreferSettings, seed: int, listen: Listener) -> Pairs | None:
    """Pieces drawn as ``sample`` draws them that could not be played until a part was written
    anew: up to so many as asked for, None if there was not one."""
    asked = deliver.plan(opened, length=settings.length or None)
    generator, codec, size = (
        Generator(opened.model, opened.codec),
        opened.codec,
        together(asked.windows),
    )
    told: dict[str, Any] = {"temperature": asked.temperature, "prior": asked.prior}
    before: list[np.ndarray] = []
    after: list[np.ndarray] = []
    moves: list[list[float]] = []
    listen.stage("write anew", settings.pairs)
    for first in range(0, SCARCE * settings.pairs, size):
        if len(before) >= settings.pairs:
            break
        items = [(first + i, 0) for i in range(size)]
        drafts = deliver.drafts(opened, generator, asked, items, SEED + seed, Times())
        failed = [draft for draft in drafts if draft.fails]
        was = [(d.z_WPD, codec.measure(codec.assemble(d.windows, d.context))) for d in failed]
        rewrite(generator, failed, seed=SEED + seed, **told)
        for draft, (z_WPD, measured) in zip(failed, was, strict=True):
            if draft.report.playable and not np.array_equal(draft.z_WPD, z_WPD):
                now = codec.measure(codec.assemble(draft.windows, draft.context))
                before.append(z_WPD.reshape(-1, generator.latent))
                after.append(draft.z_WPD.reshape(-1, generator.latent))
                moves.append([now[name] - measured[name] for name in codec.attributes])
        listen.advance(min(len(before), settings.pairs), {})
    if not before:
        return None
    some = slice(0, settings.pairs)
    return Pairs(np.stack(before[some]), np.stack(after[some]), np.array(moves[some]))
