"""The demo songs and levels in data/: what is promised of them, file by file."""

from __future__ import annotations

import importlib.util
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import mido
import pytest

from genvae.domains.levels.rules.platformer import cross
from genvae.domains.levels.text import read_levels
from genvae.domains.levels.tileset import load_tileset
from genvae.domains.music.domain import MusicDomain

DATA = Path(__file__).parents[1] / "data"

SONGS = {
    # meter, tempo, key, bars, first melody pitches
    "amazing-grace": ((3, 4), 84, "G", 20, [67, 71, 67, 71, 69, 67]),
    "drunken-sailor": ((4, 4), 176, "Dm", 16, [69, 69, 69, 69, 69, 69]),
    "frere-jacques": ((4, 4), 126, "C", 16, [72, 74, 76, 72, 72, 74]),
    "greensleeves": ((3, 4), 126, "Em", 24, [64, 67, 69, 71, 73, 71]),
    "korobeiniki": ((4, 4), 144, "Am", 16, [76, 71, 72, 74, 72, 71]),
    "mountain-king": ((4, 4), 138, "Bm", 16, [59, 61, 62, 64, 66, 62]),
    "ode-to-joy": ((4, 4), 112, "D", 16, [78, 78, 79, 81, 81, 79]),
    "when-the-saints": ((4, 4), 168, "F", 20, [72, 69, 65, 67, 65, 65]),
}
LEVELS = {
    # columns, coins, enemies
    "caves": (96, 35, 6),
    "coin-rush": (64, 62, 4),
    "first-steps": (64, 16, 3),
    "sky-islands": (88, 24, 6),
    "spike-run": (72, 19, 3),
    "staircase-towers": (96, 25, 7),
    "sunken-garden": (80, 30, 5),
    "the-bridge": (80, 24, 5),
}
SYMBOLS = set("-X/TS?o~^EJDP")


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo_build", DATA / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def spans(track: mido.MidiTrack) -> list[tuple[int, int, int]]:
    """Notes of a track as (onset tick, end tick, pitch); fails on overlaps and hanging notes."""
    found, sounding, now = [], {}, 0
    for message in track:
        now += message.time
        if message.type == "note_on":
            assert message.note not in sounding, f"pitch {message.note} twice at tick {now}"
            sounding[message.note] = now
        elif message.type == "note_off":
            found.append((sounding.pop(message.note), now, message.note))
    assert not sounding
    return sorted(found)


def level_rows(name: str) -> list[str]:
    return (DATA / "levels" / f"{name}.txt").read_text(encoding="utf-8").split("\n")[:-1]


def test_every_file_is_listed() -> None:
    assert {p.stem for p in (DATA / "songs").glob("*.mid")} == set(SONGS)
    assert {p.stem for p in (DATA / "songs").glob("*.song")} == set(SONGS)
    assert {p.stem for p in (DATA / "levels").glob("*.txt")} == set(LEVELS)
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert [name for name in [*SONGS, *LEVELS] if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("name", SONGS)
def test_rebuilding_gives_the_same_bytes(name: str, build: ModuleType, tmp_path: Path) -> None:
    source = (DATA / "songs" / f"{name}.song").read_text(encoding="utf-8")
    build.build(source).save(tmp_path / "song.mid")
    assert (tmp_path / "song.mid").read_bytes() == (DATA / "songs" / f"{name}.mid").read_bytes()


@pytest.mark.parametrize("name", SONGS)
def test_song_has_its_head_and_whole_bars(name: str) -> None:
    (beats, unit), tempo, key, bars, _ = SONGS[name]
    midi = mido.MidiFile(DATA / "songs" / f"{name}.mid")
    head = {m.type: m for m in midi.tracks[0]}
    assert (head["time_signature"].numerator, head["time_signature"].denominator) == (beats, unit)
    assert head["set_tempo"].tempo == round(60_000_000 / tempo)
    assert head["key_signature"].key == key
    assert midi.ticks_per_beat == 480
    assert [t.name for t in midi.tracks[1:]] == ["Melody", "Bass", "Drums"]
    assert {sum(m.time for m in track) for track in midi.tracks} == {bars * beats * 480}


@pytest.mark.parametrize("name", SONGS)
def test_song_has_two_lines_and_drums(name: str) -> None:
    melody, bass, drums = mido.MidiFile(DATA / "songs" / f"{name}.mid").tracks[1:]
    for track, low, high in ((melody, 55, 88), (bass, 28, 55)):
        notes = spans(track)
        assert all(end <= onset for (_, end, _), (onset, _, _) in pairwise(notes))
        assert all(low <= pitch <= high for _, _, pitch in notes)
        assert all(onset % 120 == 0 and end % 120 == 0 for onset, end, _ in notes)
    assert [pitch for _, _, pitch in spans(melody)][:6] == SONGS[name][4]
    assert {pitch for _, _, pitch in spans(drums)} <= {36, 38, 42, 46, 45, 48, 50, 49, 51}
    assert {m.channel for m in drums if not m.is_meta} == {9}
    assert {m.channel for m in [*melody, *bass] if not m.is_meta} == {0, 1}


@pytest.mark.parametrize("name", SONGS)
def test_song_is_read_in_its_roles_and_comes_back_whole(name: str) -> None:
    path = DATA / "songs" / f"{name}.mid"
    codec = MusicDomain().open({"layout": "trio"})
    (song,) = codec.read(path)
    encoded = codec.encode(song)
    again = codec.assemble(encoded.windows, encoded.context)
    tracks = dict(zip(("melody", "bass", "drums"), mido.MidiFile(path).tracks[1:], strict=True))
    for voice in [*song.voices, *again.voices]:
        notes = spans(tracks[voice.name])
        assert [(n.step * 120, n.pitch) for n in voice.notes] == [(on, p) for on, _, p in notes]


@pytest.mark.parametrize(
    ("bar", "message"),
    [
        ("C4:4 D4 E4 | C | root | beat", "12 steps in a bar of 16"),
        ("C4:4 D4 E4 H4 | C | root | beat", "no pitch: H4"),
        ("C3:16 | C | root | beat", "melody: pitch 48 at step 0: 55..88"),
        ("C4:16 | C | root", "line 13: 3 cells, expected 4"),
    ],
)
def test_wrong_notation_is_refused(bar: str, message: str, build: ModuleType) -> None:
    head = "title: t\norigin: o\nkey: C\nmeter: 4/4\ntempo: 100\nmelody: 0\nbass: 32\n"
    patterns = "[bass]\nroot 1===============\n[drums beat]\nkick x...............\n"
    text = head + patterns + "[bars]\n" + bar
    with pytest.raises(ValueError, match=message):
        build.build(text)


@pytest.mark.parametrize("name", LEVELS)
def test_level_is_rectangular_with_known_symbols(name: str) -> None:
    columns, coins, enemies = LEVELS[name]
    rows = level_rows(name)
    assert [len(row) for row in rows] == [columns] * 16
    text = "".join(rows)
    assert set(text) <= SYMBOLS
    assert (text.count("P"), text.count("D")) == (1, 1)
    assert (text.count("o"), text.count("E")) == (coins, enemies)


@pytest.mark.parametrize("name", LEVELS)
def test_level_things_stand_on_something(name: str) -> None:
    rows = level_rows(name)
    below = {
        (symbol, under)
        for row, next_row in pairwise(rows)
        for symbol, under in zip(row, next_row, strict=True)
        if symbol in "EPDJ"
    }
    assert {under for _, under in below} <= set("X/ST?")
    assert not set(rows[-1]) & set("EPDJ")


@pytest.mark.parametrize("name", LEVELS)
def test_level_can_be_crossed(name: str) -> None:
    (level,) = read_levels(DATA / "levels" / f"{name}.txt", load_tileset("platformer"))
    crossing = cross(level)
    assert crossing.reason == ""
    assert crossing.playable
