"""Levels that are higher than a window, through the commands that take a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def high(run: Run) -> Callable[[str, int, int], str]:
    """Writes a level with flat ground, and tells its name."""

    def write(name: str, rows: int, columns: int) -> str:
        Path(name).write_text("\n".join(["-" * columns] * (rows - 2) + ["X" * columns] * 2) + "\n")
        return name

    return write


def sizes(folder: str) -> list[tuple[int, int]]:
    """Columns and rows of the levels in a folder."""
    found = []
    for path in sorted(Path(folder).glob("*.txt")):
        rows = path.read_text().splitlines()
        found.append((len(rows[0]), len(rows)))
    return found


def test_they_come_back_as_high(run: Run, high: Callable[[str, int, int], str]) -> None:
    file = high("a.txt", 28, 20)
    assert run("reconstruct", file, "--out", "back").code == 0
    assert sizes("back") == [(20, 28)]
    assert run("vary", file, "-n", 1, "--seed", 1, "--out", "near").code in (0, 1)
    assert sizes("near") == [(20, 28)]


def test_ways_between_them(run: Run, high: Callable[[str, int, int], str]) -> None:
    a, b, low = high("a.txt", 28, 20), high("b.txt", 26, 36), high("c.txt", 16, 16)
    assert run("interpolate", a, b, "--steps", 3, "--out", "way").code in (0, 1)
    assert sizes("way") == [(48, 28), (42, 27), (36, 26)]
    assert run("interpolate", a, low, "--steps", 2, "--out", "mixed").code in (0, 1)
    assert [rows for _, rows in sizes("mixed")] == [16, 16]
    assert run("interpolate", a, b, "--morph", "--out", "one").code in (0, 1)
    assert [rows for _, rows in sizes("one")] == [16]
