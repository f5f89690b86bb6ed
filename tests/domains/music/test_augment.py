"""Transposition, copies, clusters, constraints."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genvae.domains.base import Encoded, Windows
from genvae.domains.music.augment import FURTHEST, NEARBY, SCALE_STEPS
from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.domain import MusicDomain
from genvae.domains.music.key import MAJOR

CODEC = MusicDomain().open({})


def windows_of(melody: list[list[int]], bass: list[list[int]] | None = None) -> Windows:
    """Windows from the first tokens of each line; the rest is rest."""
    found = {f.name: np.zeros((len(melody), 1, 32), dtype=np.int16) for f in CODEC.spec.fields}
    for name, rows in (("melody", melody), ("bass", bass or [])):
        for n, row in enumerate(rows):
            found[name][n, 0, : len(row)] = row
    return found


def classes(windows: Windows) -> set[int]:
    both = np.concatenate([windows["melody"].ravel(), windows["bass"].ravel()])
    return {int(t - 2) % 12 for t in both if t >= 2}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([p for p in range(36, 84) if p % 12 in MAJOR]), max_size=8),
    st.integers(0, 1000),
)
def test_transposed_chunks_stay_in_scale_and_keep_their_shape(
    pitches: list[int], seed: int
) -> None:
    windows = windows_of([[p + 2 for p in pitches], [1, 0]], [[2 + 40, 1]])
    moved = CODEC.augment(windows, np.random.default_rng(seed))
    assert classes(moved) <= set(MAJOR)
    assert CODEC.segments(moved) == CODEC.segments(windows)
    np.testing.assert_array_equal(moved["melody"] < 2, windows["melody"] < 2)
    np.testing.assert_array_equal(moved["drums"], windows["drums"])


def test_a_triad_moves_to_every_place_it_fits() -> None:
    windows = windows_of([[62, 66, 69]])
    rng = np.random.default_rng(0)
    firsts = {int(CODEC.augment(windows, rng)["melody"][0, 0, 0]) for _ in range(400)}
    assert firsts == {62, 67, 57, 62 + 12, 62 - 12, 67 + 12, 67 - 12, 57 + 12, 57 - 12}


def test_foreign_notes_stay_where_they_are() -> None:
    windows = windows_of([[62, 63, 64]])
    rng = np.random.default_rng(0)
    moves = {int(CODEC.augment(windows, rng)["melody"][0, 0, 0]) - 62 for _ in range(200)}
    assert moves == {0, 12, -12}


def test_augmentation_takes_well_under_a_millisecond() -> None:
    windows = windows_of([[62, 66, 69]] * 8)
    rng = np.random.default_rng(0)
    start = time.perf_counter()
    for _ in range(200):
        CODEC.augment(windows, rng)
    assert (time.perf_counter() - start) / 200 < 1e-3


@pytest.mark.parametrize("layout", ["trio", "piano"])
def test_a_song_in_other_words_is_that_song_in_a_nearby_key(layout: str) -> None:
    codec = MusicDomain().open({"layout": layout})
    rng = np.random.default_rng(0)
    found = codec.renamings()
    assert len(found) == len(NEARBY)
    for to, interval in zip(found, NEARBY, strict=True):
        assert set(to) == {plan.main for plan in codec.layout.pitched}
        for plan in codec.layout.pitched:
            assert sorted(to[plan.main]) == list(range(len(to[plan.main])))
            pitches = rng.integers(plan.low, plan.high + 1, 50)
            np.testing.assert_array_equal(
                to[plan.main][plan.first + pitches], plan.first + pitches + interval
            )
            np.testing.assert_array_equal(to[plan.main][: plan.first], range(plan.first))


def test_copies_are_told_up_to_transposition() -> None:
    first, moved, other, octave, rest, rest2 = CODEC.segments(
        windows_of(
            [[62, 1, 66], [67, 1, 71], [62, 1, 67], [74, 1, 78], [], []],
            [[42], [47], [42], [42], [], []],
        )
    )
    assert first == moved
    assert first != other
    assert first != octave
    assert rest == rest2


def song_of(rows: list[list[int]]) -> Encoded:
    return Encoded(windows_of(rows), {})


def test_songs_that_share_melodies_are_one_cluster() -> None:
    phrases = [[62 + i, 64 + 2 * i, 66, 60 + j] for i in range(4) for j in range(4)]
    moved = [[t + 5 for t in phrase] for phrase in phrases]
    songs = [
        song_of(phrases[:6]),
        song_of(moved[:3] + phrases[6:9]),
        song_of(phrases[9:15]),
        song_of([*phrases[7:9], [70, 60, 80], [70, 61, 80], [70, 62, 81]]),
        song_of([]),
    ]
    clusters = CODEC.clusters(songs, ["a", "b", "c", "d", "e"])
    assert clusters == ["a", "a", "c", "a", "e"]


def test_one_pitch_and_empty_windows_do_not_join_songs() -> None:
    songs = [song_of([[62, 62, 62, 62], []]), song_of([[62, 62, 62, 62], []])]
    assert CODEC.clusters(songs, ["a", "b"]) == ["a", "b"]
    assert CODEC.clusters(songs, ["a", "a"]) == ["a", "a"]


def test_hold_follows_only_what_sounds(codec: MusicCodec) -> None:
    rules = codec.constraints()
    assert rules is not None
    cells = np.zeros((3, 4, 3), dtype=int)
    cells[1, 0, 2] = 62
    cells[2, 0, 2] = 1
    assert rules.allow(0, 0, cells) is None
    first = rules.allow(0, 2, cells)
    assert first is not None
    assert first.shape == (130,)
    assert not first[1]
    later = rules.allow(1, 2, cells)
    assert later is not None
    assert later[:, 1].tolist() == [False, True, True]
    assert later[:, 0].all()
    bass = rules.allow(1, 1, cells)
    assert bass is not None
    assert not bass[:, 1].any()
    assert np.flatnonzero(bass[0])[[0, 1, -1]].tolist() == [0, 18, 93]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(36, 84), min_size=1, max_size=8),
    st.integers(0, 1000),
)
def test_distorted_lines_keep_rhythm_range_and_scale(pitches: list[int], seed: int) -> None:
    windows = windows_of([[p + 2 for p in pitches]], [[2 + 40, 1]])
    moved = CODEC.distort(windows, np.random.default_rng(seed))
    for plan in CODEC.layout.pitched:
        x, y = windows[plan.name], moved[plan.name]
        np.testing.assert_array_equal(x < 2, y < 2)
        np.testing.assert_array_equal(x[x < 2], y[y < 2])
        assert (y[y >= 2] - 2 >= plan.low).all()
        assert (y[y >= 2] - 2 <= plan.high).all()
        if all((p - 2) % 12 in MAJOR for p in x[x >= 2]):
            assert all((p - 2) % 12 in MAJOR for p in y[y >= 2])


def test_distortion_reaches_far_registers_and_leaves_the_given_windows() -> None:
    windows = windows_of([[62, 66, 69]], [[50]])
    rng = np.random.default_rng(0)
    firsts = {int(CODEC.distort(windows, rng)["melody"][0, 0, 0]) for _ in range(400)}
    assert (min(firsts), max(firsts), len(firsts)) == (62 - 24, 62 + 24, 29)
    assert windows["melody"][0, 0, :3].tolist() == [62, 66, 69]


def test_scale_steps_of_a_chromatic_pitch() -> None:
    third_up = SCALE_STEPS[FURTHEST + 2]
    assert third_up[[60, 62, 71]].tolist() == [64, 65, 74]
    assert third_up[61] == 65
    np.testing.assert_array_equal(SCALE_STEPS[FURTHEST], np.arange(128))
