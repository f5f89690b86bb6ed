"""Encode and assemble, contexts, measures, pictures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genvae.domains.base import stack_cells
from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.domain import MusicDomain
from genvae.domains.music.key import C_MAJOR_MASK
from genvae.domains.music.song import Meter, Note, Song, Tempo
from genvae.errors import OptionProblem, RecipeProblem

from .songs import songs, trio  # noqa: TID252

CODEC = MusicDomain().open({})


def without_velocity(song: Song) -> Song:
    voices = [
        replace(v, notes=tuple(n._replace(velocity=80) for n in v.notes)) for v in song.voices
    ]
    return replace(song, voices=tuple(voices))


def mask_of(tokens: np.ndarray) -> int:
    return int(np.bitwise_or.reduce(1 << ((tokens[tokens >= 2].astype(int) - 2) % 12), initial=0))


@settings(max_examples=150, deadline=None)
@given(songs())
def test_round_trip_is_exact_in_any_mix_of_meters(song: Song) -> None:
    encoded = CODEC.encode(song)
    assert {x.shape for x in encoded.windows.values()} == {(len(encoded), 1, 32)}
    context = json.loads(json.dumps(encoded.context))
    assert without_velocity(CODEC.assemble(encoded.windows, context)) == without_velocity(song)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_any_tokens_assemble_to_a_valid_song(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    windows = {
        "drums": rng.integers(0, 512, (count, 1, 32)),
        "bass": rng.integers(0, 130, (count, 1, 32)),
        "melody": rng.choice([0, 1, 62, 64], (count, 1, 32)),
    }
    for context in ({}, {"shifts": [5], "meters": [[0, 5, 4]]}, {"bars": 1}):
        song = CODEC.assemble(windows, context)
        assert CODEC.check(song).problems == []


def test_repeated_notes_stay_repeated(codec: MusicCodec) -> None:
    notes = tuple(Note(step, 1, 60, 80) for step in range(4))
    encoded = codec.encode(trio(melody=notes))
    back = codec.assemble(encoded.windows, encoded.context).voice("melody")
    assert back is not None
    assert [n[:3] for n in back.notes] == [(0, 1, 60), (1, 1, 60), (2, 1, 60), (3, 1, 60)]


@pytest.mark.parametrize("tonic", range(12))
def test_every_major_key_is_stored_in_c(codec: MusicCodec, tonic: int) -> None:
    steps = (0, 4, 7, 5, 9, 11, 2, 0)
    notes = tuple(Note(i * 4, 4, 60 + tonic + p) for i, p in enumerate(steps))
    encoded = codec.encode(trio(melody=notes))
    assert mask_of(encoded.windows["melody"]) == C_MAJOR_MASK
    assert encoded.context["shifts"] == [(-tonic + 6) % 12 - 6]


def test_a_modulation_is_followed(codec: MusicCodec) -> None:
    scale = (0, 2, 4, 5, 7, 9, 11, 12)
    notes = tuple(Note(i * 4, 4, (60 if i < 32 else 66) + scale[i % 8]) for i in range(64))
    encoded = codec.encode(trio(melody=notes, steps=256))
    assert encoded.context["shifts"] == [0, 0, 0, 0, -6, -6, -6, -6]


def test_an_empty_context_has_defaults(codec: MusicCodec) -> None:
    windows = {f.name: np.zeros((3, 1, 32), dtype=int) for f in codec.spec.fields}
    windows["melody"][0, 0, :2] = (62, 1)
    song = codec.assemble(windows, {})
    assert (song.steps, song.meters, song.tempos) == (96, (Meter(0, 4, 4),), (Tempo(0, 120.0),))
    assert song.voices[2].notes == (Note(0, 2, 60, 100),)
    assert [v.program for v in song.voices] == [0, 33, 80]


def test_contexts_hold_what_was_asked(codec: MusicCodec) -> None:
    rng = np.random.default_rng(3)
    asked = {"key": "F#m", "tempo": "93.5", "program": ["melody=violin", "bass=38"]}
    context = codec.context(asked, rng)
    assert context["shifts"] == [3]
    assert context["tempos"] == [[0, 93.5]]
    assert context["programs"] == {"drums": 0, "bass": 38, "melody": 40}
    drawn = {codec.context({}, np.random.default_rng(i))["shifts"][0] for i in range(200)}
    assert drawn == set(range(-6, 6))


def test_a_preset_gives_every_voice_a_program_and_voices_come_before_it(codec: MusicCodec) -> None:
    rng = np.random.default_rng(3)
    chip = codec.context({"program": ["chip"]}, rng)["programs"]
    assert chip == {"drums": 25, "bass": 81, "melody": 80}
    mixed = codec.context({"program": ["melody=flute", "drums=jazz", "chip"]}, rng)["programs"]
    assert mixed == {"drums": 32, "bass": 81, "melody": 73}


@pytest.mark.parametrize(("key", "tonic"), [("C", 0), ("Am", 0), ("D", 2), ("F#m", 9), ("Bb", 10)])
def test_a_song_sounds_in_the_key_and_tempo_asked_for(
    codec: MusicCodec, key: str, tonic: int
) -> None:
    windows = {f.name: np.zeros((2, 1, 32), dtype=int) for f in codec.spec.fields}
    windows["melody"][0, 0, :7] = [2 + p for p in (60, 62, 64, 65, 67, 69, 71)]
    asked = {"key": key, "tempo": "90", "meter": "4/4"}
    song = codec.assemble(windows, codec.context(asked, np.random.default_rng(0)))
    melody = song.voice("melody")
    assert melody is not None
    assert {n.pitch % 12 for n in melody.notes} == {
        (p + tonic) % 12 for p in (0, 2, 4, 5, 7, 9, 11)
    }
    assert (song.tempos, song.meters) == ((Tempo(0, 90.0),), (Meter(0, 4, 4),))


@pytest.mark.parametrize(("meter", "bpm"), [("4/4", 120.0), ("3/4", 120.0), ("6/8", 180.0)])
def test_the_beats_of_the_meter_go_at_the_tempo_of_the_layout(
    codec: MusicCodec, meter: str, bpm: float
) -> None:
    windows = {f.name: np.zeros((2, 1, 32), dtype=int) for f in codec.spec.fields}
    context = codec.context({"meter": meter}, np.random.default_rng(0))
    assert codec.assemble(windows, context).tempos == (Tempo(0, bpm),)


def test_a_loop_ends_on_a_bar_line_with_nothing_hanging(codec: MusicCodec, tmp_path: Path) -> None:
    windows = {f.name: np.zeros((2, 1, 32), dtype=int) for f in codec.spec.fields}
    windows["melody"][:, 0, :] = 1
    windows["melody"][0, 0, 0] = 62  # held beyond the end of bar 3
    context = codec.context({"loop": True}, np.random.default_rng(0)) | {"bars": 3}
    song = codec.assemble(windows, json.loads(json.dumps(context)))
    assert song.loop
    codec.writers[".mid"](song, tmp_path / "a.mid")
    file = mido.MidiFile(tmp_path / "a.mid")
    assert {sum(m.time for m in track) for track in file.tracks} == {3 * 4 * 480}
    sounding: set[int] = set()
    for message in (m for track in file.tracks for m in track if not m.is_meta):
        if message.type == "note_on":
            sounding.add(message.note)
        elif message.type == "note_off":
            sounding.discard(message.note)
    assert not sounding
    markers = [m.text for m in file.tracks[0] if m.type == "marker"]
    assert markers == ["loopStart", "end", "loopEnd"]
    (back,) = codec.read(tmp_path / "a.mid")
    assert back.loop
    assert codec.encode(back).context["loop"] is True
    codec.writers[".mid"](replace(song, loop=False), tmp_path / "b.mid")
    assert not next(codec.read(tmp_path / "b.mid")).loop


@pytest.mark.parametrize(
    ("requests", "says"),
    [
        ({"key": "H"}, "--key H: not a key"),
        ({"tempo": "fast"}, "--tempo fast: expected beats a minute, 20 to 400"),
        ({"tempo": 0}, "--tempo 0: expected"),
        ({"tempo": "nan"}, "--tempo nan: expected"),
        ({"program": "melody"}, "--program melody: expected VOICE=NAME"),
        ({"program": "lead=square"}, "--program lead=square: no such voice"),
        ({"program": "melody=128"}, "--program melody=128: a General MIDI program is 0 to 127"),
        ({"program": "melody=violine"}, "did you mean 'violin'?"),
        ({"program": "chips"}, "or a preset; did you mean 'chip'?"),
        ({"program": "drums=violin"}, "--program drums=violin: no such drum kit; "),
        ({"program": "drums=jaz"}, "did you mean 'jazz'?"),
        ({"program": "drums=200"}, "--program drums=200: a General MIDI program is 0 to 127"),
        ({"meter": "5/4"}, "--meter 5/4: songs can be made in 4/4, 3/4, 6/8 only"),
        ({"meter": "four"}, "--meter four: not a meter; write it as 4/4"),
    ],
)
def test_wrong_requests_are_option_problems(
    codec: MusicCodec, requests: dict[str, object], says: str
) -> None:
    with pytest.raises(OptionProblem) as caught:
        codec.context(requests, np.random.default_rng(0))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_length_is_a_number_of_bars(codec: MusicCodec) -> None:
    assert codec.windows_for(None) == (8, {"bars": 16})
    assert codec.windows_for("7") == (4, {"bars": 7})
    windows = {f.name: np.zeros((4, 1, 32), dtype=int) for f in codec.spec.fields}
    assert codec.assemble(windows, {"bars": 7}).steps == 112
    for wrong in ("0", "1025", "2x3", "-1", ""):
        with pytest.raises(OptionProblem, match="--length"):
            codec.windows_for(wrong)


def test_tempo_moves_between_two_songs(codec: MusicCodec) -> None:
    a = {"tempos": [[0, 60.0], [8, 70.0]], "shifts": [0], "steps": 32, "name": "a"}
    b = {"tempos": [[0, 240.0]], "shifts": [4], "steps": 64, "name": "b"}
    assert codec.blend(a, b, 0.0) == a
    assert codec.blend(a, b, 1.0) == b
    assert codec.blend(a, b, 0.4) == {"tempos": [[0, 104.47]], "shifts": [0]}
    assert codec.blend(a, b, 0.5) == {"tempos": [[0, 120.0]], "shifts": [4]}


def test_check_names_what_is_wrong(codec: MusicCodec) -> None:
    song = trio(melody=(Note(0, 8, 60), Note(4, 4, 62)), bass=(Note(30, 9, 40),))
    report = codec.check(song)
    assert not report.valid
    assert report.problems == [
        "bass: a note outside the song's 32 steps",
        "melody: 1 notes overlap the next one",
    ]


def test_a_codec_opens_from_its_configuration() -> None:
    domain = MusicDomain()
    assert domain.open(CODEC.config).spec == CODEC.spec
    assert [(f.name, f.categories, f.temper_from) for f in CODEC.spec.fields] == [
        ("drums", 512, 1),
        ("bass", 130, 2),
        ("melody", 130, 2),
    ]
    with pytest.raises(RecipeProblem, match="did you mean 'trio'"):
        domain.open({"layout": "tiro"})
    with pytest.raises(RecipeProblem, match="unknown key 'size'"):
        domain.open({"size": 3})


@pytest.mark.parametrize("layout", ["melody", "duo", "drums", "piano"])
def test_other_layouts_round_trip(layout: str) -> None:
    codec = MusicDomain().open({"layout": layout})
    full = trio(melody=(Note(0, 8, 61),), bass=(Note(4, 4, 40),), drums=(Note(3, 1, 42),))
    if layout == "piano":
        full = replace(full, voices=(replace(full.voices[2], name="piano"),))
    encoded = codec.encode(full)
    back = codec.assemble(encoded.windows, encoded.context)
    for voice in back.voices:
        original = full.voice(voice.name)
        assert original is not None
        assert [n[:3] for n in voice.notes] == [n[:3] for n in original.notes]
    assert codec.measure_windows(encoded.windows)
    assert codec.segments(encoded.windows)
    assert codec.constraints() is not None
    assert codec.clusters([encoded], ["a"]) == ["a"]
    assert stack_cells(codec.spec, encoded.windows).shape == (1, 32, codec.spec.rows)
