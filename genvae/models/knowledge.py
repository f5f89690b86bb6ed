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


EDGE, FAR = 0.2, 0.03
"""Shares of real pieces beyond which a score's tail begins, and which says how it falls."""


@dataclass(frozen=True)
class Calibration:
    """How scores of real pieces are spread."""

    names: tuple[str, ...]
    pieces_CQ: np.ndarray
    windows_CQ: np.ndarray

    def percentile(self, name: str, values: np.ndarray, *, windows: bool) -> np.ndarray:
        """The share, 0 to 100, of real pieces (or windows) whose score is lower; of those that have
        the same one, half."""
        quantiles_Q = self._table(windows)[self.names.index(name)]
        step = 100.0 / (len(quantiles_Q) - 1)
        ranks = np.interp(values, quantiles_Q, step * np.arange(len(quantiles_Q)))
        first = np.searchsorted(quantiles_Q, values, side="left")
        last = np.searchsorted(quantiles_Q, values, side="right") - 1
        middle: np.ndarray = np.where(last > first, step * (first + last) / 2, ranks)
        return middle

    def tail(
        self, name: str, values: np.ndarray, *, windows: bool, both: bool = False
    ) -> np.ndarray:
        """How rare a score so high is among real ones (with ``both``, one so high or so low):
        minus the logarithm of the share that is as far out, in nats. Beyond the 80th percentile
        the tail is taken for exponential, through the 97th, so that what no real piece reaches is
        still told apart."""
        known_Q = self._table(windows)[self.names.index(name)].astype(np.float64)
        high = _tail(known_Q, np.asarray(values, dtype=np.float64))
        if not both:
            return high
        low = _tail(-known_Q[::-1], -np.asarray(values, dtype=np.float64))
        found: np.ndarray = np.maximum(np.maximum(high, low) - np.log(2), 0.0)
        return found

    def _table(self, windows: bool) -> np.ndarray:
        return self.windows_CQ if windows else self.pieces_CQ


def _tail(known_Q: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Minus the logarithm of the share of quantiles, in rising order, that are as high."""
    edge, far = np.quantile(known_Q, [1 - EDGE, 1 - FAR])
    slope = max(float(far - edge) / np.log(EDGE / FAR), 1e-9)
    shares = 1.0 - np.interp(values, known_Q, np.linspace(0.0, 1.0, len(known_Q)))
    within = -np.log(np.maximum(shares, EDGE))
    found: np.ndarray = np.where(values > edge, (values - edge) / slope - np.log(EDGE), within)
    return found
