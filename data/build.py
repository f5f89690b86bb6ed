"""Turn the demo songs' notation (songs/*.song) into MIDI files beside it.

    python data/build.py              rebuild every song
    python data/build.py --out DIR    write the files elsewhere

A .song file is a header of ``name: value`` lines (melody and bass: General MIDI programs from
0; tempo: quarter notes a minute), then sections. A line that begins with ``;`` is a comment.
Time is counted in steps, 16th notes: a bar of 4/4 has 16, a character in a pattern is one.

    [bass]          a pattern a line: its name, then a character a step:
                    1 3 5 7 8 6  that degree of the chord (7 is the minor seventh, 8 the octave)
                    v  the fifth below the root        <  a semitone below the next chord's root
                    =  the note goes on                .  rest
    [drums name]    a pattern: a drum a line, then a character a step: x hit, X accent, o soft
    [bars]          a bar a line: melody | chords | bass pattern | drum pattern

Notes are ``pitch:length``; a length holds until the next one. ``r`` rests, ``~`` prolongs the
note before, across a bar line too. Several chords of a bar need lengths as well (``D:12 A:4``).
Where a bass line is no pattern, notes stand in its place.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import mido

SONGS = Path(__file__).parent / "songs"
STEP_TICKS = 120
"""Ticks a step, at 480 ticks a quarter note."""

DRUMS = {
    "kick": 36, "snare": 38, "closed": 42, "open": 46, "low": 45,
    "mid": 48, "high": 50, "crash": 49, "ride": 51,
}  # fmt: skip
"""Lane -> General MIDI pitch, as genvae writes its nine drum classes."""
HITS = {"x": 92, "X": 112, "o": 56}
DRUM_CHANNEL = 9
MELODY_RANGE = (55, 88)
BASS_RANGE = (28, 55)
LOWEST_ROOT = 33
"""Patterns place roots from A1 to G#2: the fifth below and most octaves stay in BASS_RANGE."""

NAMES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ACCIDENTALS = {"": 0, "#": 1, "b": -1}
MAJOR = {"1": 0, "3": 4, "5": 7, "6": 9, "7": 10, "8": 12, "v": -5}
MINOR = MAJOR | {"3": 3, "6": 8}


class Note(NamedTuple):
    """A note: onset and length in steps, MIDI pitch, velocity."""

    step: int
    length: int
    pitch: int
    velocity: int


class Chord(NamedTuple):
    """A triad from ``step`` on: pitch class of its root, and whether its third is minor."""

    step: int
    root: int
    minor: bool


@dataclass
class Sheet:
    """A .song file as it stands: its header, patterns and bars, not yet worked out."""

    header: dict[str, str] = field(default_factory=dict)
    bass: dict[str, str] = field(default_factory=dict)
    drums: dict[str, dict[str, str]] = field(default_factory=dict)
    bars: list[list[str]] = field(default_factory=list)

    @property
    def bar_steps(self) -> int:
        """Steps in a bar."""
        beats, unit = map(int, self.header["meter"].split("/"))
        return beats * 16 // unit


def read_sheet(text: str) -> Sheet:
    """Split a .song file into its parts. Raises ValueError naming the line."""
    sheet, section = Sheet(), ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith(";"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
            continue
        kind, _, name = section.partition(" ")
        if kind == "":
            key, _, value = line.partition(":")
            sheet.header[key] = value.strip()
        elif kind == "bars":
            cells = [cell.strip() for cell in line.split("|")]
            if len(cells) != 4:
                raise ValueError(f"line {number}: {len(cells)} cells, expected 4: {line}")
            sheet.bars.append(cells)
        else:
            key, pattern = line.split()
            if len(pattern) != sheet.bar_steps:
                raise ValueError(f"line {number}: {len(pattern)} steps in {line}")
            (sheet.bass if kind == "bass" else sheet.drums.setdefault(name, {}))[key] = pattern
    return sheet


def pitch_number(name: str) -> int:
    """MIDI number of a pitch such as ``F#4``; ``C4`` is 60. Raises ValueError."""
    found = re.fullmatch(r"([A-G])([#b]?)(\d)", name)
    if not found:
        raise ValueError(f"no pitch: {name}")
    letter, accidental, octave = found.groups()
    return 12 * (int(octave) + 1) + NAMES[letter] + ACCIDENTALS[accidental]


def timed(cell: str, bar_steps: int) -> Iterator[tuple[str, int, int]]:
    """Words of a bar as (word, step within it, length). Raises ValueError unless they fill it."""
    step, length = 0, bar_steps
    for word in cell.split():
        name, _, given = word.partition(":")
        length = int(given) if given else length
        yield name, step, length
        step += length
    if step != bar_steps:
        raise ValueError(f"{step} steps in a bar of {bar_steps}: {cell}")


def add_line(notes: list[Note], cell: str, start: int, bar_steps: int, velocity: int) -> None:
    """Append a bar of written notes; the first of a bar is a little louder."""
    for name, at, length in timed(cell, bar_steps):
        if name == "~":
            notes[-1] = notes[-1]._replace(length=notes[-1].length + length)
        elif name != "r":
            accent = 8 if at == 0 else 0
            notes.append(Note(start + at, length, pitch_number(name), velocity + accent))


def melody_notes(sheet: Sheet) -> list[Note]:
    """The melody."""
    notes: list[Note] = []
    for number, (cell, *_) in enumerate(sheet.bars):
        add_line(notes, cell, number * sheet.bar_steps, sheet.bar_steps, velocity=92)
    return notes


def chords(sheet: Sheet) -> list[Chord]:
    """Every chord of the song, in order."""
    found = []
    for number, (_, cell, *_) in enumerate(sheet.bars):
        for name, at, _ in timed(cell, sheet.bar_steps):
            root = pitch_number(name.rstrip("m") + "0") % 12
            found.append(Chord(number * sheet.bar_steps + at, root, name.endswith("m")))
    return found


def low_root(chord: Chord) -> int:
    """The root of a chord in the bass."""
    return LOWEST_ROOT + (chord.root - LOWEST_ROOT) % 12


def bass_notes(sheet: Sheet) -> list[Note]:
    """The bass: patterns on the chords, or written notes."""
    notes: list[Note] = []
    every = chords(sheet)
    for number, (_, _, cell, _) in enumerate(sheet.bars):
        start = number * sheet.bar_steps
        if ":" in cell:
            add_line(notes, cell, start, sheet.bar_steps, velocity=84)
            continue
        for at, sign in enumerate(sheet.bass[cell]):
            step = start + at
            if sign == "=":
                notes[-1] = notes[-1]._replace(length=notes[-1].length + 1)
            elif sign != ".":
                chord = [c for c in every if c.step <= step][-1]
                following = next((c for c in every if c.step > step), chord)
                degrees = MINOR if chord.minor else MAJOR
                pitch = low_root(following) - 1 if sign == "<" else low_root(chord) + degrees[sign]
                notes.append(Note(step, 1, pitch, 92 if at == 0 else 84))
    return notes


def drum_notes(sheet: Sheet) -> list[Note]:
    """The drums; every hit lasts one step."""
    return [
        Note(number * sheet.bar_steps + at, 1, DRUMS[lane], HITS[sign])
        for number, (_, _, _, name) in enumerate(sheet.bars)
        for lane, pattern in sheet.drums[name].items()
        for at, sign in enumerate(pattern)
        if sign != "."
    ]


def check_range(notes: list[Note], low: int, high: int, voice: str) -> None:
    """Raises ValueError where a pitch lies outside ``low..high``."""
    for note in notes:
        if not low <= note.pitch <= high:
            raise ValueError(f"{voice}: pitch {note.pitch} at step {note.step}: {low}..{high}")


def track(
    name: str, events: list[tuple[int, int, mido.Message | mido.MetaMessage]], steps: int
) -> mido.MidiTrack:
    """A track of (tick, order within the tick, message), ``steps`` long."""
    import mido

    made = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
    now = 0
    end = (steps * STEP_TICKS, 9, mido.MetaMessage("end_of_track"))
    for tick, _, message in [*sorted(events, key=lambda e: e[:2]), end]:
        made.append(message.copy(time=tick - now))
        now = tick
    return made


def voice_track(
    name: str, notes: list[Note], channel: int, program: int, steps: int
) -> mido.MidiTrack:
    """A voice; at one tick notes end before others begin."""
    import mido

    events = [(0, 0, mido.Message("program_change", channel=channel, program=program))]
    for note in notes:
        on = mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
        off = mido.Message("note_off", channel=channel, note=note.pitch, velocity=0)
        events.append((note.step * STEP_TICKS, 2, on))
        events.append(((note.step + note.length) * STEP_TICKS, 1, off))
    return track(name, events, steps)


def build(text: str) -> mido.MidiFile:
    """The MIDI file of a .song file's text. Raises ValueError where the notation is wrong."""
    import mido

    sheet = read_sheet(text)
    head = sheet.header
    steps = len(sheet.bars) * sheet.bar_steps
    melody, bass, drums = melody_notes(sheet), bass_notes(sheet), drum_notes(sheet)
    check_range(melody, *MELODY_RANGE, "melody")
    check_range(bass, *BASS_RANGE, "bass")
    beats, unit = map(int, head["meter"].split("/"))
    tempo = mido.bpm2tempo(int(head["tempo"]))
    conductor = [
        mido.MetaMessage("text", text=head["origin"]),
        mido.MetaMessage("time_signature", numerator=beats, denominator=unit),
        mido.MetaMessage("key_signature", key=head["key"]),
        mido.MetaMessage("set_tempo", tempo=tempo),
    ]
    midi = mido.MidiFile(type=1, ticks_per_beat=4 * STEP_TICKS, charset="utf-8")
    midi.tracks.append(track(head["title"], [(0, 0, message) for message in conductor], steps))
    midi.tracks.append(voice_track("Melody", melody, 0, int(head["melody"]), steps))
    midi.tracks.append(voice_track("Bass", bass, 1, int(head["bass"]), steps))
    midi.tracks.append(voice_track("Drums", drums, DRUM_CHANNEL, 0, steps))
    return midi


def main() -> None:
    """Rebuild every song."""
    parser = argparse.ArgumentParser(description="Turn the demo songs' notation into MIDI files.")
    parser.add_argument("--out", type=Path, default=SONGS, metavar="DIR")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for source in sorted(SONGS.glob("*.song")):
        try:
            midi = build(source.read_text(encoding="utf-8"))
        except (ValueError, KeyError) as e:
            raise SystemExit(f"{source}: {e}") from None
        part = out / f"{source.stem}.mid.part"
        midi.save(part)
        os.replace(part, out / f"{source.stem}.mid")


if __name__ == "__main__":
    main()
