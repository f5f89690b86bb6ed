"""Files that come in, as a model sees them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from genvae.errors import FileProblem, OptionProblem
from genvae.workflows import between, store
from genvae.workflows.between import Source
from genvae.workflows.inputs import OnProblem, chosen_parts, domain_of, existing, piece_of
from genvae.workflows.store import Opened


def open_for(
    paths: Sequence[Path], model: str | None, on_problem: OnProblem | None = None
) -> Opened:
    """The model asked for, or the default one of the files' domain (see ``inputs.domain_of``).
    Raises FileProblem and ModelProblem."""
    if model is not None:
        return store.open_model(model)
    return store.open_model(None, domain_of(paths, on_problem))


def encode_first(opened: Opened, paths: Sequence[Path], voices: Sequence[str] = ()) -> list[Source]:
    """The first piece of each file, with the voices that ``--voice`` asked for (see
    ``inputs.chosen_parts``). Raises FileProblem and OptionProblem."""
    sources = []
    for path, chosen in zip(paths, chosen_parts(voices, len(paths)), strict=True):
        piece, count = piece_of(opened.codec, path, chosen=chosen)
        source = encode_piece(opened, piece, path)
        if count > 1:
            source.encoded.notes.append(f"the first of {count} in {path}")
        sources.append(source)
    return sources


def read_all(
    opened: Opened, paths: Sequence[Path], on_problem: OnProblem, voices: Sequence[str] = ()
) -> Iterator[tuple[Path, Source]]:
    """Every piece of every file; what cannot be read is told and left out. ``voices`` as for
    ``encode_first``. Raises ModelProblem."""
    for path, chosen in zip(paths, chosen_parts(voices, len(paths)), strict=True):
        try:
            for piece in opened.codec.read_chosen(existing(path), chosen):
                try:
                    yield path, encode_piece(opened, piece, path)
                except FileProblem as problem:
                    on_problem(problem)
        except (FileProblem, OptionProblem) as problem:
            on_problem(problem)


def encode_piece(opened: Opened, piece: Any, path: Path) -> Source:
    """A piece's latents. Raises FileProblem, which names the file."""
    try:
        return between.encode_piece(opened, piece)
    except FileProblem as problem:
        text = str(problem)
        raise FileProblem(text if str(path) in text else f"{path}: {text}") from None
