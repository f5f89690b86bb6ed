"""The noise through which a decoder hears latents that are no piece's own (see ``models.blur``).

Where pieces have a form all halves of windows, bars, go through the same noise: what is the same in
them stays the same.

Axes:  N pieces · W windows · P positions of a window · Q = W*P · D dims of z
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from genvae.domains.base import Windows
from genvae.generation import noise
from genvae.generation.returns import Item
from genvae.models.blur import blurred


def drawn(
    z_NWPD: np.ndarray,
    level: float,
    source_NW: np.ndarray,
    items: Sequence[Item],
    seed: int,
    *,
    bars: bool,
) -> np.ndarray:
    """Latents of items through noise of their own, windows of equal latents (``source_NW``: the
    first of them) through the same."""
    out = np.array(z_NWPD, dtype=np.float32)
    positions, latent = out.shape[2:]
    for z_WPD, source_W, item in zip(out, source_NW, items, strict=True):
        stream = noise.stream(seed, *item, noise.BLUR)
        shape = (1, positions // 2, latent) if bars else z_WPD.shape
        mist = stream.standard_normal(shape, dtype=np.float32)
        mist = np.tile(mist, (len(z_WPD), 2, 1)) if bars else mist[source_W]
        z_WPD[:] = np.sqrt(1 - level**2) * z_WPD + level * mist
    return out


@dataclass(frozen=True)
class Amid:
    """Where latents lie between pieces."""

    far_NW: np.ndarray
    """How far each window lies from any of them, 0 to 1 (see ``latents.apart``)."""
    way: int
    """The noise of the way, the same at each step: see ``way_of``."""


def way_of(pieces: Sequence[Windows]) -> int:
    """A number for the way between some pieces: the same for the same cells."""
    number = 0
    for windows in pieces:
        for name in sorted(windows):
            number = zlib.crc32(np.ascontiguousarray(windows[name], np.int64).tobytes(), number)
    return number


def between(
    z_NQD: Tensor, amid: Amid, level: float, positions: int, *, bars: bool
) -> tuple[Tensor, Tensor]:
    """Latents between pieces, all through one and the same noise, and by how much each of them is
    blurred ``(N, Q)``: by ``level`` where they are farthest, not at all at a piece itself."""
    blur_NQ = level * torch.from_numpy(amid.far_NW).repeat_interleave(positions, 1)
    shape = (positions // 2 if bars else positions, z_NQD.shape[-1])
    mist = noise.stream(amid.way, 0, 0, noise.BLUR).standard_normal(shape, dtype=np.float32)
    mist_QD = torch.from_numpy(mist).repeat(z_NQD.shape[1] // len(mist), 1)
    return blurred(z_NQD, blur_NQ[..., None], mist_QD), blur_NQ
