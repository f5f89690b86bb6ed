"""How much of the damage ``genvae clean`` takes back, on held-out pieces.

Axes:  N pieces · W windows
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.base import Windows
from genvae.workflows import incoming
from genvae.workflows.clean import Cleaning
from genvae.workflows.learn import LENGTH, Progress, parts_of
from genvae.workflows.store import Opened
from genvae.workflows.stretches import stretches

RATES = (0.0, 0.02, 0.05, 0.1, 0.2)
"""Shares of notes or tiles that are damaged."""
KIND_RATE = 0.1
"""The share at which each kind of damage is judged by itself."""


def clean_figures(
    opened: Opened,
    *,
    folder: Path | None = None,
    pieces: int = 50,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, dict[str, dict[str, float]]]:
    """For each share of damage, and for each kind of it alone at ``KIND_RATE``: the F1 of events
    (notes at their place and pitch; tiles at their place, which makes it their accuracy) with the
    undamaged piece before and after cleaning, means over pieces of ``LENGTH`` windows, the share
    of the error that is ``left``, and the share of damage that was ``found``. Damaged pieces go
    the road of a file: assembled, encoded again, cleaned. Raises ModelProblem, CorpusProblem."""
    tool = Cleaning(opened)
    tell = progress or (lambda _name, _done, _total: None)
    _, _, held = parts_of(opened, folder)
    cut = [
        part for part in stretches(opened.codec, held, LENGTH, LENGTH) if _eventful(opened, part)
    ]
    order = np.random.default_rng(seed).permutation(len(cut))[:pieces]
    chosen = [cut[i] for i in order]
    out: dict[str, dict[str, dict[str, float]]] = {"damage": {}, "kind": {}}
    jobs: list[tuple[str, str, float, tuple[str, ...]]] = [
        ("damage", f"{rate:.0%}", rate, opened.codec.damage) for rate in RATES
    ]
    jobs += [("kind", kind, KIND_RATE, (kind,)) for kind in opened.codec.damage]
    for group, name, rate, kinds in jobs:
        rows = []
        for number, windows in enumerate(chosen):
            rng = np.random.default_rng([seed, number, round(rate * 1000)])
            rows.append(_one(tool, windows, rate, kinds, rng))
            tell(f"{group} {name}", number + 1, len(chosen))
        before, after, found = np.array(rows).mean(axis=0).tolist()
        left = (1 - after) / (1 - before) if before < 1 else float("nan")
        figures = {"before": before, "after": after, "left": left, "found": found}
        out[group][name] = figures | {"pieces": float(len(chosen))}
    return out


def _eventful(opened: Opened, windows: Windows) -> bool:
    """Does something happen in each window? What is silent cannot be damaged."""
    count = len(next(iter(windows.values())))
    told = [
        ~np.isin(windows[f.name], f.trivial).reshape(count, -1).all(axis=1)
        for f in opened.codec.spec.fields
    ]
    return bool(np.any(told, axis=0).all())


def _one(
    tool: Cleaning, windows: Windows, rate: float, kinds: Sequence[str], rng: np.random.Generator
) -> tuple[float, float, float]:
    """F1 before and after, and the share of damage that was found."""
    opened, codec = tool.opened, tool.opened.codec
    whole = codec.assemble(windows, {})
    hurt = codec.corrupt(windows, rate, rng, kinds) if rate else windows
    source = incoming.encode_piece(opened, codec.assemble(hurt, {}))
    made = tool.clean(source)
    real = codec.events(whole)
    return (
        f1(real, codec.events(source.piece)),
        f1(real, codec.events(made.piece)),
        float(made.facts["rate"]),
    )


def f1(real: Sequence[tuple[Any, ...]], made: Sequence[tuple[Any, ...]]) -> float:
    """F1 of two pieces' events; 1 where both have none."""
    one, other = set(real), set(made)
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0
