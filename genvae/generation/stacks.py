"""Pieces higher than a window: bands of windows on one another that share some cells.

Axes:  B bands, the first decoded first · W windows of a band · P positions · Q = W*P · D dims of z
       S steps · R cells of a step, those shared with the band before first · C candidates

The first cells of each step of a band are the last ones of the band before it: they are known while
it is decoded, and everything in it hears them. Its latents are put together from ``CANDIDATES``
draws of the prior: window by window those under which the known cells are likeliest, with a price
for going from one draw to another, so that neighbours seldom come from two (Viterbi 1967).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from genvae.domains.base import Windows, split_cells
from genvae.generation import noise
from genvae.generation.generator import BATCH, Generator, one_thread
from genvae.generation.returns import Item
from genvae.models.autoencoder import Decoder
from genvae.models.decoding import decode

CANDIDATES = BATCH
SWITCH = 6.0
"""Nats that the known cells of a window must gain for going on with another draw."""
APART = 1 << 20
"""Draws of a band have the indices of items that are never asked for."""


@dataclass(frozen=True)
class Stack:
    """How many bands there are, and how many cells of each step two of them share."""

    bands: int
    shared: int


def draw_stack(
    generator: Generator,
    item: Item,
    windows: int,
    stack: Stack,
    *,
    seed: int,
    prior: str | None = None,
    temperature: float = 1.0,
) -> tuple[np.ndarray, Windows]:
    """Latents ``(B * W, P, D)`` and windows of one item, band after band; ``windows`` of them in
    a band. Depends on nothing but seed and item."""
    index, attempt = item
    chosen: list[np.ndarray] = []
    cells: list[np.ndarray] = []
    for band in range(stack.bands):
        first = 1 + band * CANDIDATES
        count = CANDIDATES if band else 1
        drawn = [(index + APART * (first + c), attempt) for c in range(count)]
        options = {"prior": prior} if prior else {}
        z_CWPD = generator.draw(drawn, windows, seed=seed, temperature=temperature, **options)
        below = cells[-1] if cells else None
        if below is not None:
            z_CWPD = _best(generator, z_CWPD, below, stack.shared)[None]
        uniforms_SR = _noise(generator, drawn[0], windows, seed) if temperature > 0 else None
        cells.append(_decoded(generator, z_CWPD[0], below, stack.shared, uniforms_SR, temperature))
        chosen.append(z_CWPD[0])
    return np.concatenate(chosen), _windows(generator, cells)


def decode_stack(
    generator: Generator,
    z_WPD: np.ndarray,
    stack: Stack,
    *,
    item: Item | None = None,
    temperature: float = 0.0,
) -> Windows:
    """The windows of a stack's latents, band after band: the likeliest ones, or with an ``item``
    drawn with its noise."""
    cells: list[np.ndarray] = []
    for band, z in enumerate(np.split(z_WPD, stack.bands)):
        below, uniforms_SR = cells[-1] if cells else None, None
        if item is not None:
            at = item[0] + APART * (1 + band * CANDIDATES), item[1]
            uniforms_SR = _noise(generator, at, len(z), 0)
        cells.append(_decoded(generator, z, below, stack.shared, uniforms_SR, temperature))
    return _windows(generator, cells)


def _noise(generator: Generator, item: Item, windows: int, seed: int) -> np.ndarray:
    spec = generator.codec.spec
    return noise.stream(seed, *item, noise.CELLS).random((windows * spec.steps, spec.rows))


@one_thread()
def _decoded(
    generator: Generator,
    z_WPD: np.ndarray,
    below_SR: np.ndarray | None,
    shared: int,
    uniforms_SR: np.ndarray | None,
    temperature: float,
) -> np.ndarray:
    known = None if below_SR is None else _known(below_SR, shared)
    z = torch.from_numpy(np.ascontiguousarray(z_WPD, dtype=np.float32))
    cells: np.ndarray = decode(
        generator.model.decoder,
        z.reshape(1, -1, generator.latent),
        uniforms_NSR=None if uniforms_SR is None else uniforms_SR[None],
        temperature=temperature * generator.model.cell_temperature,
        constraints=generator.codec.constraints(),
        known_NSR=None if known is None else known[None],
    )[0]
    return cells


def _known(below_SR: np.ndarray, shared: int) -> np.ndarray:
    known = np.full_like(below_SR, -1)
    known[:, :shared] = below_SR[:, -shared:]
    return known


@one_thread()
def _best(
    generator: Generator, z_CWPD: np.ndarray, below_SR: np.ndarray, shared: int
) -> np.ndarray:
    """The latents ``(W, P, D)`` put together from candidates."""
    count, windows = z_CWPD.shape[:2]
    z = torch.from_numpy(np.ascontiguousarray(z_CWPD)).reshape(count, -1, generator.latent)
    known = np.repeat(_known(below_SR, shared)[None], count, axis=0)
    decoder = generator.model.decoder
    cells = decode(decoder, z, constraints=generator.codec.constraints(), known_NSR=known)
    nats_CW = _nats(decoder, z, cells, shared).reshape(count, windows, -1).sum(-1)
    cost_C = nats_CW[:, 0]
    came_WC = np.zeros((windows, count), dtype=np.int64)
    for window in range(1, windows):
        cheapest = int(cost_C.argmin())
        switched = cost_C[cheapest] + SWITCH < cost_C
        came_WC[window] = np.where(switched, cheapest, np.arange(count))
        cost_C = np.minimum(cost_C, cost_C[cheapest] + SWITCH) + nats_CW[:, window]
    at = int(cost_C.argmin())
    picked = [at]
    for window in range(windows - 1, 0, -1):
        at = int(came_WC[window, at])
        picked.append(at)
    return np.stack([z_CWPD[c, w] for w, c in enumerate(reversed(picked))])


@torch.inference_mode()
def _nats(decoder: Decoder, z_CQD: torch.Tensor, cells_CSR: np.ndarray, shared: int) -> np.ndarray:
    """What the shared cells of each step cost, ``(C, S)``."""
    cells = torch.from_numpy(cells_CSR)
    features = decoder(z_CQD, cells)
    total = torch.zeros(cells.shape[:2])
    for row, (field, _) in enumerate(list(decoder.spec.cells())[:shared]):
        logits = decoder.likelihood(field.name).logits(features[:, :, row])
        total -= torch.log_softmax(logits, -1).gather(-1, cells[:, :, row, None])[..., 0]
    nats: np.ndarray = total.double().numpy()
    return nats


def _windows(generator: Generator, cells: list[np.ndarray]) -> Windows:
    spec = generator.codec.spec
    return split_cells(spec, np.concatenate(cells).reshape(-1, spec.steps, spec.rows))
