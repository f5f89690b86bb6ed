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
    """Listen to a song, or walk a level in the terminal.

    \b
    Example:
      genvae play data/songs/greensleeves.mid
      genvae play data/levels/caves.txt

    A level: arrows or w a s d, ? for help, r to begin again, p for the proof move by move, q to
    quit; the rules are those of its tileset (--tileset).

    A song: one of pw-play, paplay, aplay, afplay, ffplay and PowerShell is used, the first that
    plays. Where there is no sound, write a .wav with genvae convert.
    """
    from genvae.workflows import convert as workflow

    voice = Voice(quiet)
    workflow.play(file, index=index, layout=layout, tileset=tileset, on_note=voice.say)
