from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from genvae.domains.base import Report
from genvae.errors import FileProblem, GenvaeError, OptionProblem
from genvae.workflows.check import Checked, Gallery, check_files, gallery, proof_lines

DATA = Path(__file__).resolve().parents[2] / "data"
CAVES = DATA / "levels" / "caves.txt"


def checked(*paths: Path, **options: str) -> tuple[list[Checked], list[GenvaeError]]:
    problems: list[GenvaeError] = []
    found = list(check_files(list(paths), problems.append, **options))  # type: ignore[arg-type]
    return found, problems


def test_levels_and_songs_together() -> None:
    found, problems = checked(CAVES, DATA / "songs" / "ode-to-joy.mid")
    assert not problems
    assert [(c.domain, c.report.valid, c.report.playable) for c in found] == [
        ("levels", True, True),
        ("music", True, None),
    ]
    assert found[0].measures["enemies"] == 6
    row = found[0].row()
    assert "proof" not in row
    assert "path" not in row["facts"]
    assert found[0].row(proof=True)["proof"]["path"][-1][0] == 95


def test_every_level_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "two.txt"
    path.write_text("; 0\n#####\n#@$.#\n#####\n\n; 1\n####\n#@.#\n#$ #\n####\n")
    found, problems = checked(path, tileset="sokoban")
    assert not problems
    assert [c.report.playable for c in found] == [True, False]
    assert found[1].row()["facts"]["place"] == [1, 2]


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "ragged.txt").write_text("%% a 1 2\n---\n")
    found, problems = checked(tmp_path / "none.txt", tmp_path / "ragged.txt", tmp_path, CAVES)
    assert [c.piece.name for c in found] == ["caves"]
    assert [str(tmp_path) in str(p) for p in problems] == [True] * 3


def test_a_wrong_option_is_said_before_any_file() -> None:
    with pytest.raises(OptionProblem, match="--rules topdwn"):
        checked(Path("none.txt"), rules="topdwn")
    with pytest.raises(FileProblem, match="cannot read the tileset"):
        checked(Path("none.txt"), tileset="none.toml")


def test_pictures(tmp_path: Path) -> None:
    pictures = Gallery(tmp_path / "o")
    image = np.zeros((2, 2, 3), dtype=np.uint8)
    names = [pictures.add(name, image).name for name in ("a#1", "b", "b")]
    assert names == ["a-1.png", "b.png", "b-2.png"]
    assert sorted(p.name for p in (tmp_path / "o").iterdir()) == sorted(names)
    with pytest.raises(FileProblem, match="exists; give --overwrite"):
        Gallery(tmp_path / "o").add("b", image)
    Gallery(tmp_path / "o", overwrite=True).add("b", image)


def test_where_pictures_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert gallery([], None) is None
    made = gallery([".PNG"], None)
    assert made is not None
    assert made.folder == Path("genvae-out/check")
    made.folder.mkdir(parents=True)
    again = gallery(["png"], None)
    assert again is not None
    assert again.folder == Path("genvae-out/check-2")
    with pytest.raises(OptionProblem, match="--format gif: known: png"):
        gallery(["gif"], None)
    with pytest.raises(OptionProblem, match="nothing to write"):
        gallery([], Path("o"))


def test_a_proof_in_words() -> None:
    assert proof_lines(Report(True, True, [], {"path": [[0, 1], [1, 1]]})) == ["path: 1,2 2,2"]
    assert proof_lines(Report(True, True, [], {"moves": "rR"})) == ["moves: rR"]
    assert proof_lines(Report(True)) == []


def test_many_files_are_read_side_by_side_in_order(tmp_path: Path) -> None:
    song = (DATA / "songs" / "ode-to-joy.mid").read_bytes()
    for number in range(70):
        (tmp_path / f"{number:02}.mid").write_bytes(b"no song" if number == 33 else song)
    done: list[int] = []
    problems: list[str] = []
    paths = sorted(tmp_path.glob("*.mid"))
    found = list(
        check_files(paths, lambda p: problems.append(str(p)), on_file=lambda: done.append(1))
    )
    assert [c.file.name for c in found] == [p.name for p in paths if p.stem != "33"]
    assert len(done) == 70
    assert len(problems) == 1
    assert "33.mid" in problems[0]
