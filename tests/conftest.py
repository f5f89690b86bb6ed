"""What every test may ask for, and the isolation that every test gets."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Networks this small are slower on several threads; read when torch is first imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A busy machine is slow, not wrong.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

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


TINY = {
    "encoder_width": 16,
    "encoder_blocks": 1,
    "decoder_width": 16,
    "decoder_blocks": 1,
    "cell_width": 8,
    "cell_blocks": 1,
    "latent": 4,
}
"""Sizes of a network that answers at once."""


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A model file for each domain, by the name of its default model; the weights are noise."""
    import torch

    from genvae.domains import registry
    from genvae.models import files
    from genvae.models.autoencoder import Autoencoder
    from genvae.models.copies import SegmentFilter
    from genvae.models.prior import GaussianPrior
    from genvae.recipe import Recipe
    from genvae.settings import ModelSettings

    # Small operations gain nothing from threads, and wait for one another on a busy machine.
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("models")
    found = {}
    for domain, patch in (("music", 4), ("levels", 2)):
        codec = registry.get(domain).open({})
        name = str(registry.get(domain).default_model)
        settings = ModelSettings(patch=patch, **TINY)  # type: ignore[arg-type]
        with torch.random.fork_rng():
            torch.manual_seed(0)
            model = Autoencoder(codec.spec, settings).eval()
        positions, latent = model.latent_shape
        found[name] = folder / f"{name}.safetensors"
        files.save(
            found[name],
            autoencoder=model,
            gaussian=GaussianPrior(positions * latent),
            sequence=None,
            copies=SegmentFilter.of([b"known"]),
            recipe=Recipe(name, domain, title=f"a tiny model of {domain}", model=settings),
            codec=codec.config,
            card={
                "title": f"a tiny model of {domain}",
                "corpora": [{"name": "none", "licence": "CC0", "may_ship_samples": "yes"}],
                "defaults": {"prior": "gaussian", "temperature": 1.0},
                "figures": {"pieces": {"playable": {"made": 0.5, "real": 1.0}}},
            },
            version="0",
        )
    return found


@pytest.fixture
def at_home(tiny_models: dict[str, Path], genvae_home: Path) -> Path:
    """The user's data folder with a tiny model under the name of each domain's default one."""
    (genvae_home / "models").mkdir()
    for path in tiny_models.values():
        shutil.copy(path, genvae_home / "models")
    return genvae_home
