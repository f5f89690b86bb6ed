"""``genvae sample``: new pieces."""

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


def sample(
    domain: Domain = None,
    model: Model = None,
    n: Annotated[int, typer.Option("-n", metavar="N", help="How many, 1 to 100000.")] = 10,
    seed: Annotated[
        int | None, typer.Option("--seed", help="The same seed gives the same files again.")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option("--temperature", help="Daring, from 0 up; 1 as trained.")
    ] = None,
    length: Annotated[
        str | None,
        typer.Option("--length", metavar="L", help="Bars of a song; WIDTH or WIDTHxHEIGHT tiles."),
    ] = None,
    prior: Annotated[
        str | None,
        typer.Option(
            "--prior", metavar="sequence|gaussian|standard", help="Where latents are drawn from."
        ),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="As decoded: nothing drawn again, nothing put in.")
    ] = False,
    key: Annotated[
        str | None, typer.Option("--key", metavar="C|Am|...", help="Music: the key.")
    ] = None,
    tempo: Annotated[
        str | None, typer.Option("--tempo", metavar="BPM", help="Music: beats a minute.")
    ] = None,
    meter: Annotated[
        str | None, typer.Option("--meter", metavar="4/4", help="Music: the time signature.")
    ] = None,
    program: Annotated[
        list[str] | None,
        typer.Option(
            "--program",
            metavar="VOICE=NAME|chip",
            help="Music: a voice's instrument (repeatable), or chip for all.",
        ),
    ] = None,
    loop: Annotated[
        bool, typer.Option("--loop", help="Music: the end goes on into the beginning.")
    ] = False,
    format_: Format = "",
    out: Out = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Make new songs or levels.

    \b
    Example:
      genvae sample --domain music -n 10 --key Am --tempo 100
      genvae sample --domain music -n 4 --length 8 --loop --program chip --format mid,wav
      genvae sample --domain levels -n 10 --length 96 --format txt,png

    A level that cannot be played is drawn again, up to twelve times. One that still cannot is
    written all the same, named on stderr and marked in manifest.jsonl; the exit code stays 0.

    With --loop the .mid ends on a bar line with all notes off and has the markers loopStart and
    loopEnd; the .wav is as long as the loop, what still sounds at its end lies over its beginning.
    """
    import secrets

    from genvae.workflows import store, tally, write
    from genvae.workflows.output import Output

    write.check_sampling(n, seed)
    opened = store.open_model(model, domain)
    asked = {"key": key, "tempo": tempo, "meter": meter, "program": program, "loop": loop or None}
    requests = store.requests(opened.domain, asked)
    voice = Voice(quiet, as_json)
    chosen = secrets.randbits(32) if seed is None else seed
    output = Output(
        opened,
        "sample",
        out=out,
        formats=formats(format_),
        overwrite=overwrite,
        label=f"seed{chosen}",
    )
    with voice.progress(f"{opened.model.name}, seed {chosen}", n) as advance:
        found = write.samples(
            opened,
            n,
            output,
            seed=chosen,
            length=length,
            temperature=temperature,
            prior=prior,
            raw=raw,
            requests=requests,
            on_piece=lambda _path, _made: advance(),
        )
    voice.document(output.lines)
    if seed is None:
        voice.say(f"seed {chosen}")
    voice.say(f"{count(n, 'file')} in {output.folder}: {tally.summary(found)}")
    if not raw:
        for line in tally.named_problems(output.lines):
            voice.remark(line)
