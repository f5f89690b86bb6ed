"""``genvae evaluate``: songs, somebody else's files, pictures. Tiny models, and a bundled one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from genvae.workflows import evaluate

Run = Callable[..., Any]

SONGS = ("evaluate", "trio", "--data", "data/songs")
COLUMNS = {"made", "real", "looped", "shuffled", "mixed"}


def test_songs_beside_real_ones_and_cheats(run: Run) -> None:
    done = run(*SONGS, "--only", "songs", "--songs", 3, "--json")
    (row,) = done.document
    assert done.code == 0
    table = row["songs"]
    # Two of the eight demo songs are in 3/4, which the layout does not make.
    assert table["pieces"] == dict.fromkeys(COLUMNS, 6) | {"made": 3}
    assert table["windows"]["made"] == 8
    # A window that begins with a held note is another one at the beginning of a song.
    assert table["returns"]["looped"] == pytest.approx(7 / 8, abs=0.03)
    assert table["loop_bars"]["looped"] > 15
    assert table["returns_melody"]["real"] == table["returns_melody"]["shuffled"] > 0.1
    assert table["overlap_pitch"]["real_low"] < table["overlap_pitch"]["real"] < 1
    assert "samples" not in row


def test_songs_of_a_length(run: Run) -> None:
    done = run(*SONGS, "--only", "songs", "--songs", 1, "--length", 8)
    lines = done.out.splitlines()
    assert lines[1].startswith("songs\tmade\tmade_low\tmade_high\treal\treal_low")
    assert lines[-1].startswith("windows\t4.000")


def test_somebody_elses_files(run: Run) -> None:
    Path("theirs").mkdir()
    for name in ("ode-to-joy", "korobeiniki"):
        shutil.copy(f"data/songs/{name}.mid", "theirs")
    Path("theirs/bad.mid").write_bytes(b"MThd nothing")
    Path("theirs/notes.md").write_text("not music")
    done = run(*SONGS, "--samples", "theirs", "--json")
    assert done.code == 1
    assert done.problem.startswith("genvae: theirs/bad.mid: ")
    (row,) = done.document
    assert (row["file"], row["files"], row["read"]) == ("theirs", 2, 2)
    assert set(row["samples"]["notes_melody"]) == {"made", "made_low", "made_high", "real"}
    assert row["pieces"]["valid"] == {"made": 1.0, "real": 1.0}
    assert row["songs"]["pieces"]["made"] == 2
    assert "reconstruction" not in row


def test_levels_are_judged_by_what_they_have(run: Run) -> None:
    done = run(
        "evaluate", "platformer", "--data", "data/levels", "--samples", "data/levels", "--json"
    )  # fmt: skip
    (row,) = done.document
    assert done.code == 0
    assert row["samples"]["solid"]["made"] == pytest.approx(row["samples"]["solid"]["real"], 0.3)
    assert row["pieces"]["playable"]["made"] == 1.0
    assert "songs" not in row


def test_what_is_handed_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "PIECES", 12)
    assert run("sample", "--model", "sokoban", "-n", 2, "--seed", 1, "--out", "made").code == 0
    done = run("evaluate", "sokoban", "--data", "made", "--only", "delivered", "--json")
    found = done.document[0]["delivered"]
    ways = sum(found[way]["made"] for way in ("decoded", "rewritten", "repaired", "redrawn"))
    assert found["delivered"]["made"] == pytest.approx(ways, abs=1e-4) == pytest.approx(1.0)
    assert 0 < found["decoded"]["made"] < 1
    assert found["rewritten"]["made"] > 0
    assert found["draws"]["made"] >= 1
    assert found["boxes"]["made"] == 4
    assert found["pushes"]["made"] > 4
    songs = run(*SONGS, "--only", "delivered", "--json")
    assert "delivered" not in songs.document[0]


def test_pictures(run: Run) -> None:
    done = run(*SONGS, "--only", "pictures", "--pictures", "o", "--pictured", 2)
    assert done.out.splitlines()[-1] == "drawn in o/trio.png"
    with Image.open("o/trio.png") as picture:
        assert picture.width > 1000
    levels = ("evaluate", "platformer", "--data", "data/levels", "--only", "pictures")
    assert run(*levels, "--pictures", "o", "--pictured", 2, "--quiet").code == 0
    assert Path("o/platformer.png").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (("--songs", -1), 2, "--songs -1: expected 0 or more"),
        (("--only", "song"), 2, "--only song: did you mean 'songs'?"),
        (("--only", "pictures"), 2, "give --pictures DIR too"),
        (("--pictured", 0), 2, "--pictured 0: expected 1 or more"),
        (("--samples", "data", "--write"), 2, "--write: of a model's own figures"),
        (("--samples", "none"), 1, "--samples none: no such folder"),
        (("--samples", "data/levels"), 1, "no file of music in it (.mid, .midi)"),
        (("--only", "songs", "--length", "200"), 2, "--length 200: 100 windows, the longest real"),
        (("--only", "songs", "--length", "x"), 2, "--length x: a song's length is a number"),
    ],
)
def test_evaluate_refuses(run: Run, arguments: tuple[Any, ...], code: int, expected: str) -> None:
    done = run(*SONGS, *arguments)
    assert (done.code, done.out) == (code, "")
    assert expected in done.problem


def test_a_bundled_model(run: Run, at_home: Path) -> None:
    (at_home / "models" / "trio.safetensors").unlink()
    done = run(*SONGS, "--only", "songs", "--songs", 1, "--length", 4, "--json")
    assert done.document[0]["songs"]["windows"]["made"] == 2
    assert 0 <= done.document[0]["songs"]["copies"]["made"] <= 1
