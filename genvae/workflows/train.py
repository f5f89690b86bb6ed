"""``genvae train``: from a recipe to a model file.

Axes:  N windows or chunks · S steps · R cells · P positions · D dims of z
       I pieces · C conditions
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from genvae import __version__
from genvae import recipe as recipes
from genvae.domains import registry
from genvae.domains.base import Codec, split_cells
from genvae.errors import RecipeProblem
from genvae.evaluation.score import score_samples
from genvae.models import files
from genvae.models.autoencoder import Autoencoder
from genvae.models.copies import SegmentFilter
from genvae.models.prior import SequencePrior
from genvae.recipe import Recipe
from genvae.settings import LossSettings, PlaceSettings, PreferSettings
from genvae.training.batches import Chunks
from genvae.training.fold import folded
from genvae.training.loop import Outcome, fit
from genvae.training.prior import (
    count_form,
    drawn_from,
    fit_gaussian,
    fit_sequence_prior,
    latents_of,
)
from genvae.training.split import Split
from genvae.workflows import conditions, learn, train_form, train_placer, train_preferences
from genvae.workflows import dataset as data
from genvae.workflows.listener import Listener
from genvae.workflows.trained_card import card_of
from genvae.workflows.usual import bounds


def train(
    recipe: Recipe,
    *,
    out: Path,
    run: Path,
    folder: Path | None = None,
    start: Path | None = None,
    resume: bool = False,
    prior_only: bool = False,
    decoder_only: bool = False,
    tools: bool = True,
    listen: Listener | None = None,
) -> Path:
    """Train what the recipe says and write the model to ``out``.

    ``run`` is the folder of checkpoints and ``metrics.jsonl``; ``folder`` replaces the recipe's
    corpora; ``start`` is a model to go on from; with ``prior_only`` its encoder and decoder stay
    as they are and only the sequence prior is fitted on; with ``decoder_only`` encoder and priors
    stay, and so does every latent. With ``tools`` concept vectors and calibrated scores are
    learned at the end. Raises RecipeProblem, CorpusProblem, FileProblem.
    """
    import torch

    listen = listen or Listener()
    codec = registry.get(recipe.domain).open(recipe.codec)
    if codec.spec.steps % recipe.model.patch:
        raise RecipeProblem(
            f"[model] patch = {recipe.model.patch}: does not divide the window of "
            f"{codec.spec.steps} {codec.spec.step_name}s"
        )
    run.mkdir(parents=True, exist_ok=True)
    (run / "recipe.toml").write_text(recipes.to_toml(recipe), encoding="utf-8")
    paths = data.files_of(recipe.data, folder)
    listen.stage("encode", len(paths))
    pieces = data.prepare(codec, paths, lambda n, _: listen.advance(n, {}))
    parts = pieces.split(recipe.data, codec.spec.steps)
    listen.say(
        f"{len(pieces.cells)} pieces ({pieces.skipped} files skipped): "
        f"{len(parts.train)} to train, {len(parts.validation)} to validate, "
        f"{len(parts.heldout)} held out"
    )
    if not parts.train or not parts.validation:
        raise RecipeProblem(
            f"{len(pieces.cells)} pieces in {len(set(pieces.clusters))} clusters cannot be split "
            "into training, validation and held-out parts; give at least three unlike files"
        )
    known = data.windows_of(codec, [pieces.cells[i] for i in parts.train])
    codec.observe(split_cells(codec.spec, known))
    if recipe.place.steps:
        train_placer.check(recipe, codec)
    if recipe.prefer.pairs:
        train_preferences.check(recipe)
    given = files.read(start).conditions if start is not None else ()
    told, told_IC = conditions.learned(recipe, codec, pieces, parts, folder, given)
    for name, shares in conditions.shares(told, told_IC).items():
        listen.say(f"{name}: " + ", ".join(f"{value} {n}" for value, n in shares.items()))
    cells = conditions.with_classes(pieces.cells, told_IC)
    torch.manual_seed(recipe.training.seed)
    together = recipe.loss.learned_rate > 0 or prior_only or decoder_only
    prior = recipe.prior if together else None
    sizes = [len(condition.classes) for condition in told]
    model = Autoencoder(codec.spec, recipe.model, prior, sizes)
    if start is not None:
        _continue_from(model, start, codec, fold=not (prior_only or decoder_only), listen=listen)
    if decoder_only:
        outcome = _fit_decoder(model, cells, parts, recipe, codec, run, resume, listen)
    elif prior_only:
        outcome = None
        torch.set_num_threads(recipe.training.threads or torch.get_num_threads())
    else:
        outcome = _fit(model, cells, parts, recipe, codec, run, resume, listen)
    model.eval()
    latents = [latents_of(model, cells[i]) for i in parts.train]
    gaussian = fit_gaussian(model, latents)
    if start is not None and (prior_only or decoder_only):
        gaussian = _opened(start, codec).gaussian
    sequence, prior_figures = None, dict[str, float]()
    if recipe.prior.steps:
        voices = len(codec.spec.fields)
        sequence = model.prior or SequencePrior(
            *model.latent_shape, recipe.prior, model.conditions, voices
        )
        own = [cells[i][:, : codec.spec.rows] for i in parts.train]
        count_form(sequence, list(zip(own, latents, strict=True)), codec.spec)
        if not decoder_only:
            prior_figures = _fit_prior(
                model, sequence, cells, told_IC, parts, recipe, codec, listen
            )
    segments = data.segments_of(codec, [pieces.cells[i] for i in parts.train], recipe.data.stride)
    card = card_of(recipe, pieces, outcome, prior_figures, folder)
    if usual := bounds(codec, [pieces.cells[i] for i in parts.train]):
        card["usual"] = usual
    if told:
        card["conditions"] = [condition.table() for condition in told]
    if (prior_only or decoder_only) and start is not None:
        went_on = "prior" if prior_only else "decoder"
        figures = card["training"]["prior"] if prior_only else card["training"]
        card["training"] = files.read(start).card["training"] | {went_on: figures}
    files.save(
        out,
        autoencoder=model,
        gaussian=gaussian,
        sequence=sequence,
        copies=SegmentFilter.of(segments),
        recipe=replace(recipe, place=PlaceSettings(), prefer=PreferSettings()),
        codec=codec.config,
        card=card,
        version=__version__,
    )
    kept = _opened(start, codec) if start is not None and (prior_only or decoder_only) else None
    if kept is not None and kept.placer is not None:
        figures = kept.card["training"].get("placer", {})
        files.add_placer(out, kept.placer, kept.recipe.place, figures)
    elif recipe.place.steps:
        train_placer.add_to(out, recipe, codec, pieces, parts, folder, listen)
    if recipe.prefer.pairs and not decoder_only:
        train_preferences.add_to(out, recipe, codec, pieces, parts, folder, listen)
    if sequence is not None and sequence.form is not None:
        train_form.add_to(out, [pieces.cells[i] for i in parts.train], listen)
    if tools:
        learn.add_to(out, pieces, parts, listen.stage, listen.advance, listen.say)
    return out


def _fit(
    model: Autoencoder,
    cells: Sequence[np.ndarray],
    parts: Split,
    recipe: Recipe,
    codec: Codec,
    run: Path,
    resume: bool,
    listen: Listener,
) -> Outcome:
    def chunks(indices: Sequence[int], stride: int, **shares: float) -> Chunks:
        chosen = [cells[i] for i in indices]
        return Chunks(chosen, codec, windows=recipe.data.windows, stride=stride, **shares)

    varied = {
        "distort": recipe.data.distort,
        "mix": recipe.data.mix,
        "hidden": recipe.condition.hidden,
        "corrupt": recipe.data.corrupt,
    }
    length = recipe.data.windows * codec.spec.steps
    rows = codec.spec.rows
    real = data.windows_of(codec, [cells[i][:, :rows] for i in parts.validation])
    listen.stage("train", recipe.training.steps)
    return fit(
        model,
        chunks(parts.train, recipe.data.stride, **varied),
        chunks(parts.validation, length),
        recipe,
        run,
        score=lambda m: score_samples(m, codec, real, recipe.data.windows),
        progress=listen.advance,
        resume=resume,
    )


def _fit_decoder(
    model: Autoencoder,
    cells: Sequence[np.ndarray],
    parts: Split,
    recipe: Recipe,
    codec: Codec,
    run: Path,
    resume: bool,
    listen: Listener,
) -> Outcome:
    """Train the decoder on, at half the rate, by the reconstruction alone: all else stays."""
    loss = LossSettings(beta=0.0)
    training = replace(recipe.training, rate=recipe.training.rate / 2)
    prior, model.prior = model.prior, None
    for part in (model.encoder, model.bottleneck):
        part.requires_grad_(False)
    only = replace(recipe, loss=loss, training=training)
    outcome = _fit(model, cells, parts, only, codec, run, resume, listen)
    model.prior = prior
    return outcome


def _fit_prior(
    model: Autoencoder,
    prior: SequencePrior,
    cells: Sequence[np.ndarray],
    told_IC: np.ndarray,
    parts: Split,
    recipe: Recipe,
    codec: Codec,
    listen: Listener,
) -> dict[str, float]:
    settings = recipe.prior
    chunks = Chunks(
        [cells[i] for i in parts.train],
        codec,
        windows=max(1, settings.positions // prior.positions),
        stride=recipe.data.stride,
        hidden=recipe.condition.hidden,
    )
    listen.stage("prior", settings.steps)
    return fit_sequence_prior(
        prior,
        drawn_from(model, chunks, settings.batch),
        [latents_of(model, cells[i]) for i in parts.validation],
        settings,
        told=list(told_IC[list(parts.validation)]) if told_IC.shape[1] else (),
        fresh=model.prior is None,
        seed=recipe.training.seed,
        progress=lambda n, loss: listen.advance(n, {"nll": loss}),
    )


def _opened(path: Path, codec: Codec) -> files.ModelFile:
    given = files.read(path)
    given.spec, given.placement = codec.spec, codec.placement()
    return given


def _continue_from(
    model: Autoencoder, start: Path, codec: Codec, *, fold: bool, listen: Listener
) -> None:
    """Load the weights of ``start``, to fewer numbers in z if they are to ``fold``."""
    given = _opened(start, codec)
    latent, before = model.settings.latent, given.recipe.model.latent
    found = given.weights()
    if fold and latent < before:
        listen.say(
            f"z has {latent} numbers a place in place of {before}: those heard most are kept"
        )
        found = folded(found, latent)
    # What the given model does not know yet (a form, conditions) begins as it is.
    own = model.state_dict()
    unknown = ("prior.", "decoder.blur.")
    state = {k: v for k, v in own.items() if k.startswith(unknown) or ".condition" in k}
    state |= {k: v for k, v in found.items() if model.prior or not k.startswith("prior.")}
    # What the recipe leaves out is left out.
    state = {k: v for k, v in state.items() if k in own or not k.startswith("decoder.blur.")}
    # Forms are counted, not learned: an older table is of no use.
    state |= {k: v for k, v in own.items() if k.startswith("prior.form.")}
    try:
        model.load_state_dict(state)
    except RuntimeError as why:
        raise RecipeProblem(
            f"--from {start}: its sizes differ from the recipe's ({str(why).splitlines()[0]})"
        ) from None
