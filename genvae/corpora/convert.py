"""Conversions: published files to files that genvae reads, for corpora that need one.

Each takes a corpus folder that holds the published files and writes beside them what the
catalogue names under ``reads``: songs, or collections of levels, where a header ``%% name height
width`` stands before as many rows as the height says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

NONE = "none"
"""The published files are read as they are."""
ABSENT = "not performed by genvae: get with --from a converted copy"
"""The published files were converted by hand or by another program."""


def kgoldrunner(folder: Path) -> None:
    """``original/game_*.txt`` to ``levels.txt``.

    A level is a line ``// L001`` followed, after lines of settings, by one line ``//  `` with
    560 tiles: 20 rows of 28.
    """
    rows, columns = 20, 28
    levels: list[str] = []
    for path in sorted((folder / "original").glob("game_*.txt")):
        number = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if header := re.fullmatch(r"// L(\d{3})\s*", line):
                number = header[1]
            elif number and (layout := re.fullmatch(rf"//  (.{{{rows * columns}}})", line)):
                tiles = layout[1]
                grid = [tiles[at : at + columns] for at in range(0, len(tiles), columns)]
                levels.append(_level(f"{path.stem.removeprefix('game_')}_{number}", grid))
                number = ""
    _write(folder / "levels.txt", levels)


def angband(folder: Path) -> None:
    """``original/room_template.txt`` and ``original/vault.txt`` to ``*_levels.txt``.

    An entry begins with ``name:`` and holds its rows in lines ``D:``.
    """
    for kind in ("room_template", "vault"):
        levels: list[str] = []
        name, grid = "", list[str]()
        text = (folder / "original" / f"{kind}.txt").read_text(encoding="utf-8")
        for line in [*text.splitlines(), "name:"]:
            if line.startswith("D:"):
                grid.append(line[2:])
            elif line.startswith("name:"):
                if grid:
                    levels.append(_level(name, grid))
                name, grid = line[5:].strip().replace(" ", "_"), []
        _write(folder / f"{kind}_levels.txt", levels)


def cre_irish(folder: Path) -> None:
    """``midi/*.mid`` to ``bars/*.mid``: tunes in 4/4, 6/8 and 12/8 that begin with an upbeat, moved
    on so that bar lines fall where the bars begin.

    The published files begin at the first note, upbeat or not, and do not say which it is. These
    tunes end on a strong beat: where the last note is a quarter or longer and begins elsewhere, an
    upbeat explains it, of an eighth or two. Two thirds of the other long notes of the tunes in 4/4
    so moved then begin on the first or third beat; before it was less than a third.
    """
    import mido

    (folder / "bars").mkdir(exist_ok=True)
    for path in sorted((folder / "midi").glob("*.mid")):
        file = mido.MidiFile(path)
        upbeat = _upbeat(file)
        if upbeat:
            pause = BARS[_meter(file)][0] * file.ticks_per_beat - upbeat
            for track in file.tracks:
                first = next((m for m in track if m.type == "note_on"), None)
                if first is not None:
                    first.time += pause
        file.save(folder / "bars" / path.name)


BARS = {(4, 4): (4, 2.0), (6, 8): (3, 1.5), (12, 8): (6, 1.5)}
"""Meters whose upbeats are looked for: beats of a bar, and from one strong beat to the next."""


def _meter(file: Any) -> tuple[int, int]:
    """The meter of a file that has one; 0/0 of one that has several."""
    meters = {
        (m.numerator, m.denominator) for t in file.tracks for m in t if m.type == "time_signature"
    }
    return meters.pop() if len(meters) == 1 else (0, 0)


def _upbeat(file: Any) -> int:
    """The length of a tune's upbeat in ticks, 0 if it has none or is in another meter."""
    beat, meter = file.ticks_per_beat, _meter(file)
    start, end = _last_note(file)
    if meter not in BARS or end - start < 0.9 * beat:
        return 0
    upbeat = round(start / (beat / 2)) * beat // 2 % int(BARS[meter][1] * beat)
    return int(upbeat - beat if upbeat > beat else upbeat)


def _last_note(file: Any) -> tuple[int, int]:
    """First and last tick of the note that begins last; nothing is (0, 0)."""
    found = (0, 0)
    for track in file.tracks:
        now, begun = 0, dict[int, int]()
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                begun[message.note] = now
            elif message.type in ("note_on", "note_off") and message.note in begun:
                found = max(found, (begun.pop(message.note), now))
    return found


CONVERSIONS: dict[str, Callable[[Path], None]] = {
    "kgoldrunner": kgoldrunner,
    "angband": angband,
    "cre_irish": cre_irish,
}


def _level(name: str, grid: Sequence[str]) -> str:
    header = f"%% {name} {len(grid)} {max(map(len, grid))}"
    return "".join(f"{line}\n" for line in (header, *grid))


def _write(path: Path, levels: Iterable[str]) -> None:
    path.write_text("".join(levels), encoding="utf-8", newline="\n")
