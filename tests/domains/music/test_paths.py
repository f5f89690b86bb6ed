"""Meters on the way between two songs; keys and tempi are in ``test_transpose``."""

from __future__ import annotations

from genvae.domains.music.paths import blend_contexts, journey, travel_context

COMMON = {"meters": [[0, 4, 4]], "tempos": [[0, 100.0]], "shifts": [0]}
JIG = {"meters": [[0, 6, 8]], "tempos": [[0, 100.0]], "shifts": [0]}


def test_a_song_that_travels_changes_its_meter_in_the_middle() -> None:
    way = travel_context(COMMON, JIG, [0.0, 0.3, 0.6, 1.0])
    assert way["meters"] == [[0, 4, 4], [64, 6, 8]]
    assert [step for step, _ in way["tempos"]] == [0, 32, 64, 88]
    back = travel_context(JIG, COMMON, [0.0, 0.3, 0.6, 1.0])
    assert back["meters"] == [[0, 6, 8], [48, 4, 4]]
    assert travel_context(JIG, COMMON, [0.5])["meters"] == [[0, 4, 4]]
    assert travel_context(JIG, JIG, [0.0, 1.0])["meters"] == [[0, 6, 8]]


def test_meters_that_change_or_are_long_are_kept() -> None:
    changing = COMMON | {"meters": [[0, 4, 4], [32, 3, 4]]}
    assert travel_context(changing, JIG, [0.0, 1.0])["meters"] == [[0, 4, 4], [32, 3, 4]]
    five = COMMON | {"meters": [[0, 5, 4]]}
    assert travel_context(five, JIG, [0.0, 1.0])["meters"] == [[0, 5, 4]]


def test_steps_are_in_the_meter_of_the_nearer_song() -> None:
    assert blend_contexts(COMMON, JIG, 0.4)["meters"] == [[0, 4, 4]]
    assert blend_contexts(COMMON, JIG, 0.5)["meters"] == [[0, 6, 8]]
    assert "meter: 4/4 in the first half of the way, 6/8 in the second" in journey(COMMON, JIG)
