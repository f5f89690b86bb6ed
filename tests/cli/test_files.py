"""Commands that take files: interpolate, reconstruct, encode, decode, show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mido
import pytest

from genvae.workflows import latents

Run = Callable[..., Any]
Manifest = Callable[[Path], list[dict[str, Any]]]

ODE, GREEN, GRACE, KOROB = (
    f"data/songs/{name}.mid"
    for name in ("ode-to-joy", "greensleeves", "amazing-grace", "korobeiniki")
)
CAVES, BRIDGE = "data/levels/caves.txt", "data/levels/the-bridge.txt"


def test_interpolate_says_what_it_did(run: Run, manifest: Manifest) -> None:
    done = run("interpolate", ODE, GREEN, "--steps", 4)
    folder = Path("genvae-out/interpolate-trio-ode-to-joy-greensleeves")
    assert done.code == 0
    assert done.err == ""
    assert "ode-to-joy: melody: track 1 'Melody' (program 68), by its name" in done.out
    assert "tempo: from 112 to 126 beats a minute" in done.out
    assert "meter: 4/4 in the first half of the way, 3/4 in the second" in done.out
    assert "ode-to-joy: 8 windows, looped to 12" in done.out
    assert "ode-to-joy to greensleeves: key: D major or B minor\n" in done.out
    lines = manifest(folder)
    assert [m["file"] for m in lines] == [f"step-0{i}.mid" for i in range(4)]
    assert [m["share"] for m in lines] == [0.0, 0.3333, 0.6667, 1.0]
    assert lines[1]["from"] == "ode-to-joy"
    tempi = []
    for line in lines:
        tracks = mido.MidiFile(folder / line["file"]).tracks
        tempi.append(next(m.tempo for t in tracks for m in t if m.type == "set_tempo"))
    assert tempi == sorted(tempi, reverse=True)
    assert len(set(tempi)) == 4


def test_a_chain_has_each_point_once(run: Run, manifest: Manifest) -> None:
    done = run("interpolate", ODE, GREEN, GRACE, "--steps", 3, "--out", "o", "--quiet")
    assert (done.code, done.out) == (0, "")
    lines = manifest(Path("o"))
    assert [m["file"] for m in lines] == [f"step-0{i}.mid" for i in range(5)]
    assert [m["step"] for m in lines] == [0, 1, 2, 3, 4]
    assert [m["share"] for m in lines] == [0.0, 0.5, 1.0, 0.5, 1.0]
    assert [m["to"] for m in lines] == ["greensleeves"] * 3 + ["amazing-grace"] * 2


def test_songs_are_brought_into_the_first_ones_key(run: Run) -> None:
    done = run("interpolate", ODE, KOROB, "--steps", 2, "--out", "one")
    moved = "korobeiniki: key: 2 semitones up, from C major or A minor to D major or B minor"
    assert moved in done.out
    assert "ode-to-joy to korobeiniki: key: D major or B minor\n" in done.out
    kept = run("interpolate", ODE, KOROB, "--steps", 2, "--keep-keys", "--out", "two")
    assert "semitones" not in kept.out
    told = "key: D major or B minor in the first half of the way, C major or A minor in the second"
    assert told in kept.out
    shifts = {}
    for folder in ("one", "two"):
        shifts[folder] = latents.load(Path(folder, "latents.safetensors")).contexts
    assert {tuple(set(c["shifts"])) for c in shifts["one"].values()} == {(-2,)}
    assert [set(c["shifts"]) for c in shifts["two"].values()] == [{-2}, {0}]


def test_a_voice_is_the_track_asked_for(run: Run) -> None:
    asked = ("--voice", "melody=2", "--voice", "bass=1", "--voice", "B:melody=melody")
    done = run("interpolate", ODE, GREEN, "--steps", 2, *asked, "--voice", "B:bass=Bass")
    assert done.code == 0
    assert "ode-to-joy: melody: track 2 'Bass' (program 43), asked for" in done.out
    assert "ode-to-joy: bass: track 1 'Melody' (program 68), asked for" in done.out
    assert "greensleeves: melody: track 1 'Melody' (program 74), asked for" in done.out
    assert run("encode", ODE, "-o", "z.safetensors", "--voice", "melody=2").code == 0
    assert run("reconstruct", ODE, "--voice", "A:melody=2", "--out", "r").code == 0


def test_a_grid_between_four_corners(run: Run, manifest: Manifest) -> None:
    done = run("interpolate", ODE, GREEN, GRACE, KOROB, "--grid", "2x3", "--out", "o")
    assert done.code == 0
    assert "6 files in o" in done.out
    lines = manifest(Path("o"))
    names = [f"grid-r{row}-c{column}.mid" for row in (1, 2) for column in (1, 2, 3)]
    assert [m["file"] for m in lines] == names
    assert [(m["row"], m["column"], m["across"], m["down"]) for m in lines[3:]] == [
        (2, 1, 0.0, 1.0),
        (2, 2, 0.5, 1.0),
        (2, 3, 1.0, 1.0),
    ]
    assert lines[0]["corners"] == ["ode-to-joy", "greensleeves", "amazing-grace", "korobeiniki"]
    assert "amazing-grace to korobeiniki: tempo" in done.out
    assert "greensleeves to amazing-grace" not in done.out


def test_a_grid_of_levels(run: Run, manifest: Manifest) -> None:
    row = "-" * 16
    for name in "abcd":
        Path(f"{name}.txt").write_text(f"{row}\n" * 15 + "X" * 16 + "\n")
    files = [f"{name}.txt" for name in "abcd"]
    done = run("interpolate", *files, "--grid", "2x2", "--out", "o", "--json")
    assert done.code == 0
    assert [d["file"] for d in done.document][-1] == "o/grid-r2-c2.txt"
    assert len(manifest(Path("o"))) == 4


def test_levels_interpolate_and_morph(run: Run, manifest: Manifest) -> None:
    for name, path, width in (("a.txt", CAVES, 16), ("b.txt", BRIDGE, 24)):
        rows = Path(path).read_text().splitlines()
        Path(name).write_text("".join(f"{row[:width]}\n" for row in rows))
    done = run("interpolate", "a.txt", "b.txt", "--steps", 2, "--method", "linear", "--out", "o")
    assert done.code == 0
    assert "a to b: width: from 32 to 24 tiles" in done.out
    assert "a: 1 windows, looped to 2" in done.out
    assert Path("o/step-01.txt").exists()
    done = run("interpolate", "a.txt", "b.txt", "--morph", "--json", "--out", "m")
    assert [d["file"] for d in done.document] == ["m/morph-00.txt"]
    assert manifest(Path("m"))[0]["morph"] is True


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        ([ODE], 2, "1 file given, expected two or more"),
        ([], 2, "Missing argument"),
        ([ODE, GREEN, "--steps", 1], 2, "--steps 1: expected 2 or more"),
        ([ODE, GREEN, "--method", "cubic"], 2, "--method cubic: "),
        ([ODE, CAVES], 1, "expected files of one domain"),
        ([ODE, "none.mid"], 1, "none.mid: no such file"),
        ([ODE, GREEN, "--grid", "5x5"], 2, "2 files given, expected four for the corners"),
        ([ODE, GREEN, GRACE, "--grid", "5x5"], 2, "3 files given, expected four for the corners"),
        ([ODE, GREEN, "--grid", "5"], 2, "--grid 5: expected ROWSxCOLUMNS, such as 5x5"),
        ([ODE, GREEN, "--grid", "999x999"], 2, "998001 pieces, expected up to 100000"),
        ([ODE, GREEN, "--grid", "2x2", "--morph"], 2, "--grid and --morph: give one of them"),
        ([ODE, GREEN, "--steps", 99_999_999], 2, "expected up to 100000"),
        ([ODE, GREEN, "--voice", "melody"], 2, "--voice melody: expected NAME=TRACK"),
        ([ODE, GREEN, "--voice", "C:melody=1"], 2, "no such file; they are A to B"),
        ([ODE, GREEN, "--voice", "melody=9"], 2, "--voice melody=9: no such track; ode-to-joy has"),
        ([CAVES, BRIDGE, "--voice", "melody=1"], 2, "--voice: an option of music"),
        ([CAVES, BRIDGE, "--keep-keys"], 2, "--keep-keys: an option of music"),
        ([ODE, "data"], 1, "data: a folder, expected a file"),
        ([ODE, GREEN, "--model", "platformer"], 1, "data/songs/ode-to-joy.mid: "),
    ],
)
def test_interpolate_refuses(run: Run, arguments: list[Any], code: int, expected: str) -> None:
    done = run("interpolate", *arguments)
    assert done.code == code
    assert expected in done.problem
    assert not Path("genvae-out").exists()


BAD_SONGS = {
    "letter.mid": b"Dear reader",
    "empty.mid": b"",
    "cut.mid": b"MThd\0\0\0\6\0\1",
}
BAD_LEVELS = {
    "empty.txt": ("", "an empty file"),
    "blank.txt": ("\n\n\n", "blank.txt: "),
    "ragged.txt": ("%% a 2 4\n----\n-----\n", "row 3 has 5 tiles"),
    "unknown.txt": ("----\n-@--\nXXXX\n", "row 2, column 2: symbol '@' is not in tileset"),
}


def silent_song(path: Path) -> None:
    """A song without a note."""
    song = mido.MidiFile()
    song.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500000)]))
    song.save(path)


@pytest.mark.parametrize("command", ["reconstruct", "show", "interpolate", "encode"])
@pytest.mark.parametrize("name", [*BAD_SONGS, "silent.mid", *BAD_LEVELS])
def test_a_bad_file_is_one_line(run: Run, command: str, name: str) -> None:
    expected = name
    if name == "silent.mid":
        silent_song(Path(name))
    elif name in BAD_SONGS:
        Path(name).write_bytes(BAD_SONGS[name])
    else:
        text, expected = BAD_LEVELS[name]
        Path(name).write_text(text)
    good = ODE if name.endswith(".mid") else CAVES
    more = {"interpolate": [good], "encode": ["-o", "z.safetensors"]}.get(command, [])
    done = run(command, name, *more)
    assert done.code == 1
    assert expected in done.problem
    assert name in done.problem
    assert not Path("genvae-out").exists()
    assert not Path("z.safetensors").exists()


def test_a_batch_goes_on_past_what_cannot_be_read(run: Run, manifest: Manifest) -> None:
    Path("bad.mid").write_bytes(b"")
    Path("worse.mid").write_bytes(b"words")
    done = run("reconstruct", "bad.mid", ODE, "worse.mid", GREEN, "--out", "o")
    assert done.code == 1
    first, second = done.err.splitlines()
    assert first.startswith("genvae: bad.mid: an empty file")
    assert second.startswith("genvae: worse.mid: not a MIDI file")
    assert [m["file"] for m in manifest(Path("o"))] == ["ode-to-joy.mid", "greensleeves.mid"]


def test_files_that_are_all_bad_are_each_named(run: Run) -> None:
    done = run("reconstruct", "a.mid", "b.mid")
    assert done.code == 1
    assert done.err == "genvae: a.mid: no such file\ngenvae: b.mid: no such file\n"


def test_reconstruct_tells_how_close_it_came(run: Run) -> None:
    done = run("reconstruct", CAVES, CAVES, "--json", "--out", "o")
    first, second = done.document
    assert first["file"] == CAVES
    assert 0 <= first["tiles_f1"] <= 1
    assert (first["written"], second["written"]) == ("o/caves.txt", "o/caves-2.txt")
    table = run("reconstruct", ODE, "--out", "p").out.splitlines()
    assert table[0].split("\t") == [
        "file",
        "piece",
        "windows",
        "drums_f1",
        "bass_f1",
        "melody_f1",
        "windows_exact",
    ]
    assert table[1].split("\t")[:3] == [ODE, "ode-to-joy", "8"]


def test_latents_go_out_and_come_back(run: Run) -> None:
    assert run("reconstruct", ODE, GREEN, "--out", "direct").code == 0
    done = run("encode", ODE, GREEN, "-o", "z.safetensors")
    assert done.code == 0
    assert done.out.splitlines()[0] == f"{ODE}: ode-to-joy (8, 8, 4)"
    assert run("decode", "z.safetensors", "--out", "again").code == 0
    for name in ("ode-to-joy.mid", "greensleeves.mid"):
        ours, direct = (mido.MidiFile(Path(f) / name) for f in ("again", "direct"))
        assert [str(m) for m in ours] == [str(m) for m in direct]


def test_what_sample_wrote_can_be_decoded(run: Run) -> None:
    options = ("--length", 16, "--temperature", 0, "--raw", "--out")
    run("sample", "-d", "levels", "-n", 2, "--seed", 3, *options, "o")
    assert run("decode", "o/latents.safetensors", "--out", "p").code == 0
    again = Path("p/level-0002.txt").read_text().replace("P", "-")  # what --raw leaves out
    assert again == Path("o/level-0002.txt").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        ([ODE, "-o", "z.npz"], 2, "-o z.npz: expected a name that ends in .safetensors"),
        ([ODE], 2, "Missing option '--output'"),
        ([ODE, "-o", "there.safetensors"], 1, "there.safetensors: exists; give --overwrite"),
        ([ODE, "-o", "file/z.safetensors"], 1, "file/z.safetensors: cannot be written"),
    ],
)
def test_encode_refuses(run: Run, arguments: list[Any], code: int, expected: str) -> None:
    Path("there.safetensors").write_text("mine")
    Path("file").write_text("mine")
    done = run("encode", *arguments)
    assert done.code == code
    assert expected in done.problem
    assert Path("there.safetensors").read_text() == "mine"


def test_decode_refuses(run: Run, at_home: Path) -> None:
    assert "no such file" in run("decode", "z.safetensors").problem
    Path("z.safetensors").write_text("words")
    assert "not a readable .safetensors file" in run("decode", "z.safetensors").problem
    model = at_home / "models" / "trio.safetensors"
    assert "not latents of genvae" in run("decode", model).problem
    assert run("encode", CAVES, "-o", "y.safetensors").code == 0
    wrong = run("decode", "y.safetensors", "--model", "trio")
    assert wrong.code == 1
    assert "model 'trio' makes music" in wrong.problem
    assert not Path("genvae-out").exists()


def test_show_draws_levels_and_songs(run: Run) -> None:
    drawn = run("show", CAVES, "--width", 200, "--no-measures")
    assert drawn.code == 0
    rows = Path(CAVES).read_text().splitlines()
    assert [line.rstrip() for line in drawn.out.splitlines()[1:]] == rows
    song = run("show", ODE, "--width", 60)
    assert song.out.startswith("bar 1\n")
    assert max(map(len, song.out.splitlines())) <= 60
    told = " ".join(song.out.split())
    assert "bars 16 · seconds 34.286 · density 18.688 · register" in told
    assert "scale consistency 0.976" in told
    assert "nan" not in told
    assert "enemies" in run("show", CAVES).out


def test_show_takes_one_piece_of_many(run: Run) -> None:
    Path("many.txt").write_text("%% a 2 4\n----\nXXXX\n%% b 2 3\n-o-\nXXX\n")
    assert "many.txt: 1 of 2" in run("show", "many.txt").out
    assert "-o-" in run("show", "many.txt", "--index", 2).out
    refused = run("show", "many.txt", "--index", 3)
    assert refused.code == 2
    assert "--index 3: many.txt holds 2" in refused.problem
    assert "--tileset" in run("show", ODE, "--tileset", "mario").problem
    assert run("show", CAVES, "--width", 3).code == 2
