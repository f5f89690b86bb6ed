"""Writing cells one after another from latents: the iterative half of the decoder.

Axes:  N pieces · Q latent positions · S steps · R cells within a step · K categories

Every choice is the inverse of a cumulative distribution at a given uniform number, so equal
latents and equal noise give equal pieces. The domain's constraints are asked before each cell:
what they forbid has probability 0, so that only well-formed pieces can be written.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from genvae.domains.base import Constraints, Field
from genvae.models.autoencoder import Decoder

COLDEST = 1e-6
"""Temperatures below count as this one: logits divided by them stay finite."""


@torch.no_grad()
def decode(
    decoder: Decoder,
    z_NQD: Tensor,
    *,
    uniforms_NSR: np.ndarray | None = None,
    temperature: float = 1.0,
    constraints: Constraints | None = None,
) -> np.ndarray:
    """Latents of whole windows to ``cells_NSR``.

    Without ``uniforms_NSR`` (numbers in [0, 1)) or at temperature 0 the most likely category is
    taken each time. Temperature reshapes the categories from ``Field.temper_from`` on.
    """
    device = decoder.words.starts.device
    u = decoder.upsampled(z_NQD.to(device))
    pieces, steps, _ = u.shape
    conditions = decoder.steps.conditions(u)
    cells = np.zeros((pieces, steps, decoder.spec.rows), dtype=np.int64)
    memory = decoder.steps.start(pieces)
    past = torch.zeros_like(u[:, 0])
    blank = torch.zeros(pieces, decoder.spec.rows, decoder.cell_width, device=device)
    before, before_that = blank, blank
    plan = list(decoder.spec.cells())
    past_table, table, starts = (
        decoder.past_words.table(),
        decoder.words.table(),
        decoder.words.starts,
    )
    greedy = uniforms_NSR is None or temperature == 0
    for t in range(steps):
        heard = [None if c is None else c[:, t] for c in conditions]
        context = decoder.steps.step(past + u[:, t], memory, t, heard)
        base = decoder.to_cells(context).reshape(blank.shape)
        base = base + decoder.nearby(torch.cat([before, before_that], dim=-1))
        inner = decoder.cells.start(pieces)
        embedded = torch.empty_like(blank)
        last = torch.zeros_like(blank[:, 0])
        for r, (field, _) in enumerate(plan):
            features = decoder.cells.step(base[:, r] + last, inner, r, _nothing(decoder))
            logits = decoder.likelihood(field.name).logits(features)
            allowed = constraints.allow(t, r, cells) if constraints else None
            if allowed is not None:
                forbidden = torch.from_numpy(~np.asarray(allowed)).to(device)
                logits = logits.masked_fill(forbidden, -torch.inf)
            if greedy:
                chosen = logits.argmax(-1)
            else:
                assert uniforms_NSR is not None
                chosen = _pick(_tempered(logits, field, temperature), uniforms_NSR[:, t, r])
            cells[:, t, r] = chosen.cpu().numpy()
            last = table[chosen + starts[r]]
            embedded[:, r] = last
        past = decoder.past_words.summed(torch.from_numpy(cells[:, t]).to(device), past_table)
        before, before_that = embedded, before
    return cells


def _nothing(decoder: Decoder) -> list[Tensor | None]:
    return [None] * len(decoder.cells.blocks)


def _tempered(logits: Tensor, field: Field, temperature: float) -> Tensor:
    """Probabilities ``(N, K)`` with the tail from ``temper_from`` reshaped within its mass."""
    probabilities = torch.softmax(logits, dim=-1)
    if temperature == 1.0:
        return probabilities
    head, tail = probabilities[:, : field.temper_from], logits[:, field.temper_from :]
    mass = probabilities[:, field.temper_from :].sum(-1, keepdim=True)
    shaped = torch.softmax(tail / max(temperature, COLDEST), dim=-1).nan_to_num(0.0)
    return torch.cat([head, shaped * mass], dim=-1)


def _pick(probabilities: Tensor, uniforms_N: np.ndarray) -> Tensor:
    """The category in which each uniform number falls."""
    edges = probabilities.double().cumsum(-1)
    at = torch.from_numpy(uniforms_N).to(edges.device)[:, None] * edges[:, -1:]
    chosen = (edges <= at).sum(-1)
    possible = (probabilities > 0).double()
    last = probabilities.shape[-1] - 1 - possible.flip(-1).argmax(-1)
    return torch.minimum(chosen, last)
