"""Files that come in: which domain they are of, and what the model sees of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from genvae.domains import registry
from genvae.domains.base import Codec
from genvae.errors import FileProblem, GenvaeError, OptionProblem
from genvae.workflows import between, store
from genvae.workflows.between import Source
from genvae.workflows.store import Opened


def existing(path: Path) -> Path:
    """The path, if there is a file with something in it. Raises FileProblem."""
    if path.is_dir():
        raise FileProblem(f"{path}: a folder, expected a file")
    if not path.exists():
        raise FileProblem(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise FileProblem(f"{path}: an empty file, expected a song (.mid) or a level (.txt)")
    return path


def domain_of(paths: Sequence[Path]) -> str:
    """The one domain of the files; those that no domain reads are left to their reader.

    Raises FileProblem if there are two domains, or none for any file.
    """
    found: dict[str, Path] = {}
    problem: GenvaeError | None = None
    for path in paths:
        try:
            found.setdefault(registry.of_file(existing(path)).name, path)
        except GenvaeError as why:
            problem = problem or why
    if len(found) > 1:
        listed = ", ".join(f"{path} is of {name}" for name, path in found.items())
        raise FileProblem(f"{listed}; expected files of one domain")
    if not found:
        raise problem or FileProblem("no file given")
    return next(iter(found))


def open_for(paths: Sequence[Path], model: str | None) -> Opened:
    """The model asked for, or the default one of the files' domain. Raises GenvaeError."""
    if model is not None:
        return store.open_model(model)
    return store.open_model(None, domain_of(paths))


def first_piece(codec: Codec, path: Path, index: int = 1) -> tuple[Any, int]:
    """Piece ``index`` (from 1) of a file, and how many there are.
    Raises FileProblem and OptionProblem."""
    pieces = list(codec.read(existing(path)))
    if not pieces:
        raise FileProblem(f"{path}: nothing in it to read")
    if not 1 <= index <= len(pieces):
        raise OptionProblem(f"--index {index}: {path} holds {len(pieces)}, counted from 1")
    return pieces[index - 1], len(pieces)


def encode_first(opened: Opened, paths: Sequence[Path]) -> list[Source]:
    """The first piece of each file, as the model sees it. Raises FileProblem."""
    sources = []
    for path in paths:
        piece, count = first_piece(opened.codec, path)
        source = encode_piece(opened, piece, path)
        if count > 1:
            source.encoded.notes.append(f"the first of {count} in {path}")
        sources.append(source)
    return sources


def read_all(
    opened: Opened, paths: Sequence[Path], on_problem: Callable[[GenvaeError], None]
) -> Iterator[tuple[Path, Source]]:
    """Every piece of every file, as the model sees it; what cannot be read is told and left out."""
    for path in paths:
        try:
            for piece in opened.codec.read(existing(path)):
                try:
                    yield path, encode_piece(opened, piece, path)
                except FileProblem as problem:
                    on_problem(problem)
        except GenvaeError as problem:
            on_problem(problem)


def encode_piece(opened: Opened, piece: Any, path: Path) -> Source:
    """A piece's latents. Raises FileProblem, which names the file."""
    try:
        return between.encode_piece(opened, piece)
    except FileProblem as problem:
        text = str(problem)
        raise FileProblem(text if str(path) in text else f"{path}: {text}") from None
