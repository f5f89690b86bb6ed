"""``genvae sample``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest

from genvae.domains.base import Repaired, Report
from genvae.domains.levels.codec import LevelsCodec

Run = Callable[..., Any]
Manifest = Callable[[Path], list[dict[str, Any]]]


def contents(folder: Path, suffix: str) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.glob(f"*{suffix}"))}


@pytest.mark.parametrize(
    ("domain", "length", "suffix"), [("music", "2", ".mid"), ("levels", "16", ".txt")]
)
def test_a_seed_gives_the_same_files_and_three_are_the_first_of_ten(
    run: Run, domain: str, length: str, suffix: str, manifest: Manifest
) -> None:
    for folder, n in (("a", 10), ("b", 10), ("c", 3)):
        options = ("--length", length, "--seed", 7, "--raw", "--out", folder)
        assert run("sample", "-d", domain, "-n", n, *options).code == 0
    ten, again, three = (contents(Path(f), suffix) for f in "abc")
    assert ten == again
    assert len(ten) == 10
    assert len(set(ten.values())) == 10
    assert three == dict(list(ten.items())[:3])
    assert manifest(Path("a")) == manifest(Path("b"))
    assert manifest(Path("c")) == manifest(Path("a"))[:3]


def test_songs_are_named_signed_and_listed(run: Run, manifest: Manifest) -> None:
    options = ("--key", "Am", "--tempo", 90, "--program", "melody=violin", "--length", 3)
    done = run("sample", "--domain", "music", "-n", 2, "--seed", 5, *options)
    folder = Path("genvae-out/sample-trio-seed5")
    assert done.code == 0
    assert done.out == f"2 files in {folder}: 2 well-formed as decoded\n"
    assert done.err == ""
    assert sorted(p.name for p in folder.iterdir()) == [
        "latents.safetensors",
        "manifest.jsonl",
        "music-0001.mid",
        "music-0002.mid",
    ]
    first, second = manifest(folder)
    assert first["file"] == "music-0001.mid"
    assert second["file"] == "music-0002.mid"
    assert (second["seed"], second["index"], second["attempt"]) == (5, 1, 0)
    assert second["latents"] == "latents.safetensors#music-0002"
    assert second["checks"] == {"valid": True}
    assert second["copied_windows"] == 0
    assert first["model"] == "trio"
    song = mido.MidiFile(folder / "music-0002.mid")
    messages = [m for track in song.tracks for m in track]
    assert [m.tempo for m in messages if m.type == "set_tempo"] == [666667]
    assert 40 in [m.program for m in messages if m.type == "program_change"]
    texts = [m.text for m in messages if m.type == "text"]
    assert texts == [f"genvae model=trio@{first['model_hash']} seed=5 index=1 attempt=0"]


def test_a_level_that_cannot_be_played_is_named_and_left_out(
    run: Run, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts = iter([False, True])
    proof = {"path": [[0, 5]]}
    monkeypatch.setattr(
        LevelsCodec, "check", lambda *_: Report(True, next(verdicts, False), ["a wall"], proof)
    )
    monkeypatch.setattr(LevelsCodec, "repair", lambda *_: None)
    monkeypatch.setattr("genvae.workflows.deliver.ATTEMPTS", 2)
    done = run("sample", "-d", "levels", "-n", 2, "--length", 16, "--seed", 1, "--out", "o")
    assert done.code == 1
    told, spent = done.out.splitlines()
    assert told == "1 of 2 files in o: 1 playable as decoded, 1 not made"
    assert spent.startswith("decoding ")
    assert done.problem == (
        f"genvae: {Path('o/level-0001')}: not made, 2 draws failed (item 0 of seed 1: a wall); "
        "take another seed, or see it as decoded with --raw"
    )
    assert [line["file"] for line in manifest(Path("o"))] == ["level-0002.txt"]
    assert not Path("o/level-0001.txt").exists()


def test_with_raw_it_is_written_and_marked(
    run: Run, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LevelsCodec, "check", lambda *_: Report(True, False, ["a wall"]))
    options = ("--length", 16, "--seed", 1, "--raw", "--out", "o")
    done = run("sample", "-d", "levels", "-n", 2, *options)
    assert (done.code, done.err) == (0, "")
    assert done.out == "2 files in o: 0 playable as decoded, 2 not playable\n"
    for line in manifest(Path("o")):
        assert line["checks"] == {"valid": True, "playable": False, "problems": ["a wall"]}
        rows = (Path("o") / line["file"]).read_text().splitlines()
        assert [len(row) for row in rows] == [16] * 16


def test_levels_are_repaired_or_drawn_again(
    run: Run, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts = iter([False, False, True, True, True])
    repairs = iter([None, 1])

    def repair(_codec: LevelsCodec, level: Any) -> Repaired | None:
        known = next(repairs)
        return known and Repaired(level, [[3, 4, "-", "X"]], 1 / 256)

    proof = {"path": [[0, 5]]}
    monkeypatch.setattr(LevelsCodec, "check", lambda *_: Report(True, next(verdicts), proof=proof))
    monkeypatch.setattr(LevelsCodec, "repair", repair)
    monkeypatch.setattr(LevelsCodec, "reopened", lambda *_: None)
    done = run("sample", "-d", "levels", "-n", 2, "--length", 16, "--seed", 1, "--out", "o")
    assert done.code == 0
    told, spent = done.out.splitlines()
    assert told == (
        "2 files in o: 0 playable as decoded, 1 repaired (1 change), 1 playable when drawn again"
    )
    assert spent.startswith("decoding ")
    assert "repairing" in spent
    first, second = manifest(Path("o"))
    assert (first["way"], first["attempt"], first["playable_as_decoded"]) == ("redrawn", 1, False)
    assert (second["way"], second["attempt"], second["changed"]) == ("repaired", 0, 1)
    assert second["changes"] == [[3, 4, "-", "X"]]
    assert second["playable_as_decoded"] is False
    assert second["checks"]["proof"] == proof


def test_levels_are_written_anew_where_their_way_ends(run: Run, manifest: Manifest) -> None:
    options = ("--model", "platformer", "-n", 8, "--length", 64, "--seed", 7, "--out", "o")
    assert run("sample", *options).code == 0
    raw = run("sample", *options[:-1], "raw", "--raw")
    assert raw.code == 0
    ways = [line["way"] for line in manifest(Path("o"))]
    assert "rewritten" in ways
    for line, as_decoded in zip(manifest(Path("o")), manifest(Path("raw")), strict=True):
        assert line["checks"]["playable"]
        grids = [
            np.array([list(row) for row in (folder / line["file"]).read_text().splitlines() if row])
            for folder in (Path("o"), Path("raw"))
        ]
        differs = np.flatnonzero(((grids[0] != grids[1]) & (grids[0] != "P")).any(0))
        opened = {c for a, b in line.get("rewritten", ()) for c in range(a, b + 1)}
        assert set(differs.tolist()) <= opened
        assert as_decoded["checks"]["playable"] == (line["way"] == "decoded")


@pytest.mark.parametrize(("meter", "top", "bottom"), [("3/4", 3, 4), ("6/8", 6, 8)])
def test_a_bundled_model_keeps_to_the_meter_asked_for(
    run: Run, meter: str, top: int, bottom: int
) -> None:
    options = ("--meter", meter, "--length", 4, "--seed", 2, "--out", "a")
    done = run("sample", "--model", "trio", "-n", 2, *options)
    assert done.code == 0
    assert done.err == (
        f"genvae: --meter {meter}: this model has learned from 4/4 alone; bars are of the right "
        "length, but nothing is known of how such music goes\n"
    )
    file = mido.MidiFile("a/music-0001.mid")
    (told,) = [m for m in file.tracks[0] if m.type == "time_signature"]
    assert (told.numerator, told.denominator) == (top, bottom)
    assert sum(m.time for m in file.tracks[0]) == 4 * 3 * 480


def test_without_a_seed_one_is_drawn_and_printed(run: Run) -> None:
    done = run("sample", "-d", "music", "-n", 1, "--length", 1)
    said, where = done.out.splitlines()
    assert said.startswith("seed ")
    assert f"seed{said[5:]}" in where
    run("sample", "-d", "music", "-n", 1, "--length", 1, "--seed", said[5:], "--out", "again")
    folder = Path("genvae-out") / f"sample-trio-seed{said[5:]}"
    assert contents(folder, ".mid") == contents(Path("again"), ".mid")


def test_nothing_is_overwritten_unless_asked(run: Run) -> None:
    command = ("sample", "-d", "music", "-n", 2, "--length", 1, "--seed")
    assert run(*command, 1, "--out", "o").code == 0
    before = contents(Path("o"), "")
    refused = run(*command, 2, "--out", "o")
    assert refused.code == 1
    assert "o/music-0001.mid: exists and " in refused.problem
    assert "give --overwrite or another folder with --out" in refused.problem
    assert contents(Path("o"), "") == before
    assert run(*command, 2, "--out", "o", "--overwrite").code == 0
    assert contents(Path("o"), "") != before


def test_the_same_command_twice_takes_a_new_folder(run: Run) -> None:
    for _ in range(2):
        run("sample", "-d", "music", "-n", 1, "--length", 1, "--seed", 1)
    assert sorted(p.name for p in Path("genvae-out").iterdir()) == [
        "sample-trio-seed1",
        "sample-trio-seed1-2",
    ]


def test_json_is_one_document_with_an_object_a_file(run: Run) -> None:
    options = ("--length", 16, "--seed", 1, "--format", "png,txt", "--json", "--out", "o")
    done = run("sample", "-d", "level", "-n", 2, "--raw", *options)
    assert [d["file"] for d in done.document] == ["o/level-0001.png", "o/level-0002.png"]
    assert next(iter(done.document[0])) == "file"
    assert Path("o/level-0002.txt").exists()
    assert "2 files in o" in done.err


def test_quiet_says_nothing(run: Run) -> None:
    done = run("sample", "-d", "music", "-n", 1, "--length", 1, "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize("prior", ["gaussian", "standard"])
def test_a_prior_may_be_chosen(run: Run, prior: str) -> None:
    assert run("sample", "-d", "music", "-n", 1, "--length", 1, "--prior", prior).code == 0


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", "give --domain (levels, music) or --model NAME"),
        ("-d musik", "--domain musik: no such domain; did you mean 'music'?"),
        ("-d music -n 0", "-n 0: expected 1 to 100000 pieces"),
        ("-d music -n 100001", "-n 100001: expected 1 to 100000 pieces"),
        ("-d music -n many", "Invalid value for '-n'"),
        ("-d music --seed -1", "--seed -1: expected"),
        ("-d music --temperature -1", "--temperature -1.0: expected a number from 0 up"),
        ("-d music --temperature nan", "--temperature nan: expected a number from 0 up"),
        ("-d music --temperature inf", "--temperature inf: expected a number from 0 up"),
        ("-d music --length 0", "--length 0: a song has 1 to 1024 bars"),
        ("-d music --length 64x16", "--length 64x16: a song's length is a number of bars"),
        ("-d levels --length 64x9", "--length 64x9: this model makes levels at least 16"),
        ("-d music --prior sequence", "--prior sequence: model 'trio' has none"),
        ("-d music --prior gauss", "--prior gauss: did you mean 'gaussian'?"),
        ("-d music --key H", "--key H"),
        ("-d music --tempo fast", "--tempo fast: expected beats a minute"),
        ("-d music --program violin", "--program violin: expected VOICE=NAME"),
        ("-d music --program tuba=violin", "--program tuba=violin: no such voice"),
        ("-d music --format wavv", "--format wavv: "),
        ("-d levels --key C", "--key: an option of music, this is a model of levels"),
        ("-d music --colour red", "No such option: --colour"),
        ("-d", "Option '-d' requires an argument"),
        ("-d music more", "unexpected extra argument"),
    ],
)
def test_a_wrong_option_is_one_line_and_leaves_nothing(
    run: Run, options: str, expected: str
) -> None:
    done = run("sample", *options.split())
    assert done.code == 2
    assert expected in done.problem
    assert done.out == ""
    assert not Path("genvae-out").exists()
