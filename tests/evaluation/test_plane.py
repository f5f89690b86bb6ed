from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from genvae.errors import GenvaeError, OptionProblem
from genvae.evaluation import plane


def test_pca_lies_along_the_basis_and_says_how_much_it_shows() -> None:
    basis = np.array([[-2.0, 0, 0], [2, 0, 0], [0, 1, 0], [0, -1, 0]])
    found = plane.project("pca", basis, np.array([[1.0, 0, 5], [0, 1, 5], [0, 0, 0]]))
    assert found.explained == pytest.approx((0.8, 0.2))
    assert np.abs(found.xy_N2).round(6).tolist() == [[1, 0], [0, 1], [0, 0]]
    assert found.axes[0] == "principal component 1: 80.0% of variance"


def test_tsne_keeps_two_clouds_apart() -> None:
    z = np.random.default_rng(0).normal(size=(20, 4))
    z[10:] += 50
    found = plane.project("tsne", z, z, seed=1)
    assert found.explained is None
    apart = np.linalg.norm(found.xy_N2[:10].mean(0) - found.xy_N2[10:].mean(0))
    assert apart > found.xy_N2[:10].std(0).max()
    assert (plane.project("tsne", z, z, seed=1).xy_N2 == found.xy_N2).all()


def test_too_few_points_are_no_map() -> None:
    with pytest.raises(OptionProblem, match="2 points, a map needs 3 or more"):
        plane.project("pca", np.zeros((2, 4)), np.zeros((9, 4)))


def test_a_wrong_method_names_the_others() -> None:
    with pytest.raises(OptionProblem, match="did you mean 'umap'"):
        plane.check("umaps")


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        plane, "find_spec", lambda name: None if name == "umap" else find_spec(name)
    )
    with pytest.raises(GenvaeError, match=r"pip install 'genvae\[map\]'"):
        plane.check("umap")
