"""Fewer numbers in z, from a model that has more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from genvae.models.autoencoder import Autoencoder
from genvae.training.fold import HEARD, folded
from tests.fakes import SPEC, TINY


def test_what_the_decoder_hears_is_kept() -> None:
    torch.manual_seed(1)
    whole = Autoencoder(SPEC, TINY).eval()
    with torch.no_grad():  # of three numbers the decoder hears two directions
        two = torch.randn(2, 3)
        whole.decoder.unfold.weight.copy_(torch.randn(12, 2) @ two)
    less = Autoencoder(SPEC, replace(TINY, latent=2)).eval()
    less.load_state_dict(folded(whole.state_dict(), 2))
    rng = np.random.default_rng(0)
    cells = np.stack([rng.integers(0, f.categories, (4, 8)) for f, _ in SPEC.cells()], axis=-1)
    cells_NTR = torch.from_numpy(cells)
    with torch.no_grad():
        z, short = whole.encode(cells_NTR), less.encode(cells_NTR)
        assert short.mean_NPD.shape[-1] == 2
        heard = whole.decoder.unfold(z.mean_NPD)
        torch.testing.assert_close(less.decoder.unfold(short.mean_NPD), heard)
        torch.testing.assert_close(
            less.decoder(short.mean_NPD, cells_NTR), whole.decoder(z.mean_NPD, cells_NTR)
        )
    assert short.log_variance_NPD is not None


def test_a_model_without_a_distribution() -> None:
    whole = Autoencoder(SPEC, replace(TINY, bottleneck="deterministic"))
    less = Autoencoder(SPEC, replace(TINY, bottleneck="deterministic", latent=1))
    less.load_state_dict(folded(whole.state_dict(), 1))
    assert less.state_dict()[HEARD].shape == (12, 1)


def test_as_many_numbers_are_left_as_they_are() -> None:
    state = Autoencoder(SPEC, TINY).state_dict()
    for latent in (3, 9):
        assert folded(state, latent).keys() == state.keys()
        assert folded(state, latent)[HEARD] is state[HEARD]
