"""Windows of six steps a beat: triplets to windows, to files and back."""

from __future__ import annotations

from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genvae.domains.music.domain import MusicDomain
from genvae.domains.music.grids import from_grid, line_from_grid, line_on_grid, to_grid, triplets
from genvae.domains.music.layouts import HOLD, ONSET, REST
from genvae.domains.music.midi_read import read_midi
from genvae.domains.music.song import Meter, Note, Song, Voice

CODEC = MusicDomain().open({"layout": "melody-triplets", "meters": ["4/4", "3/4", "6/8"]})
SIXTEENTHS = MusicDomain().open({"layout": "melody"})


def tune(*notes: tuple[int, int, int], meter: tuple[int, int] = (4, 4), steps: int = 32) -> Song:
    """Notes of (step, length, offset) on one pitch after another."""
    made = tuple(Note(s, n, 60 + i, 90, o) for i, (s, n, o) in enumerate(notes))
    return Song("tune", (Voice("melody", made, 80),), steps, (Meter(0, *meter),), group="tune")


@st.composite
def tunes(draw: st.DrawFn) -> Song:
    """Single notes on eighths and triplets, in any of some meters."""
    meter = draw(st.sampled_from([(4, 4), (3, 4), (6, 8), (2, 4), (5, 4), (12, 8), (7, 8)]))
    bars = draw(st.integers(1, 4))
    steps = bars * meter[0] * 16 // meter[1]
    notes: list[Note] = []
    at = 0
    for _ in range(draw(st.integers(0, 20))):
        at += draw(st.sampled_from([0, 0, 0, 2, 3, 6]))
        size = draw(st.integers(1, 12))
        begin, end = int(from_grid(at, 6)), int(from_grid(at + size, 6))
        if end > steps or end <= begin or (notes and begin < notes[-1].end):
            break
        pitch = draw(st.integers(50, 80))
        notes.append(Note(begin, end - begin, pitch, 90, at * 80 - begin * 120))
        at += size
    voices = (Voice("melody", tuple(notes), 80),)
    return Song("tune", voices, steps, (Meter(0, *meter),), group="tune")


@settings(max_examples=60, deadline=None)
@given(tunes())
def test_nothing_is_lost_on_the_way_to_windows_and_back(song: Song) -> None:
    encoded = CODEC.encode(song)
    assert encoded.windows["melody"].shape[1:] == (1, 48)
    back = CODEC.assemble(encoded.windows, encoded.context)
    assert [n[:3] + n[4:] for n in back.voices[0].notes] == [
        n[:3] + n[4:] for n in song.voices[0].notes
    ]
    assert (back.steps, back.meters) == (song.steps, song.meters)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_any_tokens_assemble_to_a_valid_song(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    windows = {"melody": rng.choice([REST, HOLD, 62, 64], (count, 1, 48))}
    for context in ({}, {"shifts": [5], "meters": [[0, 5, 4]]}, {"bars": 1}):
        assert CODEC.check(CODEC.assemble(windows, context)).problems == []


def test_triplets_have_cells_of_their_own() -> None:
    thirds = tune((0, 1, 0), (1, 2, 40), (3, 1, -40), (4, 2, 0), (6, 2, 0))
    x_T = CODEC.encode(thirds).windows["melody"][0, 0]
    assert np.flatnonzero(x_T >= ONSET).tolist() == [0, 2, 4, 6, 9]
    assert x_T[[1, 3, 5, 7, 10, 11]].tolist() == [HOLD] * 6
    assert x_T[12] == REST
    waltz = CODEC.encode(tune((12, 4, 0), (21, 2, 40), meter=(3, 4), steps=24)).windows["melody"]
    assert np.flatnonzero(waltz[0, 0] >= ONSET).tolist() == [24, 38]


def test_a_file_with_triplets_comes_back(tmp_path: Path) -> None:
    song = tune((0, 1, 0), (1, 2, 40), (3, 1, -40), (4, 4, 0), (8, 1, 0), (9, 2, 40), (11, 1, -40))
    CODEC.writers[".mid"](song, tmp_path / "a.mid")
    track = mido.MidiFile(tmp_path / "a.mid").tracks[1]
    now, begins, ends = 0, [], []
    for message in track:
        now += message.time
        if message.type == "note_on":
            begins.append(now)
        elif message.type == "note_off":
            ends.append(now)
    assert begins == [0, 160, 320, 480, 960, 1120, 1280]
    assert ends == [160, 320, 480, 960, 1120, 1280, 1440]
    (back,) = CODEC.read(tmp_path / "a.mid")
    assert back.voices[0].notes == song.voices[0].notes
    assert not any("triplets" in remark for remark in back.remarks)


def test_a_grid_of_sixteenths_says_what_it_loses(tmp_path: Path) -> None:
    song = tune((0, 1, 0), (1, 2, 40), (3, 1, -40), (4, 4, 0))
    CODEC.writers[".mid"](song, tmp_path / "a.mid")
    (back,) = SIXTEENTHS.read(tmp_path / "a.mid")
    assert [n.offset for n in back.voices[0].notes] == [0, 0, 0, 0]
    says = "melody: 2 notes of triplets moved to 16ths; the layout melody-triplets holds them"
    assert says in back.remarks
    assert triplets(read_midi(tmp_path / "a.mid").voices[0].offsets()) == 2
    assert triplets(np.array([0, 40, -17, 22, 9])) == 0


def test_notes_in_one_sixteenths_room() -> None:
    table = np.array([[0, 1, 60, 90, 0], [1, 1, 61, 90, -40], [1, 1, 62, 90, 40]])
    places, lost = line_on_grid(table, 6)
    assert (places[:, 0].tolist(), lost) == ([0, 1, 2], 0)
    back = line_from_grid(np.column_stack([places, np.zeros(3, dtype=int)]), 6)
    assert back[:, [0, 4]].tolist() == [[0, 0], [1, -40]]
    close = np.array([[1, 1, 60, 90, -40], [1, 1, 61, 90, -35]])
    assert line_on_grid(close, 6)[1] == 1


def test_decoding_keeps_out_what_has_no_place() -> None:
    rules = CODEC.constraints()
    cells = np.zeros((1, 48, 1), dtype=np.int64)
    cells[0, 1, 0] = 62
    allowed = rules.allow(2, 0, cells)
    assert allowed is not None
    assert allowed[0, :3].tolist() == [True, True, False]
    assert not allowed[0, ONSET:].any()
    cells[0, 2, 0] = 62
    free = rules.allow(3, 0, cells)
    assert free is not None
    assert free[0, 62]


@pytest.mark.parametrize(("steps", "places"), [(0, 0), (1, 2), (2, 3), (3, 5), (4, 6), (16, 24)])
def test_steps_of_both_grids(steps: int, places: int) -> None:
    assert to_grid(steps, 6) == places
    assert from_grid(places, 6) == steps
    assert to_grid(steps, 4) == from_grid(steps, 4) == steps
