"""Do levels that are written anew in part look like real ones there?

python scripts/rewritten_beside_decoded.py platformer -n 160 --length 64x16

The divergence of the 3 x 3 patterns of tiles from those of held-out windows, in bits: of windows
that were written anew, of the same windows as they were decoded, and of as many held-out ones. And
the share of 2 x 2 patterns across the edges of what was written anew that no training level has,
beside that elsewhere in the same levels.
"""

from __future__ import annotations

import argparse

import numpy as np

from genvae.domains.base import split_cells, stack_cells
from genvae.evaluation.metrics import jensen_shannon
from genvae.workflows.dataset import windows_of
from genvae.workflows.deliver import sample
from genvae.workflows.made import Made
from genvae.workflows.real import real_pieces
from genvae.workflows.store import open_model

PATTERNS = "tiles_3x3"


def numbers(columns_SR: np.ndarray, base: int) -> np.ndarray:
    """A number for each 2 x 2 pattern between neighbouring columns, ``(S - 1, R - 1)``."""
    a, b = columns_SR[:-1], columns_SR[1:]
    found: np.ndarray = ((a[:, :-1] * base + a[:, 1:]) * base + b[:, :-1]) * base + b[:, 1:]
    return found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("-n", type=int, default=160)
    parser.add_argument("--length")
    parser.add_argument("--seed", type=int, default=21)
    given = parser.parse_args()
    opened = open_model(given.model)
    codec, spec = opened.codec, opened.codec.spec
    real = real_pieces(opened.model, codec)
    held, train = (real.cells(part) for part in (real.heldout, real.train))
    base = max(f.categories for f in spec.fields)
    seen = np.unique(np.concatenate([numbers(c.astype(np.int64), base).ravel() for c in train]))

    def cells(made: Made) -> np.ndarray:
        return stack_cells(spec, made.windows)

    wanted = {"seed": given.seed, "length": given.length}
    raw = list(sample(opened, range(given.n), raw=True, **wanted))
    out = list(sample(opened, range(given.n), **wanted))
    after, before, across, elsewhere = [], [], [], []
    for then, now in zip(raw, out, strict=True):
        runs = now.facts.get("rewritten", []) if not now.facts["attempt"] else []
        steps = {t for first, last in runs for t in range(first, last + 1)}
        at = sorted({t // spec.steps for t in steps})
        after.append(cells(now)[at])
        before.append(cells(then)[at])
        if runs:
            edges = [t for first, last in runs for t in (first - 1, last)]
            whole = cells(now).reshape(-1, spec.rows).astype(np.int64)
            new = ~np.isin(numbers(whole, base), seen)
            mask = np.isin(np.arange(len(new)), edges)
            across.append(new[mask].ravel())
            elsewhere.append(new[~mask].ravel())
    beside = windows_of(codec, held)
    target = codec.histograms(split_cells(spec, beside))[PATTERNS]
    count = sum(map(len, after))
    some = np.random.default_rng(0).choice(len(beside), min(count, len(beside)), replace=False)
    kinds = {
        "written anew": np.concatenate(after),
        "as decoded": np.concatenate(before),
        "held out": beside[some],
    }
    for name, windows in kinds.items():
        found = codec.histograms(split_cells(spec, windows))[PATTERNS]
        print(f"{name}: {len(windows)} windows, {jensen_shannon(found, target):.4f} bits")
    if across:
        shares = np.concatenate(across).mean(), np.concatenate(elsewhere).mean()
        print(f"new 2 x 2 patterns: {shares[0]:.4f} across edges, {shares[1]:.4f} elsewhere")


if __name__ == "__main__":
    main()
