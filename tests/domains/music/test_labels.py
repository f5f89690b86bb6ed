"""Meter and mode of songs."""

from __future__ import annotations

import numpy as np
import pytest

from genvae.domains.music.domain import MusicDomain
from genvae.domains.music.layouts import HOLD, ONSET
from genvae.domains.music.requests import classes_of
from genvae.errors import OptionProblem

MELODY = MusicDomain().open({"layout": "melody"})


def line(*pitches: int) -> dict[str, np.ndarray]:
    """Quarter notes, in windows of eight."""
    x = np.full((len(pitches) // 8, 1, 32), HOLD)
    x.reshape(-1)[::4] = np.array(pitches) + ONSET
    return {"melody": x}


def test_a_meter_is_told_where_there_is_one() -> None:
    assert MELODY.label("meter", line(*[60] * 8), {"meters": [[0, 3, 4]]}) == "3/4"
    assert MELODY.label("meter", line(*[60] * 8), {"meters": [[0, 3, 4], [24, 4, 4]]}) is None
    assert MELODY.label("meter", line(*[60] * 8), {}) == "4/4"
    twelve = {"meters": [[0, 6, 8], [24, 12, 8]]}
    assert MELODY.label("meter", line(*[60] * 8), twelve) == "6/8"
    assert MELODY.label("meter", line(*[60] * 8), {"meters": [[0, 5, 4]]}) == "5/4"


@pytest.mark.parametrize(
    ("pitches", "mode"),
    [
        ((60, 64, 67, 72, 67, 64, 62, 60), "major"),
        ((69, 72, 76, 81, 76, 72, 71, 69), "minor"),
        ((57, 60, 64, 60, 65, 62, 59, 57), "minor"),
    ],
)
def test_a_mode(pitches: tuple[int, ...], mode: str) -> None:
    assert MELODY.label("mode", line(*pitches), {}) == mode
    piano = MusicDomain().open({"layout": "piano"})
    slots = np.zeros((1, 5, 32), dtype=np.int64)
    slots[0, 0, ::4] = np.array(pitches) + 1
    slots[0, 1, ::4] = np.array(pitches) - 11
    windows = {"notes": slots, "touch": np.zeros_like(slots)}
    assert piano.label("mode", windows, {}) == mode


def test_rests_have_no_mode() -> None:
    assert MELODY.label("mode", {"melody": np.zeros((1, 1, 32), dtype=np.int64)}, {}) is None
    assert "mode" not in MusicDomain().open({"layout": "drums"}).conditions


def test_classes_by_request() -> None:
    assert classes_of({"key": "Am"}, MELODY.layout) == {"meter": "4/4", "mode": "minor"}
    assert MELODY.request("mode", "minor") == {"mode": "minor"}
    assert MELODY.request("density", "high") == {}
    context = MELODY.context({"mode": "minor"}, np.random.default_rng(0))
    assert context["ending"] == "minor"
    with pytest.raises(OptionProblem):
        classes_of({"key": "H"}, MELODY.layout)


def test_one_number_alone() -> None:
    windows = line(60, 62, 64, 65, 67, 69, 71, 72)
    song = MELODY.assemble(windows, {})
    for name in ("density", "register"):
        assert MELODY.attribute(name, windows, {}) == MELODY.measure(song)[name]
    assert np.isnan(MELODY.attribute("nothing", windows, {}))
