"""Latents through noise: levels, and a decoder settled at one of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from genvae.models.autoencoder import Autoencoder, Decoder
from genvae.models.blur import Blur, blurred
from tests.fakes import SPEC, TINY

MISTY = replace(TINY, blur=0.5)


@pytest.fixture
def decoder() -> Decoder:
    """A decoder for which levels matter."""
    torch.manual_seed(0)
    found = Decoder(SPEC, MISTY).eval()
    assert found.blur is not None
    torch.nn.init.normal_(found.blur.out.weight)
    return found


def test_blurred_latents_keep_their_variance() -> None:
    torch.manual_seed(0)
    z = torch.randn(4, 20_000)
    level = torch.tensor([0.0, 0.3, 0.8, 1.0])[:, None]
    out = blurred(z, level, torch.randn_like(z))
    assert out.std(1).tolist() == pytest.approx([1, 1, 1, 1], abs=0.03)
    alike = (out * z).mean(1)
    assert alike.tolist() == pytest.approx([1, 0.954, 0.6, 0], abs=0.03)


def test_nothing_changes_at_level_0() -> None:
    blur = Blur(6)
    torch.nn.init.normal_(blur.out.weight)
    factor, shift = blur(torch.tensor([0.0, 0.7]))
    assert factor[0].tolist() == [1.0] * 6
    assert shift[0].tolist() == [0.0] * 6
    assert (factor[1] != 1).all()
    assert (shift[1] != 0).all()


def test_a_decoder_that_begins_to_hear_blur_is_the_one_it_was() -> None:
    torch.manual_seed(0)
    plain = Autoencoder(SPEC, TINY)
    torch.manual_seed(0)
    misty = Autoencoder(SPEC, MISTY)
    found = misty.load_state_dict(plain.state_dict(), strict=False)
    assert all(name.startswith("decoder.blur.") for name in found.missing_keys)
    z, cells = torch.randn(2, 4, 3), torch.randint(0, 4, (2, 16, 3))
    level = torch.tensor([0.3, 0.9])
    torch.testing.assert_close(
        misty.eval().decoder(z, cells, None, level), plain.eval().decoder(z, cells)
    )


@torch.no_grad()
def test_a_settled_decoder_hears_as_if_told_the_level(decoder: Decoder) -> None:
    z, cells = torch.randn(2, 4, 3), torch.randint(0, 4, (2, 16, 3))
    told = decoder(z, cells, None, torch.tensor([0.6, 0.6]))
    torch.testing.assert_close(decoder.hearing(0.6)(z, cells), told)
    assert not torch.allclose(decoder(z, cells), told)
    assert decoder.hearing(0.0) is decoder
