"""What many commands share: options, and how they speak to a person or to a program."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from genvae.errors import GenvaeError

Domain = Annotated[
    str | None,
    typer.Option("--domain", "-d", metavar="music|levels", help="What to make."),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model", "-m", metavar="NAME|FILE", help="A model; by default the domain's own."
    ),
]
Format = Annotated[
    str,
    typer.Option("--format", metavar="EXT,...", help="Formats to write, such as mid,png."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Where to write; by default under genvae-out."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")]
Index = Annotated[int, typer.Option("--index", help="Which piece of a collection, from 1.")]
Voices = Annotated[
    list[str] | None,
    typer.Option(
        "--voice",
        metavar="[A:]NAME=TRACK",
        help="Music: the track of a voice, by number or name (repeatable).",
    ),
]
LayoutName = Annotated[
    str | None, typer.Option("--layout", help="Music: the voices to pick, such as trio.")
]
TilesetName = Annotated[
    str | None, typer.Option("--tileset", help="Levels: a tileset by name, or a .toml file.")
]
TileImages = Annotated[
    Path | None,
    typer.Option(
        "--tiles", metavar="DIR|SHEET.png", help="Levels: your own pictures of the tiles."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but problems.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def formats(text: str) -> list[str]:
    """The formats of ``--format``."""
    return list(dict.fromkeys(part for part in text.replace(" ", "").split(",") if part))


@dataclass
class Voice:
    """How a command speaks: results on stdout, problems on stderr.

    With ``as_json`` stdout is one JSON document, and what is told beside it goes to stderr.
    """

    quiet: bool = False
    as_json: bool = False
    problems: int = 0

    def say(self, line: str = "") -> None:
        """A line for a person; nothing if quiet."""
        if not self.quiet:
            print(line, file=sys.stderr if self.as_json else sys.stdout, flush=True)

    def problem(self, what: GenvaeError | str) -> None:
        """Something that could not be done: one line on stderr, and exit code 1 at the end."""
        self.problems += 1
        self.remark(str(what))

    def remark(self, what: str) -> None:
        """One line on stderr, even if quiet."""
        print(f"genvae: {one_line(what)}", file=sys.stderr, flush=True)

    def document(self, data: Any) -> None:
        """The JSON document, if one was asked for."""
        if self.as_json:
            print(json.dumps(plain(data), indent=2, ensure_ascii=False, allow_nan=False))

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table: drawn with rich on a terminal, with tabs between columns in a pipe."""
        if self.quiet or self.as_json:
            return
        if not sys.stdout.isatty():
            for row in [columns, *rows]:
                print("\t".join(row))
            return
        from rich.console import Console
        from rich.table import Table

        drawn = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
        for column in columns:
            drawn.add_column(column, overflow="fold")
        for row in rows:
            drawn.add_row(*map(_escaped, row))
        Console().print(drawn)

    def figures(self, groups: Mapping[str, Any]) -> None:
        """Groups of figures as tables: a row each, a column for each thing that is compared."""
        for title, group in groups.items():
            if not isinstance(group, Mapping) or not group:
                continue
            rows = {k: v if isinstance(v, Mapping) else {"value": v} for k, v in group.items()}
            columns = list(dict.fromkeys(c for row in rows.values() for c in row))
            cells = [[name, *(number(row.get(c)) for c in columns)] for name, row in rows.items()]
            if not self.as_json:
                self.say()
            self.table("", [title, *columns], cells)

    def end(self) -> None:
        """Exit code 1 if there was a problem."""
        if self.problems:
            raise typer.Exit(1)

    @contextmanager
    def progress(self, label: str, total: int | None = None) -> Iterator[Callable[[], None]]:
        """A bar on stderr while something long runs, on a terminal only; call to advance."""
        if self.quiet or not sys.stderr.isatty():
            yield lambda: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(label, total=total)
            yield lambda: bar.advance(task)

    @contextmanager
    def stages(self) -> Iterator[Callable[[str, int, int], None]]:
        """A bar a stage of long work on stderr, on a terminal only; call with the stage, how much
        of it is done, and how much there is."""
        if self.quiet or not sys.stderr.isatty():
            yield lambda _stage, _done, _total: None
            return
        from rich.console import Console
        from rich.progress import Progress, TaskID

        with Progress(console=Console(stderr=True), transient=True) as bars:
            tasks: dict[str, TaskID] = {}

            def tell(stage: str, done: int, total: int) -> None:
                if stage not in tasks:
                    tasks[stage] = bars.add_task(stage)
                bars.update(tasks[stage], completed=done, total=total)

            yield tell


def plain(data: Any) -> Any:
    """What JSON can hold: paths as text, numbers that are none as null."""
    if isinstance(data, Mapping):
        return {str(k): plain(v) for k, v in data.items()}
    if isinstance(data, list | tuple):
        return [plain(v) for v in data]
    if isinstance(data, float) and not math.isfinite(data):
        return None
    return str(data) if isinstance(data, Path) else data


def one_line(text: str) -> str:
    """Text without line breaks."""
    return " ".join(text.split())


def count(number: int, singular: str, plural: str = "") -> str:
    """``1 level``, ``2 levels``."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def number(value: float | None) -> str:
    """A figure in a table: three places, a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def figures_line(figures: Mapping[str, float]) -> str:
    """Figures in one paragraph; those without a value are left out."""
    known = {name: value for name, value in figures.items() if math.isfinite(value)}
    shown = (f"{name.replace('_', ' ')} {round(value, 3):g}" for name, value in known.items())
    return " · ".join(shown)


def _escaped(cell: str) -> str:
    from rich.markup import escape

    return escape(cell)
