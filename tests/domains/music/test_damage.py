"""Damage of songs, and which notes stay when a song is put right."""

from __future__ import annotations

import numpy as np
import pytest

from genvae.domains.base import Windows
from genvae.domains.music.damage import FAR, KINDS, kept_whole
from genvae.domains.music.domain import MusicDomain
from genvae.domains.music.layouts import LAYOUTS
from genvae.domains.music.song import Note
from tests.domains.music.songs import trio

DOMAIN = MusicDomain()
CODEC = DOMAIN.open({})


def windows() -> Windows:
    """Four bars: quarter notes of the melody, half notes of the bass, kick and snare."""
    steps = range(0, 64, 4)
    melody = tuple(Note(s, 4, 60 + s % 7) for s in steps)
    bass = tuple(Note(s, 8, 36 + s % 5) for s in range(0, 64, 8))
    drums = tuple(Note(s, 1, 36 if s % 8 == 0 else 38) for s in steps)
    return CODEC.encode(trio(melody, bass, drums, steps=64)).windows


def events(found: Windows) -> set[tuple[str, int, int]]:
    return {(v, s, p) for v, s, p in CODEC.events(CODEC.assemble(found, {}))}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_damage_changes_nothing(layout: str) -> None:
    codec = DOMAIN.open({"layout": layout})
    song = trio(tuple(Note(s, 3, 60 + s) for s in range(0, 28, 4)), (), (Note(0, 1, 36),))
    if layout == "piano":
        song = song.__class__(**{**vars(song), "voices": song.voices[2:]})
    found = codec.encode(song).windows
    rng = np.random.default_rng(0)
    for name, x_NRT in codec.corrupt(found, 0.0, rng).items():
        np.testing.assert_array_equal(x_NRT, found[name])
        assert x_NRT.dtype == found[name].dtype


def test_the_share_that_is_damaged() -> None:
    was = events(windows())
    lost = []
    for seed in range(40):
        now = events(CODEC.corrupt(windows(), 0.2, np.random.default_rng(seed), ("dropped",)))
        assert now < was or now == was
        lost.append(1 - len(now) / len(was))
    assert abs(np.mean(lost) - 0.2) < 0.03


def test_everything_dropped() -> None:
    found = CODEC.corrupt(windows(), 1.0, np.random.default_rng(0), ("dropped",))
    assert all(not x_NRT.any() for x_NRT in found.values())


def test_a_wrong_note_keeps_its_place() -> None:
    was = windows()
    now = CODEC.corrupt(was, 1.0, np.random.default_rng(0), ("wrong",))
    for name in ("bass", "melody"):
        np.testing.assert_array_equal(now[name] >= 2, was[name] >= 2)
        moved = np.abs(now[name].astype(int) - was[name])[was[name] >= 2]
        assert moved.min() >= 1
        assert moved.max() <= FAR
    assert not (events(now) & events(was))


def test_a_moved_note_keeps_its_pitch() -> None:
    was, now = windows(), CODEC.corrupt(windows(), 1.0, np.random.default_rng(1), ("moved",))
    old = {(s, p) for v, s, p in events(was) if v == "bass"}
    new = {(s, p) for v, s, p in events(now) if v == "bass"}
    assert all(any(p == q and abs(s - t) <= 2 for t, q in old) for s, p in new)
    assert old != new


def test_added_notes_take_no_other_away_from_the_drums() -> None:
    was, now = windows(), CODEC.corrupt(windows(), 1.0, np.random.default_rng(1), ("added",))
    assert (now["drums"] & was["drums"] == was["drums"]).all()
    assert (now["drums"] != was["drums"]).any()


def test_damage_is_the_same_for_the_same_seed() -> None:
    one, other = (CODEC.corrupt(windows(), 0.3, np.random.default_rng(5)) for _ in range(2))
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])
    assert CODEC.damage == KINDS


def test_a_note_whose_length_changes_is_not_kept() -> None:
    was = {f.name: np.zeros((1, 1, 32), dtype=np.int16) for f in CODEC.spec.fields}
    was["melody"][0, 0, :8] = [62, 1, 1, 1, 64, 1, 0, 0]
    was["drums"][0, 0, :2] = [1, 2]
    now = {k: v.copy() for k, v in was.items()}
    now["melody"][0, 0, 6] = 1
    now["drums"][0, 0, 1] = 3
    kept = kept_whole(was, now, CODEC.layout)
    assert kept["melody"][0, 0, :8].tolist() == [True, True, True, True, False, True, True, True]
    assert kept["drums"][0, 0, :3].tolist() == [True, False, True]
    assert kept["bass"].all()


def test_parts_of_a_song() -> None:
    song = trio((Note(0, 4, 60), Note(40, 4, 64)), steps=64)
    assert [CODEC.part_of(song, event) for event in CODEC.events(song)] == [("bar", 1), ("bar", 3)]
