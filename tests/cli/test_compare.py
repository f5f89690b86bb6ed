"""``genvae compare`` and ``genvae train --preset``."""

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
windows = 1
[model]
encoder_width = 16
encoder_blocks = 1
decoder_width = 16
decoder_blocks = 1
cell_width = 8
cell_blocks = 1
[training]
batch = 2
threads = 1
[condition]
names = ["difficulty", "enemies"]
[prior]
steps = 0
"""


@pytest.mark.slow
def test_a_study_is_made_told_and_not_made_again(run: Run) -> None:
    pytest.importorskip("sklearn")
    Path("small.toml").write_text(RECIPE)
    command = ("compare", "--recipe", "small.toml", "--data", "data/levels", "--out", "o")
    sizes = ("--latents", "8", "--betas", "", "--members", "autoencoder,contractive,conditional")
    done = run(*command, *sizes, "--steps", 2, "--json")
    assert done.code == 0, done.err
    rows = {row["run"]: row for row in done.document["runs"]}
    assert list(rows) == [
        "pca-8", "pca-64", "autoencoder", "contractive", "conditional", "latent-8",
    ]  # fmt: skip
    assert "rate" not in rows["autoencoder"]
    assert rows["latent-8"]["rate"] > 0
    assert Path("o/table.md").read_text().startswith("| run | z | beta | F1 |")
    assert Path("o/figure.png").stat().st_size > 1000
    model = Path("o/runs/contractive/model.safetensors")
    before = model.stat().st_mtime_ns
    assert not (model.parent / "checkpoint.safetensors").exists()

    again = run(*command, *sizes)
    assert again.code == 0, again.err
    assert again.out == "6 runs: o/table.md\n"
    assert model.stat().st_mtime_ns == before
    other = run(*command, *sizes, "--steps", 3)
    assert other.code == 1
    assert "a study of 2 steps, not 3" in other.problem


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--domain", "levels", "--steps", 0), "--steps 0: expected 1 or more"),
        (("--domain", "levels", "--steps", 1, "--minutes", 1), "--steps or --minutes, not both"),
        (("--domain", "levels", "--members", "vea"), "vea: no such preset; did you mean 'vae'?"),
        (("--domain", "levels", "--latents", "7"), "--latents 7: expected 1 to 4"),
        ((), "give --domain"),
    ],
)
def test_one_line_for_each_mistake(run: Run, arguments: tuple[object, ...], message: str) -> None:
    pytest.importorskip("sklearn")
    done = run("compare", *arguments)
    assert done.code == 2
    assert message in done.problem


@pytest.mark.slow
def test_a_preset_is_trained(run: Run, genvae_home: Path) -> None:
    Path("small.toml").write_text(RECIPE + "[loss]\nlearned_rate = 0.2\n")
    command = ("train", "small.toml", "--data", "data/levels", "--steps", 2)
    done = run(*command, "--preset", "autoencoder")
    assert done.code == 0, done.err
    recipe = (genvae_home / "runs" / "small" / "recipe.toml").read_text()
    assert 'bottleneck = "deterministic"' in recipe
    assert "learned_rate = 0.0" in recipe
    wrong = run(*command, "--preset", "autoencodr", "--overwrite")
    assert wrong.code == 2
    assert "--preset autoencodr: no such preset; did you mean 'autoencoder'?" in wrong.problem
