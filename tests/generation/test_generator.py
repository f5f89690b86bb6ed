"""The generator: an item is the same whatever else is asked for.

Axes:  N pieces · W windows · P positions · D dims of z
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from genvae.domains.base import Windows, split_cells
from genvae.errors import OptionProblem
from genvae.generation.encoding import posterior_means
from genvae.generation.generator import BATCH, LONG, PRIORS, Generator, together
from genvae.models.files import ModelFile
from genvae.workflows.store import open_model
from tests.fakes import SPEC, BeadCodec, strings

EVERY = pytest.mark.parametrize("prior", PRIORS)


@pytest.fixture
def generator(model: ModelFile) -> Generator:
    return Generator(model, BeadCodec())


def items(*indices: int) -> list[tuple[int, int]]:
    return [(i, 0) for i in indices]


def same(a: Windows, b: Windows) -> bool:
    return all((a[name] == b[name]).all() for name in a)


@EVERY
def test_three_are_the_first_three_of_ten(generator: Generator, prior: str) -> None:
    few, many = (generator.draw(items(*range(n)), 2, seed=5, prior=prior) for n in (3, 10))
    assert many.shape == (10, 2, 2, 3)
    np.testing.assert_array_equal(few, many[:3])
    made = [
        generator.decode(z, items=items(*range(len(z))), seed=5, temperature=1.0)
        for z in (few, many)
    ]
    assert all(same(a, b) for a, b in zip(made[0], made[1][:3], strict=True))


@EVERY
def test_an_item_alone_or_in_another_order(generator: Generator, prior: str) -> None:
    together = generator.draw(items(16, 17, 18, 19), 2, seed=5, prior=prior)
    alone = generator.draw(items(18), 2, seed=5, prior=prior)
    turned = generator.draw(items(19, 18, 16), 2, seed=5, prior=prior)
    np.testing.assert_array_equal(alone[0], together[2])
    np.testing.assert_array_equal(turned, together[[3, 2, 0]])


def test_equal_seeds_equal_cells(generator: Generator) -> None:
    z = generator.draw(items(2), 3, seed=5)
    first = generator.decode(z, items=items(2), seed=5, temperature=1.0)[0]
    assert same(first, generator.decode(z, items=items(2), seed=5, temperature=1.0)[0])
    assert not same(first, generator.decode(z, items=items(2), seed=6, temperature=1.0)[0])
    assert not same(first, generator.decode(z, items=[(2, 1)], seed=5, temperature=1.0)[0])


@EVERY
def test_seed_index_and_attempt_all_matter(generator: Generator, prior: str) -> None:
    base = generator.draw([(0, 0)], 2, seed=5, prior=prior)
    for other in (
        generator.draw([(1, 0)], 2, seed=5, prior=prior),
        generator.draw([(0, 1)], 2, seed=5, prior=prior),
        generator.draw([(0, 0)], 2, seed=6, prior=prior),
    ):
        assert (other != base).all()


def test_the_priors_are_different_ones(generator: Generator) -> None:
    z = generator.draw(items(*range(16)), 2, seed=0, prior="gaussian")
    np.testing.assert_allclose(z.reshape(32, 6).mean(0), np.arange(6.0), atol=0.1)
    standard = generator.draw(items(*range(16)), 2, seed=0, prior="standard")
    assert abs(float(standard.mean())) < 0.2
    assert 0.8 < float(standard.std()) < 1.2


def test_temperature_of_the_standard_prior(generator: Generator) -> None:
    warm = generator.draw(items(0), 2, seed=0, prior="standard", temperature=2.0)
    plain = generator.draw(items(0), 2, seed=0, prior="standard")
    np.testing.assert_allclose(warm, 2 * plain, rtol=1e-6)


@pytest.mark.parametrize("name", ["melody", "sokoban"])
def test_bundled_models_give_equal_bits_in_any_row(name: str) -> None:
    opened = open_model(name)
    generator = Generator(opened.model, opened.codec)
    many = items(*range(together(1)))
    z = generator.draw(many, 1, seed=3)
    made = generator.decode(z, items=many, seed=3, temperature=1.0, drawn=True)
    for chosen in ([41], [5, 63, 2], list(range(30, 3, -1))):
        np.testing.assert_array_equal(generator.draw(items(*chosen), 1, seed=3), z[chosen])
        told = {"items": items(*chosen), "seed": 3, "temperature": 1.0, "drawn": True}
        again = generator.decode(z[chosen], **told)
        assert all(same(a, made[i]) for a, i in zip(again, chosen, strict=True))


def test_more_pieces_than_a_batch(generator: Generator) -> None:
    z = np.random.default_rng(0).standard_normal((BATCH + 3, 1, 2, 3)).astype(np.float32)
    made = generator.decode(z)
    assert len(made) == BATCH + 3
    assert same(made[BATCH + 1], generator.decode(z[BATCH + 1][None])[0])
    assert made[0]["knot"].shape == (1, 2, 8)


def test_items_a_batch_apart(generator: Generator) -> None:
    z = np.zeros((2, 1, 2, 3), dtype=np.float32)
    made = generator.decode(z, items=[(0, 0), (16, 0)], seed=1, temperature=1.0)
    assert not same(made[0], made[1])
    assert same(made[1], generator.decode(z[:1], items=[(16, 0)], seed=1, temperature=1.0)[0])


def test_the_default_prior(generator: Generator, model: ModelFile) -> None:
    assert generator.prior_name() == "sequence"
    assert generator.prior_name("standard") == "standard"
    model.card = {}
    assert generator.prior_name() == "gaussian"


def test_an_unknown_prior(generator: Generator) -> None:
    with pytest.raises(OptionProblem) as problem:
        generator.prior_name("gausian")
    assert str(problem.value) == (
        "--prior gausian: did you mean 'gaussian'? known: gaussian, sequence, standard"
    )


def test_a_prior_the_model_has_not(model: ModelFile) -> None:
    bare = replace(model, card=model.card | {"sequence_prior": False})
    generator = Generator(bare, BeadCodec())
    with pytest.raises(OptionProblem, match="--prior sequence: model 'beads' has none"):
        generator.prior_name("sequence")
    assert generator.prior_name() == "gaussian"


def test_generation_never_reads_the_encoder(
    generator: Generator, model: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    tensors = ModelFile._tensors

    def listen(self: ModelFile, prefix: str) -> dict[str, object]:
        read.append(prefix)
        return tensors(self, prefix)  # type: ignore[return-value]

    monkeypatch.setattr(ModelFile, "_tensors", listen)
    generator.decode(generator.draw(items(0), 1, seed=0), items=items(0), temperature=1.0)
    assert sorted(read) == ["decoder.", "prior.sequence."]


def test_posterior_means(model: ModelFile) -> None:
    windows = split_cells(SPEC, strings(5, 1).astype(np.int16))
    z = posterior_means(model, windows)
    assert z.shape == (5, 2, 3)
    alone = posterior_means(model, {k: v[3:4] for k, v in windows.items()})
    np.testing.assert_allclose(alone[0], z[3], rtol=1e-5, atol=1e-6)


def test_cells_are_cooled_as_the_card_says(model: ModelFile) -> None:
    """Half the temperature at twice the card's factor is the same draw."""
    codec = BeadCodec()
    cool = replace(model, card={"defaults": {"cell_temperature": 0.5}})
    z = np.zeros((1, 2, 2, 3), dtype=np.float32)
    asked = {"items": [(0, 0)], "seed": 3}
    halved = Generator(cool, codec).decode(z, temperature=1.0, **asked)
    plain = Generator(model, codec).decode(z, temperature=0.5, **asked)
    whole = Generator(model, codec).decode(z, temperature=1.0, **asked)
    np.testing.assert_array_equal(halved[0]["bead"], plain[0]["bead"])
    assert any((halved[0][k] != whole[0][k]).any() for k in whole[0])


@EVERY
def test_long_pieces_are_the_same_alone(generator: Generator, prior: str) -> None:
    long = LONG + 3
    three = generator.draw(items(4, 5, 6), long, seed=5, prior=prior)
    alone = generator.draw(items(6), long, seed=5, prior=prior)
    np.testing.assert_array_equal(three[2:], alone)
    made = generator.decode(three, items=items(4, 5, 6), seed=5, temperature=1.0)
    again = generator.decode(alone, items=items(6), seed=5, temperature=1.0)
    assert same(made[2], again[0])
    assert len(made[0]["bead"]) == long
