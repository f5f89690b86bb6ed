"""Latents that are drawn near what is asked for. NumPy only.

Axes:  W windows of a piece · P positions · D dims of z · Z = P*D · G goals
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genvae.models.knowledge import Concepts

FARTHEST = 3.0
"""Standard deviations of the aggregate posterior that a window is moved at most."""


def alike(
    drawn_WPD: np.ndarray, like_WPD: np.ndarray, mean_Z: np.ndarray, likeness: float
) -> np.ndarray:
    """Draws turned towards a piece: 1 is that piece, 0 the draw itself; between them latents keep
    their spread. Windows that are equal in the piece get one draw, so that what returns in it
    still returns."""
    like_WZ = like_WPD.reshape(len(like_WPD), -1)
    equal_WW = (np.abs(like_WZ[:, None] - like_WZ[None]).max(-1) < 1e-4).argmax(axis=1)
    drawn_WZ = drawn_WPD.reshape(len(drawn_WPD), -1)[equal_WW]
    kept = np.sqrt(1 - likeness**2)
    moved_WZ = mean_Z + likeness * (like_WZ - mean_Z) + kept * (drawn_WZ - mean_Z)
    return np.asarray(moved_WZ.reshape(drawn_WPD.shape), dtype=np.float32)


class Compass:
    """Which way latents go for some attributes to change, and the others as they do with them in
    real pieces: among the moves that the probes see as wanted the one that is likeliest under the
    Gaussian on the aggregate posterior."""

    def __init__(
        self, concepts: Concepts | None, factor_ZZ: np.ndarray, names: Sequence[str]
    ) -> None:
        shown = [n for n in names if concepts is not None and n in concepts.names]
        self.names = tuple(n for n in shown if concepts is not None and concepts.shows(n))
        self.concepts = concepts
        if concepts is None or not self.names:
            return
        rows = [concepts.names.index(n) for n in self.names]
        self.spread_G = concepts.spread_A[rows].astype(float)
        probe_GZ = concepts.probe_AZ[rows].astype(float)
        seen_GZ = probe_GZ @ factor_ZZ.astype(float)
        self._by_need_ZG = factor_ZZ.astype(float) @ seen_GZ.T
        within_GG = seen_GZ @ seen_GZ.T
        within_GG += 1e-6 * np.trace(within_GG) / len(within_GG) * np.eye(len(within_GG))
        self._inverse_GG = np.linalg.inv(within_GG)

    def reads(self, z_WPD: np.ndarray) -> dict[str, float]:
        """What the probes see in a piece's windows, on average."""
        if self.concepts is None:
            return {}
        seen = self.concepts.predict(z_WPD)
        return {name: float(seen[name].mean()) for name in self.names}

    def move(self, z_WPD: np.ndarray, needs: dict[str, float]) -> np.ndarray:
        """All windows moved by as much as it takes for each attribute to change by its need, in
        its unit a window, but not farther than ``FARTHEST``."""
        if not self.names:
            return z_WPD
        need_G = np.array([needs.get(name, 0.0) for name in self.names]) / self.spread_G
        length = float(np.sqrt(max(need_G @ self._inverse_GG @ need_G, 0.0)))
        need_G *= min(1.0, FARTHEST / length) if length > 0 else 0.0
        way_Z = self._by_need_ZG @ (self._inverse_GG @ need_G)
        return np.asarray(z_WPD + way_Z.reshape(z_WPD.shape[1:]), dtype=np.float32)
