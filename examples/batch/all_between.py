"""Make the interpolations between every two songs, or every two levels, of a folder.

    python examples/batch/all_between.py data/songs --steps 5
    python examples/batch/all_between.py data/levels --steps 4 --out between-levels

Each pair gets a folder A--B with a file for each step, both ends included. A file that cannot be
read is named and the rest goes on. The same command goes on where it stopped; a pair is made
again if one of its files has changed. Of a file with several pieces the first one is taken.
"""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from pack import Pack, Parser, at_least, progress, run, warn

import genvae
from genvae.domains import registry
from genvae.errors import FileProblem


def domain_of(folder: Path, files: Sequence[Path]) -> str:
    """The one domain that the files are of. Raises FileProblem."""
    domains = registry.domains().values()
    found = {domain.name for path in files for domain in domains if domain.recognises(path)}
    if len(found) != 1:
        names = " and ".join(sorted(found)) or "no domain that is known"
        raise FileProblem(f"{folder}: files of {names}, expected songs or levels")
    return found.pop()


def readable(g: genvae.Session, paths: Sequence[Path]) -> dict[Path, Any]:
    """The first piece of each file that the model can see; the others are named."""
    found = {}
    for path in paths:
        try:
            pieces = g.read(path)
            if not pieces:
                raise FileProblem(f"{path}: nothing in it to read")
            g.encode(pieces[0])
            found[path] = pieces[0]
        except FileProblem as problem:
            text = str(problem)
            warn(text if str(path) in text else f"{path}: {text}")
    return found


def main(arguments: Sequence[str]) -> int:
    """Parse, read the folder, make what is missing."""
    parser = Parser(__doc__)
    parser.add_argument("folder", type=Path, help="of songs or levels")
    parser.add_argument("--steps", type=at_least(2), default=8, help="both ends included")
    parser.add_argument("--method", default="spherical", choices=["spherical", "linear"])
    parser.add_argument("--model", help="a model by name or file")
    parser.add_argument("--out", type=Path, help="by default genvae-out/between-FOLDER")
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        raise FileProblem(f"{options.folder}: no such folder")
    out = options.out or Path(f"genvae-out/between-{options.folder.resolve().name}")

    files = sorted(path for path in options.folder.iterdir() if path.is_file())
    g = genvae.load(options.model or domain_of(options.folder, files))
    codec = g.opened.codec
    suffixed = [path for path in files if path.suffix.lower() in codec.reads]
    pieces = readable(g, suffixed)
    if len(pieces) < 2:
        raise FileProblem(f"{options.folder}: {len(pieces)} readable files, expected two or more")
    model = f"{g.opened.model.name}@{g.opened.model.hash}"
    pack = Pack(out, model=model, steps=options.steps, method=options.method)
    digests = {path: sha256(path.read_bytes()).hexdigest() for path in pieces}
    stems = Counter(path.stem.lower() for path in pieces)
    names = {p: p.stem if stems[p.stem.lower()] == 1 else p.name for p in pieces}
    suffix = next(iter(codec.writers))
    pairs = list(itertools.combinations(pieces, 2))
    before = 0
    for a, b in progress(pairs, "pairs"):
        name = f"{names[a]}--{names[b]}"
        if pack.has(name, sha256=[digests[a], digests[b]]):
            before += 1
            continue
        (out / name).mkdir(exist_ok=True)
        steps = g.interpolate(pieces[a], pieces[b], steps=options.steps, method=options.method)
        saved = [made.save(out / name / f"step-{i:02d}{suffix}") for i, made in enumerate(steps)]
        ends = {"from": a.name, "to": b.name, "sha256": [digests[a], digests[b]]}
        pack.add(name, saved, **ends)
    pack.close()
    print(f"{len(pairs)} pairs of {options.steps} steps in {out}, {before} of them from before")
    return 1 if len(pieces) < len(suffixed) else 0


if __name__ == "__main__":
    sys.exit(run(main, sys.argv[1:]))
