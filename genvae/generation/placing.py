"""Things put into a piece and taken out of it, each where the decoder finds that likeliest.

A decoder that writes cell after cell cannot know how many things there will be in all. So what it
wrote is changed until the number is right: first what has no place goes, then one thing at a time
comes or goes. A change is judged by the decoder itself: by what the new cell, and every cell that
hears it, costs under the same latents. Of the changes that look best in their own cell the
``TRIED`` best ones are tried out on the whole surroundings, and the best is kept.

Axes:  W windows · P positions · Q = W*P · D dims of z · S steps · R rows of the field
       K categories · X places
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from genvae.domains.base import Places
from genvae.generation.generator import Generator, one_thread
from genvae.generation.stacks import Stack
from genvae.models.long_decoding import reach

TRIED = 4
"""Changes that are tried out before one is kept."""
AT_ONCE = 4
"""More things than this that are to come or go are changed a quarter at a time."""
CHUNK = 32
"""Windows of a long piece that are judged together."""

Change = tuple[int, int, int]
"""(step, row, category)."""


@dataclass(frozen=True)
class Placed:
    """The cells ``(S, R of all fields)``, and how many things came and went."""

    cells_SR: np.ndarray
    added: int
    taken: int


@one_thread()
@torch.inference_mode()
def place(
    generator: Generator,
    z_WPD: np.ndarray,
    cells_SR: np.ndarray,
    places: Places,
    low: int,
    high: int,
    stack: Stack | None = None,
) -> Placed | None:
    """The piece with ``low`` to ``high`` things, all where they have a place; None where there is
    no room for so many, or nothing may take the place of what must go. Of a ``stack`` the windows
    are those of one band after the other; cells that two bands share are changed in both, and
    count in the lower one."""
    scene = _Scene(generator, z_WPD, cells_SR, places.field, stack or Stack(1, 0))
    present_SR, good_SR = places.present_SR.copy(), places.good_SR
    added = taken = 0
    stray_SR = present_SR & ~good_SR
    for s, r, k in scene.best(stray_SR, places.take_KK, int(stray_SR.sum())):
        scene.set(s, r, k)
        present_SR[s, r] = False
        taken += 1
    if (present_SR & ~good_SR).any():
        return None
    if taken:
        scene.judge()
    while not low <= int(present_SR.sum()) <= high:
        count = int(present_SR.sum())
        more = count < low
        left = low - count if more else count - high
        several = -(-left // 4) if left > AT_ONCE else 1
        where = good_SR & ~present_SR if more else present_SR
        may = places.add_KK if more else places.take_KK
        changes = scene.best(where, may, several if several > 1 else TRIED)
        if not changes:
            return None
        if several == 1:
            changes = [scene.tried(changes)]
        for s, r, k in changes:
            scene.set(s, r, k)
            present_SR[s, r] = more
            added, taken = added + more, taken + (not more)
        if several > 1:
            scene.judge()
    return Placed(scene.cells_SR, added, taken)


class _Scene:
    """A piece, and the log-probability of every category of every cell of a field in it."""

    def __init__(
        self,
        generator: Generator,
        z_WPD: np.ndarray,
        cells_SR: np.ndarray,
        field: str,
        stack: Stack,
    ) -> None:
        spec = generator.codec.spec
        self.decoder, self.steps, self.latent = (
            generator.model.decoder,
            spec.steps,
            generator.latent,
        )
        self.z_WPD, self.cells_SR = z_WPD.astype(np.float32), cells_SR.astype(np.int64).copy()
        self.windows, self.stack = len(z_WPD) // stack.bands, stack
        """Windows of a band."""
        fields = [f for f, _ in spec.cells()]
        rows = [row for row, f in enumerate(fields) if f.name == field]
        self.rows = slice(rows[0], rows[-1] + 1)
        self.likelihood = self.decoder.likelihood(field)
        self.back = -(-reach(self.decoder) // self.steps) + 1
        """Windows before one that it may hear."""
        self.judge()

    def judge(self) -> None:
        """Find what every category of every cell costs."""
        parts = []
        for band in range(self.stack.bands):
            low, high = band * self.windows, (band + 1) * self.windows
            for at in range(low, high, CHUNK):
                first, last = max(low, at - self.back), min(high, at + CHUNK + 1)
                cells_NSR = self.cells_SR[None, first * self.steps : last * self.steps]
                begin = (at - first) * self.steps
                own = min(at + CHUNK, high) - at
                found = self._judged(cells_NSR, first)
                parts.append(found[0, begin : begin + own * self.steps])
        self.logp_SRK = np.concatenate(parts)

    def best(
        self, where_SR: np.ndarray, may_KK: np.ndarray, most: int
    ) -> list[tuple[int, int, int]]:
        """Up to ``most`` changes (step, row, category), the likeliest in their own cell first."""
        s_X, r_X = np.nonzero(where_SR)
        now_X = self.cells_SR[s_X, self.rows.start + r_X]
        gain_XK = self.logp_SRK[s_X, r_X] - self.logp_SRK[s_X, r_X, now_X][:, None]
        gain_XK = np.where(may_KK[now_X], gain_XK, -np.inf)
        if not len(gain_XK):
            return []
        k_X = gain_XK.argmax(1)
        gain_X = gain_XK[np.arange(len(k_X)), k_X]
        order = np.argsort(-gain_X, kind="stable")[:most]
        return [(int(s_X[x]), int(r_X[x]), int(k_X[x])) for x in order if np.isfinite(gain_X[x])]

    def set(self, s: int, r: int, k: int) -> None:
        """Change a cell, and the same one in the band above."""
        row = self.rows.start + r
        self.cells_SR[s, row] = k
        above = row - (self.cells_SR.shape[1] - self.stack.shared)
        up = s + self.windows * self.steps
        if above >= 0 and up < len(self.cells_SR):
            self.cells_SR[up, above] = k

    def tried(self, changes: list[Change]) -> Change:
        """The change after which the piece is likeliest; what it brings is known from then on."""
        best, found = -np.inf, None
        chosen, at = changes[0], slice(0)
        for first, last, group in self._groups(changes):
            parts = np.stack([self.cells_SR[first * self.steps : last * self.steps]] * len(group))
            for part_SR, (s, r, k) in zip(parts, group, strict=True):
                part_SR[s - first * self.steps, self.rows.start + r] = k
            judged = self._judged(parts, first)
            for part_SR, judged_SRK, change in zip(parts, judged, group, strict=True):
                window = change[0] // self.steps
                heard = min(self._band(window)[1], window + self.back)
                own = slice((window - first) * self.steps, (heard - first) * self.steps)
                whole = slice(window * self.steps, heard * self.steps)
                gain = _likely(part_SR[own, self.rows], judged_SRK[own])
                gain -= _likely(self.cells_SR[whole, self.rows], self.logp_SRK[whole])
                if gain > best:
                    best, chosen, found, at = gain, change, judged_SRK[own], whole
        assert found is not None
        self.logp_SRK[at] = found
        return chosen

    def _groups(self, changes: list[Change]) -> list[tuple[int, int, list[Change]]]:
        """Changes by the windows that must be looked at to judge them: those that the changed one
        hears, those that hear it, and one more, since latents hear those of the next window."""
        groups: dict[tuple[int, int], list[Change]] = {}
        for change in changes:
            window = change[0] // self.steps
            low, high = self._band(window)
            around = max(low, window - self.back), min(high, window + self.back + 1)
            groups.setdefault(around, []).append(change)
        return [(first, last, group) for (first, last), group in groups.items()]

    def _band(self, window: int) -> tuple[int, int]:
        """The first window of the band that a window is in, and the one after its last."""
        low = window // self.windows * self.windows
        return low, low + self.windows

    def _judged(self, cells_NSR: np.ndarray, first: int) -> np.ndarray:
        """Log-probabilities ``(N, S, R, K)`` of windows that begin with ``first``."""
        windows = cells_NSR.shape[1] // self.steps
        z_QD = self.z_WPD[first : first + windows].reshape(1, -1, self.latent)
        z_NQD = torch.from_numpy(np.repeat(z_QD, len(cells_NSR), axis=0))
        features = self.decoder(z_NQD, torch.from_numpy(cells_NSR))
        logits = self.likelihood.logits(features[:, :, self.rows])
        found: np.ndarray = torch.log_softmax(logits, -1).numpy()
        return found


def _likely(cells_SR: np.ndarray, logp_SRK: np.ndarray) -> float:
    """The log-probability of cells."""
    return float(np.take_along_axis(logp_SRK, cells_SR[..., None], axis=2).sum(dtype=np.float64))
