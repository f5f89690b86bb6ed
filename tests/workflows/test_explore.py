from __future__ import annotations

import numpy as np
import pytest

from genvae.domains.base import Attribute
from genvae.errors import OptionProblem
from genvae.workflows import explore
from genvae.workflows.explore import Explorer
from genvae.workflows.explore_axes import Axis, axes_of
from genvae.workflows.store import Opened
from tests.workflows.conftest import Open

BEADS = Attribute("beads", "new beads", "a string", 0.0, 16.0, counted=True)
KNOTS = Attribute("knots", "tied", "a string", 0.0, 64.0)
TEMPO = Attribute("tempo", "pace", "a minute", 20.0, 400.0, chosen=True)


@pytest.fixture
def steerable(opened: Open, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Beads with attributes."""
    pytest.importorskip("ribs", reason="pip install 'genvae[search]'")
    found = opened()
    found.codec.attributes = {a.name: a for a in (BEADS, KNOTS, TEMPO)}
    monkeypatch.setattr(
        found.codec,
        "measure",
        lambda piece: {
            "beads": float((piece.cells[:, 0] > 1).sum()),
            "knots": float(piece.cells[:, 1:].sum()),
        },
    )
    return found


def test_axes_are_two_attributes(steerable: Opened) -> None:
    assert axes_of(steerable, "beads,knots") == (Axis(BEADS), Axis(KNOTS))
    assert axes_of(steerable, "knots = 2..9.5, beads")[0] == Axis(KNOTS, (2.0, 9.5))
    for text, words in (
        ("beads", "expected two attributes, such as beads,knots"),
        ("beads,beads", "expected two attributes"),
        ("beads,knots,beads", "expected two attributes"),
        ("beads,knot", "did you mean 'knots'"),
        ("beads,tempo", "tempo is not in z"),
        ("beads=9..2,knots", "expected LOW..HIGH"),
        ("beads=a..b,knots", "expected LOW..HIGH"),
        ("beads=3,knots", "no attribute"),
        ("", "no attribute"),
    ):
        with pytest.raises(OptionProblem, match=words):
            axes_of(steerable, text)


def test_a_range_reaches_beyond_what_is_usual_but_not_beyond_what_is_possible() -> None:
    low, high = Axis(KNOTS).range_over(np.append(np.linspace(20, 30, 101), np.nan))
    assert (low, high) == pytest.approx((15.2, 34.8))
    assert Axis(BEADS).range_over(np.linspace(0, 16, 50)) == (0.0, 16.0)
    assert Axis(BEADS).range_over(np.full(9, 3.0)) == (0.0, 16.0)
    assert Axis(BEADS, (1.0, 2.0)).range_over(np.zeros(3)) == (1.0, 2.0)


def test_a_search_finds_pieces_and_draws_as_many(steerable: Opened) -> None:
    explorer = Explorer(steerable, axes_of(steerable, "beads,knots"), (4, 4), seed=3)
    told = []
    explorer.run(1, lambda: told.append(1))
    result = explorer.result
    assert (result.decodings, result.random, result.stopped) == (128, 128, False)
    assert len(told) == explore.batches(1) == 12
    figures = result.figures()
    assert figures["explored"]["cells"] == len(result.found.held) > 0
    assert figures["random"]["decodings"] == 128
    for (row, column), (quality, made) in result.found.held.items():
        values = steerable.codec.measure(made.piece)
        assert result.found.cell([values["beads"], values["knots"]]) == (row, column)
        assert 0 < quality <= 1
    again = Explorer(steerable, axes_of(steerable, "beads,knots"), (4, 4), seed=3)
    again.run(1)
    assert again.result.figures() == figures


def test_what_is_stopped_keeps_what_it_found(steerable: Opened) -> None:
    explorer = Explorer(steerable, axes_of(steerable, "beads,knots"), (4, 4), seed=3)
    told = []

    def stop() -> None:
        told.append(1)
        if len(told) == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explorer.run(2, stop)
    assert explorer.result.stopped
    assert explorer.result.decodings == 96
    assert explorer.result.found.held


def test_directions_are_those_of_the_model(steerable: Opened) -> None:
    ways = explore.ways_of(steerable, ["beads", "knots"])
    assert ways.shape == (6, 6)
    lengths = np.linalg.norm(ways, axis=1)
    assert (np.diff(lengths) <= 1e-6).all()
