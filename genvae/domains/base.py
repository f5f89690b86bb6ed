"""The contract of a domain: what music, levels and any plug-in give to the rest. NumPy only.

Axes:  N windows · R rows (cells within a step, in the order they are decoded) · T steps
       (the long axis: 16th notes in music, columns in levels) · K categories

A *piece* is a song or a level. A codec cuts it into *windows* of one size. A window holds one
array a field, ``x_NRT`` of category numbers; the fields' rows stacked in the order of
``WindowSpec.fields`` are the cells of a step. The windows of a piece follow one another along
the long axis without overlap, so a piece is a sequence of windows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from genvae.errors import FileProblem

Windows = dict[str, np.ndarray]
"""Field name -> ``x_NRT``, integers in [0, categories)."""


@dataclass(frozen=True)
class Field:
    """One field of a window: ``rows`` cells a step, each with ``categories`` values.

    ``trivial`` is the category of "nothing happens here" (rest, hold, sky): several may be
    named; measures leave them out. When sampling, temperature reshapes the categories from
    ``temper_from`` on among themselves and leaves the total of each lower category alone
    (in music: pitch is tempered, rest and hold are not). With ``members`` > 0 a category is a set
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
    members: int = 0
    period: int = 0

    def __post_init__(self) -> None:
        if self.members and self.categories != 2**self.members:
            raise ValueError(
                f"field {self.name!r}: {self.members} members make {2**self.members} sets, "
                f"not {self.categories} categories"
            )


@dataclass(frozen=True)
class WindowSpec:
    """The fields of a window and the number of steps on its long axis."""

    fields: tuple[Field, ...]
    steps: int
    step_name: str = "step"

    @property
    def rows(self) -> int:
        """Cells in a step, all fields together."""
        return sum(f.rows for f in self.fields)

    def cells(self) -> Iterator[tuple[Field, int]]:
        """The cells of a step in decoding order: (field, row within the field)."""
        for f in self.fields:
            for row in range(f.rows):
                yield f, row


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
    within them."""

    name: str
    about: str
    unit: str
    low: float
    high: float


MOST_CHANGED = 0.05
"""The share of a piece that a repair may change at most."""


@dataclass
class Repaired:
    """A piece that was mended: ``changes`` says what was done, a JSON-able entry each; ``share``
    is how much of the piece they are, in [0, ``MOST_CHANGED``]."""

    piece: Any
    changes: list[Any]
    share: float


class Piece(Protocol):
    """A song or a level. ``name`` is stable (a file's stem, ``file#17`` within a collection);
    ``group`` names what must not be split between training and validation."""

    name: str
    group: str


class Constraints(Protocol):
    """Which categories a cell may take, asked cell by cell while decoding."""

    def allow(self, step: int, row: int, steps_NTR: np.ndarray) -> np.ndarray | None:
        """Mask of allowed categories for the cell at (step, row).

        ``steps_NTR`` holds the categories decided so far, cells of all fields in decoding
        order; everything before (step, row) is final. Returns a boolean ``(N, K)`` or
        ``(K,)`` array with K the categories of the cell's field, or None for "anything".
        """
        ...


Writer = Callable[[Any, Path], None]
"""Writes a piece to a path; raises FileProblem."""


class Codec(ABC):
    """Between files and windows, for one layout (music) or one tileset (levels)."""

    domain: str
    spec: WindowSpec
    reads: tuple[str, ...]
    writers: Mapping[str, Writer]
    attributes: Mapping[str, Attribute] = {}
    """By name, what a piece may be steered by; ``measure`` has a number for each."""

    @property
    @abstractmethod
    def config(self) -> dict[str, Any]:
        """JSON-able; ``Domain.open(config)`` makes an equal codec anywhere."""

    @abstractmethod
    def read(self, path: Path) -> Iterator[Any]:
        """The pieces of a file. Raises FileProblem naming file, finding, expectation, cure."""

    @abstractmethod
    def encode(self, piece: Any) -> Encoded:
        """Cut a piece into windows. Raises FileProblem if nothing of it can be represented."""

    @abstractmethod
    def assemble(self, windows: Windows, context: Mapping[str, Any]) -> Any:
        """Windows to a well-formed piece; the inverse of ``encode`` on what it kept.
        A context may be empty: defaults then apply."""

    @abstractmethod
    def measure(self, piece: Any) -> dict[str, float]:
        """Numbers that describe a piece (notes a bar, share in scale, tiles of each role)."""

    @abstractmethod
    def measure_windows(self, windows: Windows) -> dict[str, np.ndarray]:
        """Per-window numbers ``(N,)`` by which samples are compared with held-out data;
        NaN where a measure does not apply to a window."""

    @abstractmethod
    def picture(self, piece: Any) -> np.ndarray:
        """An RGB image ``(height, width, 3)`` of uint8, for previews."""

    @abstractmethod
    def show(self, piece: Any, width: int) -> Any:
        """A rich renderable at most ``width`` columns wide, for the terminal."""

    @abstractmethod
    def context(self, requests: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        """A context for a piece made from nothing: ``requests`` are the user's options of this
        domain (key, tempo, ...); what is not asked for is drawn or has a default.
        Raises OptionProblem."""

    @abstractmethod
    def blend(self, a: Mapping[str, Any], b: Mapping[str, Any], t: float) -> dict[str, Any]:
        """The context of a piece at ``t`` in [0, 1] on the way from a's to b's (tempo moves)."""

    @abstractmethod
    def windows_for(self, length: str | None) -> tuple[int, dict[str, Any]]:
        """How many windows a ``--length`` needs (None: the domain's default), and context
        entries that trim the piece to it. Raises OptionProblem."""

    def augment(self, windows: Windows, rng: np.random.Generator) -> Windows:
        """A variation of each window of a chunk that is as good as the original (training only)."""
        return windows

    def distort(self, windows: Windows, rng: np.random.Generator) -> Windows:
        """A strong variation: no longer a piece one would keep, but one to be able to encode."""
        return windows

    def constraints(self) -> Constraints | None:
        """Rules that decoding must keep so that only well-formed pieces are written."""
        return None

    def sign(self, piece: Any, text: str) -> Any:
        """The piece with a line that says where it came from, where its files can hold one."""
        return piece

    def repeated(self, context: Mapping[str, Any], windows: int) -> dict[str, Any]:
        """The context of a piece whose windows were looped until there are ``windows`` of them."""
        return dict(context)

    def travel(
        self, a: Mapping[str, Any], b: Mapping[str, Any], shares: Sequence[float]
    ) -> dict[str, Any]:
        """The context of one piece whose windows go from a's to b's, ``shares`` from 0 to 1."""
        return self.blend(a, b, 0.5)

    def journey(self, a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
        """What happens to the contexts between these two (tempo, key), in lines for the user."""
        return []

    def read_whole(self, path: Path) -> Iterator[Any]:
        """The pieces of a file with all that they hold, also what windows cannot (a song's other
        tracks): what is converted and played. Raises FileProblem."""
        return self.read(path)

    def notes(self, piece: Any) -> Sequence[str]:
        """What reading this piece chose, changed or lost, in lines for the user."""
        return ()

    def play(self, piece: Any) -> None:
        """Let a person hear or walk the piece, here and now, until it ends.
        Raises FileProblem where that cannot be done."""
        raise FileProblem(f"{piece.name}: a piece of {self.domain}, which cannot be played here")

    def check(self, piece: Any) -> Report:
        """Well-formed? Playable?"""
        return Report(valid=True)

    def repair(self, piece: Any) -> Repaired | None:
        """A well-formed piece that cannot be played, with the fewest changes that mend it; None
        if at most ``MOST_CHANGED`` of it is not enough, or nothing is known to mend."""
        return None

    def checked_picture(self, piece: Any, report: Report) -> np.ndarray:
        """The picture of a piece with what a check found in it drawn in."""
        return self.picture(piece)

    def finish(self, piece: Any, report: Report) -> Any:
        """Last touches on a delivered piece once it is checked (a level's start marker)."""
        return piece

    def training_pieces(self, piece: Any) -> Sequence[Any]:
        """The parts of a corpus piece worth learning from (default: the piece itself)."""
        return [piece]

    def histograms(self, windows: Windows) -> dict[str, np.ndarray]:
        """Counts over all windows by name, of one size and order at every call: what divergences
        between made and real windows are taken of."""
        return {}

    def event_counts(
        self, field: str, made: np.ndarray, real: np.ndarray
    ) -> tuple[int, int, int] | None:
        """Events of a field that agree, that were made, that are real; None for the usual
        meaning (a cell with its category, trivial ones left out)."""
        return None

    def segments(self, windows: Windows) -> list[bytes]:
        """One canonical byte string a window, equal for windows that count as copies of
        each other (in music: up to transposition); the training pieces' are kept as hashes."""
        # One type: equal windows are equal bytes wherever they come from.
        stacked = [np.ascontiguousarray(windows[f.name], np.int64) for f in self.spec.fields]
        return [b"".join(s[i].tobytes() for s in stacked) for i in range(len(stacked[0]))]

    def clusters(self, encoded: Sequence[Encoded], groups: Sequence[str]) -> list[str]:
        """A cluster name a piece: pieces of one cluster never sit on both sides of a split
        (default: the groups themselves)."""
        return list(groups)


class Domain(ABC):
    """A kind of piece. Registered under the entry-point group ``genvae.domains``."""

    name: str
    aliases: tuple[str, ...] = ()
    default_model: str | None = None
    options: tuple[str, ...] = ()
    """Names of the sampling options this domain understands (``key``, ``tempo``)."""

    @abstractmethod
    def codecs(self) -> Mapping[str, str]:
        """Layouts or tilesets by name, with a line that says what each is."""

    @abstractmethod
    def open(self, config: Mapping[str, Any]) -> Codec:
        """A codec from its configuration. Raises RecipeProblem."""

    @abstractmethod
    def recognises(self, path: Path) -> bool:
        """Is this file, by suffix and content, of this domain? Never raises."""


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
