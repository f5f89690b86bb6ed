"""Figures of a model beside the real ones, and the score of a checkpoint.

Axes:  N chunks · S steps · R cells
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from genvae.domains.base import split_cells
from genvae.evaluation import metrics, report
from genvae.evaluation.report import Figures
from genvae.evaluation.score import score_samples
from genvae.models import files
from genvae.models.autoencoder import Autoencoder
from genvae.models.copies import SegmentFilter
from genvae.models.files import ModelFile
from tests.fakes import SPEC, TINY, BeadCodec, bead_model, strings


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    path = tmp_path_factory.mktemp("models") / "beads.safetensors"
    segments = BeadCodec().segments(split_cells(SPEC, strings(1, 3)[0].reshape(3, 8, 3)))
    bead_model(path, copies=SegmentFilter.of(segments), card={})
    found = files.read(path)
    found.spec = SPEC
    return found


def test_beginnings_stand_beside_samples() -> None:
    figures = Figures(samples={"beads": {"made": 0.5}, "knot": {"made": 1.0}})
    long, short = np.zeros((24, 3), dtype=int), np.full((8, 3), 2)
    long[:8, 0], long[16:, 0] = 2, 3
    report.beside_beginnings(BeadCodec(), [long, short], 2, figures)
    assert figures.samples["beads"] == {"made": 0.5, "real_begun": 0.5}
    report.beside_beginnings(BeadCodec(), [short], 2, figures)
    assert figures.samples["beads"]["real_begun"] == 0.5


def test_reconstruction_stands_beside_its_baselines(model: ModelFile) -> None:
    figures = Figures()
    chunks = strings(6, 2)
    drawn = report.reconstruction(model, BeadCodec(), chunks, figures)
    assert drawn["bead"].shape == (12, 1, 8)
    assert set(figures.reconstruction) == {
        "bead_cells",
        "bead_nontrivial",
        "bead_f1",
        "knot_cells",
        "knot_nontrivial",
        "knot_f1",
        "windows_exact",
    }
    for values in figures.reconstruction.values():
        assert set(values) == {"model", "trivial", "another"}
        assert all(0 <= v <= 1 for v in values.values())
    real = split_cells(SPEC, chunks.reshape(-1, 8, 3))
    assert figures.reconstruction["bead_cells"]["trivial"] == pytest.approx(
        float((real["bead"] == 0).mean())
    )
    assert figures.reconstruction["bead_f1"]["trivial"] == 0.0
    with torch.no_grad():
        kl = model.autoencoder.encode(torch.from_numpy(chunks.reshape(-1, 8, 3))).kl_NPD.mean(0)
    assert figures.latent["numbers_a_window"] == 6
    assert figures.latent["nats_a_window"] == pytest.approx(float(kl.sum()), rel=1e-4)
    # An untrained prior prices draws of z dearer than they are worth, but finitely.
    assert 0 < figures.latent["nats_under_the_sequence_prior"] < 100
    assert figures.latent["active_dimensions"] == int((kl > 0.1).sum())
    assert 0 < figures.latent["cells_changed_by_another_z"] <= 1


def test_samples_are_those_of_sample(model: ModelFile) -> None:
    heard: list[int] = []
    codec = BeadCodec()
    made = report.sampled(model, codec, 66, 2, seed=3, progress=heard.append)
    assert heard == [64, 66]
    few = report.sampled(model, codec, 2, 2, seed=3)
    for a, b in zip(few, made, strict=False):
        np.testing.assert_array_equal(a["bead"], b["bead"])
    joined = metrics.join(made)
    assert joined["knot"].shape == (132, 2, 8)


def test_samples_beside_real_ones() -> None:
    real = split_cells(SPEC, strings(30, 1))
    made = {k: np.zeros_like(v) for k, v in real.items()}
    figures = Figures()
    report.compare_samples(BeadCodec(), made, real, real, real, figures)
    beads = figures.samples["beads"]
    expected = float((real["bead"] > 1).mean())
    assert beads["made"] == beads["made_low"] == beads["made_high"] == 0.0
    assert beads["real"] == beads["posterior"] == pytest.approx(expected)
    assert math.isnan(figures.samples["knot"]["made"])
    assert figures.divergences["bead"]["train"] == 0.0
    assert figures.divergences["bead"]["made"] > 0.3
    plain = figures.plain()
    assert plain["samples"]["knot"]["made"] is None
    json.dumps(plain, allow_nan=False)


def test_the_interval_holds_the_mean() -> None:
    values = np.append(np.random.default_rng(0).normal(5.0, 1.0, 400), np.nan)
    low, high = report._interval(values, np.random.default_rng(0))
    assert 4.8 < low < float(np.nanmean(values)) < high < 5.2


def test_copies_are_counted(model: ModelFile, tmp_path: Path) -> None:
    codec = BeadCodec()
    known = split_cells(SPEC, strings(1, 3)[0].reshape(3, 8, 3))
    assert report.copies(model, codec, known) == 1.0
    other = split_cells(SPEC, strings(40, 1, seed=8))
    assert report.copies(model, codec, other) < 0.2
    bare = replace(model, path=model.path)
    bare.__dict__["copies"] = None
    assert math.isnan(report.copies(bare, codec, known))


def test_temperature_of_the_card(model: ModelFile) -> None:
    assert report.temperature(model) == 1.0
    assert report.temperature(replace(model, card={"defaults": {"temperature": 0.7}})) == 0.7


def test_a_checkpoint_is_scored_by_its_samples() -> None:
    torch.manual_seed(0)
    model = Autoencoder(SPEC, TINY)
    real = strings(10, 1)
    before = torch.get_rng_state()
    found = score_samples(model, BeadCodec(), real, 2)
    assert set(found) == {"score", "shift_beads", "shift_knot", "js_bead"}
    assert found["score"] > 0
    assert found == score_samples(model, BeadCodec(), real, 2)
    assert torch.equal(torch.get_rng_state(), before)
    assert model.training


def test_a_checkpoint_is_scored_on_a_single_window() -> None:
    torch.manual_seed(0)
    found = score_samples(Autoencoder(SPEC, TINY), BeadCodec(), strings(1, 1), 1)
    assert all(np.isfinite(v) for v in found.values())


def test_real_windows_score_better_than_noise() -> None:
    codec = BeadCodec()
    a, b = (split_cells(SPEC, strings(200, 1, seed=s)) for s in (0, 1))
    empty = {k: np.zeros_like(v) for k, v in a.items()}
    assert metrics.distance(codec, a, b)["score"] < 0.2
    assert metrics.distance(codec, empty, b)["score"] > 1.0
