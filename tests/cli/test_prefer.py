"""``genvae train --prefer-only``: a prior that prefers what can be played."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from genvae.workflows.store import open_model
from tests.cli.conftest import DATA

Run = Callable[..., Any]
LEVELS = DATA / "levels"
PRETRAINED = Path(__file__).parents[2] / "genvae" / "pretrained"
PLATFORMER = PRETRAINED / "platformer.safetensors"
RECIPE = """
name = "taught"
domain = "levels"
[codec]
tileset = "platformer"
[data]
heldout = 0.2
validation = 0.2
windows = 1
[training]
threads = 1
[prior]
batch = 2
positions = 16
[prefer]
pairs = 4
length = "64x16"
steps = 3
batch = 2
"""


@pytest.mark.slow
def test_a_prior_is_taught(run: Run) -> None:
    Path("taught.toml").write_text(RECIPE)
    done = run("train", "taught.toml", "--from", PLATFORMER, "--prefer-only", "--data", LEVELS)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1].endswith("genvae sample --model taught")
    taught, before = open_model("taught").model, open_model(str(PLATFORMER)).model
    assert taught.recipe.prefer.pairs == 4
    assert taught.card["training"]["prefer"]["pairs"] == 4
    assert taught.sequence is not None
    assert before.sequence is not None
    own, old = taught.sequence.state_dict(), before.sequence.state_dict()
    assert any(not torch.equal(own[k], old[k]) for k in own)
    for name, value in taught.decoder.state_dict().items():
        assert torch.equal(value, before.decoder.state_dict()[name]), name
    assert run("sample", "--model", "taught", "-n", 2, "--seed", 1).code == 0


def test_what_cannot_be_taught(run: Run) -> None:
    Path("taught.toml").write_text(RECIPE.replace("pairs = 4", "pairs = 0"))
    asked = ("train", "taught.toml", "--from", PLATFORMER, "--prefer-only", "--data", LEVELS)
    assert "[prefer] pairs and steps: expected 1 or more" in run(*asked).problem
    Path("taught.toml").write_text(RECIPE)
    done = run(
        "train",
        "taught.toml",
        "--from",
        PRETRAINED / "trio.safetensors",
        "--prefer-only",
        "--data",
        LEVELS,
    )
    assert "[prefer]: trio has no sequence prior without forms" in done.problem
    both = run(*asked, "--placer-only")
    assert "leave out --" in both.problem
    formed = RECIPE.replace("[prior]", "[prior]\nform = true")
    Path("taught.toml").write_text(formed)
    done = run("train", "taught.toml", "--data", LEVELS, "--overwrite")
    assert "[prefer]: expected a sequence prior without forms" in done.problem
