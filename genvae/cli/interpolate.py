"""``genvae interpolate``: the way from one piece to another."""

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


def interpolate(
    files: Annotated[list[Path], typer.Argument(metavar="A B [MORE...]", help="Songs or levels.")],
    steps: Annotated[
        int, typer.Option("--steps", help="Pieces from each file to the next, both ends included.")
    ] = 8,
    morph: Annotated[
        bool, typer.Option("--morph", help="One piece that begins as A and ends as B.")
    ] = False,
    method: Annotated[
        str, typer.Option("--method", metavar="spherical|linear", help="The path between latents.")
    ] = "spherical",
    model: Model = None,
    format_: Format = "",
    out: Out = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Make the pieces between songs, or levels.

    \b
    Example:
      genvae interpolate data/songs/ode-to-joy.mid data/songs/greensleeves.mid --steps 8
      genvae interpolate data/levels/caves.txt data/levels/the-bridge.txt --morph

    Two pieces need not have the same length, tempo or voices: the shorter is looped, the tempo
    moves along, and what was done is printed. With more than two files the way goes on from each
    to the next. The ends are what the model makes of the files, not the files themselves. A level
    that cannot be played is repaired with few changes, else drawn again around its place on the
    way; only the end at a level that cannot be played itself is left as it comes.
    """
    from genvae.workflows import reading, tally, write
    from genvae.workflows.output import Output

    if len(files) < 2:
        raise typer.BadParameter(f"{len(files)} file given, expected two or more to go between")
    opened = reading.open_for(files, model)
    voice = Voice(quiet, as_json)
    sources = reading.encode_first(opened, files)
    label = f"{sources[0].name}-{sources[-1].name}"
    output = Output(
        opened, "interpolate", out=out, formats=formats(format_), overwrite=overwrite, label=label
    )
    for note in write.journey(opened, sources):
        voice.say(note)
    total = len(sources) - 1 if morph else write.steps_of(sources, steps)
    with voice.progress(opened.model.name, total) as advance:
        if morph:
            write.morphs(
                opened, sources, output, method=method, on_piece=lambda _path, _made: advance()
            )
        else:
            write.interpolations(
                opened,
                sources,
                output,
                steps=steps,
                method=method,
                on_piece=lambda _path, _made: advance(),
            )
    voice.document(output.lines)
    done = tally.summary(tally.tally(output.lines))
    voice.say(f"{count(total, 'file')} in {output.folder}: {done}")
    for line in tally.named_problems(output.lines):
        voice.remark(line)
