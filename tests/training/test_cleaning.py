"""Learning to clean, and hearing damaged chunks."""

from __future__ import annotations

import numpy as np
import torch

from genvae.domains.base import Windows
from genvae.models.autoencoder import Autoencoder
from genvae.models.cleaner import Cleaner
from genvae.settings import CleanSettings
from genvae.training.batches import Chunks
from genvae.training.cleaning import UNDAMAGED, drawn_rates, fit_cleaner
from tests.fakes import SPEC, TINY, BeadCodec, tunes

SETTINGS = CleanSettings(
    steps=120, batch=6, windows=2, width=16, blocks=2, cell_width=12, rate=0.01, dropout=0.0
)


class Fading(BeadCodec):
    """Beads that fall off."""

    damage = ("fallen",)

    def corrupt(
        self,
        windows: Windows,
        rate: float,
        rng: np.random.Generator,
        kinds: object = (),
    ) -> Windows:
        gone = rng.random(windows["bead"].shape) < rate
        return {**windows, "bead": np.where(gone, 0, windows["bead"])}


def test_rates() -> None:
    rates = drawn_rates(4000, 0.2, np.random.default_rng(0))
    assert abs((rates == 0).mean() - UNDAMAGED) < 0.02
    assert rates.max() <= 0.2
    assert rates[rates > 0].min() >= 0.005


def test_chunks_are_heard_as_they_are_unless_asked_otherwise() -> None:
    pieces = tunes(2, 4)
    cells, _ = Chunks(pieces, Fading(), windows=2, stride=8).batch([0, 1])
    rng = np.random.default_rng(0)
    state = rng.bit_generator.state
    assert Chunks(pieces, Fading(), windows=2, stride=8).damaged(cells, rng) is None
    assert rng.bit_generator.state == state
    heard = Chunks(pieces, Fading(), windows=2, stride=8, corrupt=1.0).damaged(cells, rng)
    assert heard is not None
    assert (heard != cells).any()
    assert (heard[..., 1:] == cells[..., 1:]).all()


def test_the_encoder_hears_damage_and_the_decoder_is_judged_on_the_rest() -> None:
    torch.manual_seed(0)
    model = Autoencoder(SPEC, TINY).eval()
    cells, weight = Chunks(tunes(2, 4), Fading(), windows=2, stride=8).batch([0, 1])
    plain = model(cells, weight, [], 0).terms
    torch.manual_seed(1)
    one = model(cells, weight, [], 0, None, cells).terms["kl"]
    assert one == plain["kl"]
    assert model(cells, weight, [], 0, None, torch.zeros_like(cells)).terms["kl"] != one


def test_what_has_fallen_is_put_back() -> None:
    torch.manual_seed(0)
    model, codec = Autoencoder(SPEC, TINY), Fading()
    train = Chunks(tunes(12, 4), codec, windows=2, stride=8)
    validation = Chunks(tunes(4, 4, seed=1), codec, windows=2, stride=16)
    cleaner = Cleaner(SPEC, SETTINGS)
    told: list[float] = []
    figures = fit_cleaner(
        cleaner, model, train, validation, SETTINGS, progress=lambda _, nats: told.append(nats)
    )
    assert len(told) == 120
    assert figures["validation_nats"] < 0.3
    assert not cleaner.training
