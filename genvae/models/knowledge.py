"""What a model file knows of real pieces: concept vectors and calibrated scores.

Axes:  N windows · P positions · D dims of z · Z = P*D · A attributes · C scores · Q quantiles

``concepts.*``: of each attribute a direction in z by difference of means (White 2016, "Sampling
generative networks"), and a linear probe (ridge regression) that reads it off z.
``calibration.*``: quantiles of each score over pieces, and over windows, that the model has not
learned from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Concepts:
    """Directions for attributes. Amounts are in standard deviations of held-out pieces."""

    names: tuple[str, ...]
    means_AZ: np.ndarray
    """How z differs between windows with much and with little of it, for one deviation."""
    probe_AZ: np.ndarray
    """What one unit of z adds to the attribute, in deviations; 0 for what no window shows."""
    offset_A: np.ndarray
    centre_A: np.ndarray
    """Mean of windows, in the attribute's unit."""
    spread_A: np.ndarray
    """Standard deviation of held-out pieces; 0 where all are alike."""

    def predict(self, z_NPD: np.ndarray) -> dict[str, np.ndarray]:
        """What the probe reads off each window's z, ``(N,)`` in each attribute's unit, as the
        codec's ``measure`` has it for a piece of that one window."""
        seen_NA = z_NPD.reshape(len(z_NPD), -1) @ self.probe_AZ.T + self.offset_A
        return {
            name: self.centre_A[i] + self.spread_A[i] * seen_NA[:, i]
            for i, name in enumerate(self.names)
        }

    def shows(self, name: str) -> bool:
        """Is this attribute one that single windows show?"""
        return bool(np.any(self.probe_AZ[self.names.index(name)]))

    def direction(self, name: str, *, orthogonal: bool = False) -> np.ndarray:
        """``(Z,)``: where one deviation more of an attribute lies, by difference of means;
        ``orthogonal`` takes out of it what the probes of the others would notice."""
        at = self.names.index(name)
        way_Z = self.means_AZ[at].astype(np.float64)
        others = [i for i in range(len(self.names)) if i != at and np.any(self.probe_AZ[i])]
        if not orthogonal or not others:
            return np.asarray(way_Z)
        basis_ZO = self.probe_AZ[others].astype(np.float64).T
        kept_Z: np.ndarray = way_Z - basis_ZO @ np.linalg.lstsq(basis_ZO, way_Z, rcond=None)[0]
        return kept_Z


@dataclass(frozen=True)
class Calibration:
    """How scores of real pieces are spread."""

    names: tuple[str, ...]
    pieces_CQ: np.ndarray
    windows_CQ: np.ndarray

    def percentile(self, name: str, values: np.ndarray, *, windows: bool) -> np.ndarray:
        """The share, 0 to 100, of real pieces (or windows) whose score is lower."""
        quantiles_Q = self._table(windows)[self.names.index(name)]
        ranks: np.ndarray = np.interp(
            values, quantiles_Q, np.linspace(0.0, 100.0, len(quantiles_Q))
        )
        return ranks

    def strangeness(self, name: str, values: np.ndarray, *, windows: bool) -> np.ndarray:
        """How many deviations a score lies above the median: half the way between the 16th and
        the 84th percentile is one."""
        low, middle, high = np.quantile(
            self._table(windows)[self.names.index(name)], [0.16, 0.5, 0.84]
        )
        apart: np.ndarray = (values - middle) / max((high - low) / 2, 1e-3)
        return apart

    def _table(self, windows: bool) -> np.ndarray:
        return self.windows_CQ if windows else self.pieces_CQ
