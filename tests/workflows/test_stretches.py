"""Pieces cut to one length, and damaged ones beside them.

Axes:  S steps · L layers · R cells
"""

from __future__ import annotations

import numpy as np
import pytest

from genvae.domains.base import WindowSpec, split_cells, stack_cells
from genvae.errors import CorpusProblem
from genvae.workflows import learn_figures
from genvae.workflows.stretches import longer, stretches
from tests.fakes import SPEC, BeadCodec, strings


def test_what_is_left_over_counts_if_it_is_long_enough() -> None:
    pieces = [*strings(1, 5), *strings(1, 1)]
    lengths = [len(x["bead"]) for x in stretches(BeadCodec(), pieces, 2, 3)]
    assert lengths == [3, 2]
    with pytest.raises(CorpusProblem, match="no piece is as long as 6 windows"):
        stretches(BeadCodec(), pieces, 6, 6)


def test_pieces_of_one_window_serve_where_there_are_no_longer_ones() -> None:
    long, short = strings(1, 3), strings(2, 1)
    assert [len(x["bead"]) for x in longer(BeadCodec(), [*long, *short], 4)] == [3]
    assert [len(x["bead"]) for x in longer(BeadCodec(), short, 4)] == [1, 1]


@pytest.mark.parametrize("layers", [1, 2])
def test_layers_over_one_place_go_together(layers: int) -> None:
    spec = WindowSpec(SPEC.fields, steps=8, layers=layers)
    windows = split_cells(spec, strings(1, 3)[0].reshape(3, 8, 3))
    places = learn_figures._places(spec, windows)
    assert places.shape == (24 // layers, layers, 3)
    cells = stack_cells(spec, windows)
    np.testing.assert_array_equal(places[0, -1], cells[0, 8 // layers * (layers - 1)])
    back = stack_cells(spec, learn_figures._from_places(spec, places))
    np.testing.assert_array_equal(back, cells)
