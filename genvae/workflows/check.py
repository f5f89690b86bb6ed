"""Files that come in, checked: well-formed, playable, and what they measure. No model is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains import registry
from genvae.domains.base import Codec, Report
from genvae.domains.writing import whole
from genvae.errors import FileProblem, GenvaeError, OptionProblem, nearest
from genvae.workflows.inputs import OnProblem, existing, open_codec
from genvae.workflows.output import ROOT, finite
from genvae.workflows.pool import for_each

PICTURES = ("png",)
"""What ``--format`` can draw."""


@dataclass(frozen=True)
class Checked:
    """What was found in one piece of a file; ``picture`` is where it was drawn, if asked for."""

    file: Path
    domain: str
    piece: Any
    report: Report
    measures: dict[str, float | None]
    notes: list[str] = field(default_factory=list)
    picture: Path | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    """What the measures say, where the domain has words for them."""

    def row(self, *, proof: bool = False) -> dict[str, Any]:
        """JSON-able; cells of the way only with ``proof``."""
        report = self.report
        facts = {k: v for k, v in report.facts.items() if proof or k != "path"}
        return {
            "file": self.file,
            "piece": self.piece.name,
            "domain": self.domain,
            "valid": report.valid,
            "playable": report.playable,
            "problems": report.problems,
            "facts": facts,
            "measures": self.measures,
            "notes": self.notes,
            **({"proof": report.proof} if proof else {}),
            **({"picture": self.picture} if self.picture is not None else {}),
        }


class Gallery:
    """A folder of pictures with stable names. Nothing that exists is overwritten unless asked."""

    def __init__(self, out: Path | None, *, overwrite: bool = False) -> None:
        self.folder, self.overwrite = out or self._new(overwrite), overwrite
        self.taken: set[str] = set()

    @staticmethod
    def _new(overwrite: bool) -> Path:
        path, number = ROOT / "check", 2
        while path.exists() and not overwrite:
            path = ROOT / f"check-{number}"
            number += 1
        return path

    def add(self, name: str, image: np.ndarray) -> Path:
        """Write a picture, whole or not at all. Raises FileProblem."""
        from PIL import Image

        stem, number = name.replace("#", "-"), 2
        while stem in self.taken:
            stem, number = f"{name.replace('#', '-')}-{number}", number + 1
        self.taken.add(stem)
        path = self.folder / f"{stem}.png"
        if path.exists() and not self.overwrite:
            raise FileProblem(f"{path}: exists; give --overwrite or another folder with --out")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as why:
            raise FileProblem(f"{self.folder}: cannot be made ({why.strerror or why})") from None
        with whole(path) as part:
            Image.fromarray(image).save(part, format="PNG")
        return path


def gallery(formats: Sequence[str], out: Path | None, *, overwrite: bool = False) -> Gallery | None:
    """Where pictures go, if any are asked for. Raises OptionProblem."""
    for given in formats:
        if given.lower().lstrip(".") not in PICTURES:
            raise OptionProblem(f"--format {given}: {nearest(given, PICTURES)}")
    if out is not None and not formats:
        raise OptionProblem(f"--out {out}: nothing to write; give --format png too")
    return Gallery(out, overwrite=overwrite) if formats else None


@dataclass(frozen=True)
class Inspector:
    """What is found in a file's pieces, in this process or another."""

    codecs: dict[str, Codec]
    """By domain, those that options ask for."""
    usual: dict[str, Codec] = field(default_factory=dict)
    """By domain and what a file tells of its codec, those that were needed."""

    def codec(self, domain: str, path: Path) -> Codec:
        """The codec that a file of a domain is read with."""
        if domain in self.codecs:
            return self.codecs[domain]
        key = f"{domain} {registry.get(domain).config_for(path)}"
        if key not in self.usual:
            self.usual[key] = open_codec(domain, path=path)
        return self.usual[key]

    def pieces(self, path: Path) -> Iterator[Checked]:
        """Raises GenvaeError."""
        file = existing(path)
        domain = registry.of_file(file).name
        codec = self.codec(domain, file)
        for piece in codec.read(file):
            report, notes = codec.check(piece), list(codec.notes(piece))
            measures = finite(codec.measure(piece))
            yield Checked(path, domain, piece, report, measures, notes, None, codec.measure_words)

    def __call__(self, path: Path) -> tuple[list[Checked], GenvaeError | None]:
        """All of them, and what went wrong after the last, if anything did."""
        found: list[Checked] = []
        try:
            found.extend(self.pieces(path))
        except OptionProblem:
            raise
        except GenvaeError as problem:
            return found, problem
        return found, None


def check_files(
    paths: Sequence[Path],
    on_problem: OnProblem,
    *,
    layout: str | None = None,
    tileset: str | None = None,
    rules: str | None = None,
    pictures: Gallery | None = None,
    on_file: Callable[[], None] | None = None,
) -> Iterator[Checked]:
    """Every piece of every file, in order; many files are read side by side. What cannot be read is
    told and left out; a file's domain is found by its suffix and content. ``on_file`` is called
    after each. Raises OptionProblem, and FileProblem for a tileset or rules."""
    codecs: dict[str, Codec] = {}
    if tileset is not None or rules is not None:
        # What is wrong with an option is said once, before any file.
        codecs["levels"] = open_codec("levels", tileset=tileset, rules=rules)
    if layout is not None:
        codecs["music"] = open_codec("music", layout=layout)
    inspector = Inspector(codecs)
    for _, found in for_each(inspector, paths):
        if isinstance(found, OptionProblem):
            raise found
        pieces, problem = ([], found) if isinstance(found, GenvaeError) else found
        for checked in pieces:
            yield checked if pictures is None else _drawn(checked, inspector, pictures, on_problem)
        if problem is not None:
            on_problem(problem)
        if on_file is not None:
            on_file()


def _drawn(
    checked: Checked, inspector: Inspector, pictures: Gallery, on_problem: OnProblem
) -> Checked:
    codec = inspector.codec(checked.domain, checked.file)
    image = codec.checked_picture(checked.piece, checked.report)
    try:
        return replace(checked, picture=pictures.add(checked.piece.name, image))
    except FileProblem as problem:
        on_problem(problem)
        return checked


def proof_lines(report: Report) -> list[str]:
    """A proof in lines for a person: what it holds by name, cells as ``column,row`` from 1."""
    if not isinstance(report.proof, dict):
        return []
    lines = []
    for name, value in report.proof.items():
        if isinstance(value, list):
            value = " ".join(f"{column + 1},{row + 1}" for column, row in value)
        lines.append(f"{name}: {value}")
    return lines
