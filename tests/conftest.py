"""What every test may ask for, and the isolation that every test gets."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def genvae_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's data folder of its own for each test, empty."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("GENVAE_HOME", str(folder))
    return folder


@pytest.fixture
def shared_data() -> Path:
    """Local copies of corpora, beside the repository; skips where there are none."""
    if not SHARED.is_dir():
        pytest.skip("no local copies of corpora beside the repository (../shared/data)")
    return SHARED
