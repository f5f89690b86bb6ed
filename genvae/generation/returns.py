"""What drawn windows say again, cell by cell.

Axes:  N pieces · W windows · T steps of a window · S = W*T steps · R cells within a step
       F fields (voices)

Windows of equal latents are one window; and by the form of a drawn piece single fields of a window
may be those of the window that it returns to, or of the one before (see ``models.form``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from genvae.domains.base import WindowSpec
from genvae.generation import noise
from genvae.models.form import Form

Item = tuple[int, int]
"""(index, attempt): what the noise of a piece is drawn from."""


def sources(z_NWPD: np.ndarray) -> np.ndarray:
    """The first window that has the latents of each, ``(N, W)``."""
    source_NW = np.zeros(z_NWPD.shape[:2], dtype=np.int64)
    for i, z_WPD in enumerate(z_NWPD):
        first: dict[bytes, int] = {}
        for w, z_PD in enumerate(z_WPD):
            source_NW[i, w] = first.setdefault(z_PD.tobytes(), w)
    return source_NW


@dataclass(frozen=True)
class Said:
    """For each cell ``(N, S, R)`` the earlier step whose cell it says again, else -1, and the one
    whose outline it keeps, else -1 (see ``models.rhyme``)."""

    echo_NSR: np.ndarray
    rhyme_NSR: np.ndarray


def said_again(
    source_NW: np.ndarray,
    spec: WindowSpec,
    form: Form | None = None,
    items: Sequence[Item] = (),
    seed: int = 0,
) -> Said:
    """What windows say again: those of equal latents all of it; with a form the pieces are those
    that it gave to the items, whose fields return and rhyme by themselves."""
    pieces, windows = source_NW.shape
    at = np.arange(windows)
    whole_NW = np.where(source_NW < at, source_NW, -1)
    said_NWR = np.repeat(whole_NW[..., None], spec.rows, axis=2)
    rhyming_NWHR = np.zeros((pieces, windows, 2, spec.rows), dtype=bool)
    rows_F = [f.rows for f in spec.fields]
    for i, (index, attempt) in enumerate(items if form is not None else ()):
        assert form is not None
        stream = noise.stream(seed, index, attempt, noise.FORM)
        lag_W, kind_W, again_WF = form.sample(windows, stream)
        back_W = at - np.where(lag_W > 0, lag_W, 1)
        again_WR = np.repeat(again_WF, rows_F, axis=1) & (said_NWR[i] < 0) & (back_W >= 0)[:, None]
        said_NWR[i] = np.where(again_WR, back_W[:, None], said_NWR[i])
        stream = noise.stream(seed, index, attempt, noise.RHYME)
        rhyming_WHR = np.repeat(form.rhyme.sample(kind_W, stream), rows_F, axis=2)
        rhyming_NWHR[i] = rhyming_WHR & (said_NWR[i] < 0)[:, None]
    steps = np.arange(spec.steps)[:, None]
    echo = np.where(said_NWR[:, :, None] < 0, -1, said_NWR[:, :, None] * spec.steps + steps)
    half, all_steps = spec.steps // 2, np.arange(windows * spec.steps)
    rhyming = np.repeat(rhyming_NWHR.reshape(pieces, 2 * windows, -1), half, axis=1)
    rhyme = np.where(rhyming, (all_steps - half)[:, None], -1)
    return Said(echo.reshape(pieces, windows * spec.steps, spec.rows), rhyme)
