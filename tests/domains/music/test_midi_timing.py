"""Performances: is the grid their own, and where are the beats?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from genvae.domains.music.midi_guard import read_guarded
from genvae.domains.music.midi_raw import Part, Raw, reach_of
from genvae.domains.music.midi_timing import estimate_beats, is_played_freely, on_estimated_beats

SONGS = Path(__file__).resolve().parents[3] / "data" / "songs"


def demo(name: str) -> Raw:
    raw = read_guarded((SONGS / f"{name}.mid").read_bytes())
    assert raw is not None
    return raw


def performed(raw: Raw, bpm: float, drift: float = 0.0, jitter: float = 0.01) -> Raw:
    """The song played without a click, in a file that says 120 beats a minute: ``drift`` is how
    far the tempo swings over eight bars, ``jitter`` in seconds."""
    rng = np.random.default_rng(1)

    def seconds(ticks: np.ndarray) -> np.ndarray:
        beats = ticks / raw.ticks_per_beat
        return 60 / bpm * (beats + drift * 32 / (2 * np.pi) * np.sin(2 * np.pi * beats / 32))

    starts = seconds(raw.onsets_M) + rng.normal(0, jitter, len(raw.onsets_M))
    ends = seconds(raw.onsets_M + raw.lengths_M)
    table = raw.table()
    table[:, 0] = np.rint((starts - starts.min()) * 960)
    table[:, 1] = np.maximum(np.rint(ends * 960) - table[:, 0], 1)
    return Raw(480, raw.parts, *table.T, reach_of(*table.T[:2]), [], [])


def agreement(raw: Raw, found: Raw) -> float:
    """The share of notes on their own 16th, up to where the first beat lies."""
    want = np.rint(raw.onsets_M * 4 / raw.ticks_per_beat)
    got = np.rint(found.onsets_M * 4 / found.ticks_per_beat)
    shifts, counts = np.unique(got - want, return_counts=True)
    return float(counts.max() / len(want)) if len(shifts) else 0.0


@pytest.mark.parametrize(
    ("name", "bpm", "drift"),
    [
        ("amazing-grace", 97, 0.0),
        ("drunken-sailor", 138, 0.015),
        ("greensleeves", 76, 0.01),
        ("when-the-saints", 110, 0.015),
    ],
)
def test_a_song_played_freely_comes_back_to_its_grid(name: str, bpm: float, drift: float) -> None:
    raw = demo(name)
    played = performed(raw, bpm, drift)
    assert is_played_freely(played)
    found = on_estimated_beats(played)
    assert agreement(raw, found) > 0.97
    assert agreement(raw, played) < 0.3
    assert found.tempos[0][1] == pytest.approx(60e6 / bpm, rel=0.02)
    (remark,) = found.remarks
    assert remark.startswith("played freely, not on the file's grid: beats estimated at")


@pytest.mark.parametrize("path", sorted(SONGS.glob("*.mid")), ids=lambda p: p.stem)
def test_songs_on_their_grid_are_left_there(path: Path) -> None:
    raw = demo(path.stem)
    assert not is_played_freely(raw)
    loose = performed(raw, 120, jitter=0.015)
    assert not is_played_freely(loose)


def on_positions(positions: list[float]) -> Raw:
    """A bar of onsets at these beats, 40 times."""
    ticks = np.array([480 * (4 * bar + p) for bar in range(40) for p in positions], np.int64)
    table = np.stack([ticks, ticks * 0 + 60, ticks * 0 + 60, ticks * 0 + 64], axis=1)
    return Raw(480, [Part("", 0, False, len(ticks))], *table.T, reach_of(*table.T[:2]), [], [])


def test_triplets_32nds_swing_and_late_drums_are_no_free_playing() -> None:
    assert not is_played_freely(on_positions([0, 1 / 3, 2 / 3, 1, 4 / 3, 5 / 3]))
    assert not is_played_freely(on_positions([0, 2 / 3, 1, 5 / 3, 2, 8 / 3]))
    assert not is_played_freely(on_positions([0.1, 0.6, 1.1, 1.6, 2.1]))
    thirty_seconds = [n / 8 for n in range(32)]
    assert not is_played_freely(on_positions(thirty_seconds))
    assert not is_played_freely(on_positions([n + 0.02 for n in thirty_seconds]))
    assert not is_played_freely(on_positions([n / 6 for n in range(24)]))


def test_few_onsets_give_no_verdict() -> None:
    rng = np.random.default_rng(0)
    raw = on_positions([0])
    raw.onsets_M[:] = np.sort(rng.integers(0, 40000, len(raw.onsets_M)))
    assert not is_played_freely(raw)


def test_beats_begin_before_and_end_behind_all_onsets() -> None:
    onsets = np.arange(5, 30, 0.6)
    beats = estimate_beats(onsets)
    assert np.diff(beats) == pytest.approx(0.6, abs=0.02)
    assert beats[0] <= onsets[0] + 0.05
    assert beats[-1] > onsets[-1]


def test_one_moment_has_no_beats() -> None:
    raw = on_positions([0, 0])
    raw.onsets_M[:] = 100
    assert len(estimate_beats(np.array([3.0, 3.0]))) == 0
    assert on_estimated_beats(raw).remarks == (
        "played freely, not on the file's grid; no beats found, quantised as it is",
    )
