"""Pieces that are what was asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from genvae.domains.base import Attribute, Places
from genvae.errors import OptionProblem
from genvae.workflows import between, deliver, incoming
from genvae.workflows.aim import Like
from genvae.workflows.made import Made
from genvae.workflows.store import Opened
from tests.fakes import BeadCodec, Beads

from .conftest import Open  # noqa: TID252

BEADS = Attribute("beads", "new beads", "beads", 0.0, 8.0, counted=True)
MUCH = Attribute("beads", "new beads", "beads", 0.0, 100.0, tolerance=1.0)
WEIGHT = Attribute("weight", "what it weighs", "grams", 1.0, 9.0, chosen=True)


class Placing(BeadCodec):
    """Beads with places: one of colour 2 may come where there is none, and go."""

    def places(self, piece: Beads, name: str) -> Places:
        add = np.zeros((5, 5), dtype=bool)
        add[0, 2] = True
        take = np.zeros((5, 5), dtype=bool)
        take[2:, 0] = True
        present = piece.cells[:, :1] > 1
        return Places("bead", present, np.ones_like(present), add, take)


def steered(session: Opened, *attributes: Attribute, placing: bool = False) -> Opened:
    codec = session.codec
    if placing:
        codec = Placing(verdicts=codec.verdicts)  # type: ignore[attr-defined]
    codec.attributes = {a.name: a for a in attributes}
    return Opened(session.model, session.domain, codec)


def beads(made: Made) -> int:
    return int((made.piece.cells[:, 0] > 1).sum())


@pytest.mark.parametrize(("count", "way"), [(1, "beads_out"), (13, "beads_in")])
def test_counts_are_met_exactly(opened: Open, count: int, way: str) -> None:
    session = steered(opened(True), BEADS, placing=True)
    made = list(deliver.sample(session, range(6), seed=1, wanted={"beads": count}))
    assert [beads(m) for m in made] == [count] * 6
    assert all(m.facts["met"] and m.facts["asked"] == {"beads": count} for m in made)
    assert all(m.facts["got"] == {"beads": count} and "miss" not in m.facts for m in made)
    assert any(way in m.facts.get("placed", {}) for m in made)


def test_an_item_is_the_same_whatever_is_made_beside_it(opened: Open) -> None:
    wanted = {"beads": (2, 5)}
    session = steered(opened(True), BEADS, placing=True)
    many = list(deliver.sample(session, range(9), seed=4, wanted=wanted))
    assert all(2 <= beads(m) <= 5 for m in many)
    (alone,) = deliver.sample(session, [7], seed=4, wanted=wanted)
    np.testing.assert_array_equal(alone.piece.cells, many[7].piece.cells)
    np.testing.assert_array_equal(alone.z_WPD, many[7].z_WPD)
    assert alone.facts == many[7].facts


def test_without_probes_and_places_candidates_are_measured(opened: Open) -> None:
    session = steered(opened(True), MUCH)
    plain = [beads(m) for m in deliver.sample(session, range(30), seed=2)]
    usual = float(np.median(plain))
    made = list(deliver.sample(session, range(10), seed=2, wanted={"beads": usual + 2}))
    near = [m for m in made if m.facts["met"]]
    assert len(near) >= 8
    assert all(abs(beads(m) - usual - 2) <= 1 for m in near)
    assert {m.facts["tolerance"]["beads"] for m in made} == {1.0}


def test_what_cannot_be_met_is_told(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genvae.workflows.deliver.ATTEMPTS", 2)
    session = steered(opened(True), MUCH)
    (made,) = deliver.sample(session, [0], seed=2, wanted={"beads": 100})
    assert made.facts["met"] is False
    assert made.facts["got"]["beads"] == beads(made)
    assert made.facts["attempt"] < 2


def test_what_is_chosen_goes_into_the_context(opened: Open) -> None:
    session = steered(opened(True), WEIGHT)

    def weight(requests: Any, _rng: Any) -> dict[str, Any]:
        return {"weight": float(requests.get("weight", 0))}

    session.codec.context = weight  # type: ignore[method-assign]
    made = list(deliver.sample(session, range(3), seed=1, wanted={"weight": (2, 3)}))
    assert all(2 <= m.context["weight"] <= 3 for m in made)
    assert len({m.context["weight"] for m in made}) == 3
    with pytest.raises(OptionProblem, match="--set weight: given as --weight too"):
        next(deliver.sample(session, [0], seed=1, wanted={"weight": 2}, requests={"weight": 3}))


def test_pieces_like_another(opened: Open) -> None:
    session = steered(opened(True), BEADS)
    (first,) = deliver.sample(session, [5], seed=9)
    source = incoming.encode_piece(session, first.piece)
    far, near = (
        list(deliver.sample(session, range(4), seed=1, like=between.like(session, source, much)))
        for much in (0.05, 0.95)
    )

    def apart(made: list[Made]) -> float:
        return float(np.mean([np.square(m.z_WPD - source.z_WPD).sum() for m in made]))

    assert apart(near) < 0.3 * apart(far)
    assert len(near[0].z_WPD) == 2
    assert near[0].facts["like"] == source.name
    longer = next(deliver.sample(session, [0], seed=1, length="5", like=_like(source.z_WPD)))
    assert len(longer.z_WPD) == 5
    with pytest.raises(OptionProblem, match="--likeness 0: expected"):
        between.like(session, source, 0.0)


def _like(z_WPD: np.ndarray) -> Like:
    return Like("one", z_WPD, {"weight": 1.0}, 0.5)
