"""``genvae train --placer-only``: what places things on terrain."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from genvae.errors import ModelProblem
from genvae.models import files
from genvae.workflows.store import open_model

Run = Callable[..., Any]
SOKOBAN = Path(__file__).parents[2] / "genvae" / "pretrained" / "sokoban.safetensors"
RECIPE = """
name = "placed"
domain = "levels"
[codec]
tileset = "sokoban"
layers = 2
[data]
heldout = 0.2
validation = 0.2
windows = 1
[training]
threads = 1
[place]
steps = 3
batch = 4
width = 8
blocks = 1
"""


@pytest.mark.slow
def test_a_placer_is_trained_and_used(run: Run) -> None:
    made = run("sample", "--model", SOKOBAN, "-n", 8, "--seed", 1, "--out", "levels", "--raw", "-q")
    assert made.code == 0, made.err
    Path("placed.toml").write_text(RECIPE)
    asked = ("train", "placed.toml", "--from", SOKOBAN, "--placer-only", "--data", "levels")
    done = run(*asked)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1].endswith("genvae sample --model placed")
    opened = open_model("placed")
    assert opened.model.placer is not None
    assert opened.model.recipe.place.width == 8
    assert set(opened.model.card["training"]["placer"]) == {
        "validation_nats", "validation_nats_without_z",
    }  # fmt: skip
    placed = run("sample", "--model", "placed", "-n", 2, "--seed", 1, "--json", "--raw")
    again = run("sample", "--model", "placed", "-n", 2, "--seed", 1, "--json", "--raw")
    assert placed.code == 0, placed.err
    rows = [Path(row["file"]).read_text() for row in placed.document]
    assert rows == [Path(row["file"]).read_text() for row in again.document]
    for text in rows:
        assert sum(text.count(s) for s in "$*") == 4
        assert sum(text.count(s) for s in "@+") == 1
    prior = ("train", "--domain", "levels", "--from", "placed", "--data", "levels", "--prior-only")
    went_on = run(*prior, "--name", "again", "--steps", 1)
    assert went_on.code == 0, went_on.err
    again = open_model("again")
    assert again.model.placer is not None
    # A part that is trained on leaves the others as they are.
    for name, value in opened.model.placer.state_dict().items():
        assert value.equal(again.model.placer.state_dict()[name]), name
    assert again.model.card["training"]["placer"] == opened.model.card["training"]["placer"]
    taken = run(*asked)
    assert taken.code == 1
    assert "placed.safetensors: exists; give --overwrite" in taken.problem


def test_a_placer_wants_its_codec(run: Run) -> None:
    opened = open_model(str(SOKOBAN))
    if opened.model.placer is None:
        pytest.skip("the bundled model has none")
    alone = files.read(SOKOBAN)
    alone.spec = opened.codec.spec
    with pytest.raises(ModelProblem, match="has a placer, but its codec knows of no placing"):
        _ = alone.placer


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "--placer-only: give --from"),
        (["--from", "trio", "--cleaner-only"], 2, "leave out --placer-only"),
        (["--from", "platformer", "--steps", 2], 1, "[place] is for layered windows"),
        (["--from", "platformer"], 1, "[place] steps: expected 1 step or more"),
    ],
)
def test_placers_that_are_not_trained(
    run: Run, arguments: list[object], code: int, words: str
) -> None:
    done = run("train", "--placer-only", "--data", "data/levels", "--name", "other", *arguments)
    assert done.code == code
    assert words in done.problem
