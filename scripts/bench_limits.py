"""Songs at the edge of what is read, and beyond it: memory, time, and what is said.

python scripts/bench_limits.py                       every file through every command
python scripts/bench_limits.py --files tracks,hours --commands check,encode

Each command is a process of its own, ended at 2 GB of memory or after ``--seconds`` of the
processor. The table
has a row for each: exit code, peak of memory in MB, seconds of the processor, and the last line
on stderr. A traceback, an end by a signal or by these limits is bad; exit code 1 if there is one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

MEGABYTES = 2048.0
DEMO = Path(__file__).parent.parent / "data" / "songs" / "ode-to-joy.mid"


def header(tracks: int) -> bytes:
    """Of a file with so many tracks, 4 ticks a beat: a tick is a step."""
    return b"MThd" + bytes([0, 0, 0, 6, 0, 1]) + tracks.to_bytes(2, "big") + bytes([0, 4])


def track(notes: int, *, apart: int = 1, low: int = 60, channel: int = 0) -> bytes:
    """Notes of one step, one after another, ``apart`` steps from each to the next."""
    first = bytes([0x90 | channel])
    pitches = [low + i * 7 % 12 for i in range(12)]
    cycle = b"".join(
        bytes([0, p, 90, 1, p, 0]) if apart == 1 else bytes([apart - 1, p, 90, 1, p, 0])
        for p in pitches
    )
    body = bytes([0]) + first + cycle[1:]
    body += cycle * (max(notes // 12, 1) - 1)
    body += b"\x00\xff\x2f\x00"
    return b"MTrk" + len(body).to_bytes(4, "big") + body


def bytes_100(folder: Path, share: float) -> Path:
    """100 MB of notes."""
    return _written(folder / "100mb.mid", [track(int(17e6 * share))])


def notes_million(folder: Path, share: float) -> Path:
    """A million notes in ten tracks."""
    each = int(100_000 * share)
    return _written(
        folder / "million.mid", [track(each, low=30 + 6 * i, channel=i % 9) for i in range(10)]
    )


def hours_four(folder: Path, share: float) -> Path:
    """Four hours at 120 a minute: 115,200 steps in three voices."""
    steps = int(115_200 * share)
    parts = [track(steps // 4, apart=4, low=low, channel=c) for low, c in ((72, 0), (36, 1))]
    return _written(folder / "hours.mid", [*parts, track(steps // 2, apart=2, low=36, channel=9)])


def tracks_1000(folder: Path, share: float) -> Path:
    """A thousand tracks."""
    return _tracks(folder, int(1000 * share))


def tracks_2049(folder: Path, share: float) -> Path:
    """One track more than is read."""
    return _tracks(folder, 2049)


def tracks_5000(folder: Path, share: float) -> Path:
    """Many more than that."""
    return _tracks(folder, 5000)


def _tracks(folder: Path, count: int) -> Path:
    parts = [track(48, low=36 + i % 50, apart=4, channel=i % 9) for i in range(count)]
    return _written(folder / f"tracks-{count}.mid", parts)


def _written(path: Path, tracks: list[bytes]) -> Path:
    path.write_bytes(header(len(tracks)) + b"".join(tracks))
    return path


FILES: dict[str, Callable[[Path, float], Path]] = {
    "100mb": bytes_100,
    "million": notes_million,
    "hours": hours_four,
    "tracks": tracks_1000,
    "tracks2049": tracks_2049,
    "tracks5000": tracks_5000,
}
COMMANDS: dict[str, tuple[str, ...]] = {
    "check": ("check", "FILE"),
    "show": ("show", "FILE"),
    "convert": ("convert", "FILE", "-o", "OUT/a.mid"),
    "picture": ("convert", "FILE", "-o", "OUT/a.png"),
    "sound": ("convert", "FILE", "-o", "OUT/a.wav"),
    "encode": ("encode", "FILE", "-o", "OUT/z.safetensors"),
    "interpolate": ("interpolate", "FILE", str(DEMO), "--steps", "2", "--out", "OUT/way"),
}


class Ran(NamedTuple):
    """How a command went."""

    code: int
    megabytes: float
    seconds: float
    said: str
    bad: bool


def ran(command: tuple[str, ...], seconds: float) -> Ran:
    """Run ``genvae`` with these arguments, watched."""
    with TemporaryDirectory() as folder:
        log = Path(folder, "stderr")
        with log.open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "genvae", *command],
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
        over = ""
        while True:
            done, status, used = os.wait4(process.pid, os.WNOHANG)
            if done:
                break
            if resident(process.pid) > MEGABYTES:
                over = over or f"ended at {MEGABYTES:.0f} MB"
            if busy(process.pid) > seconds:
                over = over or f"ended after {seconds:.0f} s"
            if over:
                process.kill()
            time.sleep(0.1)
        process.returncode = code = os.waitstatus_to_exitcode(status)
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or [""]
    spent = used.ru_utime + used.ru_stime
    bad = bool(over) or code < 0 or any("Traceback" in line for line in lines)
    return Ran(code, used.ru_maxrss / 1024, spent, over or lines[-1], bad)


def resident(process: int) -> float:
    """Megabytes of memory that a process holds now."""
    try:
        text = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    found = [line for line in text.splitlines() if line.startswith("VmRSS")]
    return int(found[0].split()[1]) / 1024 if found else 0.0


def busy(process: int) -> float:
    """Seconds of the processor that a process has used."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def rows(
    files: list[str], commands: list[str], seconds: float, share: float
) -> Iterator[tuple[str, str, Ran]]:
    """Each command on each file; files are ``share`` of their size."""
    with TemporaryDirectory() as folder:
        for name in files:
            path = FILES[name](Path(folder), share)
            for command in commands:
                with TemporaryDirectory() as out:
                    words = [w.replace("OUT", out) for w in COMMANDS[command]]
                    given = tuple(str(path) if w == "FILE" else w for w in words)
                    yield name, command, ran(given, seconds)
            path.unlink()


def main() -> int:
    """Run, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", default=",".join(FILES))
    parser.add_argument("--commands", default=",".join(COMMANDS))
    parser.add_argument("--seconds", type=float, default=900.0)
    parser.add_argument("--share", type=float, default=1.0, help="of the sizes, for a quick look")
    asked = parser.parse_args()
    print("file\tcommand\texit\tMB\ts\tsaid", flush=True)
    bad = 0
    for name, command, end in rows(
        asked.files.split(","), asked.commands.split(","), asked.seconds, asked.share
    ):
        bad += end.bad
        mark = "BAD: " if end.bad else ""
        figures = f"{end.code}\t{end.megabytes:.0f}\t{end.seconds:.1f}"
        print(f"{name}\t{command}\t{figures}\t{mark}{end.said}", flush=True)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
