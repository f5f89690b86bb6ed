"""Figures by which members of the family are compared, on beads.

Axes:  N windows · T steps · R cells · L numbers of z
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from genvae.domains.base import split_cells
from genvae.evaluation import family, metrics, plots
from genvae.evaluation.representation import Linear, Network, most_likely, one_hot
from genvae.models.autoencoder import Autoencoder
from genvae.models.prior import GaussianPrior
from tests.fakes import SPEC, TINY, BeadCodec, tunes


def windows(count: int, seed: int = 0) -> np.ndarray:
    cells = np.concatenate(tunes(count, 1, seed)).reshape(count, 8, 3)
    return cells.astype(np.int64)


def test_one_hot_and_back() -> None:
    cells_NTR = windows(5)
    x_NF = one_hot(cells_NTR, SPEC)
    assert x_NF.shape == (5, 8 * (5 + 4 + 4))
    assert x_NF.sum() == 5 * 24
    np.testing.assert_array_equal(most_likely(x_NF, SPEC), cells_NTR)


def test_principal_components_tell_what_varies_along_few_lines() -> None:
    codec, known, held = BeadCodec(), windows(60), windows(20, seed=1)
    found = family.figures(Linear(known, 6, SPEC), codec, known, held)
    # Three colours and three knots: four numbers tell a window.
    assert (found["latents"], found["active"]) == (6.0, 4.0)
    assert (found["f1"], found["windows_exact"]) == (1.0, 1.0)
    assert "samples_standard" not in found
    assert found["samples_gaussian"] < 0.5
    assert 0 < found["latent_moves"] < 1
    assert set(found) >= {"piece_moves", "way_lowest", "way_distance"}


def test_a_network_answers_the_same_questions() -> None:
    codec, known, held = BeadCodec(), windows(30), windows(12, seed=1)
    model = Autoencoder(SPEC, TINY).eval()
    found = family.figures(Network(model, GaussianPrior(6), codec), codec, known, held)
    assert found["latents"] == 6.0
    assert {"samples_gaussian", "samples_standard", "piece_moves"} <= set(found)


def test_exactly_one_event_becomes_another() -> None:
    cells = windows(12)
    changed = family.one_event_changed(BeadCodec(), cells, np.random.default_rng(0))
    assert ((changed != cells).sum((1, 2)) == 1).all()
    assert metrics.events_f1(BeadCodec(), *(split_cells(SPEC, x) for x in (changed, cells))) < 1


def test_a_probe_reads_what_is_there_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    z_NL = rng.standard_normal((200, 3))
    truth = {
        "line": z_NL @ [1.0, 2.0, 0.0],
        "noise": rng.standard_normal(200),
        "same": np.ones(200),
    }
    parts = iter([{k: v[:100] for k, v in truth.items()}, {k: v[100:] for k, v in truth.items()}])
    monkeypatch.setattr(family, "measured", lambda *_: next(parts))
    nothing = np.zeros((1, 1, 1))
    found = family.probes(BeadCodec(), z_NL[:100], nothing, z_NL[100:], nothing)
    assert set(found) == {"probe_line", "probe_noise", "probe"}
    assert found["probe_line"] > 0.99
    assert found["probe_noise"] < 0.2


def test_a_class_is_read_where_codes_tell_it() -> None:
    rng = np.random.default_rng(0)
    class_N = rng.integers(0, 3, 400)
    z_NL = rng.standard_normal((400, 4))
    z_NL[:, 0] += 4.0 * class_N
    told = family.class_probe(z_NL[:200], class_N[:200], z_NL[200:], class_N[200:])
    assert told > 0.95
    blind = z_NL[:, 1:]
    untold = family.class_probe(blind[:200], class_N[:200], blind[200:], class_N[200:])
    assert 0.35 < untold < 0.65  # a half, of the two classes that are not 0
    one = np.ones(200, dtype=int)
    assert np.isnan(family.class_probe(z_NL[:200], one, z_NL[200:], one))


ROW: dict[str, Any] = {
    "run": "vae", "group": "family", "latents": 64, "beta": 1.0, "seed": 0, "f1": 0.5,
    "rate": 12.34,
}  # fmt: skip


def test_a_table_joins_seeds() -> None:
    document = {
        "real": {"samples": 0.05},
        "runs": [ROW, ROW | {"run": "vae-seed1", "seed": 1, "f1": 0.75}],
    }
    lines = plots.markdown(document).splitlines()
    assert lines[2].startswith("| vae | 64 | 1 | 0.625 (0.500–0.750) | – | 12.3 |")
    assert lines[4] == "Samples: real training windows lie 0.050 from the held-out ones."


def test_a_table_has_a_column_for_each_class_that_is_probed() -> None:
    document = {
        "real": {"samples": 0.05},
        "classes": {"style": ["folk", "pop", "song", "standard"]},
        "runs": [ROW | {"class_style": 0.75}],
    }
    lines = plots.markdown(document).splitlines()
    assert lines[0].endswith("| probe | style |")
    assert lines[2].endswith("| – | 0.750 |")
    assert lines[-1].endswith("(folk, pop, song, standard); guessing gives 0.250")
