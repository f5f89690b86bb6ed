"""Copies of training pieces: counted, drawn again, told."""

from __future__ import annotations

import numpy as np
import pytest

from genvae.models.copies import SegmentFilter
from genvae.workflows import deliver, store
from genvae.workflows.deliver import ATTEMPTS, Made
from genvae.workflows.store import Opened

from .conftest import Open  # noqa: TID252


def cells(made: Made) -> np.ndarray:
    found: np.ndarray = made.piece.cells
    return found


def learn(session: Opened, made: Made) -> None:
    """Make the windows of a piece known from training."""
    session.model.__dict__["copies"] = SegmentFilter.of(session.codec.segments(made.windows))


def test_copies_of_training_windows_are_counted(opened: Open) -> None:
    session = opened()
    first = next(iter(deliver.sample(session, [0], seed=1)))
    assert (first.facts["copied_windows"], first.facts["windows"]) == (0, 2)
    learn(session, first)
    again = next(iter(deliver.sample(session, [0], seed=1, raw=True)))
    assert (again.facts["copied_windows"], again.facts["windows"]) == (2, 2)
    assert (again.facts["copied"], again.facts["way"]) == (True, "decoded")


def test_a_copy_is_drawn_again(opened: Open) -> None:
    session = opened()
    first = list(deliver.sample(session, range(2), seed=1))
    learn(session, first[0])
    again = list(deliver.sample(session, range(2), seed=1))
    assert [m.facts["way"] for m in again] == ["redrawn", "decoded"]
    assert [m.facts["attempt"] for m in again] == [1, 0]
    assert "copied" not in again[0].facts
    np.testing.assert_array_equal(cells(again[1]), cells(first[1]))


def test_a_copy_in_every_draw_is_handed_out_and_says_so(opened: Open) -> None:
    class Everything:
        def known(self, segments: list[bytes]) -> np.ndarray:
            return np.ones(len(segments), dtype=bool)

    session = opened(False, True)
    session.model.__dict__["copies"] = Everything()
    heard: list[int] = []
    made = next(iter(deliver.sample(session, [0], seed=1, on_attempt=heard.append)))
    assert len(heard) == ATTEMPTS
    assert made.facts["copied"] is True
    assert (made.report.playable, made.facts["attempt"]) == (True, 1)


@pytest.mark.parametrize(
    ("known", "copy"),
    [
        ([], False),
        ([0], False),
        ([1], True),
        ([1, 0], False),
        ([1, 1], True),
        ([1, 1, 0, 1], False),
        ([0, 1, 1, 1, 0, 0], True),
        ([1, 1, 0, 1, 1, 0, 1, 1], False),
        ([*[0] * 300, 1, 1, 1], True),
    ],
)
def test_what_a_copy_is(known: list[int], copy: bool) -> None:
    assert deliver.is_copy(np.array(known, dtype=bool)) is copy


def test_the_copied_part_of_a_long_piece_alone_is_drawn_again() -> None:
    opened = store.open_model("platformer", "levels")
    (plain,) = deliver.sample(opened, [0], seed=3, length="1120x16", raw=True)
    segments = opened.codec.segments(plain.windows)
    opened.model.copies = SegmentFilter.of(segments[40:43])
    (made,) = deliver.sample(opened, [0], seed=3, length="1120x16")
    assert made.facts["attempt"] == 0
    assert made.facts["rewritten"][0] == [640, 687]
    assert "copied" not in made.facts
    same = [a == b for a, b in zip(opened.codec.segments(made.windows), segments, strict=True)]
    assert all(same[:40] + same[43:])
    assert not any(same[40:43])
    assert (made.z_WPD[:40] == plain.z_WPD[:40]).all()
    assert (made.z_WPD[43:] == plain.z_WPD[43:]).all()
