"""``convert`` and ``play``, and what ``sample`` offers for music."""

from __future__ import annotations

import os
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
from PIL import Image

Run = Callable[..., Any]

ODE, CAVES = "data/songs/ode-to-joy.mid", "data/levels/caves.txt"


@pytest.mark.parametrize("suffix", ["mid", "wav", "png"])
def test_songs_convert(run: Run, suffix: str) -> None:
    done = run("convert", ODE, "-o", f"ode.{suffix}")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == f"ode.{suffix} written"
    written = Path(f"ode.{suffix}").read_bytes()
    assert written.startswith({"mid": b"MThd", "wav": b"RIFF", "png": b"\x89PNG"}[suffix])


def test_all_tracks_are_converted_unless_a_layout_picks(run: Run) -> None:
    song = mido.MidiFile(ODE)
    song.tracks.append(song.tracks[1].copy())
    song.tracks[-1][0] = mido.MetaMessage("track_name", name="second")
    song.save("more.mid")
    assert run("convert", "more.mid", "-o", "all.mid").code == 0
    done = run("convert", "more.mid", "-o", "one.mid", "--layout", "melody")
    assert "more.mid: melody: track 1" in done.out
    names = [[t.name for t in mido.MidiFile(f).tracks[1:]] for f in ("all.mid", "one.mid")]
    assert names == [["Melody", "Bass", "Drums", "second"], ["melody"]]


@pytest.mark.parametrize("suffix", ["txt", "csv", "json", "tmx", "tmj"])
def test_levels_convert_and_come_back(run: Run, suffix: str) -> None:
    assert run("convert", CAVES, "-o", f"caves.{suffix}").code == 0
    assert run("convert", f"caves.{suffix}", "-o", "back.txt", "--quiet").out == ""
    assert Path("back.txt").read_text() == Path(CAVES).read_text()


def test_levels_become_pictures(run: Run) -> None:
    assert run("convert", CAVES, "-o", "caves.PNG").code == 0
    with Image.open("caves.PNG") as image:
        assert image.height == 16 * 8


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        ([ODE, "-o", "a.tmx"], 2, "-o a.tmx: data/songs/ode-to-joy.mid can be written in"),
        ([CAVES, "-o", "a.tmxx"], 2, "did you mean 'tmx'?"),
        ([CAVES, "-o", "a"], 2, "-o a: "),
        ([CAVES], 2, "Missing option"),
        ([CAVES, "-o", "there.txt"], 1, "there.txt: exists; give --overwrite or another name"),
        ([CAVES, "-o", "none/a.txt"], 1, "no such folder none"),
        ([CAVES, "-o", "data"], 2, "-o data: "),
        (["none.mid", "-o", "a.wav"], 1, "none.mid: no such file"),
        ([CAVES, "-o", "a.txt", "--index", 2], 2, "--index 2: "),
        ([CAVES, "-o", "a.txt", "--tileset", "sokoban"], 1, "is not in tileset 'sokoban'"),
        ([CAVES, "-o", "a.txt", "--layout", "trio"], 2, "--layout trio"),
        (["song.wav", "-o", "a.mid"], 1, "song.wav: not a file that any domain reads"),
    ],
)
def test_convert_refuses(run: Run, arguments: list[Any], code: int, expected: str) -> None:
    Path("there.txt").write_text("mine")
    Path("song.wav").write_bytes(b"RIFF")
    done = run("convert", *arguments)
    assert done.code == code
    assert expected in done.problem
    assert Path("there.txt").read_text() == "mine"
    assert not Path("a.txt").exists()


def test_convert_overwrites_when_asked_to(run: Run) -> None:
    Path("there.txt").write_text("mine")
    assert run("convert", CAVES, "-o", "there.txt", "--overwrite").code == 0
    assert Path("there.txt").read_text() == Path(CAVES).read_text()


@pytest.mark.skipif(os.name == "nt", reason="the player is a script here")
def test_play_plays_a_song(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "aplay").write_text(f"#!/bin/sh\n/bin/cp \"$2\" '{tmp_path}/heard.wav'\n")
    (folder / "aplay").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    done = run("play", ODE, "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")
    with wave.open(str(tmp_path / "heard.wav")) as file:
        assert file.getnframes() > 34 * 44_100
    (folder / "aplay").unlink()
    assert "write the sound with genvae convert FILE -o ode-to-joy.wav" in run("play", ODE).problem


def test_samples_are_heard_and_loop(run: Run) -> None:
    options = ("-n", 1, "--seed", 1, "--length", 3, "--tempo", 96, "--key", "D", "--meter", "4/4")
    looks = ("--program", "chip", "--program", "melody=saw", "--loop", "--format", "mid,wav")
    done = run("sample", "-d", "music", *options, *looks, "--out", "o")
    assert done.code == 0, done.err
    song = mido.MidiFile("o/music-0001.mid")
    programs = {m.program for t in song.tracks for m in t if m.type == "program_change"}
    assert programs == {25, 81}
    assert {sum(m.time for m in t) for t in song.tracks} == {3 * 4 * 480}
    with wave.open("o/music-0001.wav") as file:
        assert file.getnframes() == round(12 * 60 / 96 * 44_100)
    assert b"genvae model=trio@" in Path("o/music-0001.wav").read_bytes()
    again = run("sample", "-d", "music", *options, *looks, "--out", "p")
    assert again.code == 0
    for name in ("music-0001.mid", "music-0001.wav"):
        assert Path("o", name).read_bytes() == Path("p", name).read_bytes()
    assert run("decode", "o/latents.safetensors", "--out", "q", "--format", "wav").code == 0
    with wave.open("q/music-0001.wav") as file:
        assert file.getnframes() == round(12 * 60 / 96 * 44_100)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-d", "music", "--program", "chips"], "did you mean 'chip'?"),
        (["-d", "music", "--format", "mp3"], "--format mp3: "),
        (["-d", "levels", "--loop"], "--loop: an option of music"),
        (["-d", "levels", "--meter", "4/4"], "--meter: an option of music"),
    ],
)
def test_sample_refuses_before_anything_is_written(
    run: Run, arguments: list[Any], expected: str
) -> None:
    done = run("sample", *arguments)
    assert done.code == 2
    assert expected in done.problem
    assert not Path("genvae-out").exists()


def sheet(path: str, tiles: int = 13) -> str:
    """A sheet of tiles, each of its own colour."""
    pixels = np.zeros((10, 10 * tiles, 3), dtype=np.uint8)
    for number in range(tiles):
        pixels[:, 10 * number : 10 * (number + 1)] = 15 * number
    Image.fromarray(pixels).save(path)
    return path


def test_levels_in_ones_own_tiles(run: Run) -> None:
    tiles = sheet("mine.png")
    assert run("convert", CAVES, "-o", "caves.png", "--tiles", tiles).code == 0
    with Image.open("caves.png") as image:
        assert image.size[1] % 10 == 0
    assert run("convert", "caves.png", "-o", "back.txt", "--tiles", tiles).code == 0
    assert run("show", "caves.png", "--tiles", tiles, "--no-measures").code == 0
    assert run("convert", CAVES, "-o", "plain.txt").code == 0
    assert Path("back.txt").read_text() == Path("plain.txt").read_text()
    asked = ("sample", "--domain", "levels", "-n", 1, "--seed", 1, "--raw", "--tiles", tiles)
    assert run(*asked, "--length", 16, "--format", "png", "--out", "made").code == 0
    with Image.open("made/level-0001.png") as image:
        assert image.size == (160, 160)


def test_tiles_that_are_none(run: Run) -> None:
    assert "no such" in run("convert", CAVES, "-o", "a.png", "--tiles", "absent").problem.lower()
    problem = run("convert", ODE, "-o", "a.mid", "--tiles", sheet("mine.png")).problem
    assert "--tiles mine.png: music has no tiles" in problem
