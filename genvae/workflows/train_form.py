"""The form of pieces counted anew, rhymes weighed by what comes out, and intervals: at the end of a
training, or alone (``train --form-only``).

Axes:  N pieces · S steps of a piece · W windows · T steps of a window · R cells · F fields
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from genvae.domains.base import WindowSpec, stack_cells
from genvae.errors import RecipeProblem
from genvae.generation.generator import LONG, Generator, together
from genvae.models import files
from genvae.models.leaning import INTERVALS, STRONGEST, intervals, lean_of
from genvae.models.rhyme import balanced, rhyme_counts
from genvae.recipe import Recipe
from genvae.training.prior import count_form, latents_of
from genvae.workflows import deliver
from genvae.workflows.beside import begun, copied, prepared
from genvae.workflows.listener import Listener
from genvae.workflows.made import Times
from genvae.workflows.store import Opened, open_model

PIECES = 48
"""Pieces that are drawn to hear how much rhymes."""
ROUNDS = 4
"""Weights that are tried: all, none, and twice what lies between."""
LEANS = (1.0, 0.5, 0.33)
"""Rounds in which intervals are counted, and by how much each of them tells: the first finds nearly
all there is, the later ones hear chance too."""
LEANING_PIECES, LEANING_WINDOWS = 128, 8
SEED = 1 << 21
"""Pieces are drawn with this seed, which nobody asks for by chance."""


def train_form(
    recipe: Recipe,
    *,
    start: Path,
    out: Path,
    folder: Path | None = None,
    listen: Listener | None = None,
) -> Path:
    """Count the form of the model ``start`` anew, from its own latents of its pieces, no class of
    which is told; ``out`` is that model with it, all else as it was. Returns ``out``. Raises
    ModelProblem, RecipeProblem, CorpusProblem and FileProblem."""
    listen = listen or Listener()
    model, codec = begun(start)
    if model.sequence is None or model.sequence.form is None:
        raise RecipeProblem(f"--form-only: {model.name} has no sequence prior with forms")
    pieces, parts = prepared(recipe, codec, folder, listen)
    cells = [pieces.cells[i] for i in parts.train]
    listen.stage("form", len(cells))
    known = []
    for done, cells_SR in enumerate(cells, 1):
        known.append((cells_SR, latents_of(model.autoencoder, cells_SR)))
        listen.advance(done, {})
    form, model.sequence.form.weight = model.sequence.form, recipe.prior.form_weight
    count_form(model.sequence, known, codec.spec)
    copied(start, out)
    files.add_form(out, form, {})
    add_to(out, cells, listen)
    return out


def add_to(path: Path, cells: Sequence[np.ndarray], listen: Listener) -> None:
    """Weigh the rhymes of a model file, and the intervals of its lines, by the cells ``(S, R)`` of
    its training pieces."""
    import torch

    opened = open_model(str(path))
    spec, sequence = opened.codec.spec, opened.model.sequence
    assert sequence is not None
    assert sequence.form is not None
    form = sequence.form
    windows = [piece.reshape(-1, spec.steps, piece.shape[1])[..., : spec.rows] for piece in cells]
    real_F = _shares([rhyme_counts(cells_WTR, spec) for cells_WTR in windows])
    length = int(np.clip(np.median([len(cells_WTR) for cells_WTR in windows]), 2, LONG))
    fields = len(spec.fields)
    weights, made = [np.ones(fields), np.zeros(fields)], list[np.ndarray]()
    listen.stage("rhyme", ROUNDS)
    for number in range(ROUNDS):
        if number == len(weights):
            weights.append(balanced(weights, made, real_F))
        form.rhyme.weight.copy_(torch.from_numpy(weights[number]))
        made.append(_drawn_shares(opened, length))
        listen.advance(number + 1, {})
    weight_F = balanced(weights, made, real_F)
    form.rhyme.weight.copy_(torch.from_numpy(weight_F))
    figures = {
        f"{field.name}_{what}": round(float(value), 4)
        for f, field in enumerate(spec.fields)
        for what, value in (("rhymes", real_F[f]), ("untold", made[1][f]), ("weight", weight_F[f]))
    }
    files.add_form(path, form, figures)
    told = (
        f"{field.name} {weight:.2f}" for field, weight in zip(spec.fields, weight_F, strict=True)
    )
    listen.say("rhymes are told by the weight " + ", ".join(told))
    if tables := _leaning(opened, windows, listen):
        files.rewrite_card(path, files.read(path).card | {"intervals": tables})


def _leaning(
    opened: Opened, pieces: Sequence[np.ndarray], listen: Listener
) -> dict[str, list[float]]:
    """To which intervals each line is to lean, so that made pieces go by those of real ones."""
    spec, card = opened.codec.spec, opened.model.card
    real = _intervals(pieces, spec)
    if not real:
        return {}
    # Odds are tempered after they were multiplied.
    heat = deliver.plan(opened).temperature * opened.model.cell_temperature
    tables = {name: np.zeros(INTERVALS) for name in real}
    listen.stage("intervals", len(LEANS))
    for number, share in enumerate(LEANS):
        card["intervals"] = {name: table_I.tolist() for name, table_I in tables.items()}
        first = number * LEANING_PIECES
        drawn = _drawn(opened, range(first, first + LEANING_PIECES), LEANING_WINDOWS)
        made = _intervals(drawn, spec)
        for name, table_I in tables.items():
            table_I += share * heat * lean_of(real[name], made[name])
            np.clip(table_I, -STRONGEST, STRONGEST, out=table_I)
        listen.advance(number + 1, {})
    return {name: [round(x, 3) for x in table_I.tolist()] for name, table_I in tables.items()}


def _intervals(pieces: Iterable[np.ndarray], spec: WindowSpec) -> dict[str, np.ndarray]:
    """How often each interval comes in pieces ``(W, T, R)``, line by line."""
    counts = [intervals(cells_WTR.reshape(-1, cells_WTR.shape[-1]), spec) for cells_WTR in pieces]
    return {name: np.sum([count[name] for count in counts], axis=0) for name in counts[0]}


def _drawn_shares(opened: Opened, windows: int) -> np.ndarray:
    """How much rhymes in pieces as they are drawn, ``(F,)``."""
    spec = opened.codec.spec
    return _shares([rhyme_counts(piece, spec) for piece in _drawn(opened, range(PIECES), windows)])


def _drawn(opened: Opened, indices: Sequence[int], windows: int) -> Iterator[np.ndarray]:
    """The cells ``(W, T, R)`` of pieces as they are drawn."""
    asked = replace(deliver.plan(opened), windows=windows)
    generator, spec = Generator(opened.model, opened.codec), opened.codec.spec
    size = together(windows)
    for first in range(0, len(indices), size):
        items = [(index, 0) for index in indices[first : first + size]]
        for draft in deliver.drafts(opened, generator, asked, items, SEED, Times()):
            yield stack_cells(spec, draft.windows)


def _shares(counts_2F: Sequence[np.ndarray]) -> np.ndarray:
    """The share of all halves that could rhyme and do, ``(F,)``."""
    rhyming, could = np.sum(counts_2F, axis=0)
    return np.asarray(rhyming / np.maximum(could, 1))
