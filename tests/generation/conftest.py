"""A model file of the fake domain, with every prior."""

from __future__ import annotations

from pathlib import Path

import pytest

from genvae.models import files
from genvae.models.files import ModelFile
from tests.fakes import SPEC, bead_model


@pytest.fixture(scope="session")
def beads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file with random weights."""
    return bead_model(tmp_path_factory.mktemp("beads") / "beads.safetensors")


@pytest.fixture
def model(beads: Path) -> ModelFile:
    """The file, opened."""
    found = files.read(beads)
    found.spec = SPEC
    return found
