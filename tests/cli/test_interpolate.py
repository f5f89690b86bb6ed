"""``genvae interpolate``: ways, grids, and what it refuses."""

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
    # As alike as can be heard, of places three times as near to each other.
    shares = [m["share"] for m in lines]
    assert shares == [0.0, *sorted({round(i / 9, 4) for i in range(1, 9)} & set(shares)), 1.0]
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
    assert [m["share"] for m in lines if m["step"] % 2 == 0] == [0.0, 1.0, 1.0]
    assert all(0 < m["share"] < 1 for m in lines if m["step"] % 2)
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
