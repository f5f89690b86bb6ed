"""``genvae train``: a model from a recipe, or from a folder of files."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genvae.cli.shared import Quiet, Voice

if TYPE_CHECKING:
    from genvae.workflows.listener import Listener
    from genvae.workflows.runs import Run


def train(
    recipe: Annotated[
        str | None, typer.Argument(metavar="[RECIPE]", help="A .toml file, or a bundled recipe.")
    ] = None,
    domain: Annotated[
        str | None, typer.Option("--domain", "-d", metavar="music|levels", help="Of the files.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Learn from the files in here.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="What to call the model.")] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            "--preset",
            metavar="P",
            help="A member of the family: autoencoder, contractive, vae, beta-vae, ...",
        ),
    ] = None,
    layout: Annotated[
        str | None, typer.Option("--layout", help="Music: the voices to learn, such as trio.")
    ] = None,
    tileset: Annotated[
        str | None, typer.Option("--tileset", help="Levels: a tileset by name, or a .toml file.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="MODEL", help="Go on from a model's weights.")
    ] = None,
    prior_only: Annotated[
        bool,
        typer.Option("--prior-only", help="Fit on the sequence prior of --from, nothing else."),
    ] = False,
    decoder_only: Annotated[
        bool,
        typer.Option("--decoder-only", help="Train the decoder of --from on, nothing else."),
    ] = False,
    cleaner_only: Annotated[
        bool,
        typer.Option("--cleaner-only", help="Train what genvae clean uses beside --from."),
    ] = False,
    placer_only: Annotated[
        bool,
        typer.Option("--placer-only", help="Train what places things on terrain, for --from."),
    ] = False,
    prefer_only: Annotated[
        bool,
        typer.Option("--prefer-only", help="Teach the prior of --from what can be played."),
    ] = False,
    form_only: Annotated[
        bool,
        typer.Option("--form-only", help="Count anew how the songs of --from return."),
    ] = False,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="RUN", help="Go on with a run.")
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option("--steps", help="Steps of training; prior and placer take no more."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the model of this name and its run.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Train a model from a recipe or a folder.

    \b
    Example (needs the extra "train"):
      genvae train --domain levels --data data/levels --name mine --steps 200
      genvae train --domain levels --data data/levels --name plain --preset autoencoder --steps 20
      genvae corpora get lakh_trio
      genvae train trio
      genvae train trio --from trio --decoder-only
      genvae train trio --from trio --cleaner-only
      genvae train trio --from trio --form-only
      genvae corpora get boxoban
      genvae train sokoban --from sokoban --placer-only
      genvae corpora get supertux
      genvae train platformer --from platformer --prefer-only

    A folder of songs or levels is learned from with the recipe of the domain's default model.
    Presets keep its sizes and change what is minimised: autoencoder, regularised, contractive, vae
    (beta 1), beta-vae, cyclic, free-bits, kl-target, conditional (the only one that is told what
    [condition] of the recipe names); genvae compare sets them side by side.
    The run (checkpoints, metrics.jsonl) is kept in GENVAE_HOME/runs, the model in
    GENVAE_HOME/models: genvae sample --model mine uses it. Ctrl-C stops a run; --resume goes on.
    With --prior-only or --decoder-only one part of a model is trained on, the others stay. With
    --prefer-only its prior learns from pieces that had to be written anew to be playable, with
    --form-only nothing is learned: what songs return to is counted, and heard in new ones.
    """
    from genvae.workflows import runs

    run = runs.plan(
        recipe=recipe,
        domain=domain,
        data=data,
        name=name,
        layout=layout,
        tileset=tileset,
        start=start,
        prior_only=prior_only,
        decoder_only=decoder_only,
        cleaner_only=cleaner_only,
        placer_only=placer_only,
        prefer_only=prefer_only,
        form_only=form_only,
        resume=resume,
        steps=steps,
        preset=preset,
        overwrite=overwrite,
    )
    from genvae.workflows import train as workflow

    voice = Voice(quiet)
    if run.beside:
        _beside(run, voice)
        return
    run.begin()
    voice.say(f"run {run.folder}")
    with _listening(voice, run) as listener:
        workflow.train(
            run.recipe,
            out=run.out,
            run=run.folder,
            folder=run.data,
            start=run.start,
            resume=run.resume,
            prior_only=run.prior_only,
            decoder_only=run.decoder_only,
            listen=listener,
        )
    voice.say(f"model {run.out}: genvae sample --model {run.recipe.name}")


def _beside(run: Run, voice: Voice) -> None:
    from genvae.workflows.train_cleaner import train_cleaner
    from genvae.workflows.train_form import train_form
    from genvae.workflows.train_placer import train_placer
    from genvae.workflows.train_preferences import train_preferences

    assert run.start is not None
    assert run.beside
    begin = {
        "cleaner": train_cleaner,
        "placer": train_placer,
        "prefer": train_preferences,
        "form": train_form,
    }[run.beside]
    with _listening(voice, run) as listener:
        path = begin(run.recipe, start=run.start, out=run.out, folder=run.data, listen=listener)
    if run.beside != "cleaner":
        voice.say(f"model {path}: genvae sample --model {run.recipe.name}")
        return
    voice.say(f"cleaner {path}: genvae clean FILE --model {run.recipe.name}")


@contextmanager
def _listening(voice: Voice, run: Run) -> Iterator[Listener]:
    """Bars with loss terms on a terminal; in a pipe a line now and then."""
    from genvae.workflows.listener import Listener

    if voice.quiet:
        yield Listener()
    elif sys.stderr.isatty():
        with _bars(voice) as listener:
            yield listener
    else:
        yield _lines(voice, run.recipe.training.validate_every)


def _lines(voice: Voice, every: int) -> Listener:
    from genvae.workflows.listener import Listener

    stage = {"name": "", "total": 0}

    def begin(name: str, total: int) -> None:
        stage.update(name=name, total=total)

    def advance(step: int, terms: Mapping[str, float]) -> None:
        if terms and (step % every == 0 or step == stage["total"]):
            voice.say(f"{stage['name']} {step}/{stage['total']} {_terms(terms)}")

    return Listener(begin, advance, voice.say)


@contextmanager
def _bars(voice: Voice) -> Iterator[Listener]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining
    from rich.table import Column

    from genvae.workflows.listener import Listener

    columns = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(), Remaining())
    rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    terms_column = TextColumn("{task.fields[terms]}", markup=False, table_column=rest)
    with Progress(*columns, terms_column, console=Console(stderr=True), expand=True) as bars:

        def begin(name: str, total: int) -> None:
            bars.add_task(name, total=total, terms="")

        def advance(step: int, terms: Mapping[str, float]) -> None:
            bars.update(bars.task_ids[-1], completed=step, terms=_terms(terms))

        yield Listener(begin, advance, lambda line: bars.console.print(line, highlight=False))


def _terms(terms: Mapping[str, float]) -> str:
    return " ".join(f"{name} {value:.2f}" for name, value in terms.items())
