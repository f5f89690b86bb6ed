"""What ``sample`` hands out: which way pieces went until they could be played, what mending took,
and their measures beside held-out stretches of the same length.

Axes:  N stretches · S steps · R cells
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from genvae.domains.base import Codec, Report, split_cells
from genvae.workflows.deliver import Made, good, sample
from genvae.workflows.store import Opened

PIECES = 96
FACTS = ("pushes", "moves", "steps")
WAYS = ("decoded", "rewritten", "repaired", "redrawn")


def deliveries(
    opened: Opened,
    chunks_NSR: np.ndarray,
    *,
    pieces: int,
    seed: int,
    tell: Callable[[str, int, int], None],
) -> dict[str, dict[str, float]]:
    """By figure ``made`` and ``real``: shares of the pieces, and means of their measures; nothing
    for pieces that cannot be played or not. ``low`` and ``high`` are the 5th and 95th percentile
    of the held-out ``chunks``, which are as long as what is made."""
    codec = opened.codec
    first = next(iter(sample(opened, [0], seed=seed, raw=True)))
    if first.report.playable is None:
        return {}
    heard: list[int] = []

    def drawn(index: int) -> None:
        heard.append(index)
        tell("delivering", min(len(set(heard)), pieces - 1), pieces)

    made = list(sample(opened, range(pieces), seed=seed, on_attempt=drawn))
    handed = [m for m in made if good(m)]
    out = {way: {"made": _share(handed, way, len(made))} for way in WAYS}
    out["delivered"] = {"made": len(handed) / len(made)}
    out["draws"] = {"made": len(heard) / len(made)}
    changed = [m.facts["changed"] / _size(codec, m) for m in handed if m.facts.get("changed")]
    if changed:
        out["changed_median"] = {"made": float(np.median(changed))}
        out["changed_most"] = {"made": max(changed)}
    return out | _measured(codec, handed, chunks_NSR)


def _share(handed: Sequence[Made], way: str, total: int) -> float:
    return [m.facts["way"] for m in handed].count(way) / total


def _size(codec: Codec, made: Made) -> float:
    """Cells of a piece, each place once."""
    spec = codec.spec
    return len(made.z_WPD) * spec.steps * spec.rows / spec.layers


def _measured(
    codec: Codec, handed: Sequence[Made], chunks_NSR: np.ndarray
) -> dict[str, dict[str, float]]:
    """The attributes of what is handed out and the lengths of the ways through it, beside those
    of held-out stretches."""
    spec = codec.spec
    stretches = [split_cells(spec, c.reshape(-1, spec.steps, spec.rows)) for c in chunks_NSR]
    pieces = [codec.assemble(windows, {}) for windows in stretches]
    real = [codec.measure(p) | _way(codec.check(p)) for p in pieces]
    mine = [codec.measure(m.piece) | _way(m.report) for m in handed]
    out = {}
    for name in (*codec.attributes, *FACTS):
        numbers = np.array([m.get(name, np.nan) for m in real], dtype=float)
        numbers = numbers[np.isfinite(numbers)]
        ours = [m[name] for m in mine if np.isfinite(m.get(name, np.nan))]
        if len(numbers) and ours:
            low, high = np.percentile(numbers, (5, 95))
            means = {"made": float(np.mean(ours)), "real": float(numbers.mean())}
            out[name] = means | {"low": float(low), "high": float(high)}
    return out


def _way(report: Report) -> dict[str, float]:
    """How long the way through a piece is, if it can be played."""
    return {k: float(report.facts[k]) for k in FACTS if report.playable and k in report.facts}
