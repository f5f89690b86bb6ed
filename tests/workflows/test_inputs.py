"""What ``--voice`` chooses in which file."""

from __future__ import annotations

import pytest

from genvae.errors import OptionProblem
from genvae.workflows.inputs import chosen_parts


def test_for_all_files_and_for_one() -> None:
    given = ["melody=3", "B:melody=Lead: two", " c : bass = 4 "]
    assert chosen_parts(given, 3) == [
        {"melody": "3"},
        {"melody": "Lead: two"},
        {"melody": "3", "bass": "4"},
    ]
    assert chosen_parts(["B:melody=1", "melody=2"], 2)[1] == {"melody": "1"}
    assert chosen_parts([], 2) == [{}, {}]


@pytest.mark.parametrize("text", ["melody", "=3", "melody=", "A:=3", "AB:melody=3", "1:melody=3"])
def test_what_is_no_choice(text: str) -> None:
    with pytest.raises(OptionProblem, match="expected NAME=TRACK"):
        chosen_parts([text], 2)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(OptionProblem, match=r"C:melody=3: there is no such file; .* A to B"):
        chosen_parts(["C:melody=3"], 2)
    with pytest.raises(OptionProblem, match="they are A alone"):
        chosen_parts(["b:melody=3"], 1)
