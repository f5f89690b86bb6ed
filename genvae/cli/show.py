"""``genvae show``: a look in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genvae.cli.shared import Index, LayoutName, TileImages, TilesetName, figures_line


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A song or a level.")],
    index: Index = 1,
    width: Annotated[
        int | None, typer.Option("--width", help="Columns; by default the terminal's.")
    ] = None,
    layout: LayoutName = None,
    tileset: TilesetName = None,
    tiles: TileImages = None,
    measures: Annotated[bool, typer.Option(help="The numbers below the picture.")] = True,
) -> None:
    """Show a song as a piano-roll, a level in colour, and its measures below.

    \b
    Example:
      genvae show data/levels/caves.txt
      genvae show data/songs/ode-to-joy.mid --width 100

    With --tiles a .png is read that was drawn with those pictures; what is shown is text.
    """
    from rich.console import Console

    from genvae.errors import OptionProblem
    from genvae.workflows import inputs

    if width is not None and width < 20:
        raise OptionProblem(f"--width {width}: expected 20 columns or more")
    codec = inputs.open_codec(
        inputs.domain_of([file]), layout=layout, tileset=tileset, tiles=tiles, path=file
    )
    piece, pieces = inputs.piece_of(codec, file, index)
    console = Console(width=width)
    if pieces > 1:
        console.print(f"{file}: {index} of {pieces} (--index)", markup=False, highlight=False)
    console.print(codec.show(piece, console.width))
    if measures:
        text = figures_line(codec.measure(piece))
        console.print(f"\n{text}", markup=False, highlight=False, style="dim")
