"""``genvae vary``: neighbours of a piece."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from genvae.cli.shared import AsJson, Format, Model, Out, Overwrite, Quiet, Voice, count, formats


def vary(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A song or a level.")],
    n: Annotated[int, typer.Option("-n", help="How many.")] = 8,
    amount: Annotated[
        float, typer.Option("--amount", help="How far: near 0 hardly, 1 a piece of its own.")
    ] = 0.3,
    seed: Annotated[int | None, typer.Option("--seed", help="The same pieces again.")] = None,
    model: Model = None,
    format_: Format = "",
    out: Out = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Make variations of a song or a level, those first that drifted least.

    \b
    Example:
      genvae vary data/songs/ode-to-joy.mid -n 4 --amount 0.3
      genvae vary data/levels/caves.txt -n 4

    Drift is 0 for the same events (onsets, tiles that are not empty) and 1 for none in common.
    Windows that return in the piece return in its variations. A level that cannot be played is
    repaired with few changes, else drawn again around the same latents.
    """
    from genvae.workflows import reading, tally, write
    from genvae.workflows import vary as workflow
    from genvae.workflows.output import Output

    workflow.check(n, amount)
    write.check_sampling(n, seed)
    voice = Voice(quiet, as_json)
    opened = reading.open_for([file], model)
    source = reading.encode_first(opened, [file], whole=True)[0]
    output = Output(
        opened, "vary", out=out, formats=formats(format_), overwrite=overwrite, label=file.stem
    )
    drawn = secrets.randbits(32) if seed is None else seed
    workflow.write(opened, source, output, n, amount, drawn)
    voice.document(output.lines)
    rows = [[str(line["file"]), f"{line['drift']:.3f}"] for line in output.lines]
    voice.table("", ["file", "drift"], rows)
    done = tally.summary(tally.tally(output.lines))
    voice.say(f"{count(n, 'file')} in {output.folder} (seed {drawn}): {done}")
    for line in tally.named_problems(output.lines):
        voice.remark(line)
