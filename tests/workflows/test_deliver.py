"""Sampling until a piece can be handed out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from genvae.domains.base import Reopened, Report
from genvae.errors import FileProblem, OptionProblem
from genvae.generation.generator import BATCH, Generator, together
from genvae.workflows import deliver
from genvae.workflows.deliver import ATTEMPTS, Made, Times
from genvae.workflows.store import Opened
from tests.fakes import BeadCodec

from .conftest import Open  # noqa: TID252


def cells(made: Made) -> np.ndarray:
    found: np.ndarray = made.piece.cells
    return found


def mending(session: Opened, *shares: float | None) -> Opened:
    session.codec.mends = list(shares)  # type: ignore[attr-defined]
    return session


def test_a_good_first_draw_is_handed_out(opened: Open) -> None:
    made = list(deliver.sample(opened(True), range(3), seed=1))
    assert [m.facts["index"] for m in made] == [0, 1, 2]
    assert {m.facts["attempt"] for m in made} == {0}
    assert {m.facts["way"] for m in made} == {"decoded"}
    assert made[0].facts["playable_as_decoded"] is True
    assert made[0].piece.marks == ("finished",)
    assert made[0].piece.text.startswith("genvae model=beads@")
    assert made[0].piece.text.endswith(" seed=1 index=0 attempt=0")
    assert made[0].z_WPD.shape == (2, 2, 3)
    assert made[0].context["trimmed"] is True


def test_what_fails_is_drawn_again_and_the_first_verdict_is_kept(opened: Open) -> None:
    heard: list[int] = []
    # First round: those that are good, then the other; then only item 1 again, twice.
    verdicts = (True, False, True, False, True)
    made = list(deliver.sample(opened(*verdicts), range(3), seed=1, on_attempt=heard.append))
    assert heard == [0, 2, 1, 1, 1]
    assert [m.facts["attempt"] for m in made] == [0, 2, 0]
    assert [m.facts["playable_as_decoded"] for m in made] == [True, False, True]
    assert all(m.report.playable for m in made)


def test_what_can_be_written_anew_is(opened: Open) -> None:
    session = opened(False, False, True)
    whole = Reopened(np.ones(2 * 8, dtype=bool))
    session.codec.reopened = lambda report, steps, tries: whole  # type: ignore[method-assign]
    plain = list(deliver.sample(opened(True), range(2), seed=1))
    made = list(deliver.sample(session, range(2), seed=1))
    assert [m.facts["way"] for m in made] == ["rewritten", "rewritten"]
    assert [m.facts["playable_as_decoded"] for m in made] == [False, False]
    assert made[0].facts["rewritten"] == [[0, 15]]
    assert made[0].facts["attempt"] == 0
    assert made[0].piece.text.endswith(" seed=1 index=0 attempt=0")
    assert (cells(made[0]) != cells(plain[0])).any()
    raw = list(deliver.sample(opened(False), range(2), seed=1, raw=True))
    assert {m.facts["way"] for m in raw} == {"decoded"}


def test_what_can_be_repaired_is(opened: Open) -> None:
    plain = list(deliver.sample(opened(True), range(2), seed=1))
    # The first item fails, is mended and passes; the second passes.
    made = list(deliver.sample(mending(opened(False, True), 0.01), range(2), seed=1))
    assert [m.facts["way"] for m in made] == ["repaired", "decoded"]
    assert [m.facts["playable_as_decoded"] for m in made] == [False, True]
    assert (made[0].facts["changed"], made[0].facts["changes"]) == (1, [["a knot"]])
    assert made[0].facts["attempt"] == 0
    assert made[0].piece.marks == ("mended", "finished")
    assert made[0].report.playable is True
    np.testing.assert_array_equal(cells(made[0]), cells(plain[0]))
    assert "changed" not in made[1].facts


def test_of_large_repairs_the_smallest_is_handed_out(opened: Open) -> None:
    """Draws go on until one does with little, or there are no more."""
    shares = (0.04, 0.02, 0.03, 0.01)
    # Each draw fails, is mended and passes.
    verdicts = (False, True) * 4
    made = next(iter(deliver.sample(mending(opened(*verdicts), *shares), [0], seed=1)))
    assert (made.facts["attempt"], made.facts["changed_share"]) == (3, 0.01)
    shares = (0.04, 0.02, *[0.03] * (ATTEMPTS - 2))
    verdicts = (False, True) * ATTEMPTS
    made = next(iter(deliver.sample(mending(opened(*verdicts), *shares), [0], seed=1)))
    assert (made.facts["attempt"], made.facts["changed_share"]) == (1, 0.02)
    assert made.report.playable is True


@pytest.mark.parametrize(("share", "mended"), [(0.05, True), (0.051, False)])
def test_too_much_to_repair_is_not_repaired(
    opened: Open, share: float, mended: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "ATTEMPTS", 1)
    made = next(iter(deliver.sample(mending(opened(False, True), share), [0], seed=1)))
    assert (made.report.playable, "changed" in made.facts) == (mended, mended)


def test_a_repair_must_pass_the_check(opened: Open) -> None:
    made = next(iter(deliver.sample(mending(opened(False, False, True), 0.01), [0], seed=1)))
    assert (made.facts["way"], made.facts["attempt"]) == ("redrawn", 1)
    assert made.piece.marks == ("finished",)


def test_a_redraw_may_be_repaired(opened: Open) -> None:
    session = mending(opened(False, False, True), None, 0.01)
    made = next(iter(deliver.sample(session, [0], seed=1)))
    assert (made.facts["way"], made.facts["attempt"], made.facts["changed"]) == ("redrawn", 1, 1)
    assert made.facts["playable_as_decoded"] is False


def test_raw_repairs_nothing(opened: Open) -> None:
    made = next(iter(deliver.sample(mending(opened(False), 0.01), [0], seed=1, raw=True)))
    assert "changed" not in made.facts
    assert made.piece.marks == ()


def test_redraws_are_the_same_whatever_they_stand_beside(opened: Open) -> None:
    class Sometimes(BeadCodec):
        """Fails two draws in three, by what is in them."""

        def check(self, piece: Any) -> Report:
            return Report(True, int(piece.cells.sum()) % 3 == 0)

    def session() -> Opened:
        found = opened()
        return Opened(found.model, found.domain, Sometimes())

    batches: list[int] = []
    draw = Generator.draw

    def listen(self: Generator, items: Any, *rest: Any, **options: Any) -> np.ndarray:
        batches.append(len(items))
        assert len(items) <= together(1)
        return draw(self, items, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Generator, "draw", listen)
        many = list(deliver.sample(session(), range(64), seed=1))
    assert [m.facts["index"] for m in many] == list(range(64))
    assert sum(batches) > 2 * 64
    assert sum(batches) / len(batches) > BATCH
    for wanted in ([0, 1, 2], [62, 63], [5, 33]):
        some = list(deliver.sample(session(), wanted, seed=1))
        for index, made in zip(wanted, some, strict=True):
            assert made.facts == many[index].facts
            np.testing.assert_array_equal(cells(made), cells(many[index]))


def test_time_is_told_apart(opened: Open) -> None:
    times = Times()
    list(deliver.sample(mending(opened(False, True), 0.01), [0], seed=1, times=times))
    assert times.decoding > times.checking > 0
    assert times.repairing > 0


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


def test_runs_that_are_worked_on_together() -> None:
    assert list(deliver.groups([0, 16, 127, 128, 129, 640])) == [
        [0, 16, 127],
        [128, 129],
        [640],
    ]
    assert list(deliver.groups([])) == []


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
