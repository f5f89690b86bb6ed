"""soundtrack, with tiny models and with the bundled one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

LEVEL, SONG = "data/levels/first-steps.txt", "data/songs/ode-to-joy.mid"


def test_formats_stand_beside_and_the_manifest_has_both_curves(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "song.mid"
    asked = ("-o", target, "--format", "png", "--seed", 5, "--length", 8, "--loop", "--json")
    done = run("soundtrack", LEVEL, *asked)
    (line,) = done.document
    assert done.code == 0
    assert {p.name for p in tmp_path.glob("song*")} == {
        "song.mid",
        "song.png",
        "song.manifest.jsonl",
    }
    assert line["attributes"]["bars"] == 8.0
    assert len(line["level_curve"]) == len(line["song_curve"]) == 4
    kept = json.loads((tmp_path / "song.manifest.jsonl").read_text())
    assert kept["sections"][0]["letter"] == "A"
    first = target.read_bytes()
    assert run("soundtrack", LEVEL, *asked).code == 1
    assert run("soundtrack", LEVEL, *asked, "--overwrite").code == 0
    assert target.read_bytes() == first


def test_a_level_without_a_way_is_told_of(run: Run, tmp_path: Path) -> None:
    wall = tmp_path / "wall.txt"
    wall.write_text(("-" * 10 + "X" + "-" * 13 + "\n") * 15 + "X" * 24 + "\n")
    asked = ("--length", 8, "--meter", "3/4", "--json")
    done = run("soundtrack", wall, "-o", tmp_path / "wall.mid", *asked)
    assert done.code == 0
    assert "from left to right" in done.err
    assert done.document[0]["attributes"]["bars"] == 8.0
    assert len(done.document[0]["song_curve"]) == 4


def test_the_bundled_model_follows_a_level(run: Run, at_home: Path, tmp_path: Path) -> None:
    for path in (at_home / "models").iterdir():
        path.unlink()
    done = run("soundtrack", LEVEL, "-o", tmp_path / "a.mid", "--seed", 1, "--json")
    assert done.document[0]["correlation"] > 0.8


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((SONG, "-o", "a.mid"), 1, "a piece of music, expected a level"),
        (("nothing.txt", "-o", "a.mid"), 1, "no such file"),
        ((LEVEL, "-o", "a.txt"), 2, "can be written as mid"),
        ((LEVEL, "-o", "a.mid", "--format", "ogg"), 2, "--format ogg"),
        ((LEVEL, "-o", "no/a.mid"), 1, "no such folder"),
        ((LEVEL, "-o", "a.mid", "--model", "platformer"), 1, "makes levels, not music"),
        ((LEVEL, "-o", "a.mid", "--length", "zero"), 2, "--length zero"),
        ((LEVEL, "-o", "a.mid", "--tempo", "fast"), 2, "--tempo fast"),
        ((LEVEL, "-o", "a.mid", "--tileset", "platfomer"), 2, "platformer"),
        ((LEVEL, "-o", "a.mid", "--index", "2"), 2, "--index 2"),
        ((LEVEL,), 2, "-o"),
    ],
)
def test_bad_input_is_one_line(
    run: Run, arguments: tuple[object, ...], code: int, said: str
) -> None:
    done = run("soundtrack", *arguments)
    assert done.code == code
    assert said in done.problem
