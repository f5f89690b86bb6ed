"""``genvae similar``: the nearest pieces of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genvae.cli.shared import AsJson, Model, Quiet, Voice


def similar(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A song or a level.")],
    folder: Annotated[Path, typer.Option("--in", metavar="DIR", help="Where to look.")],
    n: Annotated[int, typer.Option("-n", help="How many to name.")] = 5,
    model: Model = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Name the pieces of a folder that are nearest to a song or a level, by latents.

    \b
    Example:
      genvae similar data/songs/ode-to-joy.mid --in data/songs
      genvae similar data/levels/caves.txt --in data/levels

    The windows of the two are aligned as well as they can be, so that a part of a longer piece is
    found too. Distance is 0 for the same latents and about 1 where nothing is shared. Keys do not
    count. The file itself is left out.
    """
    from genvae.workflows import reading
    from genvae.workflows import similar as workflow

    voice = Voice(quiet, as_json)
    opened = reading.open_for([file], model)
    source = reading.encode_first(opened, [file])[0]
    with voice.progress(str(folder), len(workflow.files_in(opened, folder))) as advance:
        rows = workflow.nearest_pieces(
            opened, source, file, folder, n=n, on_problem=voice.problem, on_file=advance
        )
    voice.document(rows)
    cells = [[r["file"], r["piece"], f"{r['distance']:.3f}", str(r["windows"])] for r in rows]
    voice.table("", ["file", "piece", "distance", "windows"], cells)
    voice.end()
