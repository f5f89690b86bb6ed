"""``genvae clean``: what is damaged in a piece put right, the rest left exactly as it is.

Axes:  N windows · P positions · D dims of z
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from genvae.domains.base import MOST_CHANGED, Codec, Encoded, Windows
from genvae.errors import ModelProblem, OptionProblem
from genvae.generation import cleaning
from genvae.generation.encoding import posterior_means
from genvae.models import cleaner_file
from genvae.models.cleaner import Cleaner
from genvae.settings import CleanSettings
from genvae.workflows import deliver
from genvae.workflows.incoming import Source
from genvae.workflows.inputs import OnProblem
from genvae.workflows.made import Made
from genvae.workflows.output import Output
from genvae.workflows.reading import read_all
from genvae.workflows.store import Opened
from genvae.workflows.write import unique

Change = list[Any]
"""The place of an event (voice and step; column and row, from 0), what was there, what is now."""


class Cleaning:
    """A model with its cleaner. Raises ModelProblem."""

    def __init__(self, opened: Opened) -> None:
        codec, model = opened.codec, opened.model
        if not codec.damage:
            raise ModelProblem(
                f"--model {model.name}: domain {codec.domain!r} knows no kinds of damage"
            )
        self.opened = opened
        cleaner, settings = cleaner_file.load(model.path, model.name, codec.spec)
        self.cleaner: Cleaner = cleaner
        self.settings: CleanSettings = settings

    def clean(self, source: Source, rate: float | None = None) -> Made:
        """The piece without what is found damaged. ``facts["rate"]`` is the share of damage that
        was found (or given as ``rate``), ``facts["cleaned"]`` the changes. One that could be played
        and no longer can is repaired; one that would no longer be well-formed stays as it is."""
        opened, codec, encoded = self.opened, self.opened.codec, source.encoded
        found = cleaning.clean(
            opened.model,
            self.cleaner,
            codec,
            encoded.windows,
            encoded.context,
            rate=rate,
            settings=self.settings,
        )
        facts: dict[str, Any] = {"of": source.name, "rate": round(found.rate, 4)}
        before = codec.check(source.piece)
        piece = joined(codec, source.piece, encoded, found.windows)
        report = codec.check(piece)
        if before.playable and report.playable is False:
            mended = codec.repair(piece)
            if mended is not None and mended.share <= MOST_CHANGED:
                piece, report = mended.piece, codec.check(mended.piece)
                facts |= {"changed": len(mended.changes), "changes": mended.changes}
        changed = changes(codec, source.piece, piece)
        if not changed or (before.valid and not report.valid):
            piece, report, changed = source.piece, before, []
        if report.playable is not None:
            facts["playable_before"] = before.playable
        facts |= {"damaged": len(changed), "where": where(codec, source.piece, changed)}
        windows = codec.encode(piece).windows if changed else encoded.windows
        z_NPD = posterior_means(opened.model, windows)
        said = {"clean": source.name, "rate": facts["rate"]}
        named = codec.sign(piece, deliver.signature(opened, said)) if changed else piece
        facts["cleaned"] = changed
        return Made(named, codec, z_NPD, dict(encoded.context), windows, report, facts)


def joined(codec: Codec, piece: Any, encoded: Encoded, windows: Windows) -> Any:
    """The piece with ``windows`` where they differ from its own."""
    keep = codec.kept(encoded.windows, windows, encoded)
    return codec.joined(piece, codec.assemble(windows, encoded.context), keep, encoded)


def changes(codec: Codec, before: Any, after: Any) -> list[Change]:
    """What differs between two pieces, event by event. At one place (a step of a voice, a tile)
    what went and what came stand together; None where there is nothing."""
    went: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    came: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    old, new = set(codec.events(before)), set(codec.events(after))
    for group, one, other in ((went, old, new), (came, new, old)):
        for event in one - other:
            group[event[:-1]].append(event[-1])
    found: list[Change] = []
    for place in {**went, **came}:
        was, now = sorted(went[place]), sorted(came[place])
        for i in range(max(len(was), len(now))):
            pair = [each[i] if i < len(each) else None for each in (was, now)]
            found.append([*place, *pair])
    return sorted(found, key=lambda change: change[:-2])


def where(codec: Codec, piece: Any, changed: Sequence[Change]) -> str:
    """The parts in which something changed: ``bars 3, 5-7``."""
    if not changed:
        return ""
    parts = [codec.part_of(piece, tuple(change)) for change in changed]
    numbers = sorted({number for _, number in parts})
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    said = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
    return f"{parts[0][0]}{'s' if len(numbers) > 1 else ''} {said}"


def check_rate(rate: float | None) -> None:
    """Is it a share of damage? Raises OptionProblem."""
    if rate is not None and not 0 <= rate <= 1:
        raise OptionProblem(f"--damage {rate:g}: expected a share from 0 to 1, such as 0.1")


def write(
    opened: Opened,
    paths: Sequence[Path],
    output: Output,
    *,
    rate: float | None = None,
    voices: Sequence[str] = (),
    on_problem: OnProblem,
    on_piece: Callable[[], None] | None = None,
) -> list[dict[str, Any]]:
    """Write every piece of the files as it is when cleaned, and tell what was changed, a
    dictionary a piece. A file that cannot be read is named to ``on_problem`` and the rest is done.
    Raises OptionProblem, ModelProblem and FileProblem."""
    check_rate(rate)
    tool = Cleaning(opened)
    sources = list(read_all(opened, paths, on_problem, voices))
    if not sources:
        return []
    names = unique([source.name for _, source in sources])
    output.reserve(names)
    rows = []
    for name, (path, source) in zip(names, sources, strict=True):
        made = tool.clean(source, rate)
        (written, *_) = output.add(name, made)
        row: dict[str, Any] = {"file": str(path), "piece": source.name, "written": str(written)}
        row |= {k: made.facts[k] for k in ("rate", "damaged", "where", "cleaned")}
        row["valid"] = made.report.valid
        if made.report.playable is not None:
            row |= {"playable_before": made.facts["playable_before"]}
            row |= {"playable": made.report.playable}
        row["notes"] = list(source.encoded.notes)
        rows.append(row)
        if on_piece:
            on_piece()
    output.close()
    return rows


def sentence(row: dict[str, Any], noun: str) -> str:
    """What was done to a piece, for a person."""
    name, count = row["piece"], row["damaged"]
    if not count:
        return f"{name}: nothing looks damaged, nothing changed"
    things = noun if count == 1 else f"{noun}s"
    line = f"{name}: {count} {things} changed ({row['where']}); about {row['rate']:.0%} damaged"
    if row.get("playable") and not row.get("playable_before"):
        line += "; it can be played now, and could not before"
    elif row.get("playable") is False:
        line += "; it cannot be played" + ("" if row["playable_before"] else ", as before")
    return line
