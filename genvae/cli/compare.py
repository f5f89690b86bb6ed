"""``genvae compare``: the family, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genvae.cli.shared import AsJson, Quiet, Voice, count


def compare(
    domain: Annotated[
        str | None, typer.Option("--domain", "-d", metavar="music|levels", help="Of what.")
    ] = None,
    recipe: Annotated[
        Path | None,
        typer.Option("--recipe", metavar="FILE", help="What all share; by default a small one."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Learn from the files in here.")
    ] = None,
    steps: Annotated[int | None, typer.Option("--steps", help="Steps of each run.")] = None,
    minutes: Annotated[
        float | None,
        typer.Option("--minutes", help="Minutes of CPU a run takes, about; 5 if nothing is said."),
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", help="Runs of each member of the family.")] = 1,
    latents: Annotated[
        str | None, typer.Option("--latents", metavar="N,...", help="Sizes of z; 2 to 256.")
    ] = None,
    betas: Annotated[
        str | None, typer.Option("--betas", metavar="B,...", help="Prices of a nat; 0 to 8.")
    ] = None,
    members: Annotated[
        str | None,
        typer.Option("--members", metavar="NAME,...", help="Members of the family; all of them."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder of the study.")
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Train the family of autoencoders on one split with equal steps, and compare.

    \b
    Example (needs the extras "train" and "plots"):
      genvae compare --domain levels --data data/levels --steps 8 --latents 2,16 --betas 1
      genvae compare --domain music --minutes 5 --seeds 3

    Autoencoder, regularised and contractive one, VAE, beta-VAE with cyclic beta, free bits and a
    target of nats, conditional VAE; sizes of z, prices of a nat; PCA beside. The folder (--out, by
    default genvae-out/compare-DOMAIN) gets table.md, table.json and figure.png after each run. A
    study that was stopped goes on with the same command: what is done is not done again.
    """
    from genvae.workflows import compare as workflow
    from genvae.workflows import study

    voice = Voice(quiet, as_json)
    base = study.base_of(domain, recipe)
    place = out or Path("genvae-out") / f"compare-{base.domain}"
    document = workflow.compare(
        base,
        place,
        folder=data,
        steps=steps,
        minutes=minutes,
        seeds=seeds,
        latents=study.whole_numbers("--latents", latents, study.LATENTS),
        betas=study.numbers("--betas", betas, study.BETAS),
        members=[] if members is None else [m.strip() for m in members.split(",")],
        say=voice.say,
    )
    voice.document(document)
    voice.say(f"{count(len(document['runs']), 'run')}: {place / 'table.md'}")
