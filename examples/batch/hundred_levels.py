"""Make a hundred levels with pictures, and a manifest of their measures.

    python examples/batch/hundred_levels.py
    python examples/batch/hundred_levels.py -n 20 --seed 7 --length 96 --out my-levels

Level i depends on the seed and i alone. Stop the script when you like: the same command goes on
where it stopped, and a larger -n adds to what is there.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from pack import Pack, Parser, at_least, batches, facts_of, progress, run, session


def main(arguments: Sequence[str]) -> int:
    """Parse, make what is missing, say what there is."""
    parser = Parser(__doc__)
    parser.add_argument("-n", type=at_least(1), default=100, help="how many levels")
    parser.add_argument("--seed", type=at_least(0), default=0)
    parser.add_argument("--length", help="WIDTH or WIDTHxHEIGHT in tiles")
    parser.add_argument("--temperature", type=float)
    parser.add_argument("--model", help="a model by name or file")
    parser.add_argument("--out", type=Path, default=Path("genvae-out/hundred-levels"))
    options = parser.parse_args(arguments)

    g = session(options.model, "levels")
    asked = {name: getattr(options, name) for name in ("seed", "length", "temperature")}
    g.sample(indices=[], **asked)  # only checks
    model = f"{g.opened.model.name}@{g.opened.model.hash}"
    pack = Pack(options.out, model=model, **asked)
    names = {i: f"level-{i + 1:04d}" for i in range(options.n)}
    missing = [i for i, name in names.items() if not pack.has(name)]
    for group in progress(batches(missing), "levels"):
        for i, level in zip(group, g.sample(indices=group, **asked), strict=True):
            files = [level.save(options.out / f"{names[i]}{s}") for s in (".txt", ".png")]
            pack.add(names[i], files, **facts_of(level))

    entries = [entry for entry in pack.close() if entry["name"] in names.values()]
    playable = sum(entry.get("playable") is True for entry in entries)
    print(
        f"{options.n} levels in {options.out}, {options.n - len(missing)} of them from before; "
        f"{playable} can be crossed"
    )
    return 0


if __name__ == "__main__":
    sys.exit(run(main, sys.argv[1:]))
