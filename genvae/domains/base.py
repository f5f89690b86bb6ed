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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.contract import Piece, Writer
from genvae.domains.learnable import Learnable
from genvae.domains.records import (
    MOST_CHANGED,
    OPEN,
    Attribute,
    Constraints,
    Curve,
    Encoded,
    Field,
    Placement,
    Places,
    Reopened,
    Repaired,
    Report,
    Windows,
    WindowSpec,
    split_cells,
    stack_cells,
)
from genvae.errors import FileProblem, OptionProblem

__all__ = [
    "MOST_CHANGED",
    "OPEN",
    "Attribute",
    "Codec",
    "Constraints",
    "Curve",
    "Domain",
    "Encoded",
    "Field",
    "Piece",
    "Placement",
    "Places",
    "Reopened",
    "Repaired",
    "Report",
    "WindowSpec",
    "Windows",
    "Writer",
    "split_cells",
    "stack_cells",
]


class Codec(Learnable):
    """Between files and windows, for one layout (music) or one tileset (levels)."""

    attributes: Mapping[str, Attribute] = {}
    """By name, what a piece may be steered by; ``measure`` has a number for each."""
    conditions: Mapping[str, str] = {}
    """By name, in words, what ``label`` tells of a piece; a model may be conditioned on it."""
    measure_words: Mapping[str, str] = {}
    """What numbers of ``measure`` say, by name, in words with the unit; may be empty."""
    tied: Mapping[str, str] = {}
    """Counted attributes that must be equal to another (a warehouse has as many goals as boxes):
    what is asked of one is asked of the other."""
    request_entries: Mapping[str, tuple[str, ...]] = {}
    """By request, the entries of a context that it decides."""
    stretches: bool = False
    """The axes of ``picture`` share no scale: it may be squeezed either way (a piano-roll)."""
    even: bool = False
    """Steps between two pieces are to be alike as they are heard, not equal in the latents."""
    damage: tuple[str, ...] = ()
    """Kinds of damage that ``corrupt`` knows; none: nothing can be learned from damaged pieces."""
    event_word: str = "place"
    """What one of ``events`` is called: note, tile."""
    course_spread: tuple[str, ...] = ()
    """Numbers of ``measure_course`` whose spread over pieces is judged as well as their mean."""
    course_most: tuple[str, ...] = ()
    """Numbers of ``measure_course`` of which the highest are judged as well as the mean."""

    def encode_whole(self, piece: Any) -> Encoded:
        """As ``encode``, but all of a piece that is larger than a window across its long axis:
        bands of windows, as ``windows_for`` has them, whose context says how many."""
        return self.encode(piece)

    def measure_course(self, piece: Any) -> dict[str, float]:
        """Numbers about a piece as a whole: how its parts belong together, what returns, how it
        ends. NaN where one does not apply; nothing for a domain whose pieces have no course."""
        return {}

    def attribute(self, name: str, windows: Windows, context: Mapping[str, Any]) -> float:
        """One number of ``measure``, NaN where there is none; for thousands of pieces."""
        return self.measure(self.assemble(windows, context)).get(name, float("nan"))

    def request(self, name: str, value: str) -> dict[str, Any]:
        """The requests to ``context`` that go with a class which a new piece is to have."""
        return {}

    def requested(self, requests: Mapping[str, Any]) -> dict[str, str]:
        """The classes that a new piece has by these requests to ``context``, by condition."""
        return {}

    def curve(self, piece: Any, report: Report | None = None) -> Curve:
        """How tense a piece is from moment to moment; ``report`` is what ``check`` found, if it
        is known. Raises FileProblem where a domain has no such thing."""
        raise FileProblem(f"{piece.name}: a piece of {self.domain} has no curve of tension")

    def constraints(
        self, contexts: Sequence[Mapping[str, Any]] = (), first: int = 0
    ) -> Constraints | None:
        """Rules that decoding must keep so that only well-formed pieces are written. ``contexts``
        are those of the pieces that are decoded side by side, one each or one for all (none:
        nothing is known of them), from their window ``first`` on."""
        return None

    def placement(self) -> Placement | None:
        """How the things of a layered window are placed on its terrain; None where that is not
        known, or how many there are differs from piece to piece."""
        return None

    def advice(self, requests: Mapping[str, Any]) -> Sequence[str]:
        """What a user should know of these requests, each of which is kept, in lines."""
        return ()

    def sign(self, piece: Any, text: str) -> Any:
        """The piece with a line that says where it came from, where its files can hold one."""
        return piece

    def repeated(self, context: Mapping[str, Any], windows: int) -> dict[str, Any]:
        """The context of a piece whose windows were looped until there are ``windows`` of them."""
        return dict(context)

    def rearranged(self, context: Mapping[str, Any], order: Sequence[int]) -> dict[str, Any]:
        """The context of a piece made of another's windows (that one's ``context``), in this
        order: some left out, some twice."""
        return dict(context)

    def travel(
        self, a: Mapping[str, Any], b: Mapping[str, Any], shares: Sequence[float]
    ) -> dict[str, Any]:
        """The context of one piece whose windows go from a's to b's, ``shares`` from 0 to 1."""
        return self.blend(a, b, 0.5)

    def journey(self, a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
        """What happens to the contexts between these two (tempo, key), in lines for the user."""
        return []

    def together(
        self, piece: Any, own: Mapping[str, Any], first: Any, other: Mapping[str, Any]
    ) -> Any:
        """The piece (``own`` is its context) as it goes together with the ``first`` one (``other``
        is its context): a song in the first one's key. The piece itself where nothing is to be
        done; else its ``notes`` say what was."""
        return piece

    def read_chosen(self, path: Path, chosen: Mapping[str, str]) -> Iterator[Any]:
        """The pieces of a file, with the parts that the user chose in it (a track, by number or
        name, for each voice). Raises FileProblem and OptionProblem."""
        if chosen:
            raise OptionProblem(f"--voice: a piece of {self.domain} has no voices to choose")
        return self.read(path)

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

    def reopened(self, report: Report, steps: int, tries: int) -> Reopened | None:
        """Where a well-formed piece of so many steps that cannot be played is to be written anew,
        after so many tries that came no further; None where nothing is known of that."""
        return None

    def repair(self, piece: Any) -> Repaired | None:
        """A well-formed piece that cannot be played, with the fewest changes that mend it; None
        if at most ``MOST_CHANGED`` of it is not enough, or nothing is known to mend."""
        return None

    def checked_picture(self, piece: Any, report: Report) -> np.ndarray:
        """The picture of a piece with what a check found in it drawn in."""
        return self.picture(piece)

    def portraits(self, pieces: Sequence[Any], reports: Sequence[Report]) -> dict[str, Any] | None:
        """What a page draws (and plays) pieces from, JSON-able: ``form`` (``notes`` or ``tiles``),
        ``shared`` and ``each``; None for the pictures of the pieces."""
        return None

    def places(self, piece: Any, name: str) -> Places | None:
        """Where the things that a counted attribute counts are in a piece, and where they may be;
        None where nothing is known of that, and pieces that have so many must be found."""
        return None

    def finish(self, piece: Any, report: Report) -> Any:
        """Last touches on a delivered piece once it is checked (a level's start marker)."""
        return piece

    def regions(self, text: str, encoded: Encoded) -> Windows:
        """The cells that a region of ``--keep`` names, booleans ``(N, R, T)`` a field. Raises
        OptionProblem."""
        raise OptionProblem(f"--keep {text}: a piece of {self.domain} has no parts to keep")

    def emptied(self, piece: Any, keep: Windows, encoded: Encoded) -> tuple[Encoded, Windows]:
        """The piece without what is not kept, encoded, and the cells that are settled then."""
        return encoded, keep

    def joined(self, piece: Any, made: Any, keep: Windows, encoded: Encoded) -> Any:
        """What is kept of ``piece`` (``encoded``) exactly, with what was ``made`` for the rest."""
        return made

    def kept(self, before: Windows, after: Windows, encoded: Encoded) -> Windows:
        """The cells, booleans ``(N, R, T)`` a field, in which a piece (``encoded``, its windows
        ``before``) stays as it is when its windows become ``after``."""
        return {name: before[name] == after[name] for name in before}

    def events(self, piece: Any) -> Sequence[tuple[Any, ...]]:
        """What a piece consists of, one by one: its place and what is there, JSON-able (voice,
        step, pitch; column, row, tile). What ``clean`` changes is told and counted by these."""
        return ()

    def part_of(self, piece: Any, place: tuple[Any, ...]) -> tuple[str, int]:
        """In which part of a piece an event stands, in a word and a number from 1: bar 3."""
        return "place", 1


class Domain(ABC):
    """A kind of piece. Registered under the entry-point group ``genvae.domains``."""

    name: str
    aliases: tuple[str, ...] = ()
    default_model: str | None = None
    options: tuple[str, ...] = ()
    """Names of the options that not every domain has and this one understands (``key``, ``tempo``,
    ``keep-keys``)."""

    @abstractmethod
    def codecs(self) -> Mapping[str, str]:
        """Layouts or tilesets by name, with a line that says what each is."""

    @abstractmethod
    def open(self, config: Mapping[str, Any]) -> Codec:
        """A codec from its configuration. Raises RecipeProblem."""

    def config_for(self, path: Path) -> dict[str, Any]:
        """What of a codec's configuration a file tells by itself (a level's tileset), where it is
        not the default. Never raises."""
        return {}

    def stands_for(self, folder: Path) -> Path | None:
        """The file that is read for a folder which is one piece (an editor's export), None for
        other folders. Never raises."""
        return None

    @abstractmethod
    def recognises(self, path: Path) -> bool:
        """Is this file, by suffix and content, of this domain? Never raises."""
