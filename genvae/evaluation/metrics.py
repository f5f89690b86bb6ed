"""How close samples come to real windows, and reconstructions to their source.

Axes:  N windows · T steps · R cells · P*D numbers of z

Every figure of generated data is meant to stand beside the same figure of real held-out data.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genvae.domains.base import Codec, Field, Windows


def jensen_shannon(a_K: np.ndarray, b_K: np.ndarray) -> float:
    """Jensen-Shannon divergence of two histograms, in bits: 0 (equal) to 1 (disjoint)."""
    p = a_K / max(a_K.sum(), 1e-12)
    q = b_K / max(b_K.sum(), 1e-12)
    m = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(p > 0, p * np.log2(p / m), 0.0).sum()
        right = np.where(q > 0, q * np.log2(q / m), 0.0).sum()
    return float(max(0.0, (left + right) / 2))


def describe(codec: Codec, windows: Windows) -> dict[str, float]:
    """Mean of each of the codec's window measures (NaN left out)."""
    measured = codec.measure_windows(windows)
    return {name: mean(values) for name, values in measured.items()}


def distance(codec: Codec, made: Windows, real: Windows) -> dict[str, float]:
    """How far made windows are from real ones: 0 is equal.

    ``shift_X`` is the difference of a measure's means in real standard deviations, ``js_X`` a
    divergence of histograms; ``score`` is the mean of the (capped) shifts plus the mean of the
    divergences.
    """
    a, b = codec.measure_windows(made), codec.measure_windows(real)
    shifts = {}
    for name, reals in b.items():
        if not np.isfinite(reals).any() and not np.isfinite(a[name]).any():
            continue  # a measure that applies to neither
        spread = float(np.nanstd(reals)) + 1e-6 if np.isfinite(reals).any() else 1.0
        gap = abs(mean(a[name]) - mean(reals))
        shifts[f"shift_{name}"] = min(2.0, gap / spread) if np.isfinite(gap) else 2.0
    ha, hb = codec.histograms(made), codec.histograms(real)
    js = {f"js_{name}": jensen_shannon(ha[name], hb[name]) for name in hb}
    score = float(np.mean(list(shifts.values()) or [0.0]))
    score += float(np.mean(list(js.values()) or [0.0]))
    return {"score": score, **shifts, **js}


def mean(values: np.ndarray) -> float:
    """The mean of what is a number; NaN if nothing is."""
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def agreement(codec: Codec, made: Windows, real: Windows) -> dict[str, float]:
    """How much of the real windows the made ones hit, field by field.

    ``F_cells`` is the share of equal cells, ``F_f1`` the F1 of *events*: cells that are not
    trivial, right only with the same category at the same place; 1 where neither has any. A
    codec may count a field's events its own way (``event_counts``: drum hits one by one).
    """
    out: dict[str, float] = {}
    for f in codec.spec.fields:
        a, b = made[f.name], real[f.name]
        out[f"{f.name}_cells"] = float((a == b).mean())
        if codec.event_counts(f.name, a, b) is None:
            in_b = ~np.isin(b, f.trivial)
            right = float((a == b)[in_b].mean()) if in_b.any() else 1.0
            out[f"{f.name}_nontrivial"] = right
        out[f"{f.name}_f1"] = _f1(*_events(codec, f, a, b))
    same = np.ones(len(next(iter(real.values()))), dtype=bool)
    for f in codec.spec.fields:
        same &= (made[f.name] == real[f.name]).all(axis=(1, 2))
    out["windows_exact"] = float(same.mean())
    return out


def events_f1(codec: Codec, made: Windows, real: Windows) -> float:
    """The F1 of the events of all fields together (in music: of onsets with their pitch, drum
    hits one by one); see ``agreement``."""
    counts = [_events(codec, f, made[f.name], real[f.name]) for f in codec.spec.fields]
    hit, said, there = (sum(column) for column in zip(*counts, strict=True))
    return _f1(hit, said, there)


def _events(codec: Codec, f: Field, a: np.ndarray, b: np.ndarray) -> tuple[int, int, int]:
    """Events of a field that agree, that a has, that b has."""
    custom = codec.event_counts(f.name, a, b)
    if custom is not None:
        return custom
    in_a, in_b = ~np.isin(a, f.trivial), ~np.isin(b, f.trivial)
    return int((in_a & (a == b)).sum()), int(in_a.sum()), int(in_b.sum())


def _f1(hit: int, said: int, there: int) -> float:
    return 2 * hit / (said + there) if said + there else 1.0


def trivial(codec: Codec, like: Windows) -> Windows:
    """Windows of nothing but each field's most common trivial category: the baseline."""
    out = {}
    for f in codec.spec.fields:
        x = like[f.name]
        best = max(f.trivial, key=lambda c: int((x == c).sum()))
        out[f.name] = np.full_like(x, best)
    return out


def changed(codec: Codec, a: Windows, b: Windows) -> float:
    """Share of cells that differ, among those that are not trivial in both."""
    different = alive = 0
    for f in codec.spec.fields:
        x, y = a[f.name], b[f.name]
        busy = ~(np.isin(x, f.trivial) & np.isin(y, f.trivial))
        alive += int(busy.sum())
        different += int((busy & (x != y)).sum())
    return different / max(1, alive)


def join(parts: Sequence[Windows]) -> Windows:
    """The windows of several pieces in one."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
