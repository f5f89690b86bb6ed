"""``genvae train`` and ``genvae evaluate``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

RECIPE = """
name = "small"
domain = "levels"

[codec]
tileset = "platformer"

[data]
heldout = 0.3
validation = 0.3
windows = 2

[model]
patch = 2
latent = 4
encoder_width = 16
encoder_blocks = 1
decoder_width = 16
decoder_blocks = 1
cell_width = 8
cell_blocks = 1

[training]
steps = 4
batch = 2
validate_every = 2
threads = 1

[prior]
steps = 0
"""


@pytest.mark.slow
def test_a_model_is_trained_used_resumed_and_judged(run: Run, genvae_home: Path) -> None:
    Path("small.toml").write_text(RECIPE)
    command = ("train", "small.toml", "--data", "data/levels")
    done = run(*command, "--steps", 2)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == f"run {genvae_home / 'runs' / 'small'}"
    assert any(line.startswith("train 2/2 nll_tiles ") for line in lines)
    assert lines[-1].endswith("genvae sample --model small")
    assert run("sample", "--model", "small", "-n", 1, "--raw", "--out", "o").code == 0
    scored = run("score", "data/levels/caves.txt", "--model", "small", "--json")
    assert 0 <= scored.document[0]["percentile"] <= 100
    edited = run("edit", "data/levels/caves.txt", "--set", "coins=+1", "--model", "small")
    assert "coins: asked +1, moved" in edited.out

    again = run(*command)
    assert again.code == 1
    assert "exists; give --overwrite or another --name" in again.problem
    other = run(*command, "--name", "other", "--steps", 2, "--from", "small", "--quiet")
    assert (other.code, other.out) == (0, "")

    resumed = run("train", "--resume", "small", "--steps", 4)
    assert resumed.code == 0, resumed.err
    assert "train 4/4" in resumed.out
    assert "train 2/4" not in resumed.out

    judged = run("evaluate", "small", "--data", "data/levels", "--windows", 8, "--write", "--json")
    assert judged.code == 0, judged.err
    assert "tiles_f1" in judged.document[0]["reconstruction"]
    assert "tiles_f1" in run("models", "info", "small").out


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        ([], 2, "give a recipe (climber, drums, dungeon, mario, melody, piano"),
        (["-d", "levels", "--name", "x"], 2, "give a recipe"),
        (["trjo"], 2, "trjo: no such recipe; did you mean 'trio'?"),
        (["none.toml"], 1, "none.toml: no such recipe"),
        (["bad.toml"], 1, "unknown key 'colour'"),
        (["trio", "--name", "new"], 1, "get it with: genvae corpora get lakh_trio"),
        (["trio", "--name", "../up"], 2, "--name ../up: expected letters"),
        (["trio", "--name", "new", "--steps", "0"], 2, "--steps 0: expected 1 or more"),
        (["trio", "--domain", "levels"], 2, "--domain levels: the recipe is of music"),
        (["trio", "--layout", "quintet"], 2, "--layout quintet: "),
        (["trio", "--tileset", "mario"], 2, "--tileset mario: "),
        (["trio", "--data", "nowhere"], 1, "--data nowhere: no such folder"),
        (["trio", "--data", "data/songs"], 1, "trio.safetensors: exists; give --overwrite"),
        (["--resume", "nothing"], 1, "--resume nothing: no run with a checkpoint"),
        (["trio", "--resume", "nothing"], 2, "leave out a recipe"),
    ],
)
def test_train_refuses_and_leaves_nothing(
    run: Run, genvae_home: Path, arguments: list[str], code: int, expected: str
) -> None:
    Path("bad.toml").write_text('name = "a"\ndomain = "music"\ncolour = 1\n')
    done = run("train", *arguments)
    assert done.code == code
    assert expected in done.problem
    assert not (genvae_home / "runs").exists()


def test_training_without_the_extra_says_how_to_get_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genvae.workflows.runs.find_spec", lambda _name: None)
    done = run("train", "trio", "--name", "new")
    assert done.code == 1
    assert 'pip install "genvae[train]"' in done.problem
