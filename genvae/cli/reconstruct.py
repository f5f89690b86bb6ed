"""``genvae reconstruct``: through the model and back."""

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
    number,
)


def reconstruct(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Songs or levels.")],
    voices: Voices = None,
    model: Model = None,
    format_: Format = "",
    out: Out = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Take files through a model and back.

    \b
    Example:
      genvae reconstruct data/songs/ode-to-joy.mid data/songs/greensleeves.mid

    How close each came is printed, in figures from 0 to 1: f1 counts events (onsets, tiles that
    are not empty) at their exact place, windows_exact the windows without a single difference.
    """
    from genvae.workflows import reading, store, write
    from genvae.workflows.output import Output

    voice = Voice(quiet, as_json)
    opened = reading.open_for(files, model, voice.problem)
    store.requests(opened.domain, {"voice": voices})
    label = files[0].stem if len(files) == 1 else ""
    output = Output(
        opened, "reconstruct", out=out, formats=formats(format_), overwrite=overwrite, label=label
    )
    with voice.progress(opened.model.name, len(files)) as advance:
        rows = write.reconstructions(
            opened,
            files,
            output,
            on_problem=voice.problem,
            voices=voices or (),
            on_piece=lambda _path, _made: advance(),
        )
    voice.document(rows)
    if rows:
        figures = [k for k in rows[0] if k.endswith("_f1") or k == "windows_exact"]
        cells = [
            [r["file"], r["piece"], str(r["windows"]), *(number(r[f]) for f in figures)]
            for r in rows
        ]
        voice.table("", ["file", "piece", "windows", *figures], cells)
        voice.say(f"{count(len(rows), 'file')} in {output.folder}")
    voice.end()
