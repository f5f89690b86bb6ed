"""``genvae convert``: a file in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genvae.cli.shared import Index, LayoutName, Overwrite, Quiet, TileImages, TilesetName, Voice


def convert(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A song or a level.")],
    target: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT.ext", help="The file to write.")
    ],
    index: Index = 1,
    layout: LayoutName = None,
    tileset: TilesetName = None,
    tiles: TileImages = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Write a song or a level in another format.

    \b
    Example:
      genvae convert data/songs/ode-to-joy.mid -o ode.wav
      genvae convert data/levels/caves.txt -o caves.tmx

    Songs: mid, wav, png. They go onto the grid of 16th notes, with all their tracks unless
    --layout picks voices. Levels: txt, png, csv, json, tmx, tmj (Tiled); all are read again, a
    .png if genvae drew it or each tile is a square of its colour in the tileset. --tileset takes a
    legend of the VGLC (.json) too. Of LDtk's super simple export a level's folder is read (or its
    data.json): the IntGrid (.csv) with the entities. A .tmx or .tmj has its tileset (.tsx, .tsj)
    and its tiles' pictures (.png) beside it.

    With --tiles a .png, and the tiles of a .tmx or .tmj, look as you like, and such a .png is read
    again: a folder with a .png for each tile, named by the tile (ground.png), or a sheet of all of
    them in the order of the tileset.
    """
    from genvae.workflows import convert as workflow

    voice = Voice(quiet)
    workflow.convert(
        file,
        target,
        index=index,
        layout=layout,
        tileset=tileset,
        tiles=tiles,
        overwrite=overwrite,
        on_note=voice.say,
    )
    voice.say(f"{target} written")
