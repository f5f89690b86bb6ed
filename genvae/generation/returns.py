"""What drawn windows say again, cell by cell.

Axes:  N pieces · W windows · T steps of a window · S = W*T steps · R cells within a step
       F fields (voices)

Windows of equal latents are one window; and by the form of a drawn piece single fields of a window
may be those of the window that it returns to, or of the one before (see ``models.form``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genvae.domains.base import WindowSpec
from genvae.generation import noise
from genvae.models.form import Form

Item = tuple[int, int]
"""(index, attempt): an item always sits in row ``index % BATCH`` of its batch."""


def sources(z_NWPD: np.ndarray) -> np.ndarray:
    """The first window that has the latents of each, ``(N, W)``."""
    source_NW = np.zeros(z_NWPD.shape[:2], dtype=np.int64)
    for i, z_WPD in enumerate(z_NWPD):
        first: dict[bytes, int] = {}
        for w, z_PD in enumerate(z_WPD):
            source_NW[i, w] = first.setdefault(z_PD.tobytes(), w)
    return source_NW


def echoes(
    source_NW: np.ndarray,
    spec: WindowSpec,
    form: Form | None = None,
    items: Sequence[Item] = (),
    seed: int = 0,
) -> np.ndarray:
    """For each cell the earlier step whose cell it says again, else -1: ``(N, S, R)``.

    With a form the pieces are those that it gave to the items.
    """
    pieces, windows = source_NW.shape
    at = np.arange(windows)
    said_NWR = np.repeat(np.where(source_NW < at, source_NW, -1)[..., None], spec.rows, axis=2)
    rows_F = [f.rows for f in spec.fields]
    for i, (index, attempt) in enumerate(items if form is not None else ()):
        assert form is not None
        stream = noise.stream(seed, index, attempt, noise.FORM)
        lag_W, _, again_WF = form.sample(windows, stream)
        back_W = at - np.where(lag_W > 0, lag_W, 1)
        again_WR = np.repeat(again_WF, rows_F, axis=1) & (said_NWR[i] < 0) & (back_W >= 0)[:, None]
        said_NWR[i] = np.where(again_WR, back_W[:, None], said_NWR[i])
    steps = np.arange(spec.steps)[:, None]
    said_NWTR = said_NWR[:, :, None] * spec.steps + steps
    said_NWTR = np.where(said_NWR[:, :, None] < 0, -1, said_NWTR)
    return said_NWTR.reshape(pieces, windows * spec.steps, spec.rows)
