"""What the batch scripts share: a folder that fills, knows what it holds, and goes on.

Copy this file beside the script that you take.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import genvae
from genvae.errors import FileProblem, GenvaeError, OptionProblem
from genvae.workflows.made import Made

T = TypeVar("T")


class Pack:
    """A folder of pieces. Made again with the same settings, it goes on where it stopped.

    ``pack.json`` says what the pieces are made with. ``manifest.partial.jsonl`` gets a line for
    each entry once its files are written; it becomes ``manifest.jsonl`` when all is done. An
    entry counts only with its line and all of its files. Raises FileProblem.
    """

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self._partial, self._whole = (folder / f"manifest{s}.jsonl" for s in (".partial", ""))
        self._prepare(json.loads(json.dumps(settings)))
        lines = (line for p in (self._whole, self._partial) for line in _lines(p))
        self.entries = {line["name"]: line for line in lines if self._complete(line)}
        # A line cut short by a crash must not spoil the next one.
        write(self._partial, self._text())

    def _prepare(self, settings: dict[str, Any]) -> None:
        path = self.folder / "pack.json"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else settings
        except (OSError, ValueError) as why:
            raise FileProblem(f"{self.folder}: cannot hold a pack ({why})") from None
        for key in settings:
            if before.get(key) != settings[key]:
                raise FileProblem(
                    f"{self.folder}: begun with {key} {before.get(key)}, not {settings[key]}; "
                    "give another folder with --out"
                )
        write(path, json.dumps(settings, indent=2) + "\n")

    def _complete(self, entry: dict[str, Any]) -> bool:
        return all((self.folder / name).is_file() for name in entry["files"])

    def has(self, name: str, **facts: Any) -> bool:
        """Is this entry complete, and made from the same ``facts``?"""
        entry = self.entries.get(name)
        return entry is not None and all(entry.get(k) == v for k, v in facts.items())

    def add(self, name: str, files: Iterable[Path], **facts: Any) -> None:
        """Note an entry whose files are written."""
        inside = [path.relative_to(self.folder).as_posix() for path in files]
        self.entries[name] = {"name": name, "files": inside, **facts}
        try:
            with self._partial.open("a", encoding="utf-8") as manifest:
                manifest.write(json.dumps(self.entries[name]) + "\n")
        except OSError as why:
            raise FileProblem(f"{self._partial}: cannot be written ({why.strerror})") from None

    def close(self) -> list[dict[str, Any]]:
        """Write the manifest in order of names; the partial one goes. Returns the entries."""
        write(self._whole, self._text())
        self._partial.unlink(missing_ok=True)
        return [self.entries[name] for name in sorted(self.entries)]

    def _text(self) -> str:
        return "".join(json.dumps(self.entries[n]) + "\n" for n in sorted(self.entries))


def _lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a manifest, without one that was cut short."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def write(path: Path, text: str) -> None:
    """Write a text, whole or not at all. Raises FileProblem."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, path)
    except OSError as why:
        raise FileProblem(f"{path}: cannot be written ({why.strerror})") from None


def facts_of(made: Made) -> dict[str, Any]:
    """How a piece was made, whether it can be played, and its measures."""
    playable = {} if made.report.playable is None else {"playable": made.report.playable}
    values = {k: float(v) for k, v in made.codec.measure(made.piece).items()}
    measures = {k: round(v, 4) if math.isfinite(v) else None for k, v in values.items()}
    return {**made.facts, **playable, "measures": measures}


def session(model: str | None, domain: str) -> genvae.Session:
    """A model of the domain, by default the domain's own. Raises ModelProblem, OptionProblem."""
    g = genvae.load(model or domain)
    if g.opened.domain.name != domain:
        raise OptionProblem(f"--model {model}: makes {g.opened.domain.name}, expected {domain}")
    return g


class Parser(argparse.ArgumentParser):
    """Options whose mistakes are named in one line."""

    def __init__(self, doc: str | None) -> None:
        super().__init__(
            description=doc,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """Raises OptionProblem."""
        raise OptionProblem(message)


def at_least(low: int) -> Callable[[str], int]:
    """A whole number from ``low`` up, as an argument's type."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < low:
            raise argparse.ArgumentTypeError(f"{text}: expected a whole number from {low} up")
        return int(text)

    return number


def batches(indices: Sequence[int], size: int = 16) -> list[list[int]]:
    """Indices in the groups that genvae decodes together, so that no work is done twice."""
    groups: dict[int, list[int]] = {}
    for index in indices:
        groups.setdefault(index // size, []).append(index)
    return list(groups.values())


def progress(items: Sequence[T], label: str) -> Iterable[T]:
    """The items, with a bar on stderr where it is a terminal."""
    from rich.console import Console
    from rich.progress import track

    if not sys.stderr.isatty():
        return items
    return track(items, label, console=Console(stderr=True), transient=True)


def warn(problem: object) -> None:
    """One line on stderr."""
    print(f"{Path(sys.argv[0]).stem}: {' '.join(str(problem).split())}", file=sys.stderr)


def run(main: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    """Run a script; what goes wrong is one line and an exit code."""
    try:
        return main(arguments)
    except GenvaeError as problem:
        warn(problem)
        return problem.exit_code
    except KeyboardInterrupt:
        warn("stopped; the same command goes on from here")
        return 130
