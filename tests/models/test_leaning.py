"""Intervals: counted, and made likelier where a line begins a note."""

from __future__ import annotations

import numpy as np
import torch

from genvae.domains.base import Field, WindowSpec
from genvae.models.decoding import _tempered
from genvae.models.leaning import INTERVALS, WIDEST, Leaning, intervals, lean_of

LINE = Field("line", 130, trivial=(0, 1), temper_from=2, period=12)
KIT = Field("kit", 4, members=2)
CHORD = Field("chord", 40, rows=2, temper_from=1, period=12)
SPEC = WindowSpec((KIT, LINE, CHORD), steps=4)


def piece(*line: int) -> np.ndarray:
    """Cells in which only the line says something."""
    cells = np.zeros((len(line), 4), dtype=np.int64)
    cells[:, 1] = line
    return cells


def test_intervals_are_those_between_notes_however_far_apart() -> None:
    found = intervals(piece(62, 1, 64, 0, 64, 0, 1, 61, 101), SPEC)
    assert list(found) == ["line"]  # a chord has no note before
    steps = {int(i) - WIDEST: int(found["line"][i]) for i in np.flatnonzero(found["line"])}
    assert steps == {2: 1, 0: 1, -3: 1, WIDEST: 1}


def test_lines_lean_to_what_is_made_too_rarely() -> None:
    real, made = np.zeros(INTERVALS), np.zeros(INTERVALS)
    real[[20, 30]] = 6000, 2000
    made[[20, 30]] = 300, 500
    lean = lean_of(real, made)
    assert lean[20] > 0.6 > 0 > lean[30]
    assert not lean[[0, 25]].any()  # what neither has
    assert not lean_of(real, real).any()
    assert not lean_of(np.zeros(INTERVALS), made).any()


def test_what_is_heard_is_the_last_note_of_each_line() -> None:
    table = np.linspace(-1, 1, INTERVALS)
    heard = Leaning(SPEC, {"line": table.tolist(), "gone": []}).start(2)
    assert heard.at(0) is None
    first = heard.at(1)
    assert first is not None
    assert not first.any()
    heard.hear(np.array([[0, 62, 0, 0], [3, 0, 9, 8]]))
    heard.hear(np.array([[1, 1, 0, 0], [0, 0, 0, 0]]))
    lean = heard.at(1)
    assert lean is not None
    assert lean.shape == (2, 128)
    assert not lean[1].any()
    np.testing.assert_allclose(lean[0, 60 : 60 + WIDEST + 1], table[WIDEST:], rtol=1e-6)
    np.testing.assert_allclose(lean[0, [0, 127]], table[[0, -1]], rtol=1e-6)


def test_a_line_leans_in_its_pitches_alone() -> None:
    logits = torch.log(torch.tensor([[0.5, 0.1, 0.3, 0.1]]))
    field = Field("f", 4, temper_from=2)
    lean = torch.log(torch.tensor([[1.0, 9.0]]))
    leant = _tempered(logits, field, 1.0, lean)
    torch.testing.assert_close(leant, torch.tensor([[0.5, 0.1, 0.1, 0.3]]))
    plain = _tempered(logits, field, 0.5, torch.zeros(1, 2))
    torch.testing.assert_close(plain, _tempered(logits, field, 0.5))
    masked = logits.masked_fill(torch.tensor([False, False, True, True]), -torch.inf)
    nothing = _tempered(masked, field, 1.0, lean)
    assert nothing[0, 2:].tolist() == [0.0, 0.0]
