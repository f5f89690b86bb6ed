"""Which tracks of a file become the voices of a layout, and how chords become lines.

The rule, the same for every file, in this order:

1. a track asked for (by number, or by its own name), or named exactly like the voice;
2. drums: all tracks on channel 10, merged;
3. bass: a track with a bass program (General MIDI 33-40, counted from 1) or "bass" in its name;
   else the lowest mostly monophonic track, if its median pitch lies below E3 (52) and another
   track is left for the melody;
4. melody: of the rest the best by name (melody, lead, vocal ...), single notes, share of bars
   in which it plays, height, and program.

A piano is all tracks with a keyboard program (1-8), merged; all tracks with pitch where there is
none. A line keeps one note at each onset: the highest for a melody, the lowest for a bass; a note
that overlaps the next one ends where that begins. What is left out is counted in the remarks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from genvae.domains.music.drums import CLASS_OF_PITCH, PITCH_OF_CLASS
from genvae.domains.music.grids import triplets
from genvae.domains.music.layouts import Layout, VoicePlan
from genvae.domains.music.song import Song, Voice, note_tuples
from genvae.domains.music.tracks import tracks_asked_for
from genvae.domains.music.units import STEPS_PER_BEAT
from genvae.errors import FileProblem

BASS_PROGRAMS = range(32, 40)
KEYBOARD_PROGRAMS = range(8)
BASS_BELOW = 52
MOSTLY = 0.7
"""Share of onsets with a single note from which a track counts as mostly monophonic."""

_BASS_NAME = re.compile(r"bass(?!oon|[ _-]?drum)", re.IGNORECASE)
_MELODY_NAME = re.compile(r"melod|lead|vocal|voice|vox|sing|solo|tune|canto|soprano", re.IGNORECASE)
_BACKING_NAME = re.compile(r"chord|pad|accomp|piano|back|harmon|rhythm|string", re.IGNORECASE)
_PROGRAM_SCORES = (
    (range(80, 88), 1.0),
    (range(72, 80), 0.8),
    (range(64, 72), 0.7),
    (range(52, 55), 0.5),
    (range(56, 64), 0.4),
    (range(40, 42), 0.4),
    (range(88, 104), -1.0),
    (range(112, 128), -2.0),
    (range(32, 40), -1.5),
)


@dataclass(frozen=True)
class _Candidate:
    """A track with pitch, and what the rule looks at."""

    number: int
    voice: Voice
    table_M4: np.ndarray
    single: float
    coverage: float

    @property
    def median(self) -> float:
        return float(np.median(self.table_M4[:, 2]))

    @property
    def says_bass(self) -> bool:
        return self.voice.program in BASS_PROGRAMS or bool(_BASS_NAME.search(self.voice.name))

    def melody_score(self) -> float:
        name = self.voice.name
        score = 4.0 * bool(_MELODY_NAME.search(name)) - 1.0 * bool(_BACKING_NAME.search(name))
        score += next((s for r, s in _PROGRAM_SCORES if self.voice.program in r), 0.0)
        height = float(np.clip((self.table_M4[:, 2].mean() - 60) / 12, -1.5, 1.0))
        return score + 2.0 * self.single + 2.0 * self.coverage + height

    def label(self) -> str:
        name = f" {self.voice.name!r}" if self.voice.name else ""
        return f"track {self.number}{name} (program {self.voice.program})"


def pick_voices(
    song: Song,
    layout: Layout,
    override: Mapping[str, str] | None = None,
    place: str | None = None,
) -> Song:
    """The song with exactly the layout's voices, each a line or a kit of nine classes.

    ``override`` gives voices a track each: its number, counted from 1 among the tracks with
    notes, or its name. Choices and losses are in the result's ``remarks``. Raises OptionProblem
    for an override that names no voice or track, FileProblem (naming ``place``, by default the
    song) if no voice has a note.
    """
    asked = tracks_asked_for(song, layout, override or {})
    left = {
        i: _candidate(i, v, song.steps)
        for i, v in enumerate(song.voices, 1)
        if v.notes and not v.drums
    }
    remarks: list[str] = list(song.remarks)
    chosen: dict[str, _Candidate] = {}
    pianos = {p.name: _piano(p, left, asked, remarks) for p in layout.voices if p.slots}
    plans = sorted((p for p in layout.voices if p.line), key=lambda p: p.role != "bass")
    for plan in plans:
        number = asked.get(plan.name) or next(
            (i for i, c in left.items() if c.voice.name.lower() == plan.name), None
        )
        if number is not None and number in left:
            chosen[plan.name] = left.pop(number)
            why = "asked for" if plan.name in asked else "by its name"
            remarks.append(f"{plan.name}: {chosen[plan.name].label()}, {why}")
    for plan in plans:
        if plan.name in chosen:
            continue
        wanted_later = any(p.role == "melody" and p.name not in chosen for p in plans)
        found, why = _choose(plan, left, wanted_later)
        if found is None:
            remarks.append(f"{plan.name}: empty, {why}")
        else:
            chosen[plan.name] = left.pop(found.number)
            remarks.append(f"{plan.name}: {found.label()}, {why}")
    voices = tuple(
        _kit(plan, song, asked, remarks)
        if plan.drums
        else pianos.get(plan.name) or _line(plan, chosen, remarks, layout.grid)
        for plan in layout.voices
    )
    if left:
        remarks.append(f"left out: {', '.join(c.label() for c in left.values())}")
    if not any(v.notes for v in voices):
        kinds = ", ".join(p.name for p in layout.voices)
        raise FileProblem(
            f"{place or song.name}: none of its {len(song.voices)} tracks serves as {kinds}; "
            "choose another layout, or name the track with --voice NAME=TRACK"
        )
    return replace(song, voices=voices, remarks=tuple(remarks))


def _candidate(number: int, voice: Voice, steps: int) -> _Candidate:
    table = voice.table()
    onsets = np.unique(table[:, 0])
    bars = len(np.unique(onsets // 16))
    return _Candidate(
        number, voice, table, len(onsets) / len(table), min(1.0, bars * 16 / max(steps, 16))
    )


def _choose(
    plan: VoicePlan, left: Mapping[int, _Candidate], melody_wanted: bool
) -> tuple[_Candidate | None, str]:
    """A candidate for a voice, and why it or why none."""
    pool = list(left.values())
    if not pool:
        return None, "no track is left for it"
    if plan.role != "bass":
        best = max(pool, key=lambda c: (c.melody_score(), -c.number))
        return best, f"the best of {len(pool)} by name, single notes, coverage and height"
    named = [c for c in pool if c.says_bass]
    if named:
        best = max(named, key=lambda c: (c.coverage, len(c.table_M4), -c.number))
        return best, "a bass by program or name"
    low = [c for c in pool if c.single >= MOSTLY and c.median < BASS_BELOW]
    if not low or (melody_wanted and len(pool) == 1):
        return None, "no track has a bass program or name, or is low enough"
    return min(low, key=lambda c: (c.median, c.number)), "the lowest line"


def _line(
    plan: VoicePlan, chosen: Mapping[str, _Candidate], remarks: list[str], grid: int
) -> Voice:
    """One note at each onset, none overlapping the next. Notes keep their distance from the 16ths
    where the layout has another grid."""
    if plan.name not in chosen:
        return Voice(plan.name, (), plan.program)
    candidate = chosen[plan.name]
    table = np.column_stack([candidate.table_M4, candidate.voice.offsets()])
    height = table[:, 2] if plan.role == "bass" else -table[:, 2]
    table = table[np.lexsort((height, table[:, 0]))]
    first = np.append(True, np.diff(table[:, 0]) > 0)
    line = table[first].copy()
    gaps = np.append(np.diff(line[:, 0]), np.iinfo(np.int64).max)
    cut = int((line[:, 1] > gaps).sum())
    line[:, 1] = np.minimum(line[:, 1], gaps)
    if not first.all():
        remarks.append(f"{plan.name}: {int((~first).sum())} notes of chords left out")
    if cut:
        remarks.append(f"{plan.name}: {cut} notes cut where the next begins")
    thirds = triplets(line[:, 4])
    if grid == STEPS_PER_BEAT:
        line[:, 4] = 0
        if thirds:
            remarks.append(
                f"{plan.name}: {thirds} notes of triplets moved to 16ths; "
                "the layout melody-triplets holds them"
            )
    return Voice(plan.name, note_tuples(line), candidate.voice.program)


def _piano(
    plan: VoicePlan, left: dict[int, _Candidate], asked: Mapping[str, int], remarks: list[str]
) -> Voice:
    """Keyboard tracks as one, taken from ``left``; a note begun twice at once sounds once."""
    number = asked.get(plan.name)
    keys = [i for i, c in left.items() if c.voice.program in KEYBOARD_PROGRAMS] or list(left)
    parts = [left.pop(i) for i in ([number] if number else keys)]
    if not parts:
        remarks.append(f"{plan.name}: empty, no track is left for it")
        return Voice(plan.name, (), plan.program)
    table = np.concatenate([part.table_M4 for part in parts])
    table = table[np.lexsort((-table[:, 1], table[:, 2], table[:, 0]))]
    fresh = np.append(True, (np.diff(table[:, [0, 2]], axis=0) != 0).any(axis=1))
    remarks.append(f"{plan.name}: {', '.join(part.label() for part in parts)}")
    return Voice(plan.name, note_tuples(table[fresh]), parts[0].voice.program)


def _kit(plan: VoicePlan, song: Song, asked: Mapping[str, int], remarks: list[str]) -> Voice:
    """All drum tracks as one, on the pitches of the nine classes, one step a note. Micro-timing
    stays where the plan has a place for it."""
    number = asked.get(plan.name)
    parts = [song.voices[number - 1]] if number else [v for v in song.voices if v.drums and v.notes]
    if not parts:
        remarks.append(f"{plan.name}: empty, no track on channel 10")
        return Voice(plan.name, (), 0, drums=True)
    table = np.concatenate([np.column_stack([v.table(), v.offsets()]) for v in parts])
    table[:, 4] *= plan.feel
    classes = CLASS_OF_PITCH[table[:, 2]]
    unknown = int((classes < 0).sum())
    table, classes = table[classes >= 0], classes[classes >= 0]
    table[:, 1] = 1
    table[:, 2] = PITCH_OF_CLASS[classes]
    table = table[np.lexsort((-table[:, 3], table[:, 2], table[:, 0]))]
    fresh = np.append(True, (np.diff(table[:, [0, 2]], axis=0) != 0).any(axis=1))[: len(table)]
    if number:
        label = f"track {number} {parts[0].name!r}" if parts[0].name else f"track {number}"
        remarks.append(f"{plan.name}: {label}, asked for")
    else:
        remarks.append(f"{plan.name}: channel 10, {len(parts)} track{'s' * (len(parts) > 1)}")
    again = int((~fresh).sum())
    if plan.feel and again:
        remarks.append(f"{plan.name}: {again} strokes left out, the drum's second within a 16th")
    if unknown:
        remarks.append(f"{plan.name}: {unknown} notes outside General MIDI's kit left out")
    return Voice(plan.name, note_tuples(table[fresh]), parts[0].program, drums=True)
