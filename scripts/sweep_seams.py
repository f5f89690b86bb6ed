"""Do seams show in levels higher than a window? New patterns across them beside inside windows.

python scripts/sweep_seams.py --data FOLDER --size 64x64 -n 4 --switch 6 12 24 --shared 4 6

Samples such levels as decoded, and counts the 3 x 3 patterns of tiles (and pairs) that no level of
the folder has: those within one window, those across the side of one, and those across the rows at
which one band follows another. One line for each price of going on with another draw (``SWITCH``
of ``generation/stacks.py``) and each number of rows that bands share (``SHARED`` of
``domains/levels/sizes.py``).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from genvae.domains.levels import sizes
from genvae.errors import FileProblem
from genvae.generation import stacks
from genvae.workflows.deliver import sample
from genvae.workflows.store import Opened, open_model


def patterns(grid_HW: np.ndarray, high: int, wide: int) -> np.ndarray:
    """A number for each pattern, ``(H - high + 1, W - wide + 1)``."""
    rows, columns = grid_HW.shape[0] - high + 1, grid_HW.shape[1] - wide + 1
    numbers = np.zeros((rows, columns), dtype=np.uint64)
    for i in range(high):
        for j in range(wide):
            part = grid_HW[i : i + rows, j : j + columns].astype(np.uint64)
            numbers = numbers * np.uint64(17) + part
    return numbers


def known(opened: Opened, folder: Path, every: int) -> dict[tuple[int, int], np.ndarray]:
    """The patterns of every so-many-th level of a folder."""
    found: dict[tuple[int, int], list[np.ndarray]] = {(3, 3): [], (1, 2): [], (2, 1): []}
    count = 0
    for path in sorted(p for p in folder.rglob("*") if p.suffix in opened.codec.reads):
        try:
            for level in opened.codec.read(path):
                count += 1
                if count % every == 0 and min(level.grid_HW.shape) >= 3:
                    for size, parts in found.items():
                        parts.append(np.unique(patterns(level.grid_HW, *size)))
        except FileProblem as problem:
            print(f"  {problem}")
    return {size: np.unique(np.concatenate(parts)) for size, parts in found.items()}


def unseen(
    grid_HW: np.ndarray, seen: np.ndarray, size: tuple[int, int], side: int, step: int
) -> dict[str, tuple[int, int]]:
    """New patterns and all patterns, by where they lie. Windows are ``side`` columns wide; bands
    follow one another every ``step`` rows from the bottom."""
    new_HW = ~np.isin(patterns(grid_HW, *size), seen)
    rows, columns = np.indices(new_HW.shape)
    across = columns // side != (columns + size[1] - 1) // side
    last = grid_HW.shape[0] - 1 - rows
    over = last // step != (last - size[0] + 1) // step
    masks = {"inside": ~across & ~over, "vertical": across & ~over, "horizontal": over & ~across}
    return {name: (int(new_HW[mask].sum()), int(mask.sum())) for name, mask in masks.items()}


def main() -> None:
    """Parse, sample and count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="platformer")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="each so-many-th level is looked at")
    parser.add_argument("--size", default="64x64")
    parser.add_argument("-n", type=int, default=4)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--switch", type=float, nargs="+", default=[stacks.SWITCH])
    parser.add_argument("--shared", type=int, nargs="+", default=[sizes.SHARED])
    given = parser.parse_args()
    opened = open_model(given.model, "levels")
    seen = known(opened, given.data, given.every)
    tileset = opened.codec.tileset  # type: ignore[attr-defined]
    for shared in given.shared:
        for switch in given.switch:
            stacks.SWITCH, sizes.SHARED = switch, shared
            made = list(
                sample(opened, range(given.n), seed=given.seed, length=given.size, raw=True)
            )
            words = []
            for size, patterns_seen in seen.items():
                total: dict[str, list[int]] = {}
                for one in made:
                    step = tileset.rows - shared
                    counts = unseen(one.piece.grid_HW, patterns_seen, size, tileset.columns, step)
                    for name, (new, every) in counts.items():
                        total.setdefault(name, [0, 0])
                        total[name][0] += new
                        total[name][1] += every
                shares = " ".join(f"{k} {a / max(b, 1):.4f}" for k, (a, b) in total.items())
                words.append(f"{size[0]}x{size[1]}: {shares}")
            playable = sum(one.report.playable is True for one in made)
            print(f"shared {shared}, switch {switch:g}: {'; '.join(words)}; playable {playable}")


if __name__ == "__main__":
    main()
