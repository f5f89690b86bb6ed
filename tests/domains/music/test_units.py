"""Conversions of time."""

from __future__ import annotations

import numpy as np
import pytest

from genvae.domains.music import units
from genvae.domains.music.song import Meter, bar_lines


def test_ticks_go_to_the_nearest_step() -> None:
    ticks = np.array([0, 59, 60, 119, 120, 179, 180, 480])
    assert units.ticks_to_steps(ticks, 480).tolist() == [0, 0, 1, 1, 1, 1, 2, 4]


def test_ticks_and_steps_agree_for_what_we_write() -> None:
    assert [units.steps_to_ticks(s) for s in (0, 1, 4, 33)] == [0, 120, 480, 3960]


@pytest.mark.parametrize(
    ("meter", "steps", "beat"),
    [((4, 4), 16, 4), ((3, 4), 12, 4), ((6, 8), 12, 6), ((7, 8), 14, 2), ((3, 32), 2, 1)],
)
def test_meters_in_steps(meter: tuple[int, int], steps: int, beat: int) -> None:
    assert units.meter_to_steps(*meter) == steps
    assert units.meter_to_beat_steps(*meter) == beat


def test_tempo_survives_midi_rounding() -> None:
    for bpm in (20.0, 93.5, 133.0, 199.99, 400.0):
        micro = units.bpm_to_microseconds_per_beat(bpm)
        assert units.microseconds_per_beat_to_bpm(micro) == bpm


def test_seconds_follow_the_tempo_map() -> None:
    tempos = [(0, 120.0), (8, 60.0)]
    assert units.steps_to_seconds(8, tempos) == 1.0
    assert units.steps_to_seconds(16, tempos) == 3.0
    assert units.steps_to_seconds(4, tempos) == 0.5


def test_a_meter_within_a_bar_cuts_it_short() -> None:
    bars = bar_lines((Meter(0, 4, 4), Meter(20, 3, 4)))
    assert [(b.step, b.length) for b in (next(bars) for _ in range(4))] == [
        (0, 16),
        (16, 4),
        (20, 12),
        (32, 12),
    ]
