"""Tiny networks of the fake domain."""

from __future__ import annotations

import pytest
import torch

from genvae.models.autoencoder import Autoencoder
from tests.fakes import SPEC, TINY


@pytest.fixture
def model() -> Autoencoder:
    """Random weights, large enough that every input matters; not in training."""
    torch.manual_seed(3)
    autoencoder = Autoencoder(SPEC, TINY).eval()
    with torch.no_grad():
        for name, parameter in autoencoder.named_parameters():
            if name.endswith(("out.weight", "place")):
                parameter.normal_(std=0.3)
    return autoencoder
