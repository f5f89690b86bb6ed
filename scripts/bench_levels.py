"""How fast are levels made, and how long does a check take?

python scripts/bench_levels.py delivery --model sokoban -n 64 --processes 2
python scripts/bench_levels.py delivery --model platformer --length 64x16 -n 64 --processes 2
python scripts/bench_levels.py rules --corpus kgoldrunner --tileset climber --limit 500

``delivery``: levels that ``sample`` would hand out (decoded, checked, repaired, drawn again), a
process for each share of them, after a warm-up of one batch; levels a second by the clock, and by
the processor's time for as many free cores, with the share that each kind of work took. ``rules``:
the time of a check on real levels of a corpus that was fetched; undecided levels count as unsolved.
"""

from __future__ import annotations

import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("OMP_NUM_THREADS", "1")


def delivered(
    model: str, first: int, count: int, length: str | None, seed: int
) -> dict[str, float]:
    """Make so many levels in this process; seconds of the clock and the processor, and shares."""
    import torch

    from genvae.workflows.deliver import good, sample
    from genvae.workflows.made import Times
    from genvae.workflows.store import open_model

    torch.set_num_threads(1)
    opened = open_model(model, "levels")
    warm = range(10**6, 10**6 + 16)
    list(sample(opened, warm, seed=seed, length=length, raw=True))
    times = Times()
    clock, processor = time.perf_counter(), time.process_time()
    out = list(sample(opened, range(first, first + count), seed=seed, length=length, times=times))
    ways = [made.facts["way"] for made in out if good(made)]
    return {
        "clock": time.perf_counter() - clock,
        "processor": time.process_time() - processor,
        "good": float(len(ways)),
        "decoded": float(ways.count("decoded")),
        "rewritten": float(ways.count("rewritten")),
        "repaired": float(ways.count("repaired")),
        "redrawn": float(ways.count("redrawn")),
        **{name: getattr(times, name) for name in ("decoding", "checking", "repairing")},
    }


def delivery(given: argparse.Namespace) -> None:
    """Levels a second."""
    share = -(-given.n // given.processes)
    with ProcessPoolExecutor(given.processes) as pool:
        jobs = [
            pool.submit(delivered, given.model, i * share, share, given.length, given.seed)
            for i in range(given.processes)
        ]
        found = [job.result() for job in jobs]
    total = {key: sum(part[key] for part in found) for key in found[0]}
    clock = max(part["clock"] for part in found)
    spent = sum(total[name] for name in ("decoding", "checking", "repairing"))
    made = share * given.processes
    free = total["good"] / total["processor"] * given.processes
    print(
        f"{given.model} {given.length or 'a window'}: {total['good']:.0f} of {made} levels; "
        f"{total['good'] / clock:.1f} a second by the clock, {free:.1f} on {given.processes} free "
        "cores"
    )
    shares = ", ".join(
        f"{name} {total[name] / spent:.0%}" for name in ("decoding", "checking", "repairing")
    )
    ways = ", ".join(
        f"{name} {total[name]:.0f}" for name in ("decoded", "rewritten", "repaired", "redrawn")
    )
    print(f"  {shares}; {ways}; {1000 * total['processor'] / made:.0f} ms of one core a level")


def rules(given: argparse.Namespace) -> None:
    """Seconds of a check."""
    from genvae.corpora.fetch import home
    from genvae.domains.levels.codec import LevelsCodec
    from genvae.domains.levels.domain import LevelsDomain
    from genvae.domains.levels.formats import looks_like_a_level

    codec: LevelsCodec = LevelsDomain().open({"tileset": given.tileset})
    folder = Path(given.data) if given.data else home() / "corpora" / given.corpus
    paths = [p for p in sorted(folder.rglob("*")) if looks_like_a_level(p)]
    if folder / "levels.txt" in paths:
        paths = [folder / "levels.txt"]
    seconds: list[float] = []
    verdicts: list[bool | None] = []
    each = max(1, given.limit // max(len(paths), 1))
    for path in paths:
        for level in islice(_readable(codec, path), each):
            for piece in codec.training_pieces(level) if given.bands else [level]:
                begun = time.process_time()
                report = codec.check(piece)
                seconds.append(time.process_time() - begun)
                verdicts.append(report.playable if report.valid else False)
    if not seconds:
        raise SystemExit(f"{folder}: no levels; genvae corpora get {given.corpus}")
    median, most = np.quantile(seconds, [0.5, 0.99]) * 1000
    print(
        f"{given.tileset} on {len(seconds)} levels of {folder.name}: median {median:.1f} ms, "
        f"99th percentile {most:.1f} ms, longest {1000 * max(seconds):.0f} ms; playable "
        f"{np.mean([v is True for v in verdicts]):.3f}, "
        f"undecided {np.mean([v is None for v in verdicts]):.3f}"
    )


def _readable(codec: Any, path: Path) -> Any:
    from genvae.errors import FileProblem

    try:
        yield from codec.read(path)
    except FileProblem as problem:
        print(f"  {problem}")


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    kinds = parser.add_subparsers(required=True)
    one = kinds.add_parser("delivery")
    one.add_argument("--model", default="platformer")
    one.add_argument("--length")
    one.add_argument("-n", type=int, default=64)
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--processes", type=int, default=2)
    one.set_defaults(run=delivery)
    two = kinds.add_parser("rules")
    two.add_argument("--corpus", default="boxoban")
    two.add_argument("--data", help="a folder of levels in place of a corpus")
    two.add_argument("--tileset", default="sokoban")
    two.add_argument("--limit", type=int, default=300)
    two.add_argument("--bands", action="store_true", help="platformers: crossable bands of them")
    two.set_defaults(run=rules)
    given = parser.parse_args()
    given.run(given)


if __name__ == "__main__":
    main()
