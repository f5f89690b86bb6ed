"""Files that come in: which domain they are of, and the pieces in them. Loads no torch."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from genvae.domains import registry
from genvae.domains.base import Codec
from genvae.errors import FileProblem, GenvaeError, OptionProblem, RecipeProblem

OnProblem = Callable[[GenvaeError], None]


def existing(path: Path) -> Path:
    """The path, if there is a file with something in it; for a folder that is one piece (an
    editor's export) the file that is read. Raises FileProblem."""
    if path.is_dir():
        whole = registry.stands_for(path)
        if whole is not None:
            return whole
        raise FileProblem(f"{path}: a folder, expected a file")
    if not path.exists():
        raise FileProblem(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise FileProblem(f"{path}: an empty file, expected a song (.mid) or a level (.txt)")
    return path


def domain_of(paths: Sequence[Path], on_problem: OnProblem | None = None) -> str:
    """The one domain of the files; those that no domain reads are left to their reader.

    Raises FileProblem if there are two domains, or none for any file: all but the last such
    file go to ``on_problem``.
    """
    found: dict[str, Path] = {}
    problems: list[GenvaeError] = []
    for path in paths:
        try:
            found.setdefault(registry.of_file(existing(path)).name, path)
        except GenvaeError as why:
            problems.append(why)
    if len(found) > 1:
        listed = ", ".join(f"{path} is of {name}" for name, path in found.items())
        raise FileProblem(f"{listed}; expected files of one domain")
    if not found:
        for problem in problems[:-1] if on_problem else []:
            assert on_problem is not None
            on_problem(problem)
        raise problems[-1] if problems else FileProblem("no file given")
    return next(iter(found))


def open_codec(
    domain: str,
    *,
    layout: str | None = None,
    tileset: str | None = None,
    rules: str | None = None,
    tiles: Path | None = None,
    path: Path | None = None,
) -> Codec:
    """The codec of a layout (music) or tileset, rules and pictures of tiles (levels) by name or
    file, by default the one that the file ``path`` is plainly of, or the domain's own; no model is
    read. Raises OptionProblem, or FileProblem for a file."""
    given = {"layout": layout, "tileset": tileset, "rules": rules, "tiles": tiles}
    config: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if path is not None:
        config = registry.get(domain).config_for(path) | config
    try:
        return registry.get(domain).open(config)
    except RecipeProblem as problem:
        if tiles is not None and "unknown key 'tiles'" in str(problem):
            raise OptionProblem(f"--tiles {tiles}: {domain} has no tiles") from None
        options = ", ".join(f"--{key} {value}" for key, value in config.items())
        raise OptionProblem(f"{options}: {problem}") from None


def piece_of(
    codec: Codec, path: Path, index: int = 1, chosen: Mapping[str, str] | None = None
) -> tuple[Any, int]:
    """Piece ``index`` (from 1) of a file, and how many there are; ``chosen`` are the parts that
    the user chose in it. Raises FileProblem and OptionProblem."""
    return pick(list(codec.read_chosen(existing(path), chosen or {})), path, index)


def chosen_parts(given: Sequence[str], files: int) -> list[dict[str, str]]:
    """What ``--voice`` chose in each of the files: ``melody=3`` in every one, ``B:melody=3`` in
    the second one only, which comes before what is said of all. Raises OptionProblem."""
    for_all: dict[str, str] = {}
    for_one: list[dict[str, str]] = [{} for _ in range(files)]
    for text in given:
        place, name, track = _choice(text)
        if place is None:
            for_all[name] = track
        elif place < files:
            for_one[place][name] = track
        else:
            last = f"A to {chr(ord('A') + files - 1)}" if files > 1 else "A alone"
            raise OptionProblem(f"--voice {text}: there is no such file; they are {last}")
    return [for_all | own for own in for_one]


def _choice(text: str) -> tuple[int | None, str, str]:
    """The file (from 0; None for all), the voice and the track of one ``--voice``."""
    found = re.fullmatch(r"\s*(?:([A-Za-z])\s*:)?\s*([^=:]+?)\s*=\s*(.+?)\s*", text)
    if found is None:
        raise OptionProblem(
            f"--voice {text}: expected NAME=TRACK, such as melody=3 or melody=Flute, "
            "or B:melody=3 for the second file only"
        )
    letter, name, track = found.groups()
    return (None if letter is None else ord(letter.upper()) - ord("A")), name, track


def pick(pieces: Sequence[Any], path: Path, index: int) -> tuple[Any, int]:
    """Piece ``index`` (from 1) of those read from a file, and how many there are.
    Raises FileProblem and OptionProblem."""
    if not pieces:
        raise FileProblem(f"{path}: nothing in it to read")
    if not 1 <= index <= len(pieces):
        raise OptionProblem(f"--index {index}: {path} holds {len(pieces)}, counted from 1")
    return pieces[index - 1], len(pieces)
