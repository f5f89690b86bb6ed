"""``genvae soundtrack``: music that follows the course of a level."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genvae.cli.shared import (
    AsJson,
    Format,
    Index,
    Model,
    Overwrite,
    Quiet,
    TilesetName,
    Voice,
    formats,
    number,
)


def soundtrack(
    level: Annotated[Path, typer.Argument(metavar="LEVEL", help="A level.")],
    target: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT.mid", help="The song to write.")
    ],
    model: Model = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="The same seed gives the same song again.")
    ] = None,
    length: Annotated[
        str | None,
        typer.Option("--length", metavar="BARS", help="By default as long as a walk takes."),
    ] = None,
    temperature: Annotated[
        float | None, typer.Option("--temperature", help="Daring, from 0 up; 1 as trained.")
    ] = None,
    key: Annotated[str | None, typer.Option("--key", metavar="C|Am|...", help="The key.")] = None,
    tempo: Annotated[
        str | None, typer.Option("--tempo", metavar="BPM", help="Quarters a minute.")
    ] = None,
    meter: Annotated[
        str | None, typer.Option("--meter", metavar="4/4", help="The time signature.")
    ] = None,
    program: Annotated[
        list[str] | None,
        typer.Option(
            "--program",
            metavar="VOICE=NAME|chip",
            help="A voice's instrument (repeatable), or chip for all.",
        ),
    ] = None,
    loop: Annotated[
        bool, typer.Option("--loop", help="The end goes on into the beginning.")
    ] = False,
    index: Index = 1,
    tileset: TilesetName = None,
    rules: Annotated[
        str | None,
        typer.Option("--rules", metavar="FILE", help="Rules by name, or a .toml file."),
    ] = None,
    format_: Format = "",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Make music for a level: denser and higher where it is dangerous, calm where it is calm.

    \b
    Example:
      genvae soundtrack data/levels/caves.txt -o caves.mid
      genvae soundtrack data/levels/spike-run.txt -o spikes.mid --loop --program chip --format png
      genvae soundtrack data/levels/sunken-garden.txt -o garden.wav --key Am --tempo 96

    The way through the level, as genvae check --proof finds it, gives a curve: enemies, hazards
    and falls beside the way, jumps, climbs and pushes on it, two moves a second. The song's bars
    go along that curve; its sections change where the level's do, and phrases return where the
    level is as it was. How well the song's tension (notes a bar, register, syncopation) and the
    level's go together is printed as a correlation, and stands with both curves in
    OUT.manifest.jsonl. A level that no way leads through is taken from left to right.

    The suffix chooses the format, --format adds others beside: mid, wav, and png, on which the
    level, the two curves and the piano-roll stand below one another.
    """
    import secrets

    from genvae.workflows import soundtrack as workflow
    from genvae.workflows import store, write

    write.check_sampling(1, seed)
    voice = Voice(quiet, as_json)
    opened = store.open_model(model, "music")
    asked = {"key": key, "tempo": tempo, "meter": meter, "program": program, "loop": loop or None}
    requests = store.requests(opened.domain, asked)
    paths, manifest = workflow.targets(opened, target, formats(format_), overwrite=overwrite)
    read = workflow.read(level, opened, index=index, tileset=tileset, rules=rules)
    for note in [*read.notes, *opened.codec.advice(requests)]:
        voice.remark(note)
    chosen = secrets.randbits(32) if seed is None else seed
    with voice.stages() as progress:
        made = workflow.soundtrack(
            opened,
            read,
            seed=chosen,
            length=length,
            temperature=temperature,
            requests=requests,
            progress=progress,
        )
    line = workflow.write(opened, read, made, paths, manifest)
    voice.document([line])
    voice.say(f"sections (windows of two bars): {workflow.letters(made.sections)}")
    if workflow.known(line["correlation"]):
        voice.say(
            f"correlation with the level's tension: {number(line['correlation'])} "
            f"(density alone {number(line.get('density_correlation'))})"
        )
    else:
        voice.say("the level is even throughout: there is nothing to follow")
    if seed is None:
        voice.say(f"seed {chosen}")
    for path in paths:
        voice.say(f"{path} written")
