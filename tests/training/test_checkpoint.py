"""Checkpoints and the average of the weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from genvae.errors import FileProblem
from genvae.training import checkpoint


class Rig:
    """A small training: everything that a checkpoint holds."""

    def __init__(self, seed: int, width: int = 3) -> None:
        torch.manual_seed(seed)
        self.module = nn.Sequential(nn.Linear(2, width), nn.Dropout(0.5), nn.Linear(width, 1))
        self.average = checkpoint.Average(self.module, 0.9)
        self.optimizer = torch.optim.AdamW(self.module.parameters(), 0.1, fused=True)
        self.rng = np.random.default_rng(seed)

    def step(self, number: int) -> None:
        x = torch.from_numpy(self.rng.standard_normal((4, 2)).astype(np.float32))
        self.module(x).square().sum().backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.average.update(self.module, number)

    def save(self, path: Path) -> None:
        state = {"step": 3, "best": 0.25}
        checkpoint.save(path, self.module, self.average, self.optimizer, self.rng, state)

    def load(self, path: Path) -> dict[str, object]:
        return checkpoint.load(path, self.module, self.average, self.optimizer, self.rng)


def equal(a: Rig, b: Rig) -> bool:
    mine = [*a.module.parameters(), *a.average.values]
    theirs = [*b.module.parameters(), *b.average.values]
    return all(torch.equal(x, y) for x, y in zip(mine, theirs, strict=True))


def test_a_run_goes_on_exactly(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    whole = Rig(0)
    for i in range(3):
        whole.step(i)
    whole.save(path)
    for i in range(3, 6):
        whole.step(i)
    again = Rig(1)
    assert again.load(path) == {"step": 3, "best": 0.25}
    for i in range(3, 6):
        again.step(i)
    assert equal(again, whole)
    assert [p.name for p in tmp_path.iterdir()] == ["c.safetensors"]


def test_average_by_hand() -> None:
    module = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        module.weight.fill_(0.0)
    average = checkpoint.Average(module, 0.5)
    with torch.no_grad():
        module.weight.fill_(1.0)
    average.update(module, 0)  # decay min(0.5, 1/10)
    assert average.values[0].item() == pytest.approx(0.9)
    average.update(module, 1000)  # decay 0.5
    assert average.values[0].item() == pytest.approx(0.95)


def test_swapping_twice_changes_nothing() -> None:
    rig = Rig(0)
    rig.step(0)
    before = [p.detach().clone() for p in rig.module.parameters()]
    mean = [v.clone() for v in rig.average.values]
    rig.average.swap(rig.module)
    assert all(torch.equal(a, b) for a, b in zip(rig.module.parameters(), mean, strict=True))
    rig.average.swap(rig.module)
    assert all(torch.equal(a, b) for a, b in zip(rig.module.parameters(), before, strict=True))


def test_of_another_recipe(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    rig = Rig(0)
    rig.step(0)
    rig.save(path)
    with pytest.raises(FileProblem, match="a checkpoint of another recipe") as problem:
        Rig(0, width=5).load(path)
    assert "\n" not in str(problem.value)


def test_not_a_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    with pytest.raises(FileProblem, match="not a checkpoint"):
        Rig(0).load(path)
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(FileProblem, match="not a checkpoint"):
        Rig(0).load(path)
    save_file({"weight": torch.zeros(1)}, path)
    with pytest.raises(FileProblem, match="a checkpoint of another recipe"):
        Rig(0).load(path)
