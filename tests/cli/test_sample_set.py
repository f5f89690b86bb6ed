"""``genvae sample --set`` and ``--like``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from genvae.workflows import store

Run = Callable[..., Any]
Manifest = Callable[[Path], list[dict[str, Any]]]


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("enemis=3", "--set enemis=3: no such attribute; did you mean 'enemies'?"),
        ("enemies", "--set enemies: expected NAME=VALUE"),
        ("enemies=two", "--set enemies=two: expected a number or LOW..HIGH"),
        ("enemies=17", "--set enemies=17: expected 0 to 16"),
        ("coins=9..3", "--set coins=9..3: expected LOW..HIGH"),
    ],
)
def test_what_cannot_be_asked_for(run: Run, option: str, said: str) -> None:
    done = run("sample", "-d", "levels", "-n", 1, "--length", 16, "--set", option)
    assert done.code == 2
    assert said in done.problem
    assert not Path("genvae-out").exists()


def test_what_cannot_be_met_is_named_and_left_out(
    run: Run, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genvae.workflows.deliver.ATTEMPTS", 1)
    options = ("--set", "density=64", "--length", 2, "--seed", 1, "--out", "o")
    done = run("sample", "-d", "music", "-n", 1, *options)
    assert done.code == 1
    assert "o/music-0001: not made, 1 draws failed" in done.problem
    assert "the nearest has density" in done.problem
    raw = run("sample", "-d", "music", "-n", 1, *options, "--raw")
    assert raw.code == 0
    assert "density: asked 64 (tolerance 1), got" in raw.out
    assert manifest(Path("o"))[0]["met"] is False


def test_a_tempo_and_a_model_without_probes(run: Run, manifest: Manifest) -> None:
    options = ("--length", 2, "--seed", 3, "--set", "tempo=90..100", "--out", "o")
    assert run("sample", "-d", "music", "-n", 3, *options).code == 0
    tempos = [line["attributes"]["tempo"] for line in manifest(Path("o"))]
    assert all(90 <= tempo <= 100 for tempo in tempos)
    assert len(set(tempos)) == 3


def test_the_bundled_model_gives_what_is_asked(run: Run, manifest: Manifest) -> None:
    model = store.bundled()["platformer"]
    wishes = ("--set", "enemies=2", "--set", "coins=3..5")
    options = ("-m", model, "--length", 16, "--seed", 2, *wishes)
    done = run("sample", "-n", 3, *options, "--out", "a")
    assert done.code == 0
    assert "enemies: asked 2, got 2\n" in done.out
    assert "coins: asked 3 to 5, got" in done.out
    lines = manifest(Path("a"))
    assert [line["attributes"]["enemies"] for line in lines] == [2.0, 2.0, 2.0]
    assert all(3 <= line["attributes"]["coins"] <= 5 for line in lines)
    assert all(line["checks"]["playable"] and line["met"] for line in lines)
    assert lines[0]["asked"] == {"enemies": 2.0, "coins": [3.0, 5.0]}
    assert run("sample", "-n", 2, *options, "--out", "b").code == 0
    same = [Path(f, "level-0002.txt").read_bytes() for f in "ab"]
    assert same[0] == same[1]


def test_levels_like_a_file(run: Run, manifest: Manifest) -> None:
    model = store.bundled()["platformer"]
    file = "data/levels/caves.txt"
    options = ("--like", file, "--raw", "--out", "a")
    assert run("sample", "-m", model, "-n", 1, "--seed", 1, *options).code == 0
    (line,) = manifest(Path("a"))
    assert (line["like"], line["likeness"]) == ("caves", 0.9)
    text = Path(file).read_text().splitlines()
    assert line["attributes"]["width"] == len(text[0])
    options = ("--like", file, "--likeness", 0.9, "--length", 16, "--out", "b")
    assert run("sample", "-m", model, "-n", 1, "--seed", 1, *options).code == 0
    assert manifest(Path("b"))[0]["attributes"]["width"] == 16


def test_what_cannot_be_like(run: Run) -> None:
    file = "data/levels/caves.txt"
    missing = run("sample", "-d", "levels", "-n", 1, "--like", "no.txt")
    assert missing.code == 1
    assert missing.problem == "genvae: no.txt: no such file"
    alone = run("sample", "-d", "levels", "-n", 1, "--likeness", 0.5)
    assert alone.code == 2
    assert alone.problem == "genvae: --likeness: give --like FILE too"
    high = run("sample", "-d", "levels", "-n", 1, "--length", "32x32", "--like", file)
    assert high.code == 2
    assert "--length 32x32: --like makes pieces one window high" in high.problem


def test_high_levels_are_asked_for_too(run: Run, manifest: Manifest) -> None:
    options = ("--length", "16x28", "--seed", 1, "--set", "coins=2", "--raw", "--out", "o")
    assert run("sample", "-d", "levels", "-n", 2, *options).code == 0
    lines = manifest(Path("o"))
    assert [line["asked"] for line in lines] == [{"coins": 2.0}] * 2
    assert all(line["got"]["coins"] == line["attributes"]["coins"] for line in lines)
