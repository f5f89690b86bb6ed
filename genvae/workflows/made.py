"""A piece that genvae made: checked, repaired, signed, with all that says how it came to be.

Axes:  W windows · P positions · D dims of z
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.base import MOST_CHANGED, Codec, Repaired, Report, Windows
from genvae.errors import FileProblem, nearest
from genvae.workflows.store import Opened
from genvae.workflows.told import in_context, said
from genvae.workflows.usual import beyond

COPIED_RUN = 3
"""So many known windows in a row are a copy. None of 300 held-out levels of the bundled model has
such a run, and 9 of 101 held-out songs (versions of songs that were trained on)."""
OUTCOME = (
    "way",
    "rewritten",
    "changed",
    "changed_share",
    "changes",
    "unusual",
    "copied",
    "copied_windows",
    "windows",
    "asked",
    "got",
    "tolerance",
    "met",
    "miss",
    "placed",
)
"""Facts about how a piece came out; the others say how it is made again."""


@dataclass
class Times:
    """Seconds spent on making pieces."""

    decoding: float = 0.0
    checking: float = 0.0
    repairing: float = 0.0

    def add(self, other: Times) -> None:
        """Those of another process."""
        self.decoding += other.decoding
        self.checking += other.checking
        self.repairing += other.repairing

    @contextmanager
    def spent(self, on: str) -> Iterator[None]:
        """Add what happens inside to a field."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            setattr(self, on, getattr(self, on) + time.perf_counter() - begun)


@dataclass
class Made:
    """A piece that genvae made, with all that says how."""

    piece: Any
    codec: Codec = field(repr=False)
    z_WPD: np.ndarray = field(repr=False)
    context: dict[str, Any] = field(repr=False)
    windows: Windows = field(repr=False)
    report: Report
    facts: dict[str, Any] = field(default_factory=dict)
    """Seed, index, attempt, place on a path: what the manifest says."""

    def save(self, path: str | Path) -> Path:
        """Write the piece; the suffix chooses the format. Raises FileProblem."""
        target = Path(path)
        writer = self.codec.writers.get(target.suffix.lower())
        if writer is None:
            raise FileProblem(
                f"{target}: cannot write {target.suffix or 'a file without suffix'}; "
                f"{nearest(target.suffix, self.codec.writers)}"
            )
        writer(self.piece, target)
        return target


def finish(
    opened: Opened,
    windows: Windows,
    z_WPD: np.ndarray,
    context: Mapping[str, Any],
    facts: Mapping[str, Any],
    *,
    raw: bool = False,
    repair: bool = False,
    report: Report | None = None,
    times: Times | None = None,
) -> Made:
    """Windows to a checked, signed piece, mended on the way if ``repair``; ``report`` is what the
    check finds, if it is known.

    ``facts`` gain how it came out: ``way`` (decoded, rewritten, repaired or redrawn, where
    there is an attempt), ``changed``, ``changed_share`` and ``changes`` of a repair,
    ``unusual`` attributes of a repaired piece, ``copied_windows`` of ``windows``.
    """
    codec, model, times = opened.codec, opened.model, times or Times()
    piece = codec.assemble(windows, context)
    with times.spent("checking"):
        report = report or codec.check(piece)
    mended = _repaired(codec, piece, report, times) if repair and not raw else None
    if mended:
        piece, report = mended[0].piece, mended[1]
    if not raw and report.valid:
        with times.spent("checking"):
            piece = codec.finish(piece, report)
    piece = codec.sign(piece, signature(opened, _how(facts)))
    kept = dict(context) | in_context(opened)
    made = Made(piece, codec, z_WPD, kept, windows, report, dict(facts))
    if "attempt" in facts:
        made.facts["way"] = _way(made.facts, mended is not None)
    if mended:
        share = round(mended[0].share, 4)
        made.facts |= {"changed": len(mended[0].changes), "changed_share": share}
        made.facts["changes"] = mended[0].changes
        note_unusual(opened, made)
    if model.copies is not None:
        known = model.copies.known(codec.segments(windows))
        made.facts |= {"copied_windows": int(known.sum()), "windows": len(known)}
        if is_copy(known):
            made.facts["copied"] = True
    return made


def _way(facts: Mapping[str, Any], mended: bool) -> str:
    if facts["attempt"]:
        return "redrawn"
    return "repaired" if mended else "rewritten" if facts.get("rewritten") else "decoded"


def _repaired(
    codec: Codec, piece: Any, report: Report, times: Times
) -> tuple[Repaired, Report] | None:
    """A piece that cannot be played, mended, if the check agrees."""
    if not report.valid or report.playable is not False:
        return None
    with times.spent("repairing"):
        mended = codec.repair(piece)
    if mended is None or mended.share > MOST_CHANGED:
        return None
    with times.spent("checking"):
        again = codec.check(mended.piece)
    return (mended, again) if again.valid and again.playable else None


def note_unusual(opened: Opened, made: Made, but: Collection[str] = ()) -> None:
    """Say which attributes of a repaired piece lie beyond those of nearly all real ones (see
    ``usual.py``), if any beside those that were asked for or that the model was told; of pieces of
    several bands none."""
    made.facts.pop("unusual", None)
    told = zip(opened.model.conditions, opened.model.told, strict=False)
    but = {*but, *(condition.name for condition, number in told if number)}
    if int(made.context.get("bands", 1)) > 1:
        return
    usual = opened.model.card.get("usual", {})
    found = beyond(usual, opened.codec, made.piece, len(made.z_WPD), made.windows)
    if left := [name for name in found if name not in but]:
        made.facts["unusual"] = left


def is_copy(known: np.ndarray) -> bool:
    """Does a piece repeat more of the training pieces than real ones repeat of each other?
    ``known`` says of each window whether it is among them: ``COPIED_RUN`` in a row are too many,
    and all of a shorter piece."""
    return copied_run(known) is not None


def copied_run(known: np.ndarray) -> tuple[int, int] | None:
    """The first run of windows (first, last) that are too many known ones in a row."""
    enough = min(COPIED_RUN, len(known))
    run = 0
    for at, one in enumerate([*known, False]):
        if run and not one and run >= enough:
            return at - run, at - 1
        run = run + 1 if one else 0
    return None


def signature(opened: Opened, facts: Mapping[str, Any]) -> str:
    """The line that stands inside a file: model, its hash, and how the piece was made."""
    words: dict[str, Any] = {"model": f"{opened.model.name}@{opened.model.hash}"}
    if told := said(opened):
        words["told"] = told
    words |= facts
    return "genvae " + " ".join(f"{k}={v}" for k, v in words.items())


def resign(opened: Opened, made: Made, facts: Mapping[str, Any]) -> None:
    """Give a piece other facts, inside its file too."""
    made.facts = dict(facts)
    made.piece = opened.codec.sign(made.piece, signature(opened, _how(facts)))


def _how(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What says how a piece is made again."""
    return {k: v for k, v in facts.items() if k not in OUTCOME}


def good(made: Made) -> bool:
    """Is this piece well-formed and, where that has a meaning, playable?"""
    return made.report.valid and made.report.playable is not False


LITTLE = 0.01
"""A repair that changes a larger share is handed out only if no draw does with less."""
FULL = 3
"""The rank of a piece that is handed out without a remark."""


def rank(made: Made) -> int:
    """``FULL`` for what may be handed out without a remark, 2 for a copy and for a repaired piece
    that is unusual or changed in more than a ``LITTLE``, 1 for what is not what was asked for, 0
    for what is not good."""
    if not good(made):
        return 0
    if not made.facts.get("met", True):
        return 1
    much = made.facts.get("changed_share", 0.0) > LITTLE
    return 2 if much or made.facts.get("copied") or made.facts.get("unusual") else FULL


def better(made: Made, other: Made) -> bool:
    """Is a piece to be preferred to another draw of the same item?"""
    return _merit(made) > _merit(other)


def _merit(made: Made) -> tuple[int, float, bool, float]:
    facts = made.facts
    marked = bool(facts.get("copied") or facts.get("unusual"))
    return rank(made), -facts.get("miss", 0.0), not marked, -facts.get("changed_share", 0.0)
