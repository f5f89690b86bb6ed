"""Files that come in, as a model sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genvae.domains.base import Codec
from genvae.errors import FileProblem, GenvaeError, OptionProblem
from genvae.workflows import between, incoming, store
from genvae.workflows.aim import LIKENESS, Like
from genvae.workflows.incoming import Source
from genvae.workflows.inputs import OnProblem, chosen_parts, domain_of, existing, piece_of
from genvae.workflows.pool import for_each
from genvae.workflows.store import Opened


def open_for(
    paths: Sequence[Path], model: str | None, on_problem: OnProblem | None = None
) -> Opened:
    """The model asked for, or the default one of the files' domain (see ``inputs.domain_of``).
    Raises FileProblem and ModelProblem."""
    if model is not None:
        return store.open_model(model)
    return store.open_model(None, domain_of(paths, on_problem))


def encode_first(
    opened: Opened, paths: Sequence[Path], voices: Sequence[str] = (), *, whole: bool = False
) -> list[Source]:
    """The first piece of each file, with the voices that ``--voice`` asked for (see
    ``inputs.chosen_parts``), ``whole`` where it is higher than a window. Raises FileProblem and
    OptionProblem."""
    sources = []
    for path, chosen in zip(paths, chosen_parts(voices, len(paths)), strict=True):
        piece, count = piece_of(opened.codec, path, chosen=chosen)
        source = encode_piece(opened, piece, path, whole=whole)
        if count > 1:
            source.encoded.notes.append(f"the first of {count} in {path}")
        sources.append(source)
    return sources


def like(opened: Opened, path: Path | None, likeness: float | None) -> Like | None:
    """The piece of ``--like`` for others to be like. Raises FileProblem and OptionProblem."""
    if path is None:
        if likeness is not None:
            raise OptionProblem("--likeness: give --like FILE too")
        return None
    (source,) = encode_first(opened, [path])
    return between.like(opened, source, LIKENESS if likeness is None else likeness)


def read_all(
    opened: Opened,
    paths: Sequence[Path],
    on_problem: OnProblem,
    voices: Sequence[str] = (),
    on_file: Callable[[], None] = lambda: None,
    *,
    whole: bool = False,
) -> Iterator[tuple[Path, Source]]:
    """Every piece of every file; what cannot be read is told and left out. ``voices`` and
    ``whole`` as for ``encode_first``; ``on_file`` is called when a file is read. Raises
    ModelProblem."""
    chosen = dict(zip(paths, chosen_parts(voices, len(paths)), strict=True))
    for path, found in for_each(Reader(opened.codec, chosen), paths):
        on_file()
        if isinstance(found, (FileProblem, OptionProblem)):
            on_problem(found)
            continue
        if isinstance(found, GenvaeError):
            raise found
        pieces, problem = found
        for piece in pieces:
            try:
                yield path, encode_piece(opened, piece, path, whole=whole)
            except FileProblem as why:
                on_problem(why)
        if problem:
            on_problem(problem)


@dataclass(frozen=True)
class Reader:
    """All pieces of a file, in this process or another."""

    codec: Codec
    chosen: Mapping[Path, Mapping[str, str]]
    """What ``--voice`` chose in each file."""

    def __call__(self, path: Path) -> tuple[list[Any], FileProblem | OptionProblem | None]:
        """The pieces up to the first that cannot be read, and what that one's problem is."""
        pieces: list[Any] = []
        try:
            for piece in self.codec.read_chosen(existing(path), self.chosen.get(path, {})):
                pieces.append(piece)
        except (FileProblem, OptionProblem) as problem:
            return pieces, problem
        return pieces, None


def encode_piece(opened: Opened, piece: Any, path: Path, *, whole: bool = False) -> Source:
    """A piece's latents. Raises FileProblem, which names the file."""
    try:
        return incoming.encode_piece(opened, piece, whole=whole)
    except FileProblem as problem:
        text = str(problem)
        raise FileProblem(text if str(path) in text else f"{path}: {text}") from None
