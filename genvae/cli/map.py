"""``genvae map``: where pieces lie in the latent space."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genvae.cli.shared import AsJson, Overwrite, Quiet, Voice, count


def map_(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model by name, or a file.")],
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILES]...", help="Your songs or levels.")
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option("-o", "--out", metavar="FILE", help="A .png or .html (repeatable)."),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            metavar="DIR|CORPUS",
            help="Pieces to map; by default the model's corpora, or the demo pieces.",
        ),
    ] = None,
    method: Annotated[
        str, typer.Option("--method", metavar="pca|tsne|umap", help="How z becomes a plane.")
    ] = "pca",
    colour: Annotated[
        str | None,
        typer.Option("--colour", metavar="NAME", help="An attribute; by default density."),
    ] = None,
    unit: Annotated[
        str, typer.Option("--of", metavar="windows|pieces", help="What a point is.")
    ] = "windows",
    n: Annotated[int, typer.Option("-n", help="Points of the corpus, at most.")] = 1500,
    samples: Annotated[
        int, typer.Option("--samples", help="Points that the model makes; 0 for none.")
    ] = 200,
    walk: Annotated[
        str | None,
        typer.Option(
            "--walk", metavar="RxC", help="A grid over the plane, decoded, in place of the map."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the samples and of the choice.")] = 0,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Draw a map of the latent space: a corpus, samples and your files on a plane.

    \b
    Example (needs the extra "map"):
      genvae map trio data/songs/ode-to-joy.mid -o map.png
      genvae map platformer data/levels/caves.txt -o map.html --colour enemies
      genvae map trio --walk 8x8 -o walk.png

    A point is a window: two bars, 16 x 16 tiles. Your files are lines from window to window. PCA
    keeps directions and distances as far as a plane can; t-SNE and UMAP keep neighbourhoods. The
    page is one file that needs no network: point at a piece to see it, click to hear it. A walk
    needs no extra and no corpus: its plane are the two widest directions of the model's own z,
    through the middle of all pieces or through the first window of one file.
    """
    from genvae.workflows import atlas, store
    from genvae.workflows import map as workflow
    from genvae.workflows.walk import walk as over

    voice = Voice(quiet, as_json)
    targets = out or [Path("map.png")]
    workflow.check_targets(targets, workflow.SUFFIXES, overwrite=overwrite)
    opened = store.open_model(model)
    chosen = workflow.check(
        opened,
        targets,
        method=method,
        colour=colour,
        unit=unit,
        n=n,
        samples=samples,
        walked=walk,
    )
    with voice.stages() as tell:
        if walk is not None:
            found = over(opened, walk, chosen, tell, through=files or [])
        else:
            found = workflow.atlas(
                opened,
                files or [],
                given=data,
                method=method,
                colour=chosen,
                unit=unit,
                n=n,
                samples=samples,
                seed=seed,
                on_problem=voice.problem,
                tell=tell,
            )
        for path in targets:
            workflow.write(found, path)
    voice.document(atlas.document(found))
    for path in targets:
        voice.say(f"{path}: {count(len(found.points), 'point')}")
    voice.end()
