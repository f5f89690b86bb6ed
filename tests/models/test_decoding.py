"""Cell by cell is the same model as all at once, and keeps the rules.

Axes:  N pieces · Q latent positions · S steps · R cells · K categories · D dims of z
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from genvae.domains.base import OPEN, Field
from genvae.models.autoencoder import Autoencoder
from genvae.models.decoding import _pick, _tempered, decode
from tests.fakes import LONGER, BeadRules


def latents(count: int, windows: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(
        np.random.default_rng(seed).standard_normal((count, 2 * windows, 3)).astype(np.float32)
    )


def noise(count: int, windows: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((count, 8 * windows, 3))


@torch.no_grad()
def logits(model: Autoencoder, z_NQD: torch.Tensor, cells: np.ndarray) -> list[torch.Tensor]:
    """Of each cell in decoding order, teacher-forced: ``(N, S, K)``."""
    features = model.decoder(z_NQD, torch.from_numpy(cells))
    return [
        model.decoder.likelihood(field.name).logits(features[:, :, row])
        for row, (field, _) in enumerate(model.spec.cells())
    ]


@pytest.mark.parametrize("windows", [1, 3])
def test_greedy_cells_are_the_most_likely_of_the_parallel_pass(
    model: Autoencoder, windows: int
) -> None:
    z = latents(5, windows)
    cells = decode(model.decoder, z)
    assert len(np.unique(cells)) > 2
    best = [x.argmax(-1).numpy() for x in logits(model, z, cells)]
    np.testing.assert_array_equal(np.stack(best, axis=-1), cells)


def test_drawn_cells_follow_the_parallel_pass(model: Autoencoder) -> None:
    z, uniforms = latents(6, 2), noise(6, 2)
    cells = decode(model.decoder, z, uniforms_NSR=uniforms)
    for row, x in enumerate(logits(model, z, cells)):
        edges = torch.softmax(x.double(), -1).cumsum(-1).numpy()
        drawn = (edges <= uniforms[:, :, row, None]).sum(-1)
        assert (drawn == cells[:, :, row]).mean() > 0.99


def test_zero_temperature_is_greedy(model: Autoencoder) -> None:
    z = latents(3, 1)
    cold = decode(model.decoder, z, uniforms_NSR=noise(3, 1), temperature=0.0)
    np.testing.assert_array_equal(cold, decode(model.decoder, z))


def test_equal_noise_equal_cells(model: Autoencoder) -> None:
    z = latents(3, 2)
    a, b = (decode(model.decoder, z, uniforms_NSR=noise(3, 2)) for _ in range(2))
    np.testing.assert_array_equal(a, b)
    other = decode(model.decoder, z, uniforms_NSR=noise(3, 2, seed=1))
    assert (a != other).mean() > 0.1


def test_an_item_does_not_hear_its_neighbours(model: Autoencoder) -> None:
    z, uniforms = latents(4, 2), noise(4, 2)
    together = decode(model.decoder, z, uniforms_NSR=uniforms, constraints=BeadRules())
    lonely_z, lonely_u = torch.zeros_like(z), np.full_like(uniforms, 0.5)
    lonely_z[2], lonely_u[2] = z[2], uniforms[2]
    alone = decode(model.decoder, lonely_z, uniforms_NSR=lonely_u, constraints=BeadRules())
    np.testing.assert_array_equal(alone[2], together[2])


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0, 3.0])
def test_rules_are_kept(model: Autoencoder, temperature: float) -> None:
    with torch.no_grad():
        model.decoder.likelihood("bead").head.bias[LONGER] = 1.0
    z, uniforms = latents(8, 3), noise(8, 3)
    settings = {"uniforms_NSR": uniforms, "temperature": temperature}
    free = decode(model.decoder, z, **settings)  # type: ignore[arg-type]
    ruled = decode(model.decoder, z, constraints=BeadRules(), **settings)  # type: ignore[arg-type]

    def broken(cells: np.ndarray) -> int:
        before = np.concatenate([np.zeros_like(cells[:, :1, 0]), cells[:, :-1, 0]], axis=1)
        return int(((cells[:, :, 0] == LONGER) & (before == 0)).sum())

    assert broken(free) > 0
    assert broken(ruled) == 0
    assert (ruled[:, :, 0] == LONGER).any()


FIELD = Field("f", 4, temper_from=2)
LOGITS = torch.log(torch.tensor([[0.5, 0.1, 0.3, 0.1]]))


def test_temperature_leaves_the_lower_categories_alone() -> None:
    cool = _tempered(LOGITS, FIELD, 0.5)
    # 0.3 and 0.1 squared share the same 0.4 nine to one.
    torch.testing.assert_close(cool, torch.tensor([[0.5, 0.1, 0.36, 0.04]]))
    hot = _tempered(LOGITS, FIELD, 1e6)
    torch.testing.assert_close(hot, torch.tensor([[0.5, 0.1, 0.2, 0.2]]), atol=1e-5, rtol=0)


def test_temperature_of_a_field_that_is_tempered_whole() -> None:
    cool = _tempered(LOGITS, Field("f", 4), 0.5)
    squares = torch.tensor([[0.25, 0.01, 0.09, 0.01]])
    torch.testing.assert_close(cool, squares / 0.36)


def test_temperature_of_a_field_that_is_not_tempered() -> None:
    plain = torch.softmax(LOGITS, dim=-1)
    assert torch.equal(_tempered(LOGITS, replace(FIELD, tempered=False), 0.5), plain)


@pytest.mark.parametrize("temperature", [1e-3, 1e-30, 5e-324])
def test_almost_no_temperature_is_the_best_of_the_tail(temperature: float) -> None:
    cold = _tempered(LOGITS, FIELD, temperature)
    torch.testing.assert_close(cold, torch.tensor([[0.5, 0.1, 0.4, 0.0]]))


def test_a_forbidden_tail_stays_forbidden() -> None:
    masked = LOGITS.masked_fill(torch.tensor([False, True, True, True]), -torch.inf)
    for temperature in (0.5, 1.0, 2.0):
        assert _tempered(masked, FIELD, temperature).tolist() == [[1.0, 0.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("uniform", "category"),
    [(0.0, 1), (0.249, 1), (0.25, 2), (0.749, 2), (0.75, 4), (0.9999999999999999, 4)],
)
def test_a_uniform_number_falls_into_its_category(uniform: float, category: int) -> None:
    probabilities = torch.tensor([[0.0, 0.25, 0.5, 0.0, 0.25, 0.0]])
    assert _pick(probabilities, np.array([uniform])).tolist() == [category]


def test_shares_of_many_draws() -> None:
    probabilities = torch.tensor([[0.2, 0.0, 0.5, 0.3]]).expand(20_000, 4)
    drawn = _pick(probabilities, np.random.default_rng(0).random(20_000))
    shares = np.bincount(drawn, minlength=4) / 20_000
    np.testing.assert_allclose(shares, [0.2, 0.0, 0.5, 0.3], atol=0.015)


def test_an_echo_says_an_earlier_step_again(model: Autoencoder) -> None:
    z, uniforms = latents(3, 3), noise(3, 3)
    echo = np.full((3, 24, 3), -1)
    echo[1, 16:] = np.arange(8)[:, None]
    plain = decode(model.decoder, z, uniforms_NSR=uniforms)
    cells = decode(model.decoder, z, uniforms_NSR=uniforms, echo_NSR=echo)
    np.testing.assert_array_equal(cells[1, 16:], cells[1, :8])
    assert (plain[1, 16:] != plain[1, :8]).any()
    np.testing.assert_array_equal(cells[[0, 2]], plain[[0, 2]])


def test_an_echo_keeps_the_rules(model: Autoencoder) -> None:
    z, uniforms = latents(4, 2), noise(4, 2)
    steps = np.r_[np.full(8, -1), np.arange(8)]
    echo = np.tile(steps[None, :, None], (4, 1, 3))
    rules = BeadRules()
    cells = decode(model.decoder, z, uniforms_NSR=uniforms, constraints=rules, echo_NSR=echo)
    for t in range(16):
        for r in range(3):
            allowed = rules.allow(t, r, cells)
            if allowed is not None:
                mask = np.broadcast_to(allowed, (4, np.asarray(allowed).shape[-1]))
                assert mask[np.arange(4), cells[:, t, r]].all()


def test_rules_see_what_is_decided_and_what_is_known_already(model: Autoencoder) -> None:
    known = np.full((2, 16, 3), OPEN)
    known[:, 5:, 1] = 2
    known[1, 12:] = 1
    seen = []

    class Rules:
        def allow(self, step: int, row: int, steps_NTR: np.ndarray) -> None:
            assert (steps_NTR[:, :step] != OPEN).all()
            assert (steps_NTR[:, step, :row] != OPEN).all()
            np.testing.assert_array_equal(steps_NTR[:, step + 1 :], known[:, step + 1 :])
            seen.append((step, row))

    cells = decode(model.decoder, latents(2, 2), constraints=Rules(), known_NSR=known)
    assert len(seen) == 16 * 3
    np.testing.assert_array_equal(cells[known != OPEN], known[known != OPEN])
    assert (cells != OPEN).all()
