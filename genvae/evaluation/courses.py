"""Whole pieces beside real ones: does what a model makes hold together, return and end?

Made pieces stand beside held-out ones, beside training pieces (how far apart are two sets of real
ones?), and beside three cheats that use real windows and know no form: one window *looped*, the
windows of a piece *shuffled*, and windows *mixed* from all held-out pieces.

*Consistency* and *variance* of a measure are those of Mittal et al. (2021): one less the
difference of the means of two sets of pieces, as a share of the held-out mean, and likewise of
the variances; not below 0.

Axes:  N pieces · W windows of a piece
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from genvae.domains.base import Codec, Windows

RESAMPLES = 500
LENGTHS = (32, 16, 8, 4, 2)
"""Windows that a piece may be measured over."""
ENOUGH = 1 / 3
"""The share of held-out pieces that must be so long."""
HIGHEST = 0.95
"""The quantile that stands for the highest values."""
Known = Callable[[list[bytes]], np.ndarray]
"""Which segments are known from training: a boolean each."""
Course = dict[str, np.ndarray]
"""Measures by name, a number a piece, ``(N,)``."""


@dataclass(frozen=True)
class Whole:
    """A piece as windows, with what writing it needs."""

    windows: Windows
    context: Mapping[str, Any]

    def __len__(self) -> int:
        return len(next(iter(self.windows.values())))


def usual_length(lengths: Sequence[int]) -> int:
    """The longest of ``LENGTHS`` that a third of the pieces have, 0 if none."""
    return next((n for n in LENGTHS if np.mean([m >= n for m in lengths]) >= ENOUGH), 0)


def part(codec: Codec, piece: Whole, order: Sequence[int]) -> Whole:
    """A piece of another's windows, in this order."""
    windows = {name: x_NRT[list(order)] for name, x_NRT in piece.windows.items()}
    return Whole(windows, codec.rearranged(piece.context, order))


def last(codec: Codec, pieces: Sequence[Whole], length: int) -> list[Whole]:
    """The last ``length`` windows, which have the end, of every piece that is so long."""
    long = [piece for piece in pieces if len(piece) >= length]
    return [part(codec, p, range(len(p) - length, len(p))) for p in long]


def cheats(codec: Codec, pieces: Sequence[Whole], seed: int = 0) -> dict[str, list[Whole]]:
    """One piece of each kind for each of the pieces, which are of one length; see above. The
    context of ``mixed`` is that of the piece in whose place it stands: one made from nothing would
    get what made pieces get (in music, an ending by rule)."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[Whole]] = {"looped": [], "shuffled": [], "mixed": []}
    for piece in pieces:
        count = len(piece)
        found["looped"].append(part(codec, piece, [int(rng.integers(count))] * count))
        found["shuffled"].append(part(codec, piece, rng.permutation(count).tolist()))
        drawn = [
            (pieces[int(rng.integers(len(pieces)))], int(rng.integers(count))) for _ in range(count)
        ]
        mixed = {name: np.stack([p.windows[name][w] for p, w in drawn]) for name in piece.windows}
        found["mixed"].append(Whole(mixed, codec.rearranged(piece.context, range(count))))
    return found


def measured(codec: Codec, pieces: Sequence[Whole], known: Known | None = None) -> Course:
    """The codec's ``measure_course`` of each piece, and ``copies``: the share of its windows, those
    in which something happens, that are known from training."""
    rows = []
    for piece in pieces:
        row = codec.measure_course(codec.assemble(piece.windows, piece.context))
        if known is not None:
            row["copies"] = _copied(codec, piece.windows, known)
        rows.append(row)
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: np.array([row.get(name, np.nan) for row in rows]) for name in names}


def _copied(codec: Codec, windows: Windows, known: Known) -> float:
    alive_N = np.logical_or.reduce(
        [~np.isin(windows[f.name], f.trivial).all(axis=(1, 2)) for f in codec.spec.fields]
    )
    if not alive_N.any():
        return float("nan")
    return float(known(codec.segments(windows))[alive_N].mean())


def compare(
    codec: Codec, columns: Mapping[str, Course], counts: Mapping[str, int], seed: int = 0
) -> dict[str, dict[str, float]]:
    """A row a measure, a column each of ``columns`` (``made`` and ``real`` with the ends of a 95%
    bootstrap interval: ``made_low``, ...), the means over pieces.

    Of ``course_most`` also the 95% quantiles (``..._most``); of ``course_spread`` the
    ``..._consistency`` and ``..._variance`` against the ``real`` column: that column's own value
    is what as many training pieces as there are made ones reach, its interval theirs.
    """
    rng = np.random.default_rng(seed)
    table: dict[str, dict[str, float]] = {}
    for name in columns["real"]:
        values = {column: _finite(course, name) for column, course in columns.items()}
        if not any(len(v) for v in values.values()):
            continue
        table[name] = _row(values, lambda x_BN: x_BN.mean(axis=-1), rng)
        if name in codec.course_most:
            table[f"{name}_most"] = _row(values, lambda x: np.quantile(x, HIGHEST, axis=-1), rng)
        if name in codec.course_spread:
            table |= _spread_rows(name, values, rng)
    return table | {"pieces": {column: float(n) for column, n in counts.items()}}


def _finite(course: Course, name: str) -> np.ndarray:
    values = course.get(name, np.zeros(0))
    return values[np.isfinite(values)]


Statistic = Callable[[np.ndarray], np.ndarray]


def _row(
    values: Mapping[str, np.ndarray], statistic: Statistic, rng: np.random.Generator
) -> dict[str, float]:
    row: dict[str, float] = {}
    for column, x_N in values.items():
        if not len(x_N):
            continue
        row[column] = float(statistic(x_N))
        if column in ("made", "real"):
            row |= _interval(column, statistic(_resampled(x_N, len(x_N), rng)))
    return row


def _resampled(x_N: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    return x_N[rng.integers(len(x_N), size=(RESAMPLES, count))]


def _interval(column: str, found_B: np.ndarray) -> dict[str, float]:
    low, high = np.quantile(found_B, [0.025, 0.975])
    return {f"{column}_low": float(low), f"{column}_high": float(high)}


def consistency(a: np.ndarray, real: np.ndarray) -> np.ndarray:
    """One less the difference of the means, a share of the real one; along the last axis."""
    mean = real.mean(axis=-1)
    close: np.ndarray = np.maximum(0.0, 1 - np.abs(a.mean(axis=-1) - mean) / np.abs(mean))
    return close


def variance(a: np.ndarray, real: np.ndarray) -> np.ndarray:
    """One less the difference of the variances, a share of the real one; along the last axis."""
    spread = real.var(axis=-1)
    close: np.ndarray = np.maximum(0.0, 1 - np.abs(a.var(axis=-1) - spread) / spread)
    return close


def _spread_rows(
    name: str, values: Mapping[str, np.ndarray], rng: np.random.Generator
) -> dict[str, dict[str, float]]:
    real = values["real"]
    if len(real) < 2 or not np.ptp(real):
        return {}
    again = _resampled(real, len(real), rng)
    made, train = values.get("made", np.zeros(0)), values.get("train", np.zeros(0))
    rows: dict[str, dict[str, float]] = {}
    for what, close in (("consistency", consistency), ("variance", variance)):
        row: dict[str, float] = {}
        if len(made):
            row["made"] = float(close(made, real))
            row |= _interval("made", close(_resampled(made, len(made), rng), again))
        if len(train):
            drawn_B = close(_resampled(train, len(made) or len(real), rng), again)
            row["real"] = float(drawn_B.mean())
            row |= _interval("real", drawn_B)
        for column in values:
            if column not in ("made", "real") and len(values[column]):
                row[column] = float(close(values[column], real))
        rows[f"{name}_{what}"] = row
    return rows
