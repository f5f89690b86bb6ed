"""``genvae decode``: latents to files."""

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
    count,
    formats,
)


def decode(
    file: Annotated[Path, typer.Argument(metavar="LATENTS", help="A file of genvae encode.")],
    model: Model = None,
    format_: Format = "",
    out: Out = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Write the pieces of a latents file.

    \b
    Example:
      genvae encode data/songs/ode-to-joy.mid -o z.safetensors
      genvae decode z.safetensors --out again

    Without --model the one that the file was encoded with serves.
    """
    from genvae.workflows import latents, store, write
    from genvae.workflows.output import Output

    voice = Voice(quiet, as_json)
    stored = latents.load(file)
    opened = store.open_model(model or stored.model)
    latents.check_fits(stored, opened.model, file)
    if stored.model_hash != opened.model.hash:
        voice.remark(
            f"{file}: encoded with {stored.model}@{stored.model_hash}, "
            f"decoded with {opened.model.name}@{opened.model.hash}"
        )
    output = Output(
        opened, "decode", out=out, formats=formats(format_), overwrite=overwrite, label=file.stem
    )
    with voice.progress(opened.model.name, len(stored.latents)) as advance:
        write.decodings(opened, stored, file, output, on_piece=lambda _path, _made: advance())
    voice.document(output.lines)
    voice.say(f"{count(len(output.lines), 'file')} in {output.folder}")
