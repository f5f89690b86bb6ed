"""``genvae play``: a song to listen to, a level to walk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genvae.cli.shared import Index, LayoutName, Quiet, TilesetName, Voice


def play(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A song or a level.")],
    index: Index = 1,
    layout: LayoutName = None,
    tileset: TilesetName = None,
    quiet: Quiet = False,
) -> None:
    """Play a song with what the system plays sound with.

    \b
    Example:
      genvae play data/songs/greensleeves.mid

    One of pw-play, paplay, aplay, afplay, ffplay and PowerShell is used, the first that plays.
    Where there is no sound, write a .wav with genvae convert.
    """
    from genvae.workflows import convert as workflow

    voice = Voice(quiet)
    workflow.play(file, index=index, layout=layout, tileset=tileset, on_note=voice.say)
