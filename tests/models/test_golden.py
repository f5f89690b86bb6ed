"""What bundled models decode from given latents and noise, to the cell."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch

from genvae.models.decoding import decode
from genvae.workflows import store

CELLS = {
    "melody": "89611d135e34a0d0",
    "platformer": "cb9a1335610a5a33",
    "trio": "3e6a9fa5a339479d",
}


@pytest.mark.parametrize("name", CELLS)
def test_old_models_write_what_they_always_wrote(name: str) -> None:
    opened = store.open_model(name)
    spec, (positions, latent) = opened.codec.spec, opened.model.latent_shape
    rng = np.random.Generator(np.random.Philox(7))
    z_NQD = torch.from_numpy(rng.standard_normal((2, positions, latent), dtype=np.float32))
    uniforms_NSR = rng.random((2, spec.steps, spec.rows))
    cells = decode(
        opened.model.decoder,
        z_NQD,
        uniforms_NSR=uniforms_NSR,
        constraints=opened.codec.constraints(),
    )
    found = hashlib.sha256(cells.astype("<i8").tobytes()).hexdigest()[:16]
    assert found == CELLS[name]
