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
    Voices,
    count,
    formats,
)


def interpolate(
    files: Annotated[list[Path], typer.Argument(metavar="A B [MORE...]", help="Songs or levels.")],
    steps: Annotated[
        int | None,
        typer.Option(
            "--steps", help="Pieces from each file to the next, both ends included; by default 8."
        ),
    ] = None,
    grid: Annotated[
        str | None,
        typer.Option(
            "--grid",
            metavar="ROWSxCOLUMNS",
            help="A grid between four corners: top left, top right, bottom left, bottom right.",
        ),
    ] = None,
    morph: Annotated[
        bool, typer.Option("--morph", help="One piece that begins as A and ends as B.")
    ] = False,
    keep_keys: Annotated[
        bool,
        typer.Option("--keep-keys", help="Songs stay in their own keys; by default all in A's."),
    ] = False,
    voices: Voices = None,
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
      genvae interpolate data/songs/ode-to-joy.mid data/songs/korobeiniki.mid --keep-keys --voice B:bass=2
      genvae interpolate data/levels/caves.txt data/levels/the-bridge.txt --morph
      genvae interpolate data/levels/caves.txt data/levels/coin-rush.txt data/levels/spike-run.txt data/levels/the-bridge.txt --grid 3x3

    Two pieces need not have the same length, tempo, key or voices: the shorter is looped, the tempo
    moves along, and what was done is printed. The ends are what the model makes of the files, not
    the files themselves. With more than two files the way goes on from each to the next, or with
    four and --grid fills the square between them: grid-r1-c1 is the first file. A level that cannot
    be played is repaired with few changes, else drawn again around its place on the way; only the
    end at a level that cannot be played itself is left as it comes.

    Keys are estimated. By default every song is moved into A's, by the smallest interval; with
    --keep-keys each stays in its own, and the key changes in the middle of the way. --voice says
    which track plays a voice, by number or name: melody=3 in every file, B:melody=3 in the second
    only (A is the first).
    """  # noqa: E501
    from genvae.errors import OptionProblem
    from genvae.workflows import between, reading, store, tally, ways
    from genvae.workflows.output import Output

    if len(files) < 2:
        raise typer.BadParameter(f"{len(files)} file given, expected two or more to go between")
    chosen = {"--steps": steps is not None, "--grid": grid is not None, "--morph": morph}
    if sum(chosen.values()) > 1:
        raise OptionProblem(f"{' and '.join(k for k, v in chosen.items() if v)}: give one of them")
    size = None if grid is None else ways.size_of(grid)
    steps = 8 if steps is None else steps
    ways.check(len(files), steps=steps, grid=size, method=method)
    opened = reading.open_for(files, model)
    store.requests(opened.domain, {"voice": voices, "keep-keys": keep_keys or None})
    voice = Voice(quiet, as_json)
    sources = reading.encode_first(opened, files, voices or (), whole=True)
    if not keep_keys:
        sources = between.together(opened, sources)
    label = f"{sources[0].name}-{sources[-1].name}"
    output = Output(
        opened, "interpolate", out=out, formats=formats(format_), overwrite=overwrite, label=label
    )
    for note in ways.journey(opened, sources, as_grid=size is not None):
        voice.say(note)
    total = ways.total(len(files), steps=steps, grid=size, morph=morph)
    with voice.progress(opened.model.name, total) as advance:
        ways.write(
            opened,
            sources,
            output,
            steps=steps,
            grid=size,
            morph=morph,
            method=method,
            on_piece=lambda _path, _made: advance(),
        )
    voice.document(output.lines)
    done = tally.summary(tally.tally(output.lines))
    voice.say(f"{count(total, 'file')} in {output.folder}: {done}")
    for line in tally.named_problems(output.lines):
        voice.remark(line)
