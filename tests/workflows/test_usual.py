"""Bounds within which nearly all real pieces lie, and repaired ones that leave them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from genvae.domains.base import Attribute
from genvae.workflows import deliver
from genvae.workflows.made import Made
from genvae.workflows.store import Opened
from genvae.workflows.usual import beyond, bounds, table
from tests.fakes import BeadCodec, Beads, strings

from .conftest import Open  # noqa: TID252

MANY = Attribute("beads", "new beads", "beads", 0.0, 8.0, counted=True)


def steered(codec: BeadCodec) -> BeadCodec:
    codec.attributes = {"beads": MANY, "nothing": Attribute("nothing", "", "", 0.0, 1.0)}
    return codec


def pieces(counts: list[int]) -> list[np.ndarray]:
    """Two windows each, the first with so many beads."""
    cells = [np.zeros((16, 3), dtype=np.int64) for _ in counts]
    for piece, count in zip(cells, counts, strict=True):
        piece[:count, 0] = 2
    return cells


def test_bounds_are_percentiles_a_window_by_length() -> None:
    codec = steered(BeadCodec())
    found = bounds(codec, pieces([3] * 98 + [8] * 2))
    # Half of the single windows are empty; a pair has 1.5 a window.
    assert found == {"1": {"beads": [0.0, 3.0]}, "2": {"beads": [1.5, 1.5]}}
    assert table(codec, found) == {"beads": {"1 5%": 0.0, "1 95%": 3.0, "2 5%": 1.5, "2 95%": 1.5}}


def test_too_few_pieces_and_what_is_never_repaired_have_none() -> None:
    assert bounds(steered(BeadCodec()), pieces([3] * 20)) == {}

    class Whole(BeadCodec):
        repair = BeadCodec.__mro__[1].repair  # type: ignore[assignment]

    assert bounds(steered(Whole()), pieces([3] * 100)) == {}


@pytest.mark.parametrize(
    ("count", "windows", "found"), [(3, 2, []), (4, 2, ["beads"]), (3, 1, []), (5, 3, ["beads"])]
)
def test_what_lies_beyond(count: int, windows: int, found: list[str]) -> None:
    codec = steered(BeadCodec())
    usual = {"1": {"beads": [0.0, 3.0]}, "2": {"beads": [1.0, 1.5]}}
    piece = joined([count])
    assert beyond(usual, codec, piece, windows) == found
    assert beyond({}, codec, piece, windows) == []


@pytest.mark.parametrize(
    ("counts", "before", "found"),
    [
        ([2, 3, 8], [2, 3, 8], []),  # a stretch beyond the bounds is no wonder among three
        ([2, 8, 8], [2, 8, 8], ["beads"]),
        ([2, 3, 8], [2, 3, 3], ["beads"]),  # a repair carried it there
        ([2, 3, 8], [2, 3, 7], []),  # it was there before
        ([2, 3, 3], [2, 3, 8], []),
    ],
)
def test_a_long_piece_is_judged_in_stretches(
    counts: list[int], before: list[int], found: list[str]
) -> None:
    codec = steered(BeadCodec())
    usual = {"2": {"beads": [1.0, 1.5]}}
    decoded = codec.encode(joined(before)).windows
    assert beyond(usual, codec, joined(counts), 6, decoded) == found


def joined(counts: list[int]) -> Beads:
    """Two windows for each of the counts, in one piece."""
    return Beads("one", "one", np.concatenate(pieces(counts)))


def bounded(session: Opened, low: float, high: float, *shares: float | None) -> Opened:
    codec = session.codec
    assert isinstance(codec, BeadCodec)
    steered(codec).mends = list(shares)
    usual = {"2": {"beads": [low, high]}}
    return replace(
        session, model=replace(session.model, card={**session.model.card, "usual": usual})
    )


def test_an_unusual_repaired_piece_is_drawn_again(opened: Open) -> None:
    # The first draw fails and is mended, but no piece has so many beads; the second passes.
    (made,) = deliver.sample(bounded(opened(False, True), 90, 99, 0.01), [0], seed=1)
    assert made.facts["attempt"] == 1
    assert made.facts["way"] == "redrawn"
    assert "unusual" not in made.facts


def test_a_usual_one_is_handed_out(opened: Open) -> None:
    (made,) = deliver.sample(bounded(opened(False, True), 0, 99, 0.01), [0], seed=1)
    assert (made.facts["attempt"], made.facts["way"]) == (0, "repaired")


def test_one_that_stays_unusual_is_told(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genvae.workflows.deliver.ATTEMPTS", 2)
    session = bounded(opened(False, True, False, True), 90, 99, 0.01, 0.01)
    made: list[Made] = list(deliver.sample(session, [0], seed=1))
    assert made[0].facts["unusual"] == ["beads"]
    # Asked for, it is no longer to be usual.
    session = bounded(opened(False, True), 90, 99, 0.01)
    asked = next(deliver.sample(session, [0], seed=1, wanted={"beads": (0, 16)}))
    assert "unusual" not in asked.facts
    assert asked.facts["attempt"] == 0


def test_strings_have_bounds_too() -> None:
    cells = [c.astype(np.int64) for c in strings(60, 4, seed=1)]
    found = bounds(steered(BeadCodec()), cells)
    assert list(found) == ["1", "2", "4"]
    low, high = found["4"]["beads"]
    assert 0 < low < high < 8
