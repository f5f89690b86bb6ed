"""Fitting priors to latents: an easy sequence costs less than N(0, I) says.

Axes:  S positions of a piece · D dims of z
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from genvae.domains.base import Field, WindowSpec
from genvae.models.autoencoder import Autoencoder
from genvae.models.prior import SequencePrior
from genvae.settings import PriorSettings
from genvae.training.batches import Chunks
from genvae.training.prior import (
    Draw,
    Latents,
    count_form,
    drawn_from,
    evaluate,
    fit_gaussian,
    fit_sequence_prior,
    latents_of,
    stretches,
)
from tests.fakes import SPEC, TINY, TINY_PRIOR, BeadCodec, strings, tunes


def walks(count: int, length: int, seed: int, keep: float = 0.95) -> list[Latents]:
    """AR(1) in two dimensions with unit variance, known to within a hundredth."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        z = rng.standard_normal((length, 2))
        for t in range(1, length):
            z[t] = keep * z[t - 1] + math.sqrt(1 - keep**2) * z[t]
        found.append((z.astype(np.float32), np.full((length, 2), 0.01, dtype=np.float32)))
    return found


def draws(prior: SequencePrior, settings: PriorSettings, pieces: list[Latents]) -> Draw:
    return lambda rng: stretches(prior, pieces, settings, rng)


SETTINGS = replace(TINY_PRIOR, steps=200, batch=8, positions=12, dropout=0.0, rate=0.01)
STANDARD = 0.5 * (1 + math.log(2 * math.pi))
"""Nats that a standard normal number costs under N(0, 1)."""


def test_an_easy_sequence_is_learned() -> None:
    torch.manual_seed(0)
    prior = SequencePrior(2, 2, SETTINGS)
    heard: list[int] = []
    figures = fit_sequence_prior(
        prior,
        draws(prior, SETTINGS, walks(20, 24, seed=0)),
        walks(6, 24, seed=1),
        SETTINGS,
        progress=lambda n, _: heard.append(n),
    )
    best_possible = 4 * (STANDARD + 0.5 * math.log(1 - 0.95**2))
    standard = 4 * STANDARD
    assert best_possible < figures["validation_nll"] < standard - 1.5
    assert heard == list(range(1, 201))
    assert not prior.training
    assert evaluate(prior, walks(6, 24, seed=1), SETTINGS) == figures["validation_nll"]


def test_equal_seeds_equal_priors() -> None:
    made = []
    for _ in range(2):
        torch.manual_seed(0)
        prior = SequencePrior(2, 2, TINY_PRIOR)
        draw = draws(prior, TINY_PRIOR, walks(4, 8, 0))
        fit_sequence_prior(prior, draw, walks(2, 8, 1), TINY_PRIOR, seed=3)
        made.append(prior.state_dict())
    assert all(torch.equal(v, made[1][k]) for k, v in made[0].items())


def test_batches_begin_at_windows_and_pad_short_pieces() -> None:
    prior = SequencePrior(2, 1, TINY_PRIOR)
    settings = replace(TINY_PRIOR, batch=60, positions=6)
    counted = np.arange(1, 12, dtype=np.float32)[:, None]
    long: Latents = (counted, np.zeros_like(counted))
    short: Latents = (-counted[:4], np.zeros_like(counted[:4]))
    batch = stretches(prior, [long, short], settings, np.random.default_rng(0))
    z, weight = batch.z_NQD, batch.weight_NQ
    assert set(batch.places) == {(0, 5), (1, 5), (2, 5), (0, 2)}
    assert z.shape == (60, 6, 1)
    begins = {float(row[0, 0]) for row in z}
    assert begins == {1.0, 3.0, 5.0, -1.0}
    for row, w in zip(z, weight, strict=True):
        assert w.tolist() == ([1.0] * 6 if row[0] > 0 else [1.0] * 4 + [0.0] * 2)
        assert row[w == 0].abs().sum() == 0


def test_latents_of_a_piece() -> None:
    torch.manual_seed(0)
    model = Autoencoder(SPEC, TINY).eval()
    cells_SR = strings(1, 3)[0]
    mean, sigma = latents_of(model, cells_SR.astype(np.uint16))
    assert mean.shape == sigma.shape == (6, 3)
    with torch.no_grad():
        posterior = model.encode(torch.from_numpy(cells_SR[8:16])[None])
    np.testing.assert_allclose(mean[2:4], posterior.mean_NPD[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(sigma[2:4] ** 2, posterior.variance()[0], rtol=1e-5)


def test_the_gaussian_is_one_over_windows() -> None:
    torch.manual_seed(0)
    model = Autoencoder(SPEC, TINY).eval()
    latents = [latents_of(model, cells) for cells in strings(5, 3)]
    prior = fit_gaussian(model, latents)
    flat = np.concatenate([m for m, _ in latents]).reshape(15, 6)
    np.testing.assert_allclose(prior.mean, flat.mean(0), atol=1e-5)
    spread = np.concatenate([s for _, s in latents]).reshape(15, 6) ** 2
    covariance = (prior.factor @ prior.factor.T).numpy()
    np.testing.assert_allclose(np.diag(covariance), flat.var(0) + spread.mean(0), rtol=1e-3)


def test_a_prior_learned_along_keeps_its_scale() -> None:
    prior = SequencePrior(2, 2, SETTINGS)
    far = [(m * 3 + 1, s) for m, s in walks(4, 24, seed=0)]
    draw = draws(prior, SETTINGS, far)
    fit_sequence_prior(prior, draw, far, replace(SETTINGS, steps=1), fresh=False)
    assert prior.mean.tolist() == [0.0, 0.0]
    assert prior.scale.tolist() == [1.0, 1.0]


def test_draws_are_posteriors_of_varied_chunks() -> None:
    torch.manual_seed(0)
    model = Autoencoder(SPEC, TINY).eval()
    pieces = [*tunes(3, 4), strings(1, 1)[0].astype(np.uint16)]
    draw = drawn_from(model, Chunks(pieces, BeadCodec(), windows=2, stride=8), 40)
    batch = draw(np.random.default_rng(0))
    z, weight = batch.z_NQD, batch.weight_NQ
    assert z.shape == (40, 4, 3)
    assert weight.shape == (40, 4)
    assert {tuple(w.tolist()) for w in weight} == {(1.0,) * 4, (1.0, 1.0, 0.0, 0.0)}
    assert not z.requires_grad
    again = draw(np.random.default_rng(0)).z_NQD
    assert not torch.equal(z, again)


def test_a_prior_with_a_form_learns_what_returns() -> None:
    # Pieces of a random window, another, and the first once more, a little changed.
    rng = np.random.default_rng(0)
    settings = replace(SETTINGS, form=True, positions=6, steps=250)

    def pieces(count: int) -> list[Latents]:
        out = []
        for _ in range(count):
            a, b = rng.standard_normal((2, 2, 2))
            mean = np.concatenate([a, b, a + 0.03]).astype(np.float32)
            out.append((mean, np.full_like(mean, 0.05)))
        return out

    train, validation = pieces(60), pieces(10)
    spec = WindowSpec((Field("letter", 2),), steps=2)
    cells = np.array([[0], [0], [1], [1], [0], [0]])
    costs = {}
    for form in (False, True):
        torch.manual_seed(0)
        asked = replace(settings, form=form)
        prior = SequencePrior(2, 2, asked)
        draw = draws(prior, asked, train)
        count_form(prior, [(cells, latents) for latents in train], spec)
        found = fit_sequence_prior(prior, draw, validation, asked)
        costs[form] = found["validation_nll"]
    assert prior.form is not None
    assert prior.noise.tolist() == pytest.approx([0.0025, 0.0025])
    # The third window may cost little where its reference is heard: a third of all.
    assert costs[True] < costs[False] - 0.5
    lag, _, again = prior.form.sample(3, np.random.default_rng(1))
    assert lag.tolist() == [0, 0, 2]
    assert again[:, 0].tolist() == [False, False, True]
