"""Items made in processes of their own are those that one process makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from genvae.errors import GenvaeError, OptionProblem
from genvae.workflows import deliver, many, store
from genvae.workflows.made import Times


@pytest.mark.slow
def test_what_processes_make_is_what_one_makes(
    at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "AT_ONCE", 3)
    opened = store.open_model("trio")
    alone = list(deliver.sample(opened, range(7), seed=5, raw=True, temperature=0.9))
    groups = list(deliver.groups(range(7)))
    assert [len(group) for group in groups] == [3, 3, 1]
    times = Times()
    options: dict[str, Any] = {"temperature": 0.9, "raw": True, "times": times}
    beside = list(many.sample(opened, range(7), seed=5, workers=2, **options))
    assert times.decoding > 0
    for one, other in zip(alone, beside, strict=True):
        assert other.codec is opened.codec
        assert one.facts == other.facts
        assert one.piece == other.piece
        np.testing.assert_array_equal(one.z_WPD, other.z_WPD)


def test_few_items_are_made_here(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "for_each", lambda *_: pytest.fail("a process was started"))
    opened = store.open_model("trio")
    assert len(list(many.sample(opened, range(2), seed=1, raw=True))) == 2


def test_problems_of_processes(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = store.open_model("trio")
    monkeypatch.setattr(deliver, "AT_ONCE", 1)
    with pytest.raises(OptionProblem, match="--temperature -1"):
        list(many.sample(opened, range(3), seed=1, workers=2, temperature=-1.0))
    ended = many._lost([64, 65, 66], "exit code -9")
    assert isinstance(ended, GenvaeError)
    assert str(ended).startswith("making items 64 to 66 ended the process (exit code -9)")
