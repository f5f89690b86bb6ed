"""A placer is fitted beside an autoencoder.

Axes:  N windows · T steps · R rows · X places
"""

from __future__ import annotations

import numpy as np
import torch

from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.text import level_from_rows
from genvae.models.autoencoder import Autoencoder
from genvae.models.placer import Placer
from genvae.settings import PlaceSettings
from genvae.training.batches import Chunks
from genvae.training.placing import fit_placer, moments
from tests.domains.levels.test_facts import ROOM
from tests.models.test_placer import SIZES


def test_moments_and_fitting() -> None:
    codec = LevelsDomain().open({"tileset": "sokoban", "layers": 2})
    windows = codec.encode(level_from_rows(ROOM, codec.tileset)).windows
    codec.observe(windows)
    placement = codec.placement()
    assert placement is not None
    cells = windows["tiles"].transpose(0, 2, 1).reshape(-1, 10)
    settings = PlaceSettings(steps=150, batch=8, width=16, blocks=2, rate=0.01)
    torch.manual_seed(0)
    placer = Placer(codec.spec, (4, 3), placement, settings)

    drawn = torch.from_numpy(np.repeat(cells[None], 64, axis=0).astype(np.int64))
    planes, kind_N, may_NX, target_NX = moments(placer, drawn, np.random.default_rng(0))
    assert planes.shape == (64, placement.planes, 10, 10)
    assert set(kind_N.tolist()) == {0, 1, 2}
    assert bool((target_NX.sum(1) >= 1).all())
    assert bool((target_NX[kind_N == 2].sum(1) == 1).all())
    # What a real level has is never forbidden.
    assert not bool((target_NX.bool() & ~may_NX).any())

    chunks = Chunks([cells] * 4, codec, windows=1, stride=20)
    model = Autoencoder(codec.spec, SIZES)
    found = fit_placer(placer, model, chunks, chunks, settings)
    assert set(found) == {"validation_nats", "validation_nats_without_z"}
    untrained = Placer(codec.spec, (4, 3), placement, settings)
    nothing = fit_placer(untrained, model, chunks, chunks, PlaceSettings(steps=0, width=16))
    # One level and its eight symmetries are soon learned by heart.
    assert found["validation_nats"] < nothing["validation_nats"] - 3
