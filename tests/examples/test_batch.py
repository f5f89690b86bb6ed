"""The batch scripts at small size: what they leave, that they go on, what they refuse."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from genvae.workflows.deliver import Made

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "examples" / "batch"
DATA = ROOT / "data"

Script = Callable[..., int]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, at_home: Path) -> Iterator[Script]:
    """Runs a script by name in an empty folder, with tiny models under the default names."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # networks this small wait for one another
    monkeypatch.syspath_prepend(str(SCRIPTS))
    monkeypatch.chdir(tmp_path)
    assert at_home.is_dir()

    def call(name: str, *arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", [f"{name}.py"])
        module: Any = importlib.import_module(name)
        code: int = importlib.import_module("pack").run(module.main, [str(a) for a in arguments])
        return code

    yield call
    torch.set_num_threads(threads)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its name."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def manifest(folder: Path) -> list[dict[str, Any]]:
    """The lines of a manifest."""
    return [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]


def stop_after(saves: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in place of the next save but ``saves``."""
    save, left = Made.save, iter(range(saves))

    def interrupted(self: Made, path: str | Path) -> Path:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return save(self, path)

    monkeypatch.setattr(Made, "save", interrupted)


LEVELS = ("hundred_levels", "--length", 16, "--seed", 3)
LOOPS = ("loop_pack", "--bars", 2, "--key", "Am", "--program", "melody=square,flute")
BETWEEN = ("all_between", "songs", "--steps", 2)


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """A folder of three songs, as ``songs``."""
    (tmp_path / "songs").mkdir()
    for name in ("frere-jacques", "ode-to-joy", "greensleeves"):
        shutil.copy(DATA / "songs" / f"{name}.mid", tmp_path / "songs")
    return tmp_path / "songs"


def test_levels_with_pictures(script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    assert script(*LEVELS, "-n", 3, "--out", "a") == 0
    assert sorted(contents(Path("a"))) == [
        "level-0001.png",
        "level-0001.txt",
        "level-0002.png",
        "level-0002.txt",
        "level-0003.png",
        "level-0003.txt",
        "manifest.jsonl",
        "pack.json",
    ]
    first = manifest(Path("a"))[0]
    assert first["name"] == "level-0001"
    assert first["files"] == ["level-0001.txt", "level-0001.png"]
    assert (first["seed"], first["index"]) == (3, 0)
    assert first["measures"]
    assert capsys.readouterr().out.startswith("3 levels in a, 0 of them from before; ")


def test_a_larger_n_adds(script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    assert script(*LEVELS, "-n", 3, "--out", "a") == 0
    assert script(*LEVELS, "-n", 2, "--out", "b") == 0
    assert script(*LEVELS, "-n", 3, "--out", "b") == 0
    assert "2 of them from before" in capsys.readouterr().out
    assert contents(Path("a")) == contents(Path("b"))


def test_loops(script: Script) -> None:
    assert script(*LOOPS, "-n", 3, "--tempo", 90, "--out", "a") == 0
    listed = Path("a/README.txt").read_text()
    assert listed.splitlines()[:5] == [
        "Loops of 2 bars in Am, 90 beats a minute",
        "",
        "loop-001.mid  melody square",
        "loop-002.mid  melody flute",
        "loop-003.mid  melody square",
    ]
    import mido

    midi = mido.MidiFile("a/loop-002.mid")
    tempos = [m.tempo for t in midi.tracks for m in t if m.type == "set_tempo"]
    programs = [m.program for t in midi.tracks for m in t if m.type == "program_change"]
    assert tempos == [666667]
    assert 73 in programs


def test_all_between(script: Script, songs: Path) -> None:
    assert script(*BETWEEN, "--out", "a") == 0
    pairs = [
        "frere-jacques--greensleeves",
        "frere-jacques--ode-to-joy",
        "greensleeves--ode-to-joy",
    ]
    assert [entry["name"] for entry in manifest(Path("a"))] == pairs
    assert {p.name for p in Path("a", pairs[0]).iterdir()} == {"step-00.mid", "step-01.mid"}


def test_all_between_levels(script: Script) -> None:
    Path("levels").mkdir()
    for name in ("caves", "first-steps"):
        rows = (DATA / "levels" / f"{name}.txt").read_text().splitlines()
        Path("levels", f"{name}.txt").write_text("".join(row[:16] + "\n" for row in rows))
    assert script("all_between", "levels", "--steps", 2) == 0
    made = Path("genvae-out/between-levels/caves--first-steps")
    assert sorted(p.name for p in made.iterdir()) == ["step-00.txt", "step-01.txt"]


@pytest.mark.parametrize(
    ("command", "saves"),
    [((*LEVELS, "-n", 3), 3), ((*LOOPS, "-n", 3), 2), (BETWEEN, 3)],
    ids=["levels", "loops", "between"],
)
def test_goes_on_where_it_stopped(
    command: tuple[object, ...],
    saves: int,
    script: Script,
    songs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert script(*command, "--out", "whole") == 0
    with monkeypatch.context() as patch:
        stop_after(saves, patch)
        assert script(*command, "--out", "halves") == 130
    assert capsys.readouterr().err.endswith("stopped; the same command goes on from here\n")
    halves = Path("halves")
    assert not (halves / "manifest.jsonl").exists()
    with (halves / "manifest.partial.jsonl").open("a") as torn:
        torn.write('{"name": "le')
    assert script(*command, "--out", "halves") == 0
    assert " 1 of them from before" in capsys.readouterr().out or saves == 2
    assert contents(halves) == contents(Path("whole"))


def test_a_lost_file_is_made_again(script: Script) -> None:
    assert script(*LOOPS, "-n", 2, "--out", "a") == 0
    before = contents(Path("a"))
    Path("a/loop-001.mid").unlink()
    assert script(*LOOPS, "-n", 2, "--out", "a") == 0
    assert contents(Path("a")) == before


def test_a_changed_file_is_made_again(script: Script, songs: Path) -> None:
    assert script(*BETWEEN, "--out", "a") == 0
    shutil.copy(DATA / "songs" / "korobeiniki.mid", songs / "ode-to-joy.mid")
    assert script(*BETWEEN, "--out", "a") == 0
    assert script(*BETWEEN, "--out", "b") == 0
    assert contents(Path("a")) == contents(Path("b"))


def test_a_bad_file_is_named_and_the_rest_goes_on(
    script: Script, songs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (songs / "broken.mid").write_bytes(b"no song")
    (songs / "empty.mid").write_bytes(b"")
    (songs / "words.md").write_text("not looked at")
    assert script(*BETWEEN, "--out", "a") == 1
    problems = capsys.readouterr().err.splitlines()
    assert len(problems) == 2
    assert problems[0].startswith("all_between: songs/broken.mid: ")
    assert problems[1].startswith("all_between: songs/empty.mid: ")
    assert len(manifest(Path("a"))) == 3


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("hundred_levels", "-n", 0), 2, "argument -n: 0: expected a whole number from 1 up"),
        (("hundred_levels", "--length", "wide"), 2, "--length wide"),
        (("hundred_levels", "--temperature", -1), 2, "--temperature -1"),
        (("hundred_levels", "--model", "trio"), 2, "--model trio: makes music, expected levels"),
        (("hundred_levels", "--model", "nosuch"), 1, "--model nosuch: no such model"),
        (("loop_pack", "--key", "H"), 2, "H"),
        (("loop_pack", "--program", "melody"), 2, "--program melody: expected VOICE=NAME"),
        (("loop_pack", "--program", "tuba=flute"), 2, "tuba"),
        (("all_between", "nowhere"), 1, "nowhere: no such folder"),
        (("all_between", "."), 1, ".: files of no domain that is known"),
        (("all_between", ".", "--steps", 1), 2, "expected a whole number from 2 up"),
    ],
)
def test_refusals_are_one_line_and_leave_nothing(
    command: tuple[object, ...],
    code: int,
    said: str,
    script: Script,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert script(*command) == code
    err = capsys.readouterr().err
    assert err.startswith(f"{command[0]}: ")
    assert err.count("\n") == 1
    assert said in err
    assert not Path("genvae-out").exists()


def test_a_folder_of_other_settings_is_refused(
    script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script(*LOOPS, "-n", 1, "--tempo", 90, "--out", "a") == 0
    before = contents(Path("a"))
    assert script(*LOOPS, "-n", 1, "--tempo", 100, "--out", "a") == 1
    assert capsys.readouterr().err == (
        "loop_pack: a: begun with tempo 90, not 100; give another folder with --out\n"
    )
    assert contents(Path("a")) == before


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hundred_levels", "loop_pack", "all_between"])
def test_a_script_runs_by_itself(name: str) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / f"{name}.py"), "--nonsense"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"{name}: ")
    assert done.stderr.count("\n") == 1
