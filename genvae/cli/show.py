"""``genvae show``: a look in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A song or a level.")],
    index: Annotated[int, typer.Option("--index", help="Which piece of a collection, from 1.")] = 1,
    width: Annotated[
        int | None, typer.Option("--width", help="Columns; by default the terminal's.")
    ] = None,
    layout: Annotated[
        str | None, typer.Option("--layout", help="Music: the voices to pick, such as trio.")
    ] = None,
    tileset: Annotated[
        str | None, typer.Option("--tileset", help="Levels: a tileset by name, or a .toml file.")
    ] = None,
) -> None:
    """Show a song as a piano-roll, a level in colour.

    \b
    Example:
      genvae show data/levels/caves.txt
      genvae show data/songs/ode-to-joy.mid --width 100
    """
    from rich.console import Console

    from genvae.errors import OptionProblem
    from genvae.workflows import inputs

    if width is not None and width < 20:
        raise OptionProblem(f"--width {width}: expected 20 columns or more")
    codec = inputs.open_codec(inputs.domain_of([file]), layout=layout, tileset=tileset)
    piece, pieces = inputs.piece_of(codec, file, index)
    console = Console(width=width)
    if pieces > 1:
        console.print(f"{file}: {index} of {pieces} (--index)", markup=False, highlight=False)
    console.print(codec.show(piece, console.width))
