"""How long reading takes: symusic alone, genvae from file to Song, encoding, pretty_midi alone.

python scripts/bench_midi.py data/songs
python scripts/bench_midi.py FOLDER --limit 200 --layout trio
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.domain import MusicDomain
from genvae.domains.music.midi_read import read_midi
from genvae.errors import GenvaeError

ROUNDS = 3
"""Each way reads all files so often; the best round counts, as the others were disturbed."""


def timed(read: Callable[[Any], object], inputs: list[Any], rounds: int = ROUNDS) -> float:
    """Seconds for all inputs, the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for item in inputs:
            read(item)
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Print a line a way."""
    import pretty_midi
    import symusic

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=1000, help="files at most")
    parser.add_argument("--layout", default="trio")
    asked = parser.parse_args()
    codec = MusicDomain().open({"layout": asked.layout})
    found = sorted(p for p in asked.folder.rglob("*") if p.suffix.lower() in MusicCodec.reads)
    songs: list[tuple[Path, Any]] = []
    for path in found[:: max(1, len(found) // asked.limit)][: asked.limit]:
        try:
            symusic.Score(path)
            songs.append((path, next(iter(codec.read(path)))))
        except (GenvaeError, RuntimeError, ValueError) as why:
            print(f"left out: {why}")
    paths = [path for path, _ in songs]
    if not paths:
        raise SystemExit(f"{asked.folder}: no MIDI file that every way reads")
    size = sum(path.stat().st_size for path in paths)
    print(f"{len(paths)} files, {size / len(paths) / 1e3:.1f} kB on average")
    alone = timed(symusic.Score, paths)
    rows = [
        ("symusic alone", alone),
        ("genvae, file to Song", timed(read_midi, paths)),
        ("genvae, Song to windows", timed(lambda song: codec.encode(song), [s for _, s in songs])),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        slow = timed(lambda path: pretty_midi.PrettyMIDI(str(path)), paths, 1)
    rows.append(("pretty_midi alone", slow))
    for name, seconds in rows:
        each = 1e3 * seconds / len(paths)
        print(f"{name:24} {each:8.3f} ms a file {seconds / alone:8.2f} x symusic")


if __name__ == "__main__":
    main()
