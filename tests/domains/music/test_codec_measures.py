"""What the codec of songs measures, counts and draws."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.song import Note

from .songs import trio  # noqa: TID252


def test_measures_of_a_song(codec: MusicCodec) -> None:
    song = trio(
        melody=(Note(0, 4, 60), Note(4, 4, 64), Note(8, 4, 67), Note(12, 4, 61)),
        drums=(Note(0, 1, 36),),
    )
    found = codec.measure(song)
    assert found["bars"] == 2
    assert found["melody_notes_per_bar"] == 2
    assert found["drums_notes_per_bar"] == 0.5
    assert found["melody_range"] == 7
    assert found["empty_bars"] == 0.5
    assert found["scale_consistency"] == 0.75
    assert found["pitch_class_entropy"] == 2.0
    assert found["seconds"] == 4.0


def test_measures_of_windows(codec: MusicCodec) -> None:
    windows = {f.name: np.zeros((3, 1, 32), dtype=int) for f in codec.spec.fields}
    windows["melody"][0, 0, :4] = [62, 64, 66, 67]
    windows["melody"][1, 0, :4] = [62, 63, 64, 65]
    windows["melody"][2, 0, :3] = [62, 63, 64]
    windows["bass"][0, 0, 0] = 2 + 37
    windows["drums"][2, 0, :2] = [0b11, 0b100000001]
    found = codec.measure_windows(windows)
    np.testing.assert_array_equal(found["one_scale"], [1, 0, np.nan])
    np.testing.assert_array_equal(found["one_scale_all"], [0, 0, np.nan])
    np.testing.assert_array_equal(found["notes_melody"], [4, 4, 3])
    np.testing.assert_array_equal(found["notes_drums"], [0, 0, 4])


def test_histograms_count_within_windows(codec: MusicCodec) -> None:
    windows = {f.name: np.zeros((2, 1, 32), dtype=int) for f in codec.spec.fields}
    windows["melody"][0, 0, :6] = [62, 1, 64, 0, 60, 1]
    windows["melody"][1, 0, 30:] = [90, 1]
    windows["drums"][0, 0, 0] = 0b101
    found = codec.histograms(windows)
    intervals = found["melody_intervals"]
    assert {i - 24: int(n) for i, n in enumerate(intervals) if n} == {2: 1, -4: 1}
    assert {i + 1: int(n) for i, n in enumerate(found["melody_durations"]) if n} == {1: 1, 2: 3}
    assert found["bass_intervals"].sum() == 0
    assert found["drums_classes"].tolist() == [1, 0, 1, 0, 0, 0, 0, 0, 0]


def test_pictures_of_full_and_empty_songs(codec: MusicCodec, tmp_path: Path) -> None:
    from rich.console import Console

    full = trio(melody=(Note(0, 8, 60),), drums=(Note(0, 1, 36),), steps=48)
    for song in (full, trio(), trio(melody=(Note(3, 5, 60),))):
        picture = codec.picture(song)
        assert picture.dtype == np.uint8
        assert picture.shape[2:] == (3,)
        for width in (20, 80, 200):
            console = Console(width=width, record=True, file=io.StringIO())
            console.print(codec.show(song, width))
            assert max(map(len, console.export_text().splitlines())) <= width
    codec.writers[".png"](full, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"


def test_shown_bars_have_their_notes(codec: MusicCodec) -> None:
    song = trio(melody=(Note(0, 2, 60), Note(2, 2, 59)), steps=16)
    assert codec.show(song, 60).plain.splitlines() == ["bar 1", "   C4│▀▀▄▄·   ·   ·   "]
