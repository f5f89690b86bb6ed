from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from genvae.errors import OptionProblem
from genvae.models.prior import GaussianPrior
from genvae.workflows import walk
from genvae.workflows.reading import encode_first
from tests.workflows.conftest import Open


def test_quantiles_are_those_of_even_parts() -> None:
    assert [round(q, 3) for q in walk.quantiles(4)] == [-1.15, -0.319, 0.319, 1.15]


@pytest.mark.parametrize("text", ["8", "1x8", "8x41", "8x", "x", "0x0", "-2x3"])
def test_a_grid_has_rows_and_columns(text: str) -> None:
    assert walk.grid_of("3x12") == (3, 12)
    with pytest.raises(OptionProblem, match="expected ROWSxCOLUMNS"):
        walk.grid_of(text)


def test_the_plane_lies_along_the_widest_directions(opened: Open) -> None:
    beads = opened()
    gaussian = GaussianPrior(6)
    gaussian.factor.copy_(torch.diag(torch.tensor([1.0, 3.0, 0.5, 2.0, 0.5, 0.5])))
    gaussian.mean.copy_(torch.arange(6.0))
    beads.model.__dict__["gaussian"] = gaussian
    mean, ways, titles = walk.plane_of(beads.model)
    assert mean.tolist() == [0, 1, 2, 3, 4, 5]
    assert ways.round(6).tolist() == [[0, 3, 0, 0, 0, 0], [0, 0, 0, 2, 0, 0]]
    assert titles[0] == "principal component 1 of z, 61.0% of variance, standard deviations"


def test_two_numbers_are_walked_as_they_are(opened: Open) -> None:
    beads = opened()
    beads.model.__dict__["gaussian"] = GaussianPrior(2)
    mean, ways, titles = walk.plane_of(beads.model)
    assert (mean.tolist(), ways.tolist()) == ([0, 0], [[1, 0], [0, 1]])
    assert titles == ("z 1, standard deviations", "z 2, standard deviations")


def test_a_walk_goes_row_by_row_from_below(opened: Open) -> None:
    walked = walk.walk(opened(), "2x3", "beads")
    assert walked.grid == (2, 3)
    assert np.sign(walked.plane.xy_N2).tolist() == [
        [-1, -1],
        [0, -1],
        [1, -1],
        [-1, 1],
        [0, 1],
        [1, 1],
    ]
    assert [p.name for p in walked.points][3] == "row 2, column 1"
    middle = (walked.points[0].z_Z + walked.points[5].z_Z) / 2
    assert middle == pytest.approx(np.arange(6.0), abs=1e-5)


def test_a_walk_through_a_file_keeps_the_rest_of_it(opened: Open, tmp_path: Path) -> None:
    beads = opened()
    path = tmp_path / "mine.beads"
    path.write_text("233\n111\n000\n400\n" * 4)
    walked = walk.walk(beads, "2x2", "beads", through=[path])
    assert walked.about == "mine"
    _, ways, _ = walk.plane_of(beads.model)
    middle = np.mean([p.z_Z for p in walked.points], axis=0)
    own = encode_first(beads, [path])[0].z_WPD[0].reshape(-1)
    apart = own - middle
    inside = (apart @ ways.T / np.square(ways).sum(1)) @ ways
    assert apart == pytest.approx(inside, abs=1e-4)
    with pytest.raises(OptionProblem, match="2 files, a plane goes through one"):
        walk.walk(beads, "2x2", "beads", through=[path, path])
