"""Super Mario Bros. beside published work: 14 x 28 tiles, as in MarioGAN (Volz et al. 2018).

genvae train mario && python scripts/mario_table.py mario -n 500

As decoded: the share that can be finished by the rules of the tileset; of those with pipes the
share in which all pipes are whole; the mean share of tiles in which two of them differ; copies of
training windows (at any column). Beside them the same of windows of the held-out levels. Then how
many are delivered, and which way they went.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.tileset import Tileset
from genvae.domains.levels.windows import FIELD
from genvae.workflows.deliver import good, sample
from genvae.workflows.real import real_pieces
from genvae.workflows.store import open_model

OTHER_HALF = str.maketrans("<>[]", "><][")
STEP = 4
"""Columns between held-out windows."""


def pipes(level: Level) -> tuple[int, int]:
    """Pipe tiles of a level, and those of them that lack their other half or the pipe's mouth, at
    its upper or (hanging) at its lower end. What the side of the window cuts is whole."""
    symbols = level.tileset.symbols
    columns = ["".join(symbols[k] for k in column) for column in level.grid_HW.T]
    total = broken = 0
    for at, column in enumerate(columns):
        for run in re.finditer(r"[<\[]+|[>\]]+", column):
            left = run.group()[0] in "<["
            other = at + 1 if left else at - 1
            beside = None
            if 0 <= other < len(columns):
                beside = columns[other][run.start() : run.end()].translate(OTHER_HALF)
            cut = run.start() == 0 or run.end() == len(column)
            mouths = run.group()[0] in "<>" or run.group()[-1] in "<>"
            whole = beside in (None, run.group()) and (mouths or cut)
            total, broken = total + len(run.group()), broken + (not whole)
    return total, broken


def figures(levels: Sequence[Level], playable: Sequence[bool]) -> dict[str, float]:
    """The table's numbers, but for copies."""
    counted = [pipes(level) for level in levels]
    piped = [broken for total, broken in counted if total]
    flat = np.stack([level.grid_HW.reshape(-1) for level in levels])
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, len(flat), (2, 20_000))
    apart = (flat[a] != flat[b]).mean(1)[a != b]
    return {
        "levels": len(levels),
        "finished": float(np.mean(playable)),
        "with pipes": len(piped) / len(levels),
        "pipes whole": float(np.mean([not broken for broken in piped])) if piped else float("nan"),
        "two differ": float(apart.mean()),
    }


def cut(cells: Sequence[np.ndarray], tileset: Tileset, width: int, step: int) -> list[np.ndarray]:
    """Windows of whole levels, rows from the top."""
    return [
        np.ascontiguousarray(c[at : at + width].T[::-1])
        for c in cells
        for at in range(0, len(c) - width + 1, step)
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("-n", type=int, default=500)
    parser.add_argument("--width", type=int, default=28)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    opened = open_model(given.model)
    codec = opened.codec
    assert FIELD in [f.name for f in codec.spec.fields]
    tileset = codec.tileset  # type: ignore[attr-defined]
    real = real_pieces(opened.model, codec)
    held = cut(real.cells(real.heldout), tileset, given.width, STEP)
    known = {w.tobytes() for w in cut(real.cells(real.train), tileset, given.width, 1)}
    beside = [Level(grid.astype(np.uint8), tileset, "held", "held") for grid in held]
    options = {"seed": given.seed, "length": str(given.width)}
    made = list(sample(opened, range(given.n), raw=True, **options))  # type: ignore[arg-type]
    rows = {
        "as decoded": ([m.piece for m in made], [m.report.playable is True for m in made]),
        "held out": (beside, [codec.check(level).playable is True for level in beside]),
    }
    kind = held[0].dtype if held else np.uint8
    for name, (levels, playable) in rows.items():
        found = figures(levels, playable)
        copies = [level.grid_HW.astype(kind).tobytes() in known for level in levels]
        found["copies"] = float(np.mean(copies))
        print(f"{name}: " + ", ".join(f"{k} {v:.3g}" for k, v in found.items()))
    handed = list(sample(opened, range(given.n), **options))  # type: ignore[arg-type]
    ways = Counter(m.facts["way"] for m in handed if good(m))
    found = figures([m.piece for m in handed], [m.report.playable is True for m in handed])
    print("delivered: " + ", ".join(f"{k} {v:.3g}" for k, v in found.items()) + f"; {dict(ways)}")


if __name__ == "__main__":
    main()
