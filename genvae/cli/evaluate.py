"""``genvae evaluate``: the figures of a model beside those of real data."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from genvae.cli.shared import AsJson, Quiet, Voice


def evaluate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model by name, or a file.")],
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Judge by these files, not the held-out ones."),
    ] = None,
    windows: Annotated[
        int, typer.Option("--windows", help="Windows of each kind to take figures over.")
    ] = 5000,
    songs: Annotated[
        int, typer.Option("--songs", help="Whole songs to make and measure; 0 for none.")
    ] = 100,
    length: Annotated[
        str | None,
        typer.Option(
            "--length", help="Of those, in bars; by default 64, or what a third of the real have."
        ),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option("--only", metavar="windows|songs", help="Only this part of the figures."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the samples.")] = 0,
    write: Annotated[
        bool, typer.Option("--write", help="Keep the figures in the model's card.")
    ] = False,
    tools: Annotated[
        bool,
        typer.Option(
            "--tools",
            help="In place of all else: learn concept vectors and calibrate scores, and measure "
            "both; --write keeps them in the model file.",
        ),
    ] = False,
    pieces: Annotated[
        int, typer.Option("--pieces", help="With --tools: held-out pieces to measure on.")
    ] = 100,
    against: Annotated[
        list[str] | None,
        typer.Option("--against", metavar="CORPUS", help="With --tools: strangers (repeatable)."),
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Measure a model on held-out data.

    \b
    Example:
      genvae evaluate platformer --data data/levels --windows 100
      genvae evaluate trio --data data/songs --windows 16 --songs 8

    Without --data the held-out part of the model's own corpora is used: see genvae corpora.
    Songs stand beside real ones and three cheats: one window looped, a song's windows shuffled,
    windows mixed from all songs.
    """
    from genvae.errors import OptionProblem
    from genvae.workflows import evaluate as workflow
    from genvae.workflows import learn_figures, store

    if windows < 1:
        raise OptionProblem(f"--windows {windows}: expected 1 or more")
    if songs < 0:
        raise OptionProblem(f"--songs {songs}: expected 0 or more")
    opened = store.open_model(model)
    voice = Voice(quiet, as_json)
    if tools:
        if pieces < 0:
            raise OptionProblem(f"--pieces {pieces}: expected 0 (measure nothing) or more")
        with _bars(quiet) as progress:
            found = learn_figures.tools(
                opened,
                folder=data,
                pieces=pieces,
                others=against or (),
                seed=seed,
                write=write,
                progress=progress,
            )
        voice.document([{"file": opened.model.path, "model": opened.model.name, **found}])
        voice.figures(found)
        return
    with _bars(quiet) as progress:
        figures = workflow.evaluate(
            opened,
            folder=data,
            windows=windows,
            songs=songs,
            length=length,
            only=only,
            seed=seed,
            write=write,
            progress=progress,
        )
    voice.document([{"file": opened.model.path, "model": opened.model.name, **figures}])
    voice.figures(figures)
    if write:
        voice.say(f"written to the card of {opened.model.path}")


@contextmanager
def _bars(quiet: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar a stage on a terminal, nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage)
            bars.update(tasks[stage], completed=done, total=total)

        yield tell
