"""``genvae clean``: take out what the model finds damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genvae.cli.shared import (
    AsJson,
    Format,
    Model,
    Out,
    Overwrite,
    Quiet,
    Voice,
    Voices,
    count,
    formats,
)


def clean(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Songs or levels.")],
    damage: Annotated[
        float | None,
        typer.Option(
            "--damage",
            metavar="SHARE",
            help="How much is damaged, from 0 to 1; by default found in each piece.",
        ),
    ] = None,
    voices: Voices = None,
    model: Model = None,
    format_: Format = "",
    out: Out = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Put damaged songs and levels right.

    \b
    Example:
      genvae clean data/levels/caves.txt
      genvae clean data/levels/caves.txt data/levels/the-bridge.txt --damage 0.05

    Wrong, dropped, added, early and late notes, and flipped tiles, become what the model finds
    likely; all else stays exactly as it is. How much of a piece is damaged is found in the piece;
    one in which nothing looks damaged is handed out unchanged. Of a song the voices that the model
    knows are written. What was changed, and where, is printed and stands in the manifest.
    """
    from genvae.workflows import clean as road
    from genvae.workflows import reading, store
    from genvae.workflows.output import Output

    road.check_rate(damage)
    voice = Voice(quiet, as_json)
    opened = reading.open_for(files, model, voice.problem)
    store.requests(opened.domain, {"voice": voices})
    label = files[0].stem if len(files) == 1 else ""
    output = Output(
        opened, "clean", out=out, formats=formats(format_), overwrite=overwrite, label=label
    )
    with voice.progress(opened.model.name, len(files)) as advance:
        rows = road.write(
            opened,
            files,
            output,
            rate=damage,
            voices=voices or (),
            on_problem=voice.problem,
            on_piece=advance,
        )
    voice.document(rows)
    for row in rows:
        voice.say(road.sentence(row, opened.codec.event_word))
    if rows:
        voice.say(f"{count(len(rows), 'file')} in {output.folder}")
    voice.end()
