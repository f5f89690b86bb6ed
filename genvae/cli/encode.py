"""``genvae encode``: files to latents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genvae.cli.shared import AsJson, Model, Overwrite, Quiet, Voice, Voices, count


def encode(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Songs or levels.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The .safetensors to write.")
    ],
    voices: Voices = None,
    model: Model = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Write the latents of files.

    \b
    Example:
      genvae encode data/levels/caves.txt data/levels/the-bridge.txt -o z.safetensors

    Each piece becomes a tensor (windows, positions, dims) under its name. To turn them back
    into files there is genvae decode.
    """
    from genvae.workflows import reading, store, write

    write.check_target(output, overwrite=overwrite)
    voice = Voice(quiet, as_json)
    opened = reading.open_for(files, model, voice.problem)
    store.requests(opened.domain, {"voice": voices})
    with voice.progress(opened.model.name, len(files)) as advance:
        rows = write.encodings(
            opened,
            files,
            output,
            on_problem=voice.problem,
            voices=voices or (),
            on_file=advance,
        )
    voice.document(rows)
    for row in rows:
        voice.say(f"{row['file']}: {row['piece']} {tuple(row['shape'])}")
    if rows:
        voice.say(f"{count(len(rows), 'piece')} in {output}")
    voice.end()
