"""Decoding a long piece in stretches side by side, as if from its beginning to its end.

Axes:  Q latent positions · S steps · R cells within a step · D dims of z · U channels
       K stretches

A step hears no more than ``reach`` steps before it. Each stretch therefore begins some windows
early, with the noise of those places: two decodings of the same latents with the same noise soon
choose the same cells, and once ``reach`` steps are the same, all that follow are. Where a stretch
has not come to agree with the one before it when it begins, it is decoded again after what that one
has; so what comes out is what decoding in one go gives, but for the rounding of sums.
"""

from __future__ import annotations

import numpy as np
import torch

from genvae.domains.base import Constraints
from genvae.models.autoencoder import Decoder
from genvae.models.decoding import decode_steps

STRETCHES = 16
EARLY = 12
"""Windows that a stretch begins early."""


def reach(decoder: Decoder) -> int:
    """How many steps before it a step hears: what the stack sees, itself one step late, or the
    two neighbours of the cells."""
    seen: int = sum(decoder.steps.reaches)
    return max(seen + 1, 2)


@torch.inference_mode()
def decode_long(
    decoder: Decoder,
    z_QD: np.ndarray,
    *,
    uniforms_SR: np.ndarray | None = None,
    temperature: float = 1.0,
    constraints: Constraints | None = None,
) -> np.ndarray:
    """The cells ``(S, R)`` of one piece of many windows. Constraints are asked with steps counted
    from a stretch's beginning, which is that of a window; for those that are ``local`` alone."""
    window = decoder.positions * decoder.patch
    u_SU = decoder.upsampled(torch.from_numpy(z_QD)[None])[0]
    steps, windows = len(u_SU), len(u_SU) // window
    before = max(EARLY, -(-reach(decoder) // window))
    own = -(-max(windows - before, 1) // STRETCHES)
    early, length = before * window, (before + own) * window
    begins = [k * own * window for k in range(STRETCHES) if k * own * window + early < steps]
    begins = begins or [0]
    total = begins[-1] + length
    u_SU = torch.nn.functional.pad(u_SU, (0, 0, 0, max(total - steps, 0)))
    u_KSU = torch.stack([u_SU[b : b + length] for b in begins])
    uniforms_KSR = None
    if uniforms_SR is not None:
        more = max(total - len(uniforms_SR), 0)
        padded = np.pad(uniforms_SR, ((0, more), (0, 0)), constant_values=0.5)
        uniforms_KSR = np.stack([padded[b : b + length] for b in begins])

    def decoded(known_KSR: np.ndarray | None, which: list[int]) -> np.ndarray:
        # Always so many rows: the arithmetic of one must not depend on how many others there are.
        rows = [*which, *[which[0]] * (len(begins) - len(which))]
        cells = decode_steps(
            decoder,
            u_KSU[rows],
            uniforms_NSR=None if uniforms_KSR is None else uniforms_KSR[rows],
            temperature=temperature,
            constraints=constraints,
            known_NSR=None if known_KSR is None else known_KSR[rows],
        )
        return cells[: len(which)]

    cells_KSR = decoded(None, list(range(len(begins))))
    back = reach(decoder)
    for _ in begins:
        apart = [
            k
            for k in range(1, len(begins))
            if (cells_KSR[k, early - back : early] != cells_KSR[k - 1, length - back :]).any()
        ]
        if not apart:
            break
        known_KSR = np.full_like(cells_KSR, -1)
        for k in apart:
            known_KSR[k, :early] = cells_KSR[k - 1, length - early :]
        cells_KSR[apart] = decoded(known_KSR, apart)
    parts = [cells_KSR[0], *(cells_KSR[k, early:] for k in range(1, len(begins)))]
    return np.concatenate(parts)[:steps]
