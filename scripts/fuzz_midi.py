"""Damaged MIDI files through the reader: never a traceback, 5 seconds or 500 MB for a file.

python scripts/fuzz_midi.py                          3,000 damaged copies of the demo songs
python scripts/fuzz_midi.py FOLDER --files 10000 --seed 7 --keep found

Each file is damaged by a rule drawn at random (bits, bytes, runs, lengths, ends, the contents of
other songs), read, and cut into windows of a layout. This is done by a worker, so that what ends a
process is found too. A file is bad if anything but a GenvaeError comes out, the worker dies, or
it takes more than the limits; ``--keep`` stores the bad ones. Exit code 1 if there are any.
"""

from __future__ import annotations

import argparse
import json
import queue
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

SECONDS = 5.0
"""Of the processor, for one file."""
PATIENCE = 60.0
"""Seconds without an answer after which a worker is ended: the machine may be busy."""
MEGABYTES = 500.0
LAYOUTS = ("trio", "melody", "piano", "drums")
Damage = Callable[[bytearray, np.random.Generator, Sequence[bytes]], bytes]


def flip_bits(data: bytearray, rng: np.random.Generator, _others: Sequence[bytes]) -> bytes:
    """One to twenty bits."""
    for at in rng.integers(0, len(data), rng.integers(1, 21)):
        data[at] ^= 1 << int(rng.integers(8))
    return bytes(data)


def change_bytes(data: bytearray, rng: np.random.Generator, _others: Sequence[bytes]) -> bytes:
    """One to twenty bytes, to values that mean something more often than chance has it."""
    telling = [0x00, 0x7F, 0x80, 0x90, 0xB0, 0xC0, 0xF0, 0xF7, 0xFF, 0x2F, 0x51, 0x58]
    for at in rng.integers(0, len(data), rng.integers(1, 21)):
        data[at] = int(rng.choice(telling) if rng.random() < 0.5 else rng.integers(256))
    return bytes(data)


def truncate(data: bytearray, rng: np.random.Generator, _others: Sequence[bytes]) -> bytes:
    """The end, or the beginning, is missing."""
    at = int(rng.integers(0, len(data) + 1))
    return bytes(data[:at] if rng.random() < 0.8 else data[at:])


def drop(data: bytearray, rng: np.random.Generator, _others: Sequence[bytes]) -> bytes:
    """Up to forty bytes somewhere are missing."""
    at = int(rng.integers(0, len(data)))
    del data[at : at + int(rng.integers(1, 41))]
    return bytes(data)


def repeat(data: bytearray, rng: np.random.Generator, _others: Sequence[bytes]) -> bytes:
    """A run of bytes is there twice, or two hundred times."""
    at, size = int(rng.integers(0, len(data))), int(rng.integers(1, 200))
    run = data[at : at + size] * int(rng.choice([1, 200]))
    return bytes(data[:at] + run + data[at:])


def wrong_length(data: bytearray, rng: np.random.Generator, _others: Sequence[bytes]) -> bytes:
    """A chunk says that it is longer or shorter than it is."""
    marks = [i for i in range(len(data) - 8) if data[i : i + 4] in (b"MTrk", b"MThd")]
    at = int(rng.choice(marks)) if marks else 0
    said = int.from_bytes(data[at + 4 : at + 8], "big")
    new = int(rng.choice([0, 1, said - 1, said + 1, said * 2, 0xFFFFFFFF, rng.integers(1 << 32)]))
    data[at + 4 : at + 8] = (new % (1 << 32)).to_bytes(4, "big")
    return bytes(data)


def wrong_header(data: bytearray, rng: np.random.Generator, _others: Sequence[bytes]) -> bytes:
    """Type, number of tracks and division are anything."""
    data[8:14] = rng.integers(0, 256, 6, dtype=np.uint8).tobytes()
    return bytes(data)


def long_times(data: bytearray, rng: np.random.Generator, _others: Sequence[bytes]) -> bytes:
    """Bytes of some times get the bit that says: more follow."""
    for at in rng.integers(22, len(data), rng.integers(1, 6)):
        data[at : at + 3] = b"\xff\xff\xff"
    return bytes(data)


def graft(data: bytearray, rng: np.random.Generator, others: Sequence[bytes]) -> bytes:
    """The beginning of one song and the end of another."""
    other = others[int(rng.integers(len(others)))]
    return bytes(data[: int(rng.integers(len(data)))] + other[int(rng.integers(len(other))) :])


def noise(data: bytearray, rng: np.random.Generator, _others: Sequence[bytes]) -> bytes:
    """A header, then nothing but noise in a track of its length."""
    size = int(rng.integers(1, 4000))
    body = rng.integers(0, 256, size, dtype=np.uint8).tobytes()
    return bytes(data[:14]) + b"MTrk" + size.to_bytes(4, "big") + body


DAMAGES: tuple[Damage, ...] = (
    flip_bits,
    change_bytes,
    truncate,
    drop,
    repeat,
    wrong_length,
    wrong_header,
    long_times,
    graft,
    noise,
)


def damaged(songs: Sequence[bytes], seed: int, number: int) -> tuple[str, bytes]:
    """The damaged file of this number, and what was done to it; twice in one case of four."""
    rng = np.random.default_rng([seed, number])
    data, names = songs[int(rng.integers(len(songs)))], []
    for _ in range(2 if rng.random() < 0.25 else 1):
        if len(data) > 24:
            damage = DAMAGES[int(rng.integers(len(DAMAGES)))]
            names.append(damage.__name__)
            data = damage(bytearray(data), rng, songs)
    return "+".join(names), data


def work() -> None:
    """The worker: a path a line comes in, a line of JSON about it goes out."""
    from genvae.domains.music.domain import MusicDomain
    from genvae.errors import GenvaeError

    codecs = [MusicDomain().open({"layout": name}) for name in LAYOUTS]
    for number, line in enumerate(sys.stdin):
        said: dict[str, Any] = {"end": "read"}
        start = time.process_time()
        try:
            codec = codecs[number % len(codecs)]
            for piece in codec.read(Path(line.strip())):
                codec.encode(piece)
        except GenvaeError as problem:
            said["end"] = "refused"
            if "\n" in str(problem):
                said = {"end": "several lines", "why": str(problem)}
        except Exception as error:
            said = {"end": "traceback", "why": repr(error)}
        said |= {"seconds": time.process_time() - start, "megabytes": peak()}
        print(json.dumps(said), flush=True)


def peak() -> float:
    """The most memory that this process has held, in MB. Linux counts in ``ru_maxrss`` what the
    process held that this one was forked from."""
    status = Path("/proc/self/status")
    if status.exists():
        held = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(held.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Worker:
    """A process that reads files."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--work"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def read(self, path: Path) -> dict[str, Any]:
        """What the worker says of a file, or that it has ended."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(f"{path}\n")
            self.process.stdin.flush()
            line = self._lines.get(timeout=PATIENCE)
        except (OSError, queue.Empty):
            line = ""
        if line:
            found: dict[str, Any] = json.loads(line)
            return found
        return {"end": "died", "why": f"exit code {self.close()}"}

    def close(self) -> int:
        """End the worker; its exit code."""
        self.process.kill()
        code = self.process.wait()
        self._ear.join()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        return code


def judged(said: dict[str, Any]) -> str:
    """``read``, ``refused``, or what is bad about it."""
    if said["end"] in ("read", "refused"):
        if said["seconds"] > SECONDS:
            return "slow"
        if said["megabytes"] > MEGABYTES:
            return "large"
    return str(said["end"])


def run(
    songs: Sequence[bytes], files: int, seed: int, keep: Path | None
) -> Iterator[dict[str, Any]]:
    """What became of each damaged file."""
    worker = Worker()
    with TemporaryDirectory() as folder:
        path = Path(folder, "damaged.mid")
        for number in range(files):
            how, data = damaged(songs, seed, number)
            path.write_bytes(data)
            said = {"number": number, "how": how} | worker.read(path)
            said["verdict"] = judged(said)
            if said["verdict"] not in ("read", "refused"):
                if keep:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{seed}-{number}-{said['verdict']}.mid").write_bytes(data)
                worker.close()
                worker = Worker()
            yield said
    worker.close()


def main() -> int:
    """Run, and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("data/songs"))
    parser.add_argument("--files", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder for the bad ones")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work()
        return 0
    songs = [p.read_bytes() for p in sorted(asked.folder.rglob("*.mid"))]
    counts: Counter[tuple[str, str]] = Counter()
    slowest = largest = 0.0
    bad = []
    for said in run(songs, asked.files, asked.seed, asked.keep):
        for how in said["how"].split("+"):
            counts[how, said["verdict"]] += 1
        slowest = max(slowest, said.get("seconds", 0.0))
        largest = max(largest, said.get("megabytes", 0.0))
        if said["verdict"] not in ("read", "refused"):
            bad.append(said)
            print(said, flush=True)
    verdicts = sorted({verdict for _, verdict in counts})
    print("\t".join(["damage", *verdicts]))
    for name in sorted({how for how, _ in counts}):
        print("\t".join([name, *(str(counts[name, verdict]) for verdict in verdicts)]))
    most = f"slowest {slowest:.2f} s, most memory {largest:.0f} MB"
    print(f"{asked.files} files, {len(bad)} bad; {most}")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
