"""``genvae check``: well-formed, playable, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genvae.cli.shared import AsJson, Format, Out, Overwrite, Quiet, Voice, count, formats, number

if TYPE_CHECKING:
    from genvae.workflows.check import Checked

IN_WORDS = 4
"""Pieces up to which measures stand in words."""


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Songs or levels.")],
    proof: Annotated[
        bool, typer.Option("--proof", help="Print the way through a level, or its moves.")
    ] = False,
    rules: Annotated[
        str | None,
        typer.Option("--rules", metavar="FILE", help="Levels: rules by name, or a .toml file."),
    ] = None,
    tileset: Annotated[
        str | None, typer.Option("--tileset", help="Levels: a tileset by name, or a .toml file.")
    ] = None,
    layout: Annotated[
        str | None, typer.Option("--layout", help="Music: the voices to pick, such as trio.")
    ] = None,
    format_: Format = "",
    out: Out = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Say whether files are valid, whether levels are playable, why not, and what they measure.

    \b
    Example:
      genvae check data/levels/caves.txt --proof
      genvae check data/levels/caves.txt data/songs/ode-to-joy.mid --json
      genvae check data/levels/caves.txt --format png

    A level is searched by the rules of its tileset; places count columns and rows from 1. With
    --format png a picture of each piece is drawn, with the way through a level in red. A level
    that cannot be finished is a finding, not an error: the exit code stays 0.
    """
    from genvae.workflows.check import check_files, gallery

    voice = Voice(quiet, as_json)
    pictures = gallery(formats(format_), out, overwrite=overwrite)
    found = []
    options = {"layout": layout, "tileset": tileset, "rules": rules}
    with voice.progress("checking", len(files)) as advance:
        for checked in check_files(
            files, voice.problem, **options, pictures=pictures, on_file=advance
        ):
            found.append(checked)
            for line in [] if as_json else told(checked, proof=proof):
                voice.say(line)
    voice.document([checked.row(proof=proof) for checked in found])
    for domain in dict.fromkeys(checked.domain for checked in found):
        of_domain = [checked for checked in found if checked.domain == domain]
        _table(voice, of_domain)
    if len(found) > 1 and not as_json:
        playable = [c for c in found if c.report.playable is not None]
        can = sum(bool(c.report.playable) for c in playable)
        valid = sum(c.report.valid for c in found)
        more = f", {can} of {len(playable)} playable" if playable else ""
        voice.say(f"{count(len(found), 'piece')}: {valid} valid{more}")
    voice.end()


def _table(voice: Voice, found: Sequence[Checked]) -> None:
    """The measures of pieces of one domain: in words, a line each, where there are words and few
    pieces; else by name, a line a piece."""
    names = list(dict.fromkeys(name for checked in found for name in checked.measures))
    words = found[0].words
    if not words or len(found) > IN_WORDS:
        rows = [[c.piece.name, *(number(c.measures.get(k)) for k in names)] for c in found]
        voice.table("", ["piece", *names], rows)
        return
    rows = [
        [words.get(name, name.replace("_", " ")), *(number(c.measures.get(name)) for c in found)]
        for name in names
    ]
    voice.table("", ["measure", *(c.piece.name for c in found)], rows)


def told(checked: Checked, *, proof: bool) -> list[str]:
    """What was found in a piece, in lines: the verdict, and indented what there is to say."""
    from genvae.workflows.check import proof_lines

    report = checked.report
    more = [*checked.notes, *report.problems]
    more += proof_lines(report) if proof else []
    more += [str(checked.picture)] if checked.picture is not None else []
    head = f"{checked.file}: {checked.piece.name}: {verdict(checked)}"
    return [head, *(f"  {line}" for line in more)]


def verdict(checked: Checked) -> str:
    """``valid, playable`` and its like, in words."""
    report = checked.report
    words = "valid" if report.valid else "not valid"
    if report.playable is not None:
        return f"{words}, {'playable' if report.playable else 'not playable'}"
    return f"{words}, playable or not is not known" if checked.domain == "levels" else words
