"""Damaged windows to clean ones: how much is damaged, then which cells.

The cleaner gives p(clean cell | what was observed, rate of damage). The rate is the piece's own,
by expectation and maximisation: the share of cells that the cleaner expects to be damaged, against
the share that damage of the domain's kinds changes. A short piece tells little of its rate, so what
is found there is drawn towards a usual one (a gamma prior, in cells that changed). A cell stays as
it is unless another one is likelier, so that a piece in which nothing looks damaged comes back as
it was.

What the codec can say in other words (songs in nearby keys) is judged in those, too, and the log
probabilities are averaged: an ensemble of one network, which errs less than it does in one key.

Axes:  W windows · S steps of a piece · R cells · K categories
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from genvae.domains.base import OPEN, Codec, Windows, split_cells, stack_cells
from genvae.generation.generator import one_thread
from genvae.models.cleaner import Cleaner, Guess, guess, no_guess
from genvae.models.files import ModelFile
from genvae.settings import CleanSettings

ROUNDS = 8
"""Steps of expectation and maximisation."""
BEGIN = 0.05
"""The rate that they begin with, and the usual one."""
USUAL = 10.0
"""Cells found changed that weigh as much as the usual rate; none say whether there is damage."""
PROBE = 0.1
"""The rate of damage at which is counted how many cells of the piece it changes."""
PROBES = 4
NONE = 0.002
"""Rates below count as no damage at all."""
LONGEST, BESIDE = 64, 8
"""Windows that are worked on together, and how many of those beside are heard, not judged."""


@dataclass(frozen=True)
class Cleaned:
    """Clean windows, and the rate of damage that was found or given."""

    windows: Windows
    rate: float


@one_thread()
@torch.no_grad()
def clean(
    model: ModelFile,
    cleaner: Cleaner,
    codec: Codec,
    windows: Windows,
    context: Mapping[str, Any] | None = None,
    *,
    rate: float | None = None,
    settings: CleanSettings,
) -> Cleaned:
    """The likely clean windows of a piece with this context. ``rate`` is the share of it that is
    damaged, found in the piece itself if None; ``settings`` are those that the cleaner was trained
    with."""
    spec = codec.spec
    cells_SR = stack_cells(spec, windows).astype(np.int64).reshape(-1, spec.rows)
    parts = _parts(model, cells_SR, spec.steps, settings.guess)
    if rate is None:
        rate = _rate(cleaner, codec, windows, parts, settings.most)
    if rate < NONE:
        return Cleaned(windows, 0.0)
    told = min(rate, settings.most)
    versions = [_judged(cleaner, parts, told)]
    for to in codec.renamings():
        renamed = {k: to[k][x] if k in to else x for k, x in windows.items()}
        renamed_SR = stack_cells(spec, renamed).astype(np.int64).reshape(-1, spec.rows)
        logs = _judged(cleaner, _parts(model, renamed_SR, spec.steps, settings.guess), told)
        named = zip(spec.fields, logs, strict=True)
        versions.append([log[..., to[f.name]] if f.name in to else log for f, log in named])
    means = [np.mean(logs, axis=0) for logs in zip(*versions, strict=True)]
    chosen = _allowed(codec, cells_SR, means, [context] if context else [])
    out = split_cells(spec, chosen.reshape(-1, spec.steps, spec.rows))
    return Cleaned({k: v.astype(windows[k].dtype) for k, v in out.items()}, rate)


@dataclass(frozen=True)
class _Part:
    """A stretch ``(1, S, R)`` with its guess, and the steps of it that are judged."""

    cells: Tensor
    guessed: Guess
    inner: slice


def _parts(model: ModelFile, cells_SR: np.ndarray, steps: int, guessing: bool) -> list[_Part]:
    count = len(cells_SR) // steps
    found = []
    for at in range(0, count, LONGEST):
        first, last = max(0, at - BESIDE), min(count, at + LONGEST + BESIDE)
        cells = torch.from_numpy(cells_SR[first * steps : last * steps])[None]
        inner = slice((at - first) * steps, (min(count, at + LONGEST) - first) * steps)
        guessed = guess(model.autoencoder, cells) if guessing else no_guess(cells)
        found.append(_Part(cells, guessed, inner))
    return found


def _log_p(cleaner: Cleaner, part: _Part, rate: float) -> list[Tensor]:
    """Log probabilities of the clean cells of a stretch, ``(S, rows, K)`` a field."""
    logits = cleaner(part.cells, part.guessed, torch.tensor([rate]))
    return [torch.log_softmax(each[0], dim=-1) for each in logits]


def _judged(cleaner: Cleaner, parts: Sequence[_Part], rate: float) -> list[np.ndarray]:
    """Those of all stretches in a row, a field each."""
    logs = [_inner(part, _log_p(cleaner, part, rate)) for part in parts]
    return [torch.cat(of_field).numpy() for of_field in zip(*logs, strict=True)]


def _inner(part: _Part, logs: Sequence[Tensor]) -> list[Tensor]:
    return [log[part.inner] for log in logs]


def _rate(
    cleaner: Cleaner, codec: Codec, windows: Windows, parts: Sequence[_Part], most: float
) -> float:
    """The rate of damage of a piece."""
    seen = stack_cells(codec.spec, windows)
    rng = np.random.default_rng(0)
    changed = [
        (stack_cells(codec.spec, codec.corrupt(windows, PROBE, rng)) != seen).mean()
        for _ in range(PROBES)
    ]
    share = max(float(np.mean(changed)) / PROBE, 1e-6)
    full = share * seen.size
    rate = BEGIN
    for prior in (0.0, USUAL):
        for _ in range(ROUNDS):
            found = _expected(cleaner, parts, rate)
            rate = min(most, (found + prior) / (full + prior / BEGIN))
            if rate < NONE:
                return 0.0
    return rate


def _expected(cleaner: Cleaner, parts: Sequence[_Part], rate: float) -> float:
    """How many cells are likely not what was observed."""
    total = 0.0
    for part in parts:
        at, observed = 0, part.cells[0, part.inner]
        for log in _inner(part, _log_p(cleaner, part, rate)):
            own = observed[:, at : at + log.shape[1], None]
            total += float((1 - log.gather(-1, own).exp()).sum())
            at += log.shape[1]
    return total


def _allowed(
    codec: Codec,
    cells_SR: np.ndarray,
    logs: Sequence[np.ndarray],
    contexts: Sequence[Mapping[str, Any]],
) -> np.ndarray:
    """The likeliest cells, one after another in the order of decoding, of those that the
    domain's constraints allow after the ones before."""
    spec, constraints = codec.spec, codec.constraints(contexts)
    out = np.full_like(cells_SR, OPEN)[None]
    first = {f.name: number for number, f in enumerate(spec.fields)}
    plan = [(first[field.name], row) for field, row in spec.cells()]
    for t in range(len(cells_SR)):
        for r, (number, row) in enumerate(plan):
            log_K = logs[number][t, row]
            mask = constraints.allow(t, r, out) if constraints else None
            if mask is not None:
                mask_K = np.asarray(mask) > 0
                log_K = np.where(mask_K if mask_K.ndim == 1 else mask_K[0], log_K, -np.inf)
            out[0, t, r] = int(log_K.argmax())
    cells: np.ndarray = out[0]
    return cells
