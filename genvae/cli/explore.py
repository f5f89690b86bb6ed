"""``genvae explore``: pieces spread over two attributes."""

from __future__ import annotations

from typing import Annotated

import typer

from genvae.cli.shared import (
    AsJson,
    Domain,
    Format,
    Model,
    Out,
    Overwrite,
    Quiet,
    Voice,
    count,
    formats,
)


def explore(
    axes: Annotated[
        str,
        typer.Option(
            "--axes", metavar="A,B", help="Two attributes; A=LOW..HIGH gives one a range."
        ),
    ],
    domain: Domain = None,
    model: Model = None,
    grid: Annotated[
        str, typer.Option("--grid", metavar="RxC", help="Cells: of B up, of A across.")
    ] = "10x10",
    iterations: Annotated[
        int, typer.Option("--iterations", help="Rounds of 64 decodings each.")
    ] = 20,
    length: Annotated[
        str | None,
        typer.Option("--length", metavar="L", help="Bars; WIDTH tiles. Eight bars, 64 tiles."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="The same seed finds the same pieces again.")
    ] = None,
    format_: Format = "",
    out: Out = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Search the latent space for pieces as different as can be in two attributes.

    \b
    Example (needs the extra "search"):
      genvae explore --domain music --axes density,syncopation --iterations 2 --grid 6x6
      genvae explore --domain levels --axes difficulty,linearity

    A quality-diversity search (CMA-ME, by pyribs) over z fills a grid of the two attributes with
    valid pieces, in each cell the likeliest that was found; levels can all be played. The folder
    gets the pieces, a contact sheet (sheet.png) whose columns and rows are the attributes, and
    explore.json with the coverage and the QD score beside those of as many random samples. Ctrl-C
    ends the search and keeps what it found.
    """
    import secrets

    from genvae.workflows import explore as workflow
    from genvae.workflows import explore_write, store
    from genvae.workflows.explore_axes import axes_of
    from genvae.workflows.output import Output

    voice = Voice(quiet, as_json)
    opened = store.open_model(model, domain)
    chosen = axes_of(opened, axes)
    size = workflow.check(opened, grid, iterations, seed, length)
    drawn = secrets.randbits(32) if seed is None else seed
    output = Output(
        opened,
        "explore",
        out=out,
        formats=formats(format_),
        overwrite=overwrite,
        label=f"seed{drawn}",
    )
    output.reserve(list(explore_write.names_of(output, size).values()))
    explorer = workflow.Explorer(opened, chosen, size, seed=drawn, length=length)
    stopped = False
    try:
        with voice.progress("exploring", workflow.batches(iterations)) as advance:
            explorer.run(iterations, advance)
    except KeyboardInterrupt:
        stopped = True
    sheet = explore_write.write(output, explorer.result)
    voice.document(explore_write.document(output, explorer.result) | {"pieces": output.lines})
    if seed is None:
        voice.say(f"seed {drawn}")
    voice.say(explore_write.words(explorer.result))
    if sheet is None:
        voice.problem(f"{output.folder}: no valid piece within the ranges was found")
    else:
        voice.say(f"{count(len(output.lines), 'file')} in {output.folder}, see {sheet}")
    if stopped:
        raise typer.Exit(130)
    voice.end()
