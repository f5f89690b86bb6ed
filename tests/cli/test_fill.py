"""Filling: what is kept is kept exactly, and mistakes are told in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from genvae.domains import registry
from genvae.workflows import fill

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two candidates, and no second round for levels that noise makes."""
    monkeypatch.setattr(fill, "CANDIDATES", 2)
    monkeypatch.setattr(fill, "ATTEMPTS", 1)


ODE, BRIDGE = "data/songs/ode-to-joy.mid", "data/levels/the-bridge.txt"


def notes(path: str | Path) -> dict[str, list[tuple[int, int, int, int]]]:
    song = next(iter(registry.get("music").open({"layout": "trio"}).read(Path(path))))
    return {v.name: [tuple(n[:4]) for n in v.notes] for v in song.voices}


def rows(path: str | Path) -> np.ndarray:
    return np.array([list(line) for line in Path(path).read_text().splitlines()])


def test_bars_are_kept_note_by_note(run: Run) -> None:
    done = run("fill", ODE, "--keep", "bars=1-6,9-16", "--seed", 3, "--out", "o")
    assert (done.code, done.err) == (0, "")
    assert "1 file in o, 12% made" in done.out
    was, now = notes(ODE), notes("o/fill-01.mid")
    for voice, kept in was.items():
        outside = [n for n in now[voice] if not 96 <= n[0] < 128]
        assert outside == [n for n in kept if not 96 <= n[0] < 128]


def test_voices_are_kept_and_a_region_narrows(run: Run) -> None:
    assert run("fill", ODE, "--keep", "voices=melody,drums", "--seed", 1, "--out", "o").code == 0
    was, now = notes(ODE), notes("o/fill-01.mid")
    assert (now["melody"], now["drums"]) == (was["melody"], was["drums"])
    asked = ("--keep", "bars=1-4;voices=bass")
    assert run("fill", ODE, *asked, "--seed", 1, "--out", "p").code == 0
    again = notes("p/fill-01.mid")
    assert [n for n in again["bass"] if n[0] < 64] == [n for n in was["bass"] if n[0] < 64]


def test_tiles_are_kept(run: Run) -> None:
    done = run("fill", BRIDGE, "--make", "rect=20,9,5,5", "--seed", 1, "--out", "o")
    assert done.code == 0
    was, now = rows(BRIDGE), rows("o/fill-01.txt")
    was[8:13, 19:24] = now[8:13, 19:24] = "?"
    assert (was == now).all()
    assert run("fill", BRIDGE, "--keep", "x=1-32", "--seed", 1, "--out", "p").code == 0
    assert (rows(BRIDGE)[:, :32] == rows("p/fill-01.txt")[:, :32]).all()


def test_a_tall_level_keeps_the_rows_the_model_does_not_see(run: Run) -> None:
    tall = ["-" * 32] * 10 + Path(BRIDGE).read_text().splitlines()
    Path("tall.txt").write_text("".join(f"{row[:32]:-<32}\n" for row in tall))
    assert run("fill", "tall.txt", "--keep", "x=1-16", "--seed", 1, "--out", "o").code == 0
    made = rows("o/fill-01.txt")
    assert made.shape == (26, 32)
    assert (made[:, :16] == rows("tall.txt")[:, :16]).all()


def test_a_seed_gives_the_same_again(run: Run) -> None:
    for folder in ("a", "b"):
        assert run("fill", BRIDGE, "--keep", "x=1-40", "--seed", 7, "--out", folder).code == 0
    assert Path("a/fill-01.txt").read_bytes() == Path("b/fill-01.txt").read_bytes()


@pytest.mark.parametrize(
    ("file", "region", "words"),
    [
        (ODE, "bars=15-17", "bars 1 to 16"),
        (ODE, "bars=0-3", "bars 1 to 16"),
        (ODE, "bars=4-2", "'4-2' goes backwards"),
        (ODE, "bars=1-16", "nothing is left to fill"),
        (ODE, "voices=base", "did you mean 'bass'?"),
        (ODE, "x=1-4", "no part 'x'"),
        (BRIDGE, "x=0-31", "columns 1 to"),
        (BRIDGE, "rect=1,1,5", "expected rect=COLUMN,ROW,WIDTH,HEIGHT"),
        (BRIDGE, "rect=1,15,5,5", "rows 1 to 16"),
        (BRIDGE, "bars=1-2", "no part 'bars'"),
        (BRIDGE, "x", "expected NAME=VALUE"),
    ],
)
def test_mistakes(run: Run, file: str, region: str, words: str) -> None:
    done = run("fill", file, "--keep", region, "--out", "o")
    assert done.code == 2
    assert words in done.problem
    assert not Path("o").exists()


def test_something_must_be_said(run: Run) -> None:
    assert "say what is kept" in run("fill", ODE).problem


@pytest.mark.slow
def test_a_bundled_model_fills_a_gap(run: Run, genvae_home: Path) -> None:
    for path in (genvae_home / "models").iterdir():
        path.unlink()
    done = run("fill", BRIDGE, "--make", "x=33-36", "--seed", 1, "--out", "o")
    assert done.code == 0
    assert "1 file in o" in done.out


def test_a_region_to_make_is_named_as_it_was_asked_for(run: Run) -> None:
    done = run("fill", BRIDGE, "--make", "z=1-4")
    assert done.code == 2
    assert done.problem.startswith("genvae: --make z=1-4: no part 'z'")
