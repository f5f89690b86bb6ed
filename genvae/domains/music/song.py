"""A song: voices of notes on a grid of 16th notes, with its meters and tempi."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, overload

import numpy as np

from genvae.domains.music.units import meter_to_steps, steps_to_seconds


class Note(NamedTuple):
    """A note: onset and length in steps (16ths), MIDI pitch 0..127, velocity 1..127.

    ``offset`` is its micro-timing: how far from the step it begins, in 1/120 steps (ticks of the
    files we write), -60..59.
    """

    step: int
    length: int
    pitch: int
    velocity: int = 80
    offset: int = 0

    @property
    def end(self) -> int:
        """The first step at which it no longer sounds."""
        return self.step + self.length


class NoteTable(Sequence[Note]):
    """Notes that are kept as a table ``(M, 5)`` of step, length, pitch, velocity and offset, and
    made when someone asks for them: equal to a tuple of the same notes. With ``count`` the table
    is a function, which is called when the first of its ``count`` rows is needed."""

    __slots__ = ("_count", "_made", "_table")

    def __init__(
        self, table_M5: np.ndarray | Callable[[], np.ndarray], count: int | None = None
    ) -> None:
        self._table = table_M5
        self._count = len(table_M5) if isinstance(table_M5, np.ndarray) else count or 0
        self._made: tuple[Note, ...] | None = None

    def table(self) -> np.ndarray:
        """The rows, a copy."""
        return self._rows().astype(np.int64)

    def _rows(self) -> np.ndarray:
        if not isinstance(self._table, np.ndarray):
            self._table = self._table()
        return self._table

    def _notes(self) -> tuple[Note, ...]:
        if self._made is None:
            self._made = note_tuples(self._rows())
        return self._made

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Note: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Note, ...]: ...
    def __getitem__(self, index: int | slice) -> Note | tuple[Note, ...]:
        return self._notes()[index]

    def __iter__(self) -> Iterator[Note]:
        return iter(self._notes())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, NoteTable):
            return np.array_equal(self._rows(), other._rows())
        return self._notes() == other

    def __hash__(self) -> int:
        return hash(self._notes())

    def __repr__(self) -> str:
        return repr(self._notes())

    def __reduce__(self) -> tuple[Any, ...]:
        return NoteTable, (self._rows(),)


class Meter(NamedTuple):
    """A time signature from ``step`` on; a bar begins there."""

    step: int
    numerator: int
    denominator: int


class Tempo(NamedTuple):
    """Quarter notes a minute from ``step`` on."""

    step: int
    bpm: float


class Bar(NamedTuple):
    """A bar: first step, length in steps, and its time signature."""

    step: int
    length: int
    meter: Meter


@dataclass(frozen=True)
class Voice:
    """A line or a drum kit: notes in order of onset, then pitch; program 0..127 (General MIDI)."""

    name: str
    notes: Sequence[Note] = ()
    program: int = 0
    drums: bool = False

    def table(self) -> np.ndarray:
        """The notes as ``(M, 4)`` int64: step, length, pitch, velocity."""
        return self._rows()[:, :4]

    def offsets(self) -> np.ndarray:
        """Micro-timing of the notes, ``(M,)`` int64, in 1/120 steps."""
        return self._rows()[:, 4]

    def _rows(self) -> np.ndarray:
        if isinstance(self.notes, NoteTable):
            return self.notes.table()
        return np.array(self.notes, dtype=np.int64).reshape(-1, 5)


@dataclass(frozen=True)
class Song:
    """A piece of music, ``steps`` 16ths long.

    ``meters`` and ``tempos`` are in order and begin at step 0. ``text`` goes into the file as
    a text event; ``remarks`` say what reading chose, changed or lost. A song with ``loop`` is meant
    to begin again where it ends: its files say so, and its sound goes round without a seam.
    """

    name: str
    voices: tuple[Voice, ...]
    steps: int
    meters: tuple[Meter, ...] = (Meter(0, 4, 4),)
    tempos: tuple[Tempo, ...] = (Tempo(0, 120.0),)
    group: str = ""
    text: str = ""
    loop: bool = False
    remarks: tuple[str, ...] = field(default=(), compare=False)

    def voice(self, name: str) -> Voice | None:
        """The voice called ``name``, or None."""
        return next((v for v in self.voices if v.name == name), None)

    def bars(self) -> list[Bar]:
        """The bars up to the song's end; the last one may reach beyond it."""
        found: list[Bar] = []
        for bar in bar_lines(self.meters):
            if bar.step >= self.steps:
                return found
            found.append(bar)
        return found

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return steps_to_seconds(self.steps, self.tempos)


def bar_lines(meters: tuple[Meter, ...]) -> Iterator[Bar]:
    """Bars without end. A meter that starts within a bar cuts that bar short."""
    step = 0
    for meter, following in zip(meters, (*meters[1:], None), strict=True):
        length = meter_to_steps(meter.numerator, meter.denominator)
        while following is None or step < following.step:
            room = length if following is None else min(length, following.step - step)
            yield Bar(step, room, meter)
            step += room


def note_tuples(table: np.ndarray) -> tuple[Note, ...]:
    """Notes from rows of step, length, pitch, velocity and, where there is one, offset:
    ``(M, 4)`` or ``(M, 5)``."""
    return tuple(Note(*row) for row in table.tolist())
