"""Pieces as they stand in a file: written in another format, played."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from genvae.domains.base import Codec
from genvae.errors import FileProblem, OptionProblem, nearest
from genvae.workflows import inputs

OnNote = Callable[[str], None]


def convert(
    path: Path,
    target: Path,
    *,
    index: int = 1,
    layout: str | None = None,
    tileset: str | None = None,
    tiles: Path | None = None,
    overwrite: bool = False,
    on_note: OnNote | None = None,
) -> None:
    """Write piece ``index`` (from 1) of a file in the format that the target's suffix names.

    With ``layout`` a song is written with that layout's voices, otherwise with all its tracks.
    ``on_note`` gets lines about what was chosen or lost. Raises FileProblem and OptionProblem.
    """
    codec = _codec(path, layout, tileset, tiles)
    writer = codec.writers.get(target.suffix.lower())
    if writer is None:
        names = [suffix[1:] for suffix in codec.writers]
        raise OptionProblem(
            f"-o {target}: {path} can be written in the formats of {codec.domain}; "
            f"{nearest(target.suffix[1:].lower(), names)}"
        )
    check_target(target, overwrite=overwrite)
    piece = _piece(codec, path, index, layout is not None, on_note)
    writer(piece, target)


def play(
    path: Path,
    *,
    index: int = 1,
    layout: str | None = None,
    tileset: str | None = None,
    on_note: OnNote | None = None,
) -> None:
    """Play piece ``index`` (from 1) of a file as its domain does. Raises FileProblem and
    OptionProblem."""
    codec = _codec(path, layout, tileset)
    codec.play(_piece(codec, path, index, layout is not None, on_note))


def check_target(target: Path, *, overwrite: bool) -> None:
    """May this file be written? Raises FileProblem."""
    if target.is_dir():
        raise FileProblem(f"{target}: a folder, expected a file to write")
    if target.exists() and not overwrite:
        raise FileProblem(f"{target}: exists; give --overwrite or another name")
    if not target.parent.is_dir():
        raise FileProblem(f"{target}: no such folder {target.parent}; make it first")


def _codec(path: Path, layout: str | None, tileset: str | None, tiles: Path | None = None) -> Codec:
    domain = inputs.domain_of([path])
    return inputs.open_codec(domain, layout=layout, tileset=tileset, tiles=tiles, path=path)


def _piece(codec: Codec, path: Path, index: int, chosen: bool, on_note: OnNote | None) -> Any:
    """A piece, whole unless its voices were ``chosen`` by a layout."""
    read = codec.read if chosen else codec.read_whole
    piece, pieces = inputs.pick(list(read(inputs.existing(path))), path, index)
    if on_note is not None:
        if pieces > 1:
            on_note(f"{path}: {index} of {pieces} (--index)")
        for note in codec.notes(piece):
            on_note(f"{path}: {note}")
    return piece
