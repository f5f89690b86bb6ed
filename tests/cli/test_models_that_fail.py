"""Missing, damaged and foreign model files, and folders that cannot be written to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

Run = Callable[..., Any]


@pytest.fixture
def bad_models(tmp_path: Path, tiny_models: dict[str, Path]) -> Path:
    """A folder of files that are no models."""
    folder = tmp_path / "bad"
    folder.mkdir()
    whole = tiny_models["trio"].read_bytes()
    (folder / "empty.safetensors").write_bytes(b"")
    (folder / "short.safetensors").write_bytes(whole[: len(whole) // 2])
    (folder / "text.safetensors").write_text("not a model")
    save_file({"x": np.zeros(1)}, folder / "foreign.safetensors")
    header = {"format": "99", "version": "7.0", "recipe": "{}", "codec": "{}", "card": "{}"}
    save_file({"x": np.zeros(1)}, folder / "newer.safetensors", header)
    save_file({"x": np.zeros(1)}, folder / "odd.safetensors", header | {"format": "1"})
    return folder


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nothing", "no such model file"),
        ("empty", "not a readable .safetensors file"),
        ("short", "not a readable .safetensors file"),
        ("text", "not a readable .safetensors file"),
        ("foreign", "not one of genvae's"),
        ("newer", "install genvae 7.0 or newer"),
        ("odd", "its recipe: name is missing"),
    ],
)
@pytest.mark.parametrize("command", ["sample -n 1 --model", "models info"])
def test_a_file_that_is_no_model(
    run: Run, bad_models: Path, name: str, expected: str, command: str
) -> None:
    done = run(*command.split(), f"{bad_models}/{name}.safetensors")
    assert done.code == 1
    assert expected in done.problem
    assert not Path("genvae-out").exists()


def test_weights_that_do_not_fit_are_found_before_anything_is_written(
    run: Run, tiny_models: dict[str, Path], tmp_path: Path
) -> None:
    from safetensors import safe_open

    with safe_open(tiny_models["trio"], "np") as file:
        save_file({"decoder.place": np.zeros(3)}, tmp_path / "m.safetensors", file.metadata())
    done = run("sample", "-n", 1, "--model", "m.safetensors")
    assert done.code == 1
    assert "the weights under 'decoder.' do not fit its recipe" in done.problem
    assert not Path("genvae-out").exists()


def test_a_missing_model_says_which_there_are(run: Run) -> None:
    done = run("sample", "-n", 1, "--model", "tria")
    assert done.code == 1
    assert "did you mean 'trio'? known: " in done.problem


def test_a_model_of_another_domain(run: Run) -> None:
    done = run("sample", "-n", 1, "--domain", "levels", "--model", "trio")
    assert done.code == 1
    assert "makes music, not levels" in done.problem


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_made(run: Run, place: str) -> None:
    Path("file").write_text("in the way")
    done = run("sample", "-n", 1, "-d", "music", "--length", 1, "--out", place)
    assert done.code == 1
    assert f"{place}: cannot be made" in done.problem
    assert Path("file").read_text() == "in the way"


def test_a_damaged_model_does_not_hide_the_others(run: Run, at_home: Path) -> None:
    (at_home / "models" / "broken.safetensors").write_text("no")
    done = run("models")
    assert done.code == 1
    assert "broken.safetensors" in done.problem
    assert "trio *\tmusic" in done.out
