"""What goes between a domain and the rest: fields, windows, findings. NumPy only.

Axes:  N windows · R rows (cells within a step, in the order they are decoded) · T steps
       (the long axis: 16th notes in music, columns in levels) · K categories
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

Windows = dict[str, np.ndarray]
"""Field name -> ``x_NRT``, integers in [0, categories)."""
OPEN = -1
"""A cell that is yet to be written, among cells ``(N, T, R)``."""


@dataclass(frozen=True)
class Field:
    """One field of a window: ``rows`` cells a step, each with ``categories`` values.

    ``trivial`` is the category of "nothing happens here" (rest, hold, sky): several may be
    named; measures leave them out. When sampling, temperature reshapes the categories from
    ``temper_from`` on among themselves and leaves the total of each lower category alone
    (in music: pitch is tempered, rest and hold are not); where a field is not ``tempered`` it
    changes nothing (which drums are struck). With ``members`` > 0 a category is a set
    written as a binary number of that many bits (the drums struck together), and models treat
    it by its members and their pairs, so that a set never seen is not a stranger. With
    ``period`` > 0 the categories from ``temper_from`` on are a scale of heights, alike at that
    period (pitches, an octave apart), and models treat each by its phase and its height.
    """

    name: str
    categories: int
    rows: int = 1
    trivial: tuple[int, ...] = (0,)
    temper_from: int = 0
    tempered: bool = True
    members: int = 0
    period: int = 0
    kind: Literal["categorical", "binary", "real"] = "categorical"
    """How a model scores a cell: by cross-entropy; ``binary``, yes or no, by a Bernoulli; ``real``,
    a number written as one of ``categories`` even steps from 0 to 1, by its squared error."""

    def __post_init__(self) -> None:
        if self.kind == "binary" and self.categories != 2:
            raise ValueError(
                f"field {self.name!r}: a binary one has 2 categories, not {self.categories}"
            )
        if self.kind == "real" and (self.categories < 2 or self.members or self.period):
            raise ValueError(
                f"field {self.name!r}: a real one has 2 or more even steps, no members or period"
            )
        if self.members and self.categories != 2**self.members:
            raise ValueError(
                f"field {self.name!r}: {self.members} members make {2**self.members} sets, "
                f"not {self.categories} categories"
            )


@dataclass(frozen=True)
class WindowSpec:
    """The fields of a window and the number of steps on its long axis.

    With ``layers`` 2 the steps are two halves over the same places: the first is written before
    the second, which hears the whole of it (a level's terrain, then all its tiles).
    """

    fields: tuple[Field, ...]
    steps: int
    step_name: str = "step"
    layers: int = 1

    @property
    def rows(self) -> int:
        """Cells in a step, all fields together."""
        return sum(f.rows for f in self.fields)

    def cells(self) -> Iterator[tuple[Field, int]]:
        """The cells of a step in decoding order: (field, row within the field)."""
        for f in self.fields:
            for row in range(f.rows):
                yield f, row


class Constraints(Protocol):
    """Which categories a cell may take, asked cell by cell while decoding.

    An attribute ``local = True`` says that ``allow`` looks at no more than a few steps before the
    cell and at ``step`` only within its window: long pieces are then decoded in stretches. An
    attribute ``placement`` says how the things of layered windows are placed, if it is not None.
    """

    def allow(self, step: int, row: int, steps_NTR: np.ndarray) -> np.ndarray | None:
        """Mask of allowed categories for the cell at (step, row), or how many times as likely
        each is made (0: not allowed).

        ``steps_NTR`` holds the categories decided so far, cells of all fields in decoding
        order; everything before (step, row) is final, and what comes after it is known already or
        ``OPEN``. Returns an ``(N, K)`` or ``(K,)`` array
        with K the categories of the cell's field, or None for "anything".
        """
        ...


class Placement(ABC):
    """How the things of layered windows are placed, one after another, on terrain that is known.

    Things come in the order of ``order``: goals before the boxes that belong on them. Kind ``k``
    stands where ``has_NKRC[:, k]`` is True, R rows and C columns of a layer; a cell may hold things
    of several kinds where a category means that (a box on a goal). Things that are alike are
    placed in any order.
    """

    kinds: tuple[str, ...]
    order: tuple[int, ...]
    """The kind of each thing of a window: a number of ``kinds``, kind after kind."""
    planes: int
    """How many ``seen`` gives."""

    @abstractmethod
    def split(self, cells_NTR: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Whole windows to the terrain ``ground_NRC`` and to ``has_NKRC``."""

    @abstractmethod
    def joined(self, ground_NRC: np.ndarray, has_NKRC: np.ndarray) -> np.ndarray:
        """The steps of the second layer, ``(N, T/2, R)``."""

    @abstractmethod
    def seen(
        self,
        ground_NRC: np.ndarray,
        has_NKRC: np.ndarray,
        kind_N: np.ndarray,
        free_NRC: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """What is known where one more thing of a kind is to come: planes of numbers from 0 to 1,
        ``(N, planes, R, C)``, and where it may come, booleans ``(N, R, C)``, of the ``free`` cells
        (default: all): what holds in nearly all training windows is kept, where it can be."""


@dataclass
class Encoded:
    """A piece as windows, and what writing it back needs.

    ``context`` is codec-specific and JSON-able (tempo, meter, key, programs; size, legend);
    ``notes`` are lines for the user: what was chosen, changed or lost on the way.
    """

    windows: Windows
    context: dict[str, Any]
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(next(iter(self.windows.values())))


@dataclass
class Report:
    """What a check found: ``valid`` (well-formed), ``playable`` (None where it has no meaning),
    ``problems`` in words, ``proof`` (JSON-able, e.g. the path through a level), ``facts``
    (JSON-able, what else was found: the place where a way ends, pushes)."""

    valid: bool
    playable: bool | None = None
    problems: list[str] = field(default_factory=list)
    proof: Any = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Attribute:
    """Something that a piece can be steered by: a number in the codec's ``measure`` of the same
    name. ``low`` and ``high`` bound what may be asked for, in ``unit``; nearly all real pieces lie
    within them.

    What is asked for as a single number is met within ``tolerance``. Things that are ``counted``
    are met exactly, and their bounds are those of one window. What is ``chosen`` is no matter of
    the latents: the codec's ``context`` takes it as a request of the same name.
    """

    name: str
    about: str
    unit: str
    low: float
    high: float
    tolerance: float = 0.0
    counted: bool = False
    chosen: bool = False

    def __post_init__(self) -> None:
        if not (self.low < self.high and self.tolerance >= 0):
            raise ValueError(f"attribute {self.name!r}: bounds {self.low} to {self.high}")


@dataclass(frozen=True)
class Curve:
    """How tense a piece is from moment to moment: ``tension_M``, moments of equal length, higher
    is tenser (a level's in [0, 1]); ``parts`` what it is made of, by name, ``(M,)`` each;
    ``seconds`` how long the piece lasts; ``note`` a line for the user, if something is missing."""

    tension_M: np.ndarray
    parts: dict[str, np.ndarray]
    seconds: float
    note: str = ""


@dataclass(frozen=True)
class Places:
    """Where the things that an attribute counts are in a piece's windows, and where they may be.

    Cells are those of ``field`` in decoding order, ``(S, R)``: S the steps of all windows, R the
    field's rows. ``present_SR`` says which cells count as one, ``good_SR`` where one has a place
    (an enemy on something to stand on, a coin that can be reached). ``add_KK[k, to]`` says of the
    categories which may become which so that there is one more, ``take_KK`` one less.
    """

    field: str
    present_SR: np.ndarray
    good_SR: np.ndarray
    add_KK: np.ndarray
    take_KK: np.ndarray

    @property
    def stray(self) -> int:
        """How many are where none has a place."""
        return int((self.present_SR & ~self.good_SR).sum())


@dataclass(frozen=True)
class Reopened:
    """Where a piece that cannot be played is to be written anew: the steps ``open_S`` of all its
    windows. ``reached`` tells which of two failures is the better one: the higher."""

    open_S: np.ndarray
    reached: float = 0.0


MOST_CHANGED = 0.05
"""The share of a piece that a repair may change at most."""


@dataclass
class Repaired:
    """A piece that was mended: ``changes`` says what was done, a JSON-able entry each; ``share``
    is how much of the piece they are, in [0, ``MOST_CHANGED``]."""

    piece: Any
    changes: list[Any]
    share: float


def stack_cells(spec: WindowSpec, windows: Windows) -> np.ndarray:
    """Windows by field to ``cells_NTR``: all cells of a step in decoding order."""
    return np.concatenate([windows[f.name] for f in spec.fields], axis=1).transpose(0, 2, 1)


def split_cells(spec: WindowSpec, cells_NTR: np.ndarray) -> Windows:
    """The inverse of ``stack_cells``."""
    out: Windows = {}
    at = 0
    for f in spec.fields:
        out[f.name] = np.ascontiguousarray(cells_NTR[:, :, at : at + f.rows].transpose(0, 2, 1))
        at += f.rows
    return out
