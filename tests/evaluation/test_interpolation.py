"""Ways between pieces, and the two that need no model.

Axes:  K steps of a way · W windows
"""

from __future__ import annotations

import numpy as np
import pytest

from genvae.domains.base import Windows, split_cells
from genvae.evaluation import interpolation as ways
from genvae.evaluation import metrics
from genvae.models import files
from genvae.models.files import ModelFile
from tests.fakes import SPEC, BeadCodec, bead_model, strings


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    found = files.read(bead_model(tmp_path_factory.mktemp("models") / "beads.safetensors"))
    found.spec = SPEC
    return found


def windows(*beads: str) -> Windows:
    """One window for each string of eight beads, no knots."""
    rows = np.array([[[int(c) for c in line]] for line in beads])
    return {"bead": rows, "knot": np.zeros((len(beads), 2, 8), dtype=int)}


def pieces(count: int) -> list[Windows]:
    return [split_cells(SPEC, s.reshape(-1, 8, 3)) for s in strings(count, 2)]


A, B = windows("22220000"), windows("22330000")
"""Two of four events alike: an F1 of .5."""


def test_figures_of_a_way() -> None:
    other = windows("00004444")
    real = metrics.join([A, B])
    found = ways.figures_of_ways(BeadCodec(), [[A, A, B, other]], [(A, B)], real)
    assert found["neighbours"] == pytest.approx((1.0 + 0.5 + 0.0) / 3)
    assert found["neighbours_lowest"] == 0.0
    assert found["ends"] == 0.5
    assert found["valid"] == 1.0
    assert found["beads"] == 0.5
    assert found["distance"] == pytest.approx(0.0, abs=1e-6)
    far = ways.figures_of_ways(BeadCodec(), [[A, other, other, B]], [(A, B)], real)
    assert far["ends"] == 1.0
    assert far["distance"] == pytest.approx(0.5)


def test_the_lowest_is_taken_way_by_way() -> None:
    found = ways.figures_of_ways(BeadCodec(), [[A, A, B], [A, A, A]], [(A, B), (A, A)], A)
    assert found["neighbours"] == 0.875
    assert found["neighbours_lowest"] == 0.75


def test_a_way_of_its_ends_alone_has_nothing_between() -> None:
    found = ways.figures_of_ways(BeadCodec(), [[A, B]], [(A, B)], A)
    assert found == {"neighbours": 0.5, "neighbours_lowest": 0.5, "ends": 1.0}


def test_a_crossfade_replaces_each_event_once() -> None:
    a, b = (pieces(2)[i] for i in (0, 1))
    steps = [ways.crossfade(a, b, t, np.random.default_rng(3)) for t in np.linspace(0, 1, 11)]
    for name in a:
        np.testing.assert_array_equal(steps[0][name], a[name])
        np.testing.assert_array_equal(steps[-1][name], b[name])
        of_b = np.stack([step[name] == b[name] for step in steps])
        assert (np.diff(of_b.astype(int), axis=0) >= 0).all()
        assert all(((s[name] == a[name]) | (s[name] == b[name])).all() for s in steps)
    halfway = np.mean([(steps[5][n] == a[n])[a[n] != b[n]].mean() for n in a])
    assert 0.25 < halfway < 0.75


def test_a_model_beside_its_baselines(model: ModelFile) -> None:
    codec, all_of_them = BeadCodec(), pieces(6)
    pairs = ways.pairs_of(all_of_them, 3)
    found = ways.interpolation(model, codec, pairs, steps=4)
    for name in ("neighbours", "neighbours_lowest", "ends", "valid", "distance"):
        assert set(found[name]) == {"model", "crossfade", "switch"}
    assert set(found["beads"]) == {"model", "crossfade", "switch", "real"}
    assert found["ends"]["crossfade"] == found["ends"]["switch"] == 1.0
    assert found["distance"]["switch"] == pytest.approx(0.0, abs=1e-6)
    assert found["beads"]["real"] == found["beads"]["switch"]
    again = ways.interpolation(model, codec, pairs, steps=4)
    assert again == found


def test_ends_are_decoded_from_the_latents_of_the_pieces(model: ModelFile) -> None:
    from genvae.generation.encoding import posterior_means
    from genvae.generation.generator import Generator

    codec = BeadCodec()
    (pair,) = ways.pairs_of(pieces(2), 1)
    (way,) = ways.decoded_ways(model, codec, [pair], 5, "spherical")
    assert len(way) == 5
    for piece, step in ((pair[0], way[0]), (pair[1], way[-1])):
        z = posterior_means(model, piece)
        (alone,) = Generator(model, codec).decode(z[None])
        np.testing.assert_array_equal(step["bead"], alone["bead"])


def test_pairs_are_far_apart_and_share_nothing() -> None:
    all_of_them = pieces(7)
    numbers = [
        tuple(next(i for i, p in enumerate(all_of_them) if p is piece) for piece in pair)
        for pair in ways.pairs_of(all_of_them, 9)
    ]
    assert numbers == [(0, 3), (1, 4), (2, 5)]
    assert ways.pairs_of(all_of_them[:1], 9) == []
