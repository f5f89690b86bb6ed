"""Numbers about songs: by hand, and beside MusPy's on the demo songs."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.midi_read import read_midi
from genvae.domains.music.song import Meter, Note, Song, Voice
from genvae.domains.music.song_measures import ATTRIBUTES, song_measures

from .songs import trio  # noqa: TID252

SONGS = Path(__file__).resolve().parents[3] / "data" / "songs"
SHARED = (
    "pitch_class_entropy",
    "scale_consistency",
    "polyphony",
    "empty_beats",
    "groove_consistency",
    "pitch_range",
)
BY_MUSPY = {
    "amazing-grace": (2.386372, 0.977778, 2.0, 0.0, 0.9, 41),
    "drunken-sailor": (2.534336, 0.967213, 1.984375, 0.0, 0.796875, 41),
    "frere-jacques": (2.272792, 1.0, 1.9375, 0.0, 0.789062, 50),
    "greensleeves": (2.956856, 0.915966, 1.971429, 0.0, 0.857639, 44),
    "korobeiniki": (2.566375, 0.976048, 1.992063, 0.0, 0.870833, 48),
    "mountain-king": (3.043916, 0.846561, 1.90625, 0.0, 0.855469, 48),
    "ode-to-joy": (2.689184, 0.97561, 2.0, 0.0, 0.789062, 48),
    "when-the-saints": (2.616634, 0.981308, 1.974684, 0.0, 0.851974, 38),
}
"""``SHARED`` as MusPy 0.5.0 gives them, its songs brought to four steps a beat."""


def of_line(*notes: Note, **fields: object) -> dict[str, float]:
    return song_measures(trio(melody=notes, **fields))


@pytest.mark.parametrize("name", BY_MUSPY)
def test_demo_songs_measure_as_muspy_measured_them(name: str) -> None:
    found = song_measures(read_midi(SONGS / f"{name}.mid"))
    assert [found[key] for key in SHARED] == pytest.approx(BY_MUSPY[name], abs=1e-6)


def as_muspy(song: Song) -> tuple[float, ...]:
    """The shared measures by the installed MusPy; skips where there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        muspy = pytest.importorskip("muspy")
    tracks = [
        muspy.Track(
            v.program, v.drums, notes=[muspy.Note(n.step, n.pitch, n.length) for n in v.notes]
        )
        for v in song.voices
    ]
    music = muspy.Music(resolution=4, tracks=tracks)
    return (
        muspy.pitch_class_entropy(music),
        muspy.scale_consistency(music),
        muspy.polyphony(music),
        muspy.empty_beat_rate(music),
        muspy.groove_consistency(music, song.bars()[0].length),
        muspy.pitch_range(music),
    )


def test_what_demo_songs_have_not_measures_as_muspy_does() -> None:
    """Empty beats and bars, an end within a beat, chords, one pitch in two voices."""
    melody = (Note(3, 2, 60), Note(20, 4, 64), Note(20, 4, 67), Note(57, 6, 61))
    song = trio(melody=melody, bass=(Note(21, 9, 60),), drums=(Note(40, 1, 36),), steps=64)
    found = song_measures(song)
    assert [found[key] for key in SHARED] == pytest.approx(as_muspy(song), abs=1e-12)
    assert found["empty_beats"] == 8 / 16
    three = replace(song, meters=(Meter(0, 3, 4),), steps=72)
    expected = as_muspy(three)
    assert [song_measures(three)[key] for key in SHARED] == pytest.approx(expected, abs=1e-12)


CORPUS_FILES = {"lakh_trio": 6, "cre_irish": 6, "pop909": 4, "openscore_quartets": 3}


@pytest.mark.parametrize("corpus", CORPUS_FILES)
def test_songs_of_corpora_measure_as_muspy_does(corpus: str, shared_data: Path) -> None:
    """Real files with all their tracks, in one meter: MusPy knows one length of bars."""
    files = sorted((shared_data / "music" / corpus).rglob("*.mid"))
    if not files:
        pytest.skip(f"no local copy of {corpus}")
    compared = 0
    for path in files[:: max(1, len(files) // 40)]:
        song = read_midi(path)
        if len({m[1:] for m in song.meters}) > 1 or len({b.length for b in song.bars()}) > 1:
            continue
        found = song_measures(song)
        expected = as_muspy(song)
        assert [found[key] for key in SHARED] == pytest.approx(expected, abs=1e-9), path.name
        compared += 1
        if compared == CORPUS_FILES[corpus]:
            return
    assert compared


def test_demo_songs_measure_as_the_installed_muspy_measures_them() -> None:
    for name in BY_MUSPY:
        song = read_midi(SONGS / f"{name}.mid")
        found = song_measures(song)
        assert [found[key] for key in SHARED] == pytest.approx(as_muspy(song), abs=1e-9), name


def test_every_number_has_words(codec: MusicCodec) -> None:
    found = codec.measure(next(codec.read(SONGS / "ode-to-joy.mid")))
    assert set(found) <= set(codec.measure_words)
    assert codec.measure_words["bass_range"] == "bass: lowest to highest, semitones"


def test_attributes_are_numbers_or_nan_on_songs_with_nothing() -> None:
    for song in (
        Song("a", (), 0),
        Song("a", (Voice("drums", (Note(0, 1, 36),), 0, drums=True),), 1),
        Song("a", (Voice("melody", (Note(0, 1, 60),)),), 1),
        trio(steps=0),
    ):
        found = song_measures(song)
        for name, attribute in ATTRIBUTES.items():
            value = found[name]
            assert math.isnan(value) or attribute.low <= value <= attribute.high, name
        assert not any(math.isinf(v) for v in found.values())


def test_bars_of_unequal_length_are_not_compared() -> None:
    song = trio(
        melody=(Note(0, 4, 60), Note(16, 4, 60), Note(28, 4, 60), Note(40, 2, 60)),
        meters=(Meter(0, 4, 4), Meter(16, 3, 4)),
        steps=52,
    )
    assert song_measures(song)["groove_consistency"] == 1.0
    shifted = trio(
        melody=(Note(0, 4, 60), Note(16, 4, 60), Note(30, 4, 60)),
        meters=(Meter(0, 4, 4), Meter(16, 3, 4)),
        steps=40,
    )
    assert song_measures(shifted)["groove_consistency"] == pytest.approx(1 - 2 / 12)


def test_a_silent_song_has_no_scale_and_no_rhythm() -> None:
    found = of_line()
    silent = ("pitch_class_entropy", "scale_consistency", "in_scale_windows", "polyphony")
    for key in (*silent, "empty_beats", "groove_consistency", "register", "syncopation"):
        assert math.isnan(found[key]), key
    assert (found["density"], found["range"], found["empty_bars"]) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("starts", "share"),
    [
        ((0, 4, 8, 12), 0.0),
        ((0, 2, 4, 6, 8), 0.0),
        ((0, 2, 6, 10, 12), 2 / 4),  # 2 passes the beat at 4, 6 the one at 8; 10 runs into 12
        ((0, 4, 12), 1 / 2),  # 4 passes the half of the bar
        ((0, 3, 4, 7, 9), 1 / 4),  # 7 passes 8
        ((0, 12, 20), 1 / 2),  # 12 passes the next bar line
    ],
)
def test_syncopation_counts_notes_that_a_stronger_place_passes(
    starts: tuple[int, ...], share: float
) -> None:
    assert of_line(*(Note(s, 1, 60) for s in starts))["syncopation"] == share


def test_a_waltz_has_no_half_bar_and_six_eight_has() -> None:
    notes = (Note(0, 1, 60), Note(4, 1, 60), Note(12, 1, 60))
    assert of_line(*notes, meters=(Meter(0, 3, 4),), steps=24)["syncopation"] == 0.0
    assert of_line(*notes, meters=(Meter(0, 6, 8),), steps=24)["syncopation"] == 0.5


def test_repetition_is_the_share_of_phrases_that_return() -> None:
    phrase = ((0, 60), (8, 62), (16, 64))
    notes = [Note(32 * i + s, 4, p + (i == 1)) for i in range(4) for s, p in phrase]
    assert of_line(*notes, steps=128)["repetition"] == 0.75
    louder = [n._replace(velocity=30 + i) for i, n in enumerate(notes)]
    assert of_line(*louder, steps=192)["repetition"] == 0.75


def test_windows_in_scale_are_of_two_bars_and_four_notes() -> None:
    white, foreign = (60, 62, 64, 65), (60, 61, 62, 63)
    notes = [Note(i, 1, p) for i, p in enumerate(white)]
    notes += [Note(32 + i, 1, p) for i, p in enumerate(foreign)]
    notes += [Note(64 + i, 1, p) for i, p in enumerate(foreign[:3])]
    assert of_line(*notes, steps=96)["in_scale_windows"] == 0.5


def test_attributes_have_a_number_each(codec: MusicCodec) -> None:
    song = next(codec.read(SONGS / "ode-to-joy.mid"))
    found = codec.measure(song)
    assert list(codec.attributes) == [
        "density", "register", "syncopation", "range", "repetition", "tempo"
    ]  # fmt: skip
    for name, attribute in codec.attributes.items():
        assert attribute.name == name
        assert attribute.low <= found[name] <= attribute.high, name
    assert found["repetition"] > 0
    assert found["tempo"] == 112


def test_lines_have_intervals_and_durations() -> None:
    found = of_line(Note(0, 4, 60), Note(4, 8, 67), Note(12, 4, 64))
    assert found["melody_mean_interval"] == 5.0
    assert found["melody_mean_duration"] == pytest.approx(4 / 3)
    assert found["melody_range"] == found["range"] == 7.0
    assert math.isnan(found["bass_mean_interval"])
    alone = Song("a", (Voice("lead", (Note(0, 4, 60), Note(4, 4, 72))),), 16)
    assert song_measures(alone)["range"] == 12.0
