"""The autoencoder: shapes, terms, padding, and a decoder that sees no future.

Axes:  N chunks · W windows · S steps of a chunk · R cells · Q positions · D dims of z
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from genvae.models.autoencoder import Autoencoder
from genvae.models.networks import shift
from genvae.models.penalties import KL, LatentNorm, LearnedRate, Schedule
from tests.fakes import SPEC, TINY, TINY_PRIOR, strings

KL_TERM = KL(Schedule(0.5))


def plain() -> Autoencoder:
    """Without noise: what goes in decides what comes out."""
    torch.manual_seed(1)
    return Autoencoder(SPEC, replace(TINY, bottleneck="deterministic")).eval()


def cells(count: int, windows: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(strings(count, windows, seed))


def test_shapes(model: Autoencoder) -> None:
    posterior = model.encode(cells(5, 1))
    assert model.latent_shape == (2, 3)
    assert posterior.mean_NPD.shape == (5, 2, 3)
    assert model.decoder.upsampled(torch.randn(4, 6, 3)).shape == (4, 24, 12)
    assert model.decoder(torch.randn(4, 6, 3), cells(4, 3)).shape == (4, 24, 3, 8)


def test_a_patch_must_divide_the_window() -> None:
    with pytest.raises(ValueError, match="patch 3 does not divide 8 steps"):
        Autoencoder(SPEC, replace(TINY, patch=3))


def test_windows_are_encoded_alone(model: Autoencoder) -> None:
    x = cells(6, 1)
    together = model.encode(x).mean_NPD
    torch.testing.assert_close(model.encode(x[2:3]).mean_NPD, together[2:3])


def test_terms_by_name(model: Autoencoder) -> None:
    x, weight = cells(3, 2), torch.ones(3, 2)
    losses = model(x, weight, [KL_TERM, LatentNorm(0.1)], 0)
    names = {"nll_bead", "nll_knot", "nll", "kl", "beta_kl", "latent_norm", "loss"}
    assert set(losses.terms) == names
    t = losses.terms
    assert t["nll"] == pytest.approx(t["nll_bead"] + t["nll_knot"], rel=1e-5)
    assert t["beta_kl"] == pytest.approx(0.5 * t["kl"], rel=1e-5)
    assert t["loss"] == pytest.approx(t["nll"] + t["beta_kl"] + t["latent_norm"], rel=1e-5)
    assert losses.total.item() == t["loss"]


def test_ignorance_costs_the_logarithm_of_the_categories() -> None:
    model = plain()
    with torch.no_grad():
        for likelihood in model.decoder.likelihoods.values():
            for parameter in likelihood.parameters():
                parameter.zero_()
    terms = model(cells(3, 2), torch.ones(3, 2), [], 0).terms
    # Eight steps a window: a bead of five, two knots of four.
    assert terms["nll_bead"] == pytest.approx(8 * np.log(5), rel=1e-5)
    assert terms["nll_knot"] == pytest.approx(16 * np.log(4), rel=1e-5)


def test_a_plain_autoencoder_has_no_kl() -> None:
    terms = plain()(cells(3, 2), torch.ones(3, 2), [KL_TERM], 0).terms
    assert terms["kl"] == 0
    assert terms["beta_kl"] == 0


def test_padding_adds_nothing() -> None:
    model = plain()
    x, weight = cells(4, 2), torch.ones(4, 2)
    alone = model(x, weight, [LatentNorm(1.0)], 0).terms
    more = torch.cat([x, cells(2, 2, seed=9)])
    padded = model(more, torch.cat([weight, torch.zeros(2, 2)]), [LatentNorm(1.0)], 0).terms
    assert padded == pytest.approx(alone, rel=1e-5)


@torch.no_grad()
def test_padding_at_the_end_of_a_chunk_is_not_scored() -> None:
    model = plain()
    x = cells(1, 3)
    weight = torch.tensor([[1.0, 1.0, 0.0]])
    z = model.encode(x.reshape(3, 8, 3)).mean_NPD.reshape(1, -1, 3)
    features = model.decoder(z, x)
    expected = sum(
        likelihood.loss(features[:, :16, rows], x[:, :16, rows]).sum() / 2
        for likelihood, rows in model.decoder.owners()
    )
    assert model(x, weight, [], 0).terms["nll"] == pytest.approx(float(expected), rel=1e-5)


def test_rows_have_their_owners(model: Autoencoder) -> None:
    owners = [(owner.field.name, rows) for owner, rows in model.decoder.owners()]
    assert owners == [("bead", slice(0, 1)), ("knot", slice(1, 3))]


@pytest.mark.parametrize(("t", "r"), [(0, 0), (5, 1), (7, 2), (8, 0), (15, 2)])
@torch.no_grad()
def test_the_decoder_sees_only_cells_before(model: Autoencoder, t: int, r: int) -> None:
    z, x = torch.randn(1, 4, 3), cells(1, 2)
    before = model.decoder(z, x)
    changed = x.clone()
    changed[0, t, r] = (changed[0, t, r] + 1) % 3
    different = (model.decoder(z, changed) - before).abs().amax(dim=(0, 3)) > 1e-7
    order = [(s, c) for s, c in np.argwhere(different.numpy()).tolist()]
    assert all((s, c) > (t, r) for s, c in order)
    if (t, r) != (15, 2):
        following = (t, r + 1) if r < 2 else (t + 1, 0)
        assert list(following) in [list(o) for o in order]


@torch.no_grad()
def test_the_latents_reach_every_step(model: Autoencoder) -> None:
    z, x = torch.randn(1, 4, 3), cells(1, 2)
    before = model.decoder(z, x)
    z[0, 0] += 1.0
    assert ((model.decoder(z, x) - before).abs().amax(dim=(0, 2, 3)) > 1e-7)[:4].all()


def test_hidden_steps_only_in_training(model: Autoencoder) -> None:
    z, x = torch.randn(2, 4, 3), cells(2, 2)
    torch.testing.assert_close(model.decoder(z, x), model.decoder(z, x), rtol=0, atol=0)
    model.train()
    assert not torch.allclose(model.decoder(z, x), model.decoder(z, x))


def test_every_weight_is_trained(model: Autoencoder) -> None:
    model.train()
    model(cells(4, 2), torch.ones(4, 2), [KL_TERM], 0).total.backward()
    dead = [n for n, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert dead == []


def test_a_prior_learned_along_prices_the_latents() -> None:
    torch.manual_seed(0)
    model = Autoencoder(SPEC, TINY, TINY_PRIOR).eval()
    assert model.prior is not None
    weight = torch.tensor([[1.0, 1.0], [1.0, 0.0]])
    losses = model(cells(2, 2), weight, [LearnedRate(Schedule(0.5))], 0)
    assert losses.terms["learned_rate"] == pytest.approx(0.5 * losses.terms["rate"])
    losses.total.backward()
    assert all(p.grad is not None for p in model.prior.parameters())


def test_the_rate_under_a_standard_prior_is_the_kl() -> None:
    """With one standard normal for every dimension, log q - log p averages to the closed form."""
    torch.manual_seed(0)
    model = Autoencoder(SPEC, TINY, replace(TINY_PRIOR, components=1)).eval()
    assert model.prior is not None
    with torch.no_grad():
        model.prior.likelihood.head.weight.zero_()
        model.prior.likelihood.head.bias.zero_()
        terms = model(cells(400, 4), torch.ones(400, 4), [], 0).terms
    assert terms["rate"] == pytest.approx(terms["kl"], abs=0.15)


def test_shift_brings_zeros() -> None:
    x = torch.tensor([[1, 2, 3]])
    assert shift(x, 1).tolist() == [[0, 1, 2]]
    assert shift(x, 2).tolist() == [[0, 0, 1]]
    assert shift(x, 5).tolist() == [[0, 0, 0]]
