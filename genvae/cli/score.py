"""``genvae score``: how unusual files are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genvae.cli.shared import AsJson, Model, Out, Overwrite, Quiet, Voice
from genvae.errors import OptionProblem


def score(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Songs or levels.")],
    model: Model = None,
    format_: Annotated[
        str, typer.Option("--format", metavar="png", help="Draw each piece, strange windows red.")
    ] = "",
    out: Out = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Say how unusual songs or levels, and each of their windows, are to a model.

    \b
    Example:
      genvae score data/songs/ode-to-joy.mid data/songs/greensleeves.mid
      genvae score data/levels/caves.txt --format png

    Percentiles are among pieces that the model has not learned from: 99 means that 99 of 100 are
    less strange. They combine four scores, by how rare each is among such pieces: encoder (how far
    the latents lie from those of real pieces), reconstruction (what the cells cost when the latents
    are known; too little is strange too), sequence (what the latents cost after those before) and
    order (whether the piece, shuffled, would cost more).
    """
    from genvae.workflows import reading
    from genvae.workflows import score as workflow

    if format_ not in ("", "png"):
        raise OptionProblem(f"--format {format_}: a score is drawn as png")
    voice = Voice(quiet, as_json)
    opened = reading.open_for(files, model, voice.problem)
    with voice.progress("pieces", len(files)) as advance:
        found = workflow.scores(opened, files, voice.problem, advance)
    if format_:
        for path in workflow.draw(opened, found, out, overwrite=overwrite):
            voice.say(str(path))
    rows = [row for row, _ in found]
    voice.document(rows)
    cells = [
        [
            row["file"],
            row["piece"],
            f"{row['percentile']:.1f}",
            *(f"{value:.1f}" for value in row["parts"].values()),
            " ".join(f"{w['percentile']:.0f}" for w in row["windows"][:16]),
        ]
        for row in rows
    ]
    columns = ["file", "piece", "percentile", *(rows[0]["parts"] if rows else ()), "windows"]
    voice.table("", columns, cells)
    voice.end()
