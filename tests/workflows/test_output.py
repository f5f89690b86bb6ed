"""A folder of pieces: manifest last, nothing overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from genvae.errors import FileProblem, OptionProblem
from genvae.workflows import deliver, latents
from genvae.workflows.deliver import Made
from genvae.workflows.output import Output, finite, one_line
from genvae.workflows.store import Opened

from .conftest import Open  # noqa: TID252


def made(opened: Opened, n: int = 2) -> list[Made]:
    return list(deliver.sample(opened, range(n), seed=1))


def fill(opened: Opened, folder: Path, **options: Any) -> Output:
    output = Output(opened, "sample", out=folder, **options)
    output.reserve(["a", "b"])
    for name, piece in zip("ab", made(opened), strict=True):
        output.add(name, piece)
    output.close()
    return output


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def test_what_is_left(opened: Open, tmp_path: Path) -> None:
    output = fill(opened(True), tmp_path / "out")
    assert sorted(contents(tmp_path / "out")) == [
        "a.beads",
        "b.beads",
        "latents.safetensors",
        "manifest.jsonl",
    ]
    text = (tmp_path / "out" / "manifest.jsonl").read_text(encoding="utf-8")
    first = json.loads(text.splitlines()[0])
    assert first == {
        "file": "a.beads",
        "command": "sample",
        "model": "beads",
        "model_hash": output.opened.model.hash,
        "seed": 1,
        "index": 0,
        "attempt": 0,
        "way": "decoded",
        "copied_windows": 0,
        "windows": 2,
        "playable_as_decoded": True,
        "attributes": first["attributes"],
        "checks": {"valid": True, "playable": True},
        "latents": "latents.safetensors#a",
    }
    assert first["attributes"]["nothing"] is None
    assert output.lines[0]["file"] == str(tmp_path / "out" / "a.beads")


def test_the_manifest_is_partial_until_all_is_done(opened: Open, tmp_path: Path) -> None:
    session = opened()
    output = Output(session, "sample", out=tmp_path)
    output.reserve(["a", "b"])
    pieces = made(session)
    output.add("a", pieces[0])
    assert sorted(contents(tmp_path)) == ["a.beads", "manifest.partial.jsonl"]
    assert len((tmp_path / "manifest.partial.jsonl").read_text().splitlines()) == 1
    output.add("b", pieces[1])
    output.close()
    assert not (tmp_path / "manifest.partial.jsonl").exists()
    assert len((tmp_path / "manifest.jsonl").read_text().splitlines()) == 2


def test_equal_seeds_equal_bytes(opened: Open, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        fill(opened(), tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two") == contents(tmp_path / "three")


@pytest.mark.parametrize("there", ["a.beads", "b.beads", "manifest.jsonl", "latents.safetensors"])
def test_nothing_is_overwritten(opened: Open, tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine", encoding="utf-8")
    with pytest.raises(FileProblem) as problem:
        fill(opened(), tmp_path)
    assert str(problem.value) == (
        f"{tmp_path / there}: exists; give --overwrite or another folder with --out"
    )
    assert contents(tmp_path) == {there: b"mine"}
    fill(opened(), tmp_path, overwrite=True)
    assert contents(tmp_path)[there] != b"mine"


def test_every_taken_name_is_counted(opened: Open, tmp_path: Path) -> None:
    fill(opened(), tmp_path)
    with pytest.raises(FileProblem, match=r"a.beads: exists and 3 more; give --overwrite"):
        fill(opened(), tmp_path)


def test_other_files_stay(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    fill(opened(), tmp_path)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_formats(opened: Open, tmp_path: Path) -> None:
    fill(opened(), tmp_path, formats=["TXT", ".beads"])
    assert {"a.txt", "a.beads", "b.txt", "b.beads"} <= set(contents(tmp_path))
    with pytest.raises(OptionProblem) as problem:
        Output(opened(), "sample", out=tmp_path, formats=["bead"])
    assert str(problem.value) == "--format bead: did you mean 'beads'? known: beads, txt"


def test_folders_of_its_own(opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = []
    for _ in range(3):
        output = Output(opened(), "sample", label="s1")
        output.reserve(["a"])
        names.append(output.folder.as_posix())
    assert names == [
        "genvae-out/sample-beads-s1",
        "genvae-out/sample-beads-s1-2",
        "genvae-out/sample-beads-s1-3",
    ]
    again = Output(opened(), "sample", label="s1", overwrite=True)
    assert again.folder.as_posix() == names[0]


def test_a_file_in_the_way(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(FileProblem, match=r"out: cannot be made .*; choose another with --out"):
        fill(opened(), tmp_path / "out")
    with pytest.raises(FileProblem, match="cannot be made"):
        fill(opened(), tmp_path / "out" / "deeper")


def test_latents_read_back(opened: Open, tmp_path: Path) -> None:
    session = opened()
    output = fill(session, tmp_path)
    stored = latents.load(tmp_path / latents.FILE)
    assert (stored.model, stored.model_hash) == ("beads", session.model.hash)
    assert set(stored.latents) == {"a", "b"}
    np.testing.assert_array_equal(stored.latents["b"], output.latents["b"])
    assert stored.contexts["b"] == output.contexts["b"]
    latents.check_fits(stored, session.model, tmp_path / latents.FILE)


def test_latents_of_another_shape(opened: Open, tmp_path: Path) -> None:
    session = opened()
    path = tmp_path / latents.FILE
    latents.save(path, session.model, {"a": np.zeros((2, 3, 3), dtype=np.float32)}, {})
    with pytest.raises(FileProblem, match=r"'a' has shape \(2, 3, 3\); model 'beads' decodes"):
        latents.check_fits(latents.load(path), session.model, path)
    latents.save(path, session.model, {"a": np.full((2, 2, 3), np.nan, dtype=np.float32)}, {})
    with pytest.raises(FileProblem, match="'a' has shape"):
        latents.check_fits(latents.load(path), session.model, path)


def test_not_latents(opened: Open, tmp_path: Path) -> None:
    path = tmp_path / latents.FILE
    with pytest.raises(FileProblem, match="no such file"):
        latents.load(path)
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(FileProblem, match=r"not a readable \.safetensors file"):
        latents.load(path)
    with pytest.raises(FileProblem, match="not latents of genvae; make some with genvae encode"):
        latents.load(opened().model.path)


def test_latents_that_cannot_be_written(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(FileProblem, match="cannot be written"):
        latents.save(tmp_path / "file" / "l.safetensors", opened().model, {}, {})


def test_numbers_that_are_none() -> None:
    assert finite({"a": 0.123456, "b": float("nan"), "c": float("inf")}) == {
        "a": 0.1235,
        "b": None,
        "c": None,
    }


def test_one_line() -> None:
    assert one_line(FileProblem("a:\n  b  c")) == "a: b c"
