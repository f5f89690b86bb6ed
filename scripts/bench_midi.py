"""How long reading takes: symusic alone, genvae from file to Song, encoding, pretty_midi alone.

python scripts/bench_midi.py data/songs
python scripts/bench_midi.py FOLDER FOLDER ... --limit 200 --layout trio

The notes of a Song go to the grid when the first of them is asked for: "to Song" is without
that, "placed" is with all notes of all tracks on the grid. Each folder is a row of the table, then
come all files together, and those by their size. A file that symusic alone refuses is left out, as
there is nothing to compare it with.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.domain import MusicDomain
from genvae.domains.music.midi_read import read_midi
from genvae.errors import GenvaeError

ROUNDS = 15
"""Each way reads each file so often, by turns; the best time of a file counts, as others were
disturbed."""
SIZES = (0, 1_000, 3_000, 10_000, 30_000, 100_000, 1 << 40)


class Times(NamedTuple):
    """Bytes of a file, was it mended or were its beats estimated, and seconds."""

    size: int
    mended: bool
    symusic: float
    read: float
    placed: float
    encode: float
    pretty: float


def best(work: Sequence[Callable[[Any], object]], given: Any, rounds: int) -> list[float]:
    """Seconds of each, the best of some rounds; they take turns, as a machine's speed changes."""
    found = [float("inf")] * len(work)
    for _ in range(rounds):
        for number, one in enumerate(work):
            start = time.perf_counter()
            one(given)
            found[number] = min(found[number], time.perf_counter() - start)
    return found


def read_and_place(path: Path) -> None:
    """The song of a file with all its notes on the grid."""
    for voice in read_midi(path).voices:
        voice.table()


def measured(path: Path, codec: MusicCodec, pretty: bool) -> Times | None:
    """The times of one file, None where symusic or genvae refuses it."""
    import pretty_midi
    import symusic

    try:
        symusic.Score(path)
        song = next(iter(codec.read(path)))
    except (GenvaeError, RuntimeError, ValueError) as why:
        print(f"left out: {path}: {why}")
        return None
    alone, read, placed = best([symusic.Score, read_midi, read_and_place], path, ROUNDS)
    (encode,) = best([codec.encode], song, 2)
    slow = float("nan")
    if pretty:
        try:
            (slow,) = best([lambda p: pretty_midi.PrettyMIDI(str(p))], path, 1)
        except Exception as why:  # whatever mido makes of a damaged file
            print(f"pretty_midi left out: {path}: {type(why).__name__}")
    mended = bool(read_midi(path).remarks)
    return Times(path.stat().st_size, mended, alone, read, placed, encode, slow)


def row(name: str, times: Sequence[Times]) -> None:
    """Print a line of the table: milliseconds a file, and the ratio of the sums."""
    if not times:
        return
    count = len(times)
    alone, read, placed, encode = (sum(t[i] for t in times) for i in (2, 3, 4, 5))
    both = [(t.symusic, t.pretty) for t in times if t.pretty == t.pretty]
    slow = f"{sum(p for _, p in both) / sum(s for s, _ in both):7.0f} x" if both else f"{'':9}"
    print(
        f"{name:20} {count:6} {sum(t.size for t in times) / count / 1e3:7.1f} "
        f"{1e3 * alone / count:9.3f} {1e3 * read / count:9.3f} {read / alone:6.2f} x "
        f"{1e3 * placed / count:9.3f} {placed / alone:6.2f} x "
        f"{1e3 * encode / count:9.3f} {slow}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--limit", type=int, default=1000, help="files of a folder at most")
    parser.add_argument("--layout", default="trio")
    parser.add_argument("--no-pretty-midi", action="store_true", help="it takes most of the time")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    codec = MusicDomain().open({"layout": asked.layout})
    everything: list[Times] = []
    print(
        f"{'':20} {'files':>6} {'kB':>7} {'symusic':>9} {'to Song':>9} {'ratio':>8} "
        f"{'placed':>9} {'ratio':>8} {'encoding':>9} {'pretty_midi':>9}   (ms a file)"
    )
    for folder in asked.folders:
        found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in MusicCodec.reads)
        chosen = found[:: max(1, len(found) // asked.limit)][: asked.limit]
        times = [t for p in chosen if (t := measured(p, codec, not asked.no_pretty_midi))]
        row(folder.name, times)
        everything += times
    if not everything:
        raise SystemExit("no MIDI file that every way reads")
    row("all together", everything)
    row("mended, estimated", [t for t in everything if t.mended])
    for low, high in pairwise(SIZES):
        some = [t for t in everything if low <= t.size < high]
        row(f"from {low / 1e3:.0f} kB", some)


if __name__ == "__main__":
    main()
