"""A model of the fake domain, opened as workflows open models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from genvae.models import files
from genvae.recipe import Recipe
from genvae.settings import DataSettings, LossSettings, TrainingSettings
from genvae.workflows.store import Opened
from tests.fakes import TINY, TINY_PRIOR, BeadCodec, BeadDomain, bead_model

DATA = Path(__file__).resolve().parents[2] / "data"

Open = Callable[..., Opened]


def tiny_recipe(domain: str) -> Recipe:
    """A training of seconds."""
    return Recipe(
        f"tiny-{domain}",
        domain,
        title="a trial",
        data=DataSettings(heldout=0.2, validation=0.2, windows=2, stride=16),
        model=TINY,
        loss=LossSettings(beta=0.1, warmup=2),
        training=TrainingSettings(steps=4, batch=2, validate_every=2, threads=1),
        prior=TINY_PRIOR,
    )


@pytest.fixture(scope="session")
def beads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file with random weights."""
    return bead_model(tmp_path_factory.mktemp("beads") / "beads.safetensors")


@pytest.fixture
def opened(beads: Path) -> Open:
    """Opens the model with a codec whose ``check`` hands out the given verdicts."""

    def call(*verdicts: bool | None) -> Opened:
        codec = BeadCodec(verdicts=list(verdicts or (None,)))
        model = files.read(beads)
        model.spec = codec.spec
        return Opened(model, BeadDomain(), codec)

    return call
