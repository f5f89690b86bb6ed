"""The loop: exact resumption, the best checkpoint, patience, and the log."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from genvae.errors import FileProblem, GenvaeError
from genvae.models.autoencoder import Autoencoder
from genvae.recipe import Recipe
from genvae.settings import LossSettings, TrainingSettings
from genvae.training.batches import Chunks
from genvae.training.loop import Outcome, _schedule, fit
from tests.fakes import SPEC, TINY, BeadCodec, tunes

RECIPE = Recipe(
    "beads",
    "beads",
    model=TINY,
    loss=LossSettings(beta=0.1, warmup=4),
    training=TrainingSettings(
        steps=6, batch=4, rate=0.01, average=0.8, validate_every=3, patience=5, threads=1
    ),
)


def model(seed: int = 0) -> Autoencoder:
    torch.manual_seed(seed)
    return Autoencoder(SPEC, replace(TINY, dropout=0.1))


def run(
    folder: Path,
    *,
    module: Autoencoder | None = None,
    score: Callable[[Autoencoder], dict[str, float]] = lambda _: {"score": 0.0},
    resume: bool = False,
    preview: Callable[[Autoencoder, int], None] | None = None,
    progress: Callable[[int, Any], None] | None = None,
    mix: float = 0.0,
    **training: Any,
) -> tuple[Autoencoder, Outcome]:
    module = module or model()
    recipe = replace(
        RECIPE,
        training=replace(RECIPE.training, **training),
        data=replace(RECIPE.data, mix=mix),
    )
    codec = BeadCodec()
    outcome = fit(
        module,
        Chunks(tunes(8, 4), codec, windows=2, stride=8),
        Chunks(tunes(3, 4, seed=1), codec, windows=2, stride=16),
        recipe,
        folder,
        score=score,
        resume=resume,
        preview=preview,
        progress=progress,
    )
    return module, outcome


def lines(folder: Path) -> list[dict[str, float]]:
    text = (folder / "metrics.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def equal(a: Autoencoder, b: Autoencoder) -> bool:
    return all(torch.equal(v, b.state_dict()[k]) for k, v in a.state_dict().items())


def test_a_resumed_run_is_the_uninterrupted_one(tmp_path: Path) -> None:
    whole, _ = run(tmp_path / "whole")

    class Stop(Exception):
        pass

    def stop(step: int, _: Any) -> None:
        if step == 4:
            raise Stop

    with pytest.raises(Stop):
        run(tmp_path / "parts", progress=stop)
    again, outcome = run(tmp_path / "parts", module=model(seed=9), resume=True)
    assert equal(again, whole)
    assert outcome.step == 6
    checkpoints = [load_file(tmp_path / f / "checkpoint.safetensors") for f in ("whole", "parts")]
    assert checkpoints[0].keys() == checkpoints[1].keys()
    for name, value in checkpoints[0].items():
        assert torch.equal(value, checkpoints[1][name]), name
    kept = [
        [{k: v for k, v in line.items() if k != "seconds"} for line in lines(tmp_path / f)]
        for f in ("whole", "parts")
    ]
    assert kept[0] == kept[1]


def test_equal_seeds_equal_weights(tmp_path: Path) -> None:
    a, _ = run(tmp_path / "a")
    b, _ = run(tmp_path / "b")
    c, _ = run(tmp_path / "c", seed=1)
    assert equal(a, b)
    assert not equal(a, c)


def test_resuming_a_finished_run_gives_its_model(tmp_path: Path) -> None:
    first, outcome = run(tmp_path)
    again, same = run(tmp_path, module=model(seed=9), resume=True)
    assert equal(first, again)
    assert (same.step, same.best_step, same.best) == (6, outcome.best_step, outcome.best)
    assert len(lines(tmp_path)) == 2


def test_resuming_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="not a checkpoint"):
        run(tmp_path, resume=True)


def test_training_learns(tmp_path: Path) -> None:
    _, _ = run(tmp_path, steps=60, validate_every=20)
    losses = [line["validation_loss"] for line in lines(tmp_path)]
    assert losses[-1] < 0.8 * losses[0]


@pytest.mark.parametrize(("scores", "best_step"), [([0, 9, 9], 1), ([9, 0, 9], 2), ([9, 9, 0], 3)])
def test_samples_decide_with_the_loss(tmp_path: Path, scores: list[float], best_step: int) -> None:
    given = iter(scores)
    seen: list[dict[str, torch.Tensor]] = []

    def score(module: Autoencoder) -> dict[str, float]:
        seen.append({k: v.clone() for k, v in module.state_dict().items()})
        return {"score": float(next(given)), "shift_beads": 0.5}

    trained, outcome = run(tmp_path, steps=3, validate_every=1, score=score)
    assert outcome.best_step == best_step
    assert outcome.best["shift_beads"] == 0.5
    # The averaged weights, the very ones that were scored.
    for name, value in trained.state_dict().items():
        assert torch.equal(value, seen[best_step - 1][name])
    assert not trained.training
    log = lines(tmp_path)
    for line, s in zip(log, scores, strict=True):
        assert line["criterion"] == pytest.approx(line["validation_loss"] * (1 + s))


def test_the_loss_alone_decides_where_chunks_are_mixed(tmp_path: Path) -> None:
    run(tmp_path, steps=2, validate_every=1, score=lambda _: {"score": 0.5}, mix=0.5)
    for line in lines(tmp_path):
        assert line["criterion"] == line["validation_loss"]


def test_patience(tmp_path: Path) -> None:
    rising = iter(range(100))
    _, outcome = run(
        tmp_path,
        steps=50,
        validate_every=1,
        patience=3,
        score=lambda _: {"score": 10.0 ** next(rising)},
    )
    assert (outcome.step, outcome.best_step) == (4, 1)


def test_the_log(tmp_path: Path) -> None:
    steps: list[int] = []
    losses: list[float] = []
    previews: list[int] = []
    run(
        tmp_path,
        steps=5,
        validate_every=2,
        progress=lambda n, terms: (steps.append(n), losses.append(terms["loss"])),  # type: ignore[func-returns-value]
        preview=lambda _, n: previews.append(n),
    )
    assert steps == [1, 2, 3, 4, 5]
    log = lines(tmp_path)
    assert [line["step"] for line in log] == previews == [2, 4, 5]
    # Means over the steps since the line before; the last one covers a single step.
    assert [line["train_loss"] for line in log] == pytest.approx(
        [(losses[0] + losses[1]) / 2, (losses[2] + losses[3]) / 2, losses[4]]
    )
    wanted = {"seconds", "criterion", "validation_loss", "validation_nll", "validation_kl", "score"}
    assert wanted <= log[0].keys()


def test_validation_is_at_the_final_beta(tmp_path: Path) -> None:
    run(tmp_path, steps=2, validate_every=1)
    for line in lines(tmp_path):
        assert line["validation_beta_kl"] == pytest.approx(0.1 * line["validation_kl"], rel=1e-4)
        assert line["train_beta_kl"] < 0.06 * line["train_kl"]


def test_a_loss_that_is_never_finite(tmp_path: Path) -> None:
    with pytest.raises(GenvaeError, match="never finite in 2 steps; try a lower"):
        run(tmp_path, steps=2, validate_every=1, score=lambda _: {"score": math.nan})


def test_the_rate_rises_and_falls() -> None:
    rates = [_schedule(step, 1000) for step in range(1000)]
    assert rates[0] == pytest.approx(0.01)
    assert max(rates) == pytest.approx(0.975, abs=0.01)
    assert rates.index(max(rates)) == 99
    assert rates[-1] == pytest.approx(0.02, abs=1e-3)
    assert rates[99:] == sorted(rates[99:], reverse=True)
