"""``genvae check``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

Run = Callable[..., Any]

ODE, CAVES = "data/songs/ode-to-joy.mid", "data/levels/caves.txt"


def test_a_level_and_a_song(run: Run) -> None:
    done = run("check", CAVES, ODE)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == f"{CAVES}: caves: valid, playable"
    assert lines[1] == f"{ODE}: ode-to-joy: valid"
    assert lines[2] == "  bass: track 2 'Bass' (program 43), by its name"
    table = next(i for i, line in enumerate(lines) if line.startswith("piece\twidth\theight"))
    assert lines[table + 1].startswith("caves\t96.000\t16.000")
    assert lines[table + 2] == "measure\tode-to-joy"
    assert "melody, lowest to highest, semitones\t12.000" in lines
    assert lines[-1] == "2 pieces: 2 valid, 1 of 1 playable"


def test_many_songs_are_a_line_each(run: Run) -> None:
    songs = [f"data/songs/{n}.mid" for n in ("ode-to-joy", "greensleeves", "korobeiniki")]
    lines = run("check", *songs, *songs[:2]).out.splitlines()
    assert sum(line.startswith("piece\tbars\tseconds") for line in lines) == 1
    assert sum(line.startswith("ode-to-joy\t16.000") for line in lines) == 2


def test_what_has_no_number_is_null(run: Run) -> None:
    from genvae.domains.music.midi_write import write_midi
    from genvae.domains.music.song import Note, Song, Voice

    beats = Voice("drums", (Note(0, 1, 36), Note(8, 1, 38)), 0, drums=True)
    write_midi(Song("drums", (beats,), 16), Path("drums.mid"))
    write_midi(Song("one", (Voice("melody", (Note(0, 4, 60),)),), 4), Path("one.mid"))
    done = run("check", "drums.mid", "one.mid", "--json")
    drums, one = (row["measures"] for row in done.document)
    assert done.code == 0
    assert drums["register"] is drums["syncopation"] is drums["scale_consistency"] is None
    assert (drums["range"], drums["tempo"], drums["drums_notes_per_bar"]) == (0.0, 120.0, 2.0)
    assert one["register"] == 60.0
    assert one["syncopation"] is one["groove_consistency"] is one["melody_mean_interval"] is None
    assert one["repetition"] == 0.0


def test_the_proof(run: Run) -> None:
    done = run("check", CAVES, "--proof")
    path = next(line for line in done.out.splitlines() if line.startswith("  path: "))
    assert path.startswith("  path: 3,13 4,13 ")
    assert path.split()[-1].startswith("96,")
    Path("s.txt").write_text("#####\n#@$.#\n#####\n")
    assert "  moves: R\n" in run("check", "s.txt", "--tileset", "sokoban", "--proof").out
    assert "moves" not in run("check", "s.txt", "--tileset", "sokoban").out


def test_an_unplayable_level_is_a_finding(run: Run) -> None:
    Path("gap.txt").write_text("-" * 20 + "\n" + "X" * 4 + "-" * 12 + "X" * 4 + "\n")
    done = run("check", "gap.txt")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[:2] == [
        "gap.txt: gap: valid, not playable",
        "  no way beyond column 4 of 20: a gap too wide, a wall too high, or a dead end",
    ]
    Path("two.txt").write_text("P--P\nXXXX\n")
    assert "two: not valid, playable\n  2 starts" in run("check", "two.txt").out


def test_rules_of_a_file(run: Run) -> None:
    Path("weak.toml").write_text("jump = 1\n")
    weak = run("check", CAVES, "--rules", "weak.toml", "--json")
    (row,) = weak.document
    assert next(iter(row)) == "file"
    assert (weak.code, row["valid"], row["playable"]) == (0, True, False)
    assert row["facts"]["place"] == [13, 12]
    assert row["problems"][0].startswith("no way beyond column 14")


def test_a_tileset_without_rules(run: Run) -> None:
    Path("t.toml").write_text('name = "t"\n[[tile]]\nsymbol = "."\nroles = ["empty"]\n')
    Path("a.txt").write_text("...\n...\n")
    done = run("check", "a.txt", "--tileset", "t.toml")
    assert done.out.splitlines()[0] == "a.txt: a: valid, playable or not is not known"


def test_a_picture_of_the_way(run: Run) -> None:
    done = run("check", CAVES, "--format", "png", "--out", "o", "--json")
    assert done.document[0]["picture"] == "o/caves.png"
    with Image.open("o/caves.png") as picture:
        assert picture.size == (768, 128)
    again = run("check", CAVES, "--format", "png", "--out", "o")
    assert again.code == 1
    assert "exists; give --overwrite" in again.problem


def test_a_batch_goes_on_past_what_cannot_be_read(run: Run) -> None:
    Path("bad.txt").write_text("")
    done = run("check", "bad.txt", CAVES, "--json")
    assert done.code == 1
    assert done.problem.startswith("genvae: bad.txt: an empty file")
    assert [row["file"] for row in done.document] == [CAVES]


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        ([CAVES, "--rules", "none.toml"], 1, "none.toml: cannot read the rules"),
        ([CAVES, "--rules", "topdwn"], 2, "--rules topdwn: rules 'topdwn': no such rules"),
        ([CAVES, "--rules", "r.toml"], 2, "--rules r.toml: r.toml: unknown key 'jmp'"),
        ([CAVES, "--tileset", "platfomer"], 2, "did you mean 'platformer'?"),
        ([ODE, "--layout", "tri"], 2, "--layout tri"),
        ([CAVES, "--format", "gif"], 2, "--format gif: known: png"),
        (["none.txt"], 1, "none.txt: no such file"),
        ([], 2, "Missing argument"),
    ],
)
def test_check_refuses(run: Run, arguments: list[str], code: int, expected: str) -> None:
    Path("r.toml").write_text("jmp = 1\n")
    done = run("check", *arguments)
    assert done.code == code
    assert expected in done.problem


def test_a_level_tells_its_tileset_by_its_symbols(run: Run) -> None:
    Path("box.txt").write_text("######\n#@$. #\n######\n")
    Path("odd.txt").write_text("######\n#@%. #\n######\n")
    done = run("check", "box.txt", "data/levels/caves.txt", "--json")
    assert done.code == 0, done.err
    box, caves = done.document
    assert (box["playable"], box["measures"]["boxes"]) == (True, 1.0)
    assert caves["playable"] is True
    other = run("check", "odd.txt")
    assert other.code == 1
    assert "symbol '#' is not in tileset 'platformer'" in other.problem
