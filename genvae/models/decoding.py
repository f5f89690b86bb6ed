"""Writing cells one after another from latents: the iterative half of the decoder.

Axes:  N pieces · Q latent positions · S steps · R cells within a step · K categories

Every choice is the inverse of a cumulative distribution at a given uniform number, so equal
latents and equal noise give equal pieces. The domain's constraints are asked before each cell:
what they forbid has probability 0, so that only well-formed pieces can be written, and they may
make a category likelier than the decoder has it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from genvae.domains.base import OPEN, Constraints, Field
from genvae.models.autoencoder import Decoder
from genvae.models.leaning import Leaning
from genvae.models.rhyme import kept

Place = Callable[[int, np.ndarray, np.ndarray | None], np.ndarray]
"""(first step of a second layer, cells so far, what is known) to its steps ``(N, T/2, R)``."""

COLDEST = 1e-6
"""Temperatures below count as this one: logits divided by them stay finite."""


@torch.inference_mode()
def decode(
    decoder: Decoder,
    z_NQD: Tensor,
    *,
    uniforms_NSR: np.ndarray | None = None,
    temperature: float = 1.0,
    constraints: Constraints | None = None,
    known_NSR: np.ndarray | None = None,
    echo_NSR: np.ndarray | None = None,
    rhyme_NSR: np.ndarray | None = None,
    told_NC: Tensor | None = None,
    blur_NQ: Tensor | None = None,
    leaning: Leaning | None = None,
) -> np.ndarray:
    """Latents of whole windows to ``cells_NSR``; cells of ``known_NSR`` from 0 up stay as they
    are (-1: to be decoded), and what is decoded after them hears them. A cell of
    ``echo_NSR`` from 0 up says again what it was at that earlier step, where the constraints
    allow, and a cell of ``rhyme_NSR`` from 0 up keeps the outline of that step's (see ``rhyme``).
    ``told_NC`` are the classes of each piece, for a decoder that hears them; ``blur_NQ`` is by how
    much each latent is blurred, for one that hears that and was not told it before.

    Without ``uniforms_NSR`` (numbers in [0, 1)) or at temperature 0 the most likely category is
    taken each time. Temperature reshapes the categories from ``Field.temper_from`` on; by
    ``leaning`` some intervals of drawn lines are likelier.
    """
    device = decoder.words.starts.device
    return decode_steps(
        decoder,
        decoder.upsampled(z_NQD.to(device), told_NC, blur_NQ),
        uniforms_NSR=uniforms_NSR,
        temperature=temperature,
        constraints=constraints,
        known_NSR=known_NSR,
        echo_NSR=echo_NSR,
        rhyme_NSR=rhyme_NSR,
        told_NC=told_NC,
        leaning=leaning,
        place=_placing(decoder, z_NQD, uniforms_NSR, temperature),
    )


def _placing(
    decoder: Decoder, z_NQD: Tensor, uniforms_NSR: np.ndarray | None, temperature: float
) -> Place | None:
    """How the decoder's placer writes the second layer of a window."""
    placer, half = decoder.placer, decoder.spec.steps // 2
    if placer is None:
        return None

    def place(t: int, cells_NSR: np.ndarray, known_NSR: np.ndarray | None) -> np.ndarray:
        at, rest = t // decoder.spec.steps * decoder.positions, slice(t, t + half)
        noise = None if uniforms_NSR is None else uniforms_NSR[:, rest].reshape(len(z_NQD), -1)
        return placer.place(
            cells_NSR[:, t - half : t],
            z_NQD[:, at : at + decoder.positions],
            uniforms_NX=noise,
            temperature=temperature,
            known_NTR=None if known_NSR is None else known_NSR[:, rest],
        )

    return place


@torch.inference_mode()
def decode_steps(
    decoder: Decoder,
    u: Tensor,
    *,
    uniforms_NSR: np.ndarray | None = None,
    temperature: float = 1.0,
    constraints: Constraints | None = None,
    known_NSR: np.ndarray | None = None,
    echo_NSR: np.ndarray | None = None,
    rhyme_NSR: np.ndarray | None = None,
    told_NC: Tensor | None = None,
    leaning: Leaning | None = None,
    place: Place | None = None,
) -> np.ndarray:
    """As ``decode``, from upsampled latents ``u (N, S, U)``. ``place`` writes the second layer of
    a window at its first step, given all cells before it and what is known."""
    device = u.device
    pieces, steps, _ = u.shape
    conditions = decoder.steps.conditions(u)
    cells = np.full((pieces, steps, decoder.spec.rows), OPEN, dtype=np.int64)
    memory = decoder.steps.start(pieces)
    past = torch.zeros_like(u[:, 0])
    blank = torch.zeros(pieces, decoder.spec.rows, decoder.cell_width, device=device)
    before, before_that = blank, blank
    plan = list(decoder.spec.cells())
    past_table, table = decoder.past_words.table(), decoder.words.table()
    first = decoder.words.starts.tolist()
    likelihoods = {field.name: decoder.likelihood(field.name) for field, _ in plan}
    greedy = uniforms_NSR is None or temperature == 0
    heard_lines = None if leaning is None or greedy else leaning.start(pieces)
    half = decoder.spec.steps // decoder.spec.layers
    end = steps
    if known_NSR is not None:
        cells[:] = known_NSR
        # What comes after the last open cell is as it is.
        end = int(np.flatnonzero((known_NSR < 0).any((0, 2))).max(initial=-1)) + 1
    for t in range(end):
        heard = [None if c is None else c[:, t] for c in conditions]
        at = t % decoder.spec.steps - half
        if at == 0:
            by_step, by_cell = decoder.below(torch.from_numpy(cells[:, t - half : t]).to(device))
            if place is not None:
                placed_NTR = place(t, cells, known_NSR)
        now = past + u[:, t] if at < 0 else past + u[:, t] + by_step[:, at]
        context = decoder.steps.step(now, memory, t, heard)
        settled_NR = None if known_NSR is None else known_NSR[:, t]
        if place is not None and at >= 0:
            settled_NR = placed_NTR[:, at]
        if settled_NR is not None and (settled_NR >= 0).all():
            cells[:, t] = settled_NR
            if heard_lines is not None:
                heard_lines.hear(cells[:, t])
            now_NR = torch.from_numpy(cells[:, t]).to(device)
            past = decoder.past_words.summed(now_NR, past_table)
            before, before_that = decoder.words.each(now_NR, table), before
            continue
        base = decoder.base(context, told_NC)
        if at >= 0:
            base = base + by_cell[:, at]
        base = base + decoder.nearby(torch.cat([before, before_that], dim=-1))
        inner = decoder.cells.start(pieces)
        embedded = torch.empty_like(blank)
        last = torch.zeros_like(blank[:, 0])
        given_NR = None if known_NSR is None else known_NSR[:, t]
        for r, (field, _) in enumerate(plan):
            features = decoder.cells.step(base[:, r] + last, inner, r)
            logits = likelihoods[field.name].logits(features)
            allowed = constraints.allow(t, r, cells) if constraints else None
            if rhyme_NSR is not None:
                allowed = kept(allowed, field, cells, rhyme_NSR[:, t, r], r)
            if allowed is not None:
                odds = torch.from_numpy(np.asarray(allowed, dtype=np.float32)).to(device)
                logits = logits + odds.log()
            if greedy:
                chosen_N = logits.argmax(-1).cpu().numpy()
            else:
                assert uniforms_NSR is not None
                lean = None if heard_lines is None else heard_lines.at(r)
                shaped = _tempered(logits, field, temperature, lean)
                chosen_N = _pick(shaped, uniforms_NSR[:, t, r])
            if echo_NSR is not None:
                chosen_N = _echoed(chosen_N, cells, echo_NSR[:, t, r], r, allowed)
            if given_NR is not None:
                chosen_N = np.where(given_NR[:, r] < 0, chosen_N, given_NR[:, r])
            cells[:, t, r] = chosen_N
            last = F.embedding(torch.from_numpy(chosen_N + first[r]).to(device), table)
            embedded[:, r] = last
        if heard_lines is not None:
            heard_lines.hear(cells[:, t])
        past = decoder.past_words.summed(torch.from_numpy(cells[:, t]).to(device), past_table)
        before, before_that = embedded, before
    return cells


def _echoed(
    chosen_N: np.ndarray, cells: np.ndarray, source_N: np.ndarray, r: int, allowed: Any
) -> np.ndarray:
    """The choices, or what an earlier step has where there is one and it may be said."""
    pieces = np.arange(len(chosen_N))
    said_N = cells[pieces, np.maximum(source_N, 0), r]
    free_N = source_N >= 0
    if allowed is not None:
        mask = np.asarray(allowed)
        free_N = free_N & ((mask[said_N] if mask.ndim == 1 else mask[pieces, said_N]) > 0)
    return np.where(free_N, said_N, chosen_N)


def _tempered(
    logits: Tensor, field: Field, temperature: float, lean: Tensor | None = None
) -> Tensor:
    """Probabilities ``(N, K)`` with the tail from ``temper_from`` reshaped within its mass, after
    ``lean`` was added to its logits."""
    probabilities = torch.softmax(logits, dim=-1)
    if (temperature == 1.0 and lean is None) or not field.tempered:
        return probabilities
    head, tail = probabilities[:, : field.temper_from], logits[:, field.temper_from :]
    if lean is not None:
        tail = tail + lean.to(tail.device)
    mass = probabilities[:, field.temper_from :].sum(-1, keepdim=True)
    shaped = torch.softmax(tail / max(temperature, COLDEST), dim=-1).nan_to_num(0.0)
    return torch.cat([head, shaped * mass], dim=-1)


def _pick(probabilities: Tensor, uniforms_N: np.ndarray) -> np.ndarray:
    """The category in which each uniform number falls."""
    edges_NK = probabilities.cpu().numpy().cumsum(-1, dtype=np.float64)
    total_N = edges_NK[:, -1]
    # Rounding must not lift a number to the very end, beyond the last possible category.
    at_N = np.minimum(uniforms_N * total_N, np.nextafter(total_N, 0.0))
    chosen: np.ndarray = (edges_NK <= at_N[:, None]).sum(-1)
    return chosen
