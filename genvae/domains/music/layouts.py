"""Layouts as data: which voices a window holds, in which order they are decoded.

Axes:  N windows · R rows of a field · T steps
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genvae.domains.base import Field, WindowSpec
from genvae.domains.music import chords, feel
from genvae.domains.music.drums import CLASSES, DRUM_SETS
from genvae.domains.music.units import STEPS_PER_BEAT

STEPS = 32
"""Steps in a window of 16ths: two cells of ``CELL`` steps."""
CELL = 16
"""Steps that a bar takes in a window; longer bars take several."""
COMMON = (4, 4)
"""The meter of what has no other."""
REST, HOLD, ONSET = 0, 1, 2
"""Tokens of a line: nothing sounds, the note goes on, ``ONSET + pitch`` begins."""
LINE_TOKENS = ONSET + 128
FEEL, NOTES, TOUCH = "feel", "notes", "touch"
"""Names of fields: how drums are struck; the slots of a piano, and how they are struck."""


@dataclass(frozen=True)
class VoicePlan:
    """A voice of a layout.

    ``role`` decides how a file's tracks are weighed: ``drums``, ``bass``, ``melody`` or ``piano``
    (many notes at once). ``low`` and ``high`` bound the pitches that are ever written into a
    window (inclusive). Drums with ``feel`` have velocities and micro-timing; a piano has
    ``slots`` notes that may begin at one step.
    """

    name: str
    role: str
    program: int = 0
    low: int = 0
    high: int = 127
    feel: bool = False
    slots: int = 0

    @property
    def drums(self) -> bool:
        """A set of drums rather than notes with pitch."""
        return self.role == "drums"

    @property
    def line(self) -> bool:
        """Single notes, one after another."""
        return not self.drums and not self.slots

    def fields(self) -> tuple[Field, ...]:
        """The fields of a window that hold this voice, what is played before how it is played.
        Pitch and touch are tempered; rhythm is not, and which drums strike is rhythm."""
        if self.drums:
            sets = Field(
                self.name,
                DRUM_SETS,
                trivial=(0,),
                temper_from=1,
                tempered=False,
                members=len(CLASSES),
            )
            feels = Field(FEEL, feel.FEELS, len(feel.GROUPS), trivial=(0,), temper_from=1)
            return (sets, feels) if self.feel else (sets,)
        if self.slots:
            return (
                Field(
                    NOTES, chords.SLOT_TOKENS, self.slots, trivial=(0,), temper_from=1, period=12
                ),
                Field(TOUCH, chords.TOUCHES, self.slots, trivial=(0,), temper_from=1),
            )
        return (Field(self.name, LINE_TOKENS, trivial=(REST, HOLD), temper_from=ONSET, period=12),)

    @property
    def main(self) -> str:
        """The field that says what is played."""
        return NOTES if self.slots else self.name

    @property
    def first(self) -> int:
        """The category of the main field from which on something begins; of a voice with pitch,
        the one of pitch 0."""
        return ONSET if self.line else 1


@dataclass(frozen=True)
class Layout:
    """Voices in decoding order; the tempo of a piece made from nothing, the steps of windows in a
    quarter note (see ``grids.py``; another than four for lines alone), and the meters that are
    learned from, the default first (see ``meters.py``; a file's own meter is kept whatever it is).
    """

    name: str
    summary: str
    voices: tuple[VoicePlan, ...]
    tempo: float = 120.0
    grid: int = STEPS_PER_BEAT
    meters: tuple[tuple[int, int], ...] = (COMMON,)

    def spec(self) -> WindowSpec:
        """The window: the fields of each voice, two bars of 16 steps (or as the grid has it)."""
        return WindowSpec(tuple(f for v in self.voices for f in v.fields()), self.steps, "step")

    @property
    def cell(self) -> int:
        """Steps that a bar takes in a window."""
        return CELL * self.grid // STEPS_PER_BEAT

    @property
    def steps(self) -> int:
        """Steps in a window."""
        return STEPS * self.grid // STEPS_PER_BEAT

    @property
    def pitched(self) -> tuple[VoicePlan, ...]:
        """The voices with pitch."""
        return tuple(v for v in self.voices if not v.drums)


def flat(x_NRT: np.ndarray) -> np.ndarray:
    """The cells of each window in a row, ``(N, R * T)``."""
    return x_NRT.reshape(len(x_NRT), x_NRT.shape[1] * x_NRT.shape[2])


_DRUMS = VoicePlan("drums", "drums")
_PLAYED_DRUMS = VoicePlan("drums", "drums", feel=True)
_BASS = VoicePlan("bass", "bass", program=33, low=16, high=91)
_MELODY = VoicePlan("melody", "melody", program=80, low=21, high=108)
_PIANO = VoicePlan("piano", "piano", low=21, high=108, slots=5)

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("trio", "melody, bass and drums", (_DRUMS, _BASS, _MELODY)),
        Layout("melody", "one line of single notes", (_MELODY,)),
        Layout(
            "melody-triplets",
            "one line of eighths and their triplets, six steps a beat",
            (_MELODY,),
            grid=6,
        ),
        Layout("duo", "melody and bass", (_BASS, _MELODY)),
        Layout(
            "drums",
            "a drum kit of nine classes, with velocity and micro-timing",
            (_PLAYED_DRUMS,),
            tempo=104.0,
        ),
        Layout(
            "piano",
            "notes that sound together, five a step, with velocity",
            (_PIANO,),
            tempo=76.0,
        ),
    )
}
