"""``genvae map``: pictures and pages of where pieces lie."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genvae.evaluation import plane
from genvae.workflows import map as workflow
from genvae.workflows import points as gather
from genvae.workflows import store
from tests.cli.conftest import DATA, Run

SMALL = ("--data", "data/levels", "-n", "20", "--samples", "0")


def test_a_map_of_levels(run: Run, tmp_path: Path) -> None:
    done = run("map", "platformer", "data/levels/caves.txt", "-o", "a.png", *SMALL, "--json")
    assert done.code == 0, done.err
    found = done.document
    kinds = [p["kind"] for p in found["points"]]
    assert (kinds.count("corpus"), kinds.count("sample"), kinds.count("file")) == (20, 0, 6)
    assert 0 < sum(found["explained"]) <= 1
    last = found["points"][-1]
    assert (last["name"], last["of"]) == ("caves, window 6", "caves")
    assert last["playable"] in (True, False)
    assert {"density", "enemies"} <= set(last["attributes"])
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (1920, 1440)


def test_the_demo_pieces_serve_where_no_corpus_is(run: Run) -> None:
    done = run("map", "trio", "-n", "12", "--samples", "2", "--of", "pieces", "--json")
    assert done.code == 0, done.err
    names = sorted(p["name"] for p in done.document["points"])
    assert len(names) == 10
    assert sum("of seed 0" in name for name in names) == 2
    assert "ode-to-joy" in names
    assert Path("map.png").exists()


def test_a_page_of_songs(run: Run, tmp_path: Path) -> None:
    song = "data/songs/ode-to-joy.mid"
    options = ("--data", "data/songs", "-n", "9", "--samples", "0", "--colour", "syncopation")
    done = run("map", "trio", song, "-o", "a.html", *options)
    assert done.code == 0, done.err
    assert done.out == "a.html: 17 points\n"
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    found = re.search(r'id="document">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    told = json.loads(found[1])
    assert [k["mark"] for k in told["kinds"]] == ["disc", "star"]
    assert told["trails"] == [{"name": "ode-to-joy", "indices": [9, 10, 11, 12, 13, 14, 15, 16]}]
    assert told["colour"] == "syncopation"
    for key in ("kind", "name", "x", "y", "playable", "near", "order"):
        assert len(told[key]) == 17
    assert sorted(told["order"]) == list(range(17))
    assert len(told["portraits"]["each"]) == 17
    first = told["portraits"]["each"][9]
    assert (first["steps"], first["bars"], first["bpm"]) == (32, [0, 16], 112.0)
    melody = [v["name"] for v in told["portraits"]["shared"]["voices"]].index("melody")
    assert [note for note in first["notes"][melody][2::4]][:4] == [78, 78, 79, 81]


def test_a_map_of_two_files(run: Run, tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    for name in ("caves", "spike-run"):
        shutil.copy(DATA / "levels" / f"{name}.txt", tmp_path / "two")
    done = run("map", "platformer", "--data", "two")
    assert done.code == 1
    assert "two: 2 of levels in it, a map needs 3 or more" in done.problem
    assert not Path("map.png").exists()


def test_a_walk_needs_no_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plane, "find_spec", lambda name: None)
    monkeypatch.setattr(workflow, "find_spec", lambda name: None)
    done = run("map", "trio", "--walk", "2x3", "-o", "a.png", "-o", "a.html", "--json")
    assert done.code == 0, done.err
    assert [p["name"] for p in done.document["points"]][:2] == [
        "row 1, column 1",
        "row 1, column 2",
    ]
    assert Path("a.png").exists()
    assert Path("a.html").exists()
    assert "expected ROWSxCOLUMNS" in run("map", "trio", "--walk", "8", "-o", "b.png").problem


def test_what_is_wrong_is_said_in_one_line(run: Run) -> None:
    for options, code, text in (
        (("--method", "pcaa"), 2, "did you mean 'pca'?"),
        (("--colour", "densty"), 2, "did you mean 'density'?"),
        (("--of", "bars"), 2, "known: pieces, windows"),
        (("-n", "0"), 2, "expected 1 to 20000"),
        (("--samples", "-1"), 2, "expected 0 to 20000"),
        (("-o", "map.gif"), 2, "ends in .png"),
        (("--data", "nowhere"), 1, "no such folder, and no corpus of that name"),
        (("--data", "data/songs"), 1, "no file of levels in it"),
        (("--data", "supertux"), 1, "genvae corpora get supertux"),
    ):
        done = run("map", "platformer", *options)
        assert (done.code, text in done.problem) == (code, True), done.err


def test_a_file_of_the_other_domain_is_named_and_the_rest_is_drawn(run: Run) -> None:
    done = run("map", "platformer", "data/songs/ode-to-joy.mid", *SMALL)
    assert done.code == 1
    assert "ode-to-joy.mid" in done.problem
    assert Path("map.png").exists()


def test_nothing_is_overwritten_unasked(run: Run) -> None:
    Path("map.png").write_text("mine")
    assert "map.png: exists" in run("map", "platformer", *SMALL).problem
    assert Path("map.png").read_text() == "mine"


def test_a_missing_extra_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plane, "find_spec", lambda name: None)
    assert "pip install 'genvae[map]'" in run("map", "trio").problem


def test_the_bundled_model_puts_likes_together(tmp_path: Path) -> None:
    """In the plane of ``platformer`` density runs along an axis, as it does in the corpus."""
    opened = store.open_model(str(store.bundled()["platformer"]))
    found = workflow.atlas(
        opened,
        given=str(DATA / "levels"),
        colour="density",
        n=40,
        samples=0,
        on_problem=lambda problem: pytest.fail(str(problem)),
    )
    x, y = found.plane.xy_N2.T
    place_N3 = np.stack([x, y, np.ones_like(x)], axis=1)
    fit = np.linalg.lstsq(place_N3, found.values_of("density"), rcond=None)[0]
    assert np.corrcoef(place_N3 @ fit, found.values_of("density"))[0, 1] > 0.7
    assert {p.kind for p in found.points} == {gather.CORPUS}
