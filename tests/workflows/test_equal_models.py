"""What a training begins with decides how it ends; what it cannot begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open

from genvae.errors import RecipeProblem
from genvae.models import files
from genvae.recipe import Recipe
from genvae.workflows.listener import Listener
from genvae.workflows.train import train
from tests.fakes import TINY

from .conftest import DATA, tiny_recipe  # noqa: TID252


def tensors(path: Path) -> Mapping[str, np.ndarray]:
    with safe_open(path, "np") as file:
        return {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118


def short(**training: Any) -> Recipe:
    base = tiny_recipe("levels")
    settings = replace(base.training, steps=2, **training)
    return replace(base, training=settings, prior=replace(base.prior, steps=0))


def levels(tmp_path: Path, count: int) -> Path:
    folder = tmp_path / "levels"
    folder.mkdir()
    for path in sorted((DATA / "levels").iterdir())[:count]:
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_equal_recipes_equal_models(tmp_path: Path) -> None:
    folder = levels(tmp_path, 4)
    made = [
        tensors(train(r, out=tmp_path / f"{i}.safetensors", run=tmp_path / f"{i}", folder=folder))
        for i, r in enumerate([short(), short(), short(seed=1)])
    ]
    assert made[0].keys() == made[1].keys()
    assert all((v == made[1][k]).all() for k, v in made[0].items())
    assert any((v != made[2][k]).any() for k, v in made[0].items())
    bare = files.read(tmp_path / "0.safetensors")
    assert bare.sequence is None
    assert bare.card["defaults"]["prior"] == "gaussian"


def test_going_on_from_a_model(tmp_path: Path) -> None:
    folder = levels(tmp_path, 4)
    first = train(short(), out=tmp_path / "a.safetensors", run=tmp_path / "a", folder=folder)
    still = replace(short(rate=0.0), name="b")
    again = train(
        still, out=tmp_path / "b.safetensors", run=tmp_path / "b", folder=folder, start=first
    )
    a, b = tensors(first), tensors(again)
    weights = [k for k in a if k.startswith(("encoder.", "decoder.", "bottleneck."))]
    assert all((a[k] == b[k]).all() for k in weights)
    wider = replace(short(), model=replace(TINY, decoder_width=20))
    with pytest.raises(RecipeProblem, match="its sizes differ from the recipe's"):
        train(wider, out=tmp_path / "c", run=tmp_path / "c-run", folder=folder, start=first)


def test_fewer_numbers_in_z_are_told(tmp_path: Path) -> None:
    folder = levels(tmp_path, 4)
    first = train(short(), out=tmp_path / "a.safetensors", run=tmp_path / "a", folder=folder)
    less, lines = replace(short(), model=replace(TINY, latent=2)), list[str]()
    told: dict[str, Any] = {"run": tmp_path / "b", "folder": folder, "start": first}
    out = train(less, out=tmp_path / "b.safetensors", listen=Listener(say=lines.append), **told)
    assert "z has 2 numbers a place in place of 3: those heard most are kept" in lines
    assert tensors(out)["decoder.unfold.weight"].shape[1] == 2
    # Where latents are to stay, they cannot become shorter.
    for part in ("prior_only", "decoder_only"):
        with pytest.raises(RecipeProblem, match="its sizes differ from the recipe's"):
            train(less, out=tmp_path / "c", **told, **{part: True})


def test_too_few_files_to_split(tmp_path: Path) -> None:
    with pytest.raises(RecipeProblem, match="give at least three unlike files"):
        train(short(), out=tmp_path / "m", run=tmp_path / "r", folder=levels(tmp_path, 1))


def test_a_patch_that_does_not_divide_the_window(tmp_path: Path) -> None:
    odd = replace(short(), model=replace(TINY, patch=3))
    with pytest.raises(RecipeProblem, match=r"\[model\] patch = 3: does not divide the window"):
        train(odd, out=tmp_path / "m", run=tmp_path / "r", folder=levels(tmp_path, 4))
    assert not (tmp_path / "m").exists()
