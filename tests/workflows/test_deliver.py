"""Sampling until a piece can be handed out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from genvae.errors import FileProblem, OptionProblem
from genvae.models.copies import SegmentFilter
from genvae.workflows import deliver
from genvae.workflows.deliver import ATTEMPTS, Made

from .conftest import Open  # noqa: TID252


def cells(made: Made) -> np.ndarray:
    found: np.ndarray = made.piece.cells
    return found


def test_a_good_first_draw_is_handed_out(opened: Open) -> None:
    made = list(deliver.sample(opened(True), range(3), seed=1))
    assert [m.facts["index"] for m in made] == [0, 1, 2]
    assert {m.facts["attempt"] for m in made} == {0}
    assert made[0].facts["playable_as_decoded"] is True
    assert made[0].piece.marks == ("finished",)
    assert made[0].piece.text.startswith("genvae model=beads@")
    assert made[0].piece.text.endswith(" seed=1 index=0 attempt=0")
    assert made[0].z_WPD.shape == (2, 2, 3)
    assert made[0].context["trimmed"] is True


def test_what_fails_is_drawn_again_and_the_first_verdict_is_kept(opened: Open) -> None:
    heard: list[int] = []
    # First round: items 0, 1, 2; then only item 1 again, twice.
    verdicts = (True, False, True, False, True)
    made = list(deliver.sample(opened(*verdicts), range(3), seed=1, on_attempt=heard.append))
    assert heard == [0, 1, 2, 1, 1]
    assert [m.facts["attempt"] for m in made] == [0, 2, 0]
    assert [m.facts["playable_as_decoded"] for m in made] == [True, False, True]
    assert all(m.report.playable for m in made)


def test_a_redraw_is_the_same_piece_as_that_attempt_alone(opened: Open) -> None:
    redrawn = list(deliver.sample(opened(True, False, True, True), range(3), seed=1))
    alone = list(deliver.sample(opened(False, True), [1], seed=1))
    np.testing.assert_array_equal(cells(redrawn[1]), cells(alone[0]))
    assert redrawn[1].context == alone[0].context
    first = list(deliver.sample(opened(True), [1], seed=1))
    assert (cells(first[0]) != cells(alone[0])).any()


def test_what_never_succeeds_is_handed_out_with_its_problems(opened: Open) -> None:
    heard: list[int] = []
    made = list(deliver.sample(opened(False), [4], seed=1, on_attempt=heard.append))
    assert len(heard) == ATTEMPTS == 12
    assert made[0].facts["attempt"] == 0
    assert made[0].facts["playable_as_decoded"] is False
    assert made[0].report.problems == ["it breaks"]


def test_raw_is_the_first_draw_untouched(opened: Open) -> None:
    heard: list[int] = []
    made = list(deliver.sample(opened(False), [0], seed=1, raw=True, on_attempt=heard.append))
    assert heard == [0]
    assert made[0].piece.marks == ()
    assert made[0].report.playable is False


def test_where_playing_has_no_meaning_nothing_is_said_of_it(opened: Open) -> None:
    made = list(deliver.sample(opened(None), [0], seed=1))
    assert "playable_as_decoded" not in made[0].facts


def test_an_item_depends_on_seed_and_index_alone(opened: Open) -> None:
    many = list(deliver.sample(opened(), range(20), seed=1))
    for wanted in ([0, 1, 2], [17], [3, 18]):
        some = list(deliver.sample(opened(), wanted, seed=1))
        for index, made in zip(wanted, some, strict=True):
            np.testing.assert_array_equal(cells(made), cells(many[index]))
            assert made.context == many[index].context
    other = next(iter(deliver.sample(opened(), [0], seed=2)))
    assert (cells(other) != cells(many[0])).any()


def test_length_and_requests_reach_the_codec(opened: Open) -> None:
    made = list(deliver.sample(opened(), [0], seed=1, length="3", requests={"weight": 2.5}))
    assert len(cells(made[0])) == 24
    assert made[0].context == {"weight": 2.5, "trimmed": True}


def test_copies_of_training_windows_are_counted(opened: Open) -> None:
    session = opened()
    first = next(iter(deliver.sample(session, [0], seed=1)))
    assert (first.facts["copied_windows"], first.facts["windows"]) == (0, 2)
    session.model.__dict__["copies"] = SegmentFilter.of(session.codec.segments(first.windows))
    again = next(iter(deliver.sample(session, [0], seed=1)))
    assert (again.facts["copied_windows"], again.facts["windows"]) == (2, 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": -1.0}, "--temperature -1.0: expected a number from 0 up, such as 1"),
        ({"temperature": float("nan")}, "--temperature nan: expected a number"),
        ({"temperature": float("inf")}, "--temperature inf: expected a number"),
        ({"prior": "normal"}, "--prior normal: "),
        ({"requests": {"weight": 0}}, "--weight: expected more than 0"),
    ],
)
def test_wrong_options(opened: Open, options: dict[str, Any], message: str) -> None:
    session = opened()
    with pytest.raises(OptionProblem) as problem:
        list(deliver.sample(session, [0], seed=1, **options))
    assert str(problem.value).startswith(message)
    assert isinstance(session.codec.checked, int)  # type: ignore[attr-defined]
    assert session.codec.checked == 0  # type: ignore[attr-defined]


def test_the_default_temperature_is_the_card_s(opened: Open) -> None:
    session = opened()
    assert deliver.plan(session).temperature == 1.0
    session.model.card["defaults"]["temperature"] = 0.6
    assert deliver.plan(session).temperature == 0.6
    assert deliver.plan(session, temperature=0).temperature == 0


def test_runs_that_fit_a_batch() -> None:
    assert list(deliver._groups([0, 1, 15, 16, 17, 40])) == [[0, 1, 15], [16, 17], [40]]
    assert list(deliver._groups([])) == []


def test_saving_by_suffix(opened: Open, tmp_path: Path) -> None:
    made = next(iter(deliver.sample(opened(), [0], seed=1)))
    assert made.save(tmp_path / "a.BEADS") == tmp_path / "a.BEADS"
    assert len((tmp_path / "a.BEADS").read_text(encoding="utf-8").split()) == 16
    with pytest.raises(FileProblem) as problem:
        made.save(tmp_path / "a.bead")
    assert str(problem.value) == (
        f"{tmp_path / 'a.bead'}: cannot write .bead; did you mean '.beads'? known: .beads, .txt"
    )
    with pytest.raises(FileProblem, match="cannot write a file without suffix"):
        made.save(tmp_path / "a")
