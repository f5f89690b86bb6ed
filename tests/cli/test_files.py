"""Commands that take files: interpolate, reconstruct, encode, decode, show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mido
import pytest

Run = Callable[..., Any]
Manifest = Callable[[Path], list[dict[str, Any]]]

ODE, GREEN, GRACE, KOROB = (
    f"data/songs/{name}.mid"
    for name in ("ode-to-joy", "greensleeves", "amazing-grace", "korobeiniki")
)
CAVES, BRIDGE = "data/levels/caves.txt", "data/levels/the-bridge.txt"


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
