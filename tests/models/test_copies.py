"""The filter of training segments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genvae.models.copies import SegmentFilter


@given(st.lists(st.binary(max_size=40), max_size=60))
def test_what_was_put_in_is_known(segments: list[bytes]) -> None:
    assert SegmentFilter.of(segments).known(segments).all()


@pytest.mark.parametrize(("count", "share"), [(1, 0.01), (5, 0.03), (300, 0.01), (5000, 0.01)])
def test_false_alarms_are_rare(count: int, share: float) -> None:
    known = SegmentFilter.of(f"in {i}".encode() for i in range(count))
    others = known.known([f"out {i}".encode() for i in range(4000)])
    assert others.mean() < share


def test_repeats_take_no_room() -> None:
    once = SegmentFilter.of([b"a", b"b"])
    assert (SegmentFilter.of([b"a", b"b"] * 500).bits == once.bits).all()


def test_size_is_twelve_bits_a_segment() -> None:
    assert SegmentFilter.of(str(i).encode() for i in range(1000)).bits.nbytes == 1500


def test_nothing_is_known_to_an_empty_filter() -> None:
    empty = SegmentFilter.of([])
    assert empty.known([b"", b"a"]).tolist() == [False, False]
    assert empty.known([]).shape == (0,)


def test_the_bits_are_all_there_is() -> None:
    made = SegmentFilter.of([b"one", b"two"])
    again = SegmentFilter(np.array(made.bits))
    assert again.known([b"one", b"two", b"three"]).tolist() == [True, True, False]
    # A model file keeps these bits: the hash may never change.
    assert SegmentFilter.of([b"one"]).bits.tolist() == [0, 1, 2, 4, 8, 16, 32, 64]
