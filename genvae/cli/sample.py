"""``genvae sample``: new pieces."""

from __future__ import annotations

from pathlib import Path
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
    TileImages,
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
    like: Annotated[
        Path | None,
        typer.Option("--like", metavar="FILE", help="A song or a level to make others like."),
    ] = None,
    likeness: Annotated[
        float | None,
        typer.Option("--likeness", help="With --like: how much, up to 1; by default 0.9."),
    ] = None,
    raw: Annotated[
        bool,
        typer.Option(
            "--raw", help="As decoded: nothing written anew, repaired, drawn again or put in."
        ),
    ] = False,
    key: Annotated[
        str | None, typer.Option("--key", metavar="C|Am|...", help="Music: the key.")
    ] = None,
    tempo: Annotated[
        str | None, typer.Option("--tempo", metavar="BPM", help="Music: quarters a minute.")
    ] = None,
    meter: Annotated[
        str | None,
        typer.Option("--meter", metavar="4/4|3/4|6/8", help="Music: the time signature."),
    ] = None,
    program: Annotated[
        list[str] | None,
        typer.Option(
            "--program",
            metavar="VOICE=NAME|chip",
            help="Music: a voice's instrument (repeatable), or chip for all.",
        ),
    ] = None,
    wishes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE|LO..HI",
            help="What the pieces are to be (repeatable); genvae models info tells the names.",
        ),
    ] = None,
    loop: Annotated[
        bool, typer.Option("--loop", help="Music: the end goes on into the beginning.")
    ] = False,
    tiles: TileImages = None,
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
      genvae sample --domain music -n 4 --meter 3/4
      genvae sample --domain levels -n 10 --length 96 --format txt,png
      genvae sample --domain levels -n 2 --length 64x40
      genvae sample --domain levels -n 4 --set enemies=3 --set coins=10..20 --set difficulty=0.5
      genvae sample --domain music -n 4 --set density=12..16 --like data/songs/ode-to-joy.mid

    Every level that is written can be played: one that cannot as it was decoded is written anew
    where its way ends, else repaired with the fewest changes, or, if that takes more than one tile
    in twenty, drawn again (in more than one in a hundred only if no draw does with less). What
    repeats the pieces of the training is drawn again too, songs as well. manifest.jsonl says which
    way each one went and holds the path through each level as its proof. An item that fails twelve
    times is named on stderr and left out, and the exit code is 1.

    With --set what is counted is met exactly: things come and go one at a time where the decoder
    finds that likeliest, enemies where they stand on something, coins where a player comes by.
    Other numbers are met within a tolerance that is printed; a span is met inside it. What is not
    met in twelve attempts is named and left out. genvae models info NAME lists the attributes.

    With --loop the .mid ends on a bar line with all notes off and has the markers loopStart and
    loopEnd; the .wav is as long as the loop, what still sounds at its end lies over its beginning.
    """
    import secrets

    from genvae.workflows import reading, store, tally, told, wanted, write
    from genvae.workflows.made import Times
    from genvae.workflows.output import Output

    write.check_sampling(n, seed)
    opened = store.with_tiles(store.open_model(model, domain), tiles)
    asked = {"key": key, "tempo": tempo, "meter": meter, "program": program, "loop": loop or None}
    requests = store.requests(opened.domain, asked)
    classes, goals = told.split(opened, wanted.parse(wishes or []))
    opened, requests = told.for_sample(opened, classes, requests, length)
    resembled = reading.like(opened, like, likeness)
    voice = Voice(quiet, as_json)
    for line in opened.codec.advice(requests):
        voice.remark(line)
    times = Times()
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
            wanted=goals,
            like=resembled,
            on_problem=voice.problem,
            on_piece=lambda _path, _made: advance(),
            times=times,
        )
    voice.document(output.lines)
    if seed is None:
        voice.say(f"seed {chosen}")
    files = f"{n - found['missed']} of {n} files" if found["missed"] else count(n, "file")
    voice.say(f"{files} in {output.folder}: {tally.summary(found)}")
    for line in tally.wishes(output.lines):
        voice.say(line)
    if not raw:
        if found["judged"]:
            voice.say(tally.shares(times))
        for line in tally.named_problems(output.lines):
            voice.remark(line)
    voice.end()
