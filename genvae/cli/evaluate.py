"""``genvae evaluate``: the figures of a model beside those of real data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

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
        typer.Option(
            "--only",
            metavar="windows|songs|conditions|pictures|clean|usual|delivered",
            help="Only this part.",
        ),
    ] = None,
    samples: Annotated[
        Path | None,
        typer.Option("--samples", metavar="DIR", help="Judge these files in place of the model's."),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", metavar="DIR", help="Draw made pieces beside held-out ones."),
    ] = None,
    pictured: Annotated[int, typer.Option("--pictured", help="How many of each to draw.")] = 50,
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
        int,
        typer.Option(
            "--pieces", help="With --tools or --only clean: held-out pieces to measure on."
        ),
    ] = 100,
    against: Annotated[
        list[str] | None,
        typer.Option("--against", metavar="CORPUS", help="With --tools: strangers (repeatable)."),
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Measure a model, or somebody else's files, on held-out data.

    \b
    Example:
      genvae evaluate platformer --data data/levels --windows 100
      genvae evaluate trio --data data/songs --windows 16 --songs 8
      genvae evaluate trio --data data/songs --samples samples/music
      genvae evaluate trio --data data/songs --pictures sheets --only pictures --pictured 8
      genvae evaluate platformer --data data/levels --only clean --pieces 4

    With --only delivered it is what sample hands out: how many levels are playable as decoded, when
    a part is written anew, repaired, drawn again; how many tiles that takes; their attributes.

    With --only usual it is the bounds within which nine in ten training pieces lie, for several
    lengths: what is repaired and lies beyond is drawn again. --write keeps them in the card.

    Without --data the held-out part of the model's own corpora is used: see genvae corpora.
    Songs stand beside real ones and three cheats: one window looped, a song's windows shuffled,
    windows mixed from all songs. With --samples a folder's files are judged by the same tables, as
    far as they need no model: MODEL names the layout or tileset, and whose data they stand beside.
    """
    from genvae.errors import OptionProblem
    from genvae.workflows import clean_figures, learn_figures, store
    from genvae.workflows import evaluate as workflow

    if windows < 1:
        raise OptionProblem(f"--windows {windows}: expected 1 or more")
    if songs < 0:
        raise OptionProblem(f"--songs {songs}: expected 0 or more")
    if pictured < 1:
        raise OptionProblem(f"--pictured {pictured}: expected 1 or more")
    if only == "pictures" and pictures is None:
        raise OptionProblem("--only pictures: give --pictures DIR too")
    if samples is not None and (write or only):
        option = "--write" if write else "--only"
        raise OptionProblem(f"{option}: of a model's own figures, not with --samples")
    opened = store.open_model(model)
    voice = Voice(quiet, as_json)
    if tools:
        if pieces < 0:
            raise OptionProblem(f"--pieces {pieces}: expected 0 (measure nothing) or more")
        with voice.stages() as progress:
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
    if only == "clean":
        if pieces < 1:
            raise OptionProblem(f"--pieces {pieces}: expected 1 or more")
        with voice.stages() as progress:
            found = clean_figures.clean_figures(
                opened, folder=data, pieces=pieces, seed=seed, progress=progress
            )
        voice.document([{"file": opened.model.path, "model": opened.model.name, **found}])
        voice.figures(found)
        return
    common: dict[str, Any] = {
        "folder": data,
        "windows": windows,
        "length": length,
        "seed": seed,
        "pictures": pictures,
        "pictured": pictured,
    }
    with voice.stages() as progress:
        if samples is not None:
            figures = workflow.judge(opened, samples, voice.problem, **common, progress=progress)
        else:
            figures = workflow.evaluate(
                opened, songs=songs, only=only, write=write, **common, progress=progress
            )
    voice.document([{"file": samples or opened.model.path, "model": opened.model.name, **figures}])
    voice.figures(figures)
    if pictures is not None:
        voice.say(f"drawn in {pictures / opened.model.name}.png")
    if write:
        voice.say(f"written to the card of {opened.model.path}")
    voice.end()
