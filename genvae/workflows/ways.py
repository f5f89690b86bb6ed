"""``genvae interpolate`` to a folder: chains, grids, pieces that travel.

Each road takes an ``Output`` and fills it; what is wrong with an option is said before anything is
written.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from genvae.errors import OptionProblem
from genvae.workflows import between, deliver
from genvae.workflows.incoming import Source
from genvae.workflows.made import Made
from genvae.workflows.output import Output
from genvae.workflows.store import Opened
from genvae.workflows.write import MOST, OnPiece

Add = Callable[[str, Made, Mapping[str, Any]], None]


def size_of(text: str) -> tuple[int, int]:
    """Rows and columns of ``--grid 5x5``. Raises OptionProblem."""
    found = re.fullmatch(r"\s*(\d{1,6})\s*[xX×]\s*(\d{1,6})\s*", text, re.ASCII)
    if found is None:
        raise OptionProblem(f"--grid {text}: expected ROWSxCOLUMNS, such as 5x5")
    rows, columns = int(found[1]), int(found[2])
    if rows * columns > MOST:
        raise OptionProblem(f"--grid {text}: {rows * columns} pieces, expected up to {MOST}")
    return rows, columns


def total(files: int, *, steps: int, grid: tuple[int, int] | None, morph: bool) -> int:
    """Pieces that will be written: a grid's, one a leg, or those of a chain, in which a point
    between two legs is there once."""
    if grid:
        return grid[0] * grid[1]
    return files - 1 if morph else (files - 1) * (steps - 1) + 1


def check(files: int, *, steps: int, grid: tuple[int, int] | None, method: str) -> None:
    """Can this be made of so many files? Nothing is read for it. Raises OptionProblem."""
    if grid:
        between.check_grid(*grid, files, method)
    between.check_path(steps, method)
    pieces = total(files, steps=steps, grid=None, morph=False)
    if pieces > MOST:
        raise OptionProblem(f"--steps {steps}: {pieces} pieces in all, expected up to {MOST}")


def write(
    opened: Opened,
    sources: Sequence[Source],
    output: Output,
    *,
    steps: int = 8,
    grid: tuple[int, int] | None = None,
    morph: bool = False,
    method: str = "spherical",
    on_piece: OnPiece | None = None,
) -> None:
    """Write a grid (rows, columns) between four corners, one piece a leg that travels, or the chain
    of steps from each source to the next. Raises OptionProblem and FileProblem."""
    check(len(sources), steps=steps, grid=grid, method=method)
    told = partial(_add, opened, output, on_piece)
    if grid:
        _write_grid(opened, sources, output, grid, method, told)
    elif morph:
        _write_morphs(opened, sources, output, method, told)
    else:
        _write_chain(opened, sources, output, steps, method, told)
    output.close()


def _write_chain(
    opened: Opened,
    sources: Sequence[Source],
    output: Output,
    steps: int,
    method: str,
    add: Add,
) -> None:
    count = total(len(sources), steps=steps, grid=None, morph=False)
    digits = max(2, len(str(count - 1)))
    names = [f"step-{i:0{digits}d}" for i in range(count)]
    _reserve(opened, output, names)
    number = itertools.count()
    for leg, (a, b) in enumerate(itertools.pairwise(sources)):
        path = between.interpolate(opened, a, b, steps=steps, method=method)
        for made in itertools.islice(path, 1 if leg else 0, None):
            step = next(number)
            ends = {"from": a.name, "to": b.name, "method": method}
            add(names[step], made, ends | {"step": step})


def _write_grid(
    opened: Opened,
    corners: Sequence[Source],
    output: Output,
    size: tuple[int, int],
    method: str,
    add: Add,
) -> None:
    rows, columns = size
    high, wide = len(str(rows)), len(str(columns))
    places = itertools.product(range(1, rows + 1), range(1, columns + 1))
    names = [f"grid-r{row:0{high}d}-c{column:0{wide}d}" for row, column in places]
    _reserve(opened, output, names)
    pieces = between.grid(opened, corners, rows=rows, columns=columns, method=method)
    for name, made in zip(names, pieces, strict=True):
        add(name, made, {"corners": [source.name for source in corners], "method": method})


def _write_morphs(
    opened: Opened, sources: Sequence[Source], output: Output, method: str, add: Add
) -> None:
    legs = list(itertools.pairwise(sources))
    names = [f"morph-{i:02d}" for i in range(len(legs))]
    _reserve(opened, output, names)
    for name, (a, b) in zip(names, legs, strict=True):
        made = between.morph(opened, a, b, method=method)
        add(name, made, {"from": a.name, "to": b.name, "method": method})


def journey(opened: Opened, sources: Sequence[Source], *, as_grid: bool = False) -> list[str]:
    """What is done to go from each source to the next (in a grid: along its four edges), in lines
    for the user: voices, loops, tempo and keys."""
    notes = [f"{s.name}: {note}" for s in sources for note in s.encoded.notes]
    if as_grid:
        (a, b, c, d), loops = between.matched(opened, sources)
        legs = [(a, b), (c, d), (a, c), (b, d)]
    else:
        pairs = [between.matched(opened, pair) for pair in itertools.pairwise(sources)]
        legs = [(a, b) for (a, b), _ in pairs]
        loops = [note for _, told in pairs for note in told]
    for a, b in legs:
        way = opened.codec.journey(a.context, b.context)
        notes += [f"{a.name} to {b.name}: {note}" for note in way]
    return list(dict.fromkeys(notes + loops))


def _reserve(opened: Opened, output: Output, names: Sequence[str]) -> None:
    """Read the weights before the folder is made: a damaged model leaves nothing behind."""
    assert opened.model.decoder is not None
    output.reserve(names)


def _add(
    opened: Opened,
    output: Output,
    on_piece: OnPiece | None,
    name: str,
    made: Made,
    more: Mapping[str, Any],
) -> None:
    """Write a piece that has ``more`` to say of its place."""
    deliver.resign(opened, made, made.facts | dict(more))
    written = output.add(name, made)
    if on_piece:
        on_piece(written[0], made)
