"""What is asked for with --set: numbers, spans, words."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genvae.domains import registry
from genvae.domains.base import Codec
from genvae.errors import OptionProblem
from genvae.workflows.wanted import Goal, parse, understand


@pytest.fixture(scope="module")
def levels() -> Codec:
    return registry.get("levels").open({})


@pytest.fixture(scope="module")
def music() -> Codec:
    return registry.get("music").open({})


def test_a_number_a_span_a_word() -> None:
    assert parse(["enemies=3", " coins = 10..20", "difficulty=.7", "style=folk"]) == {
        "enemies": 3.0,
        "coins": (10.0, 20.0),
        "difficulty": 0.7,
        "style": "folk",
    }
    assert parse(["leniency=-0.5..-.1"]) == {"leniency": (-0.5, -0.1)}


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_spans_come_back(low: float, more: float) -> None:
    high = low + more
    assert parse([f"a={low:.17f}..{high:.17f}"])["a"] == (
        float(f"{low:.17f}"),
        float(f"{high:.17f}"),
    )


@pytest.mark.parametrize(
    "text",
    ["enemies", "=3", "enemies=", "coins=20..10", "coins=1..", "coins=..", "coins=3x", "n=1..2..3"],
)
def test_what_is_none_is_said(text: str) -> None:
    with pytest.raises(OptionProblem, match=r"^--set "):
        parse([text])


def test_twice_is_said() -> None:
    with pytest.raises(OptionProblem, match="coins is given twice"):
        parse(["coins=3", "coins=4"])


def test_goals_of_a_level(levels: Codec) -> None:
    wanted = understand(levels, parse(["enemies=3", "coins=9.5..20", "difficulty=0.7"]), windows=4)
    assert wanted.goals == (
        Goal("enemies", 3.0, 3.0, 0.0, counted=True),
        Goal("coins", 10.0, 20.0, 0.0, counted=True),
        Goal("difficulty", 0.7, 0.7, 0.05),
    )
    assert not wanted.chosen


def test_a_tempo_is_chosen(music: Codec) -> None:
    wanted = understand(music, {"tempo": (90, 100), "density": "8..10"})
    assert wanted.goals == (Goal("density", 8.0, 10.0),)
    drawn = [float(wanted.requests(1, i)["tempo"]) for i in range(20)]
    assert all(90 <= tempo <= 100 for tempo in drawn)
    assert len(set(drawn)) == 20
    assert wanted.requests(1, 3) == wanted.requests(1, 3)


def test_other_names_are_suggested_too(levels: Codec) -> None:
    with pytest.raises(OptionProblem, match="did you mean 'style'"):
        understand(levels, {"stile": "folk"}, others=["style"])


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"enemis": 3}, "--set enemis=3: no such attribute; did you mean 'enemies'"),
        ({"enemies": "many"}, "expected a number or LOW..HIGH (a level)"),
        ({"enemies": 2.5}, "expected a whole number"),
        ({"enemies": 65}, "expected 0 to 64 (a level)"),
        ({"difficulty": -0.1}, "expected 0 to 1 (index)"),
        ({"difficulty": math.nan}, "expected a number"),
        ({"coins": (1, 2, 3)}, "expected a number, a pair (low, high) or a word"),
    ],
)
def test_what_cannot_be_had_is_said(levels: Codec, wish: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionProblem) as caught:
        understand(levels, wish, windows=4)
    assert said in str(caught.value)


def test_how_near_a_value_is() -> None:
    goal = Goal("difficulty", 0.7, 0.7, 0.05)
    assert goal.miss(0.74) == pytest.approx(0.04)
    assert goal.met(0.75)
    assert not goal.met(0.76)
    assert not goal.met(math.nan)
    assert goal.asked == 0.7
    assert goal.words() == "difficulty=0.7 (within 0.05)"
    span = Goal("coins", 10, 20, counted=True)
    assert (span.miss(9), span.miss(15), span.miss(22)) == (1, 0, 2)
    assert span.asked == [10, 20]
    assert span.words() == "coins=10..20"
