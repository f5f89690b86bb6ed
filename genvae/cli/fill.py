"""``genvae fill``: keep a part exactly, make the rest."""

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


def fill(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A song or a level.")],
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="REGION", help="What stays as it is (repeatable)."),
    ] = None,
    make: Annotated[
        list[str] | None,
        typer.Option(
            "--make", metavar="REGION", help="What is made anew, all else kept (repeatable)."
        ),
    ] = None,
    n: Annotated[int, typer.Option("-n", metavar="N", help="How many ways, 1 to 256.")] = 1,
    seed: Annotated[
        int | None, typer.Option("--seed", help="The same seed gives the same files again.")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option("--temperature", help="Daring, from 0 up; 1 as trained.")
    ] = None,
    voices: Voices = None,
    model: Model = None,
    format_: Format = "",
    out: Out = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Keep a part of a song or a level exactly, and make the rest to fit.

    \b
    Example:
      genvae fill data/songs/ode-to-joy.mid --keep bars=1-6,9-16 -n 2
      genvae fill data/songs/when-the-saints.mid --keep "voices=melody,drums"
      genvae fill data/levels/the-bridge.txt --keep x=1-32
      genvae fill data/levels/caves.txt --make rect=30,9,5,5

    A region is bars=1-4,9 or voices=bass,drums of a song; x=1-32 (columns), y=9-16 (rows) or
    rect=COLUMN,ROW,WIDTH,HEIGHT of a level; counted from 1, ends included, rows from the top. With
    a semicolon between them they narrow each other: bars=1-4;voices=bass is the bass of four bars.
    Several --keep add up; --make is taken off what is kept.

    Of a song the notes are kept that begin in the region, whole. Levels are checked, and repaired
    where nothing is kept only; one that still cannot be played is named.
    """
    import secrets

    from genvae.workflows import fill as road
    from genvae.workflows import reading, store, tally, write
    from genvae.workflows.output import Output

    write.check_sampling(n, seed)
    opened = reading.open_for([file], model)
    store.requests(opened.domain, {"voice": voices})
    voice = Voice(quiet, as_json)
    source = reading.encode_first(opened, [file], voices or ())[0]
    gap = road.gap_of(opened, source, keep or (), make or ())
    chosen = secrets.randbits(32) if seed is None else seed
    label = f"{source.name}-seed{chosen}"
    output = Output(
        opened, "fill", out=out, formats=formats(format_), overwrite=overwrite, label=label
    )
    for note in source.encoded.notes:
        voice.say(f"{source.name}: {note}")
    with voice.progress(opened.model.name, n) as advance:
        road.write(opened, gap, output, n, seed=chosen, temperature=temperature, on_piece=advance)
    voice.document(output.lines)
    if seed is None:
        voice.say(f"seed {chosen}")
    done = tally.summary(tally.tally(output.lines))
    voice.say(f"{count(n, 'file')} in {output.folder}, {gap.share:.0%} made: {done}")
    for line in tally.named_problems(output.lines):
        voice.remark(line)
