"""Layouts as data: which voices a window holds, in which order they are decoded."""

from __future__ import annotations

from dataclasses import dataclass

from genvae.domains.base import Field, WindowSpec
from genvae.domains.music.drums import CLASSES, DRUM_SETS

STEPS = 32
"""Steps in a window: two cells of ``CELL`` steps."""
CELL = 16
"""Steps that a bar takes in a window; longer bars take several."""
REST, HOLD, ONSET = 0, 1, 2
"""Tokens of a line: nothing sounds, the note goes on, ``ONSET + pitch`` begins."""
LINE_TOKENS = ONSET + 128


@dataclass(frozen=True)
class VoicePlan:
    """A voice of a layout.

    ``role`` decides how a file's tracks are weighed: ``drums``, ``bass`` or ``melody``.
    ``low`` and ``high`` bound the pitches that are ever written into a window (inclusive).
    """

    name: str
    role: str
    program: int = 0
    low: int = 0
    high: int = 127

    @property
    def drums(self) -> bool:
        """A set of drums rather than a line of single notes."""
        return self.role == "drums"

    def field(self) -> Field:
        """The field of a window that holds this voice. Pitch is tempered, rhythm is not."""
        if self.drums:
            return Field(self.name, DRUM_SETS, trivial=(0,), temper_from=1, members=len(CLASSES))
        return Field(self.name, LINE_TOKENS, trivial=(REST, HOLD), temper_from=ONSET, period=12)


@dataclass(frozen=True)
class Layout:
    """Voices in decoding order; the tempo of a piece made from nothing, and the meters that such a
    piece may have, the default first (a file's own meter is kept whatever it is)."""

    name: str
    summary: str
    voices: tuple[VoicePlan, ...]
    tempo: float = 120.0
    meters: tuple[tuple[int, int], ...] = ((4, 4),)

    def spec(self) -> WindowSpec:
        """The window: a field a voice, two bars of 16 steps."""
        return WindowSpec(tuple(v.field() for v in self.voices), STEPS, "step")

    @property
    def lines(self) -> tuple[VoicePlan, ...]:
        """The voices with pitch."""
        return tuple(v for v in self.voices if not v.drums)


_DRUMS = VoicePlan("drums", "drums")
_BASS = VoicePlan("bass", "bass", program=33, low=16, high=91)
_MELODY = VoicePlan("melody", "melody", program=80, low=21, high=108)

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("trio", "melody, bass and drums", (_DRUMS, _BASS, _MELODY)),
        Layout("melody", "one line of single notes", (_MELODY,)),
        Layout("duo", "melody and bass", (_BASS, _MELODY)),
        Layout("drums", "a drum kit of nine classes", (_DRUMS,)),
    )
}
