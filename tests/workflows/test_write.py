"""Names, counts and words of the roads that end in a folder."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genvae.errors import OptionProblem
from genvae.workflows import tally, write


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a", "a"], ["a", "a-2", "a-3"]),
        (["Song", "song"], ["Song", "song-2"]),
        (["a-2", "a", "a"], ["a-2", "a", "a-3"]),
        (["caves#17"], ["caves-17"]),
        (["../up", "", " . "], ["-up", "piece", "piece-2"]),
    ],
)
def test_names_fit_for_files(names: list[str], expected: list[str]) -> None:
    assert write.unique(names) == expected


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), max_size=12))
def test_every_name_once_and_no_folder(names: list[str]) -> None:
    found = write.unique(names)
    assert len({n.lower() for n in found}) == len(names)
    assert not any(set(n) & set('<>:"/\\|?*#\n') or n in ("", ".", "..") for n in found)


def line(valid: bool = True, playable: bool | None = True, **more: Any) -> dict[str, Any]:
    checks = {"valid": valid} | ({} if playable is None else {"playable": playable})
    return {"file": "a.txt", "checks": checks, **more}


def test_how_pieces_came_out() -> None:
    lines = [
        line(copied_windows=1, windows=4),
        line(attempt=3, windows=4),
        line(playable=False, attempt=2, windows=4),
        line(valid=False),
        line(playable=None),
    ]
    found = tally.tally(lines)
    wanted = {"as_decoded": 2, "redrawn": 1, "not_good": 2, "copied": 1, "windows": 12}
    assert found | wanted == found
    words = tally.summary(found)
    assert words.startswith("2 ")
    assert words.endswith("1 of 12 windows known from training")
    assert "known from training" not in tally.summary(tally.tally([line()]))


@pytest.mark.parametrize(
    ("n", "seed", "message"),
    [
        (0, None, "-n 0: expected 1 to 100000 pieces"),
        (100_001, 1, "-n 100001: expected 1 to 100000 pieces"),
        (1, -1, "--seed -1: expected a whole number from 0 to 2**64 - 1"),
        (1, 2**64, "--seed 18446744073709551616: expected"),
    ],
)
def test_numbers_that_cannot_be(n: int, seed: int | None, message: str) -> None:
    with pytest.raises(OptionProblem) as problem:
        write.check_sampling(n, seed)
    assert str(problem.value).startswith(message)


def test_numbers_that_can() -> None:
    write.check_sampling(1, None)
    write.check_sampling(100_000, 2**64 - 1)
