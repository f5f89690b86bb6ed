"""Names, counts and words of the roads that end in a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genvae.domains.base import Report
from genvae.errors import OptionProblem
from genvae.workflows import tally, write
from genvae.workflows.deliver import Times
from genvae.workflows.output import Output
from genvae.workflows.store import Opened
from tests.fakes import BeadCodec

from .conftest import Open  # noqa: TID252


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
        line(attempt=3, windows=4, changed=2),
        line(attempt=0, changed=3, windows=4),
        line(playable=False, attempt=2, windows=4),
        line(valid=False),
        line(playable=None),
        line(attempt=0, rewritten=[[3, 9]]),
    ]
    found = tally.tally(lines)
    assert found == {
        "as_decoded": 2,
        "rewritten": 1,
        "repaired": 1,
        "changes": 3,
        "redrawn": 1,
        "not_good": 2,
        "judged": 6,
        "copied": 1,
        "windows": 16,
    }
    assert tally.summary(found | {"missed": 1}) == (
        "2 playable as decoded, 1 written anew in part, 1 repaired (3 changes), "
        "1 playable when drawn again, 2 not playable, 1 not made, "
        "1 of 16 windows known from training"
    )
    assert tally.summary(tally.tally([line()])) == "1 playable as decoded"
    assert "1 repaired (1 change)" in tally.summary(tally.tally([line(changed=1)]))


def test_where_the_time_went() -> None:
    times = Times(decoding=3.0, checking=0.75, repairing=0.25)
    assert tally.shares(times) == "decoding 75%, checking 19%, repairing 6% of 4.0 s"
    assert tally.shares(Times()) == "decoding 0%, checking 0%, repairing 0% of 1.0 s"


def test_what_is_named() -> None:
    known = {"copied": True, "copied_windows": 3, "windows": 4}
    lines = [
        line(command="sample"),
        line(playable=False),
        line(command="sample", **known),
        line(command="interpolate", **known),
    ]
    assert list(tally.named_problems(lines)) == [
        "a.txt: not playable",
        "a.txt: 3 of 4 windows known from training in every draw",
    ]


def test_an_item_that_fails_is_named_and_the_rest_is_written(opened: Open, tmp_path: Path) -> None:
    class Second(BeadCodec):
        """Whatever comes first of an item passes, but of the second nothing does."""

        def check(self, piece: Any) -> Report:
            self.checked += 1
            return Report(True, self.checked in (1, 3), ["it breaks"])

    found = opened()
    session = Opened(found.model, found.domain, Second())
    output = Output(session, "sample", out=tmp_path)
    problems: list[str] = []
    count = write.samples(
        session, 3, output, seed=1, on_problem=lambda why: problems.append(str(why))
    )
    assert (count["as_decoded"], count["missed"], count["not_good"]) == (2, 1, 0)
    assert problems == [
        f"{tmp_path / 'beads-0002'}: not made, 12 draws failed (item 1 of seed 1: it breaks); "
        "take another seed, or see it as decoded with --raw"
    ]
    manifest = (tmp_path / "manifest.jsonl").read_text(encoding="utf-8")
    names = [json.loads(one)["file"] for one in manifest.splitlines()]
    assert names == ["beads-0001.beads", "beads-0003.beads"]
    assert not (tmp_path / "beads-0002.beads").exists()


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
