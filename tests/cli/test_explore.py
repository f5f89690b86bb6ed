"""``genvae explore``: pieces spread over two attributes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from genvae.cli.app import main
from genvae.generation.search import Search
from genvae.workflows import explore as workflow
from tests.cli.conftest import Run

pytest.importorskip("ribs", reason="pip install 'genvae[search]'")

MUSIC = ("explore", "--domain", "music", "--axes", "density=0..160,register=0..127")
SMALL = ("--iterations", "1", "--grid", "3x4", "--length", "2", "--seed", "5")
Manifest = Callable[[Path], list[dict[str, Any]]]


def test_a_search_leaves_pieces_a_sheet_and_figures(run: Run, manifest: Manifest) -> None:
    done = run(*MUSIC, *SMALL, "--out", "a", "--json")
    assert done.code == 0, done.err
    told = done.document
    assert [a["name"] for a in told["axes"]] == ["density", "register"]
    assert told["explored"]["decodings"] == told["random"]["decodings"] == 128
    lines = manifest(Path("a"))
    assert len(lines) == told["explored"]["cells"] == len(told["pieces"]) > 0
    for line in lines:
        assert line["file"] == f"music-r{line['row']:02d}c{line['column']:02d}.mid"
        assert (Path("a") / line["file"]).exists()
        low, high = 160 * (line["column"] - 1) / 4, 160 * line["column"] / 4
        assert low <= line["attributes"]["density"] <= high
        assert line["checks"]["valid"]
    kept = json.loads((Path("a") / "explore.json").read_text(encoding="utf-8"))
    assert kept == {k: v for k, v in told.items() if k != "pieces"}
    with Image.open("a/sheet.png") as image:
        assert image.width > 800
    again = run(*MUSIC, *SMALL, "--out", "b")
    assert "as many random samples" in again.out
    for path in Path("a").glob("*.mid"):
        assert path.read_bytes() == (Path("b") / path.name).read_bytes()
    assert "exists" in run(*MUSIC, *SMALL, "--out", "a").problem


def test_ctrl_c_keeps_what_was_found(
    run: Run, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Search.ask

    def ask(self: Search, emitter: int) -> np.ndarray:
        if emitter == 2:
            raise KeyboardInterrupt
        return asked(self, emitter)

    monkeypatch.setattr(Search, "ask", ask)
    done = run(*MUSIC, *SMALL, "--out", "a")
    assert done.code == 130
    assert "96 decodings" in done.out
    assert "(stopped)" in done.out
    assert len(manifest(Path("a"))) == len(list(Path("a").glob("*.mid"))) > 0
    assert Path("a/sheet.png").exists()


def test_what_is_wrong_is_said_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for options, text in (
        (("--axes", "density,syncopatin"), "did you mean 'syncopation'?"),
        (("--axes", "density"), "expected two attributes"),
        (("--axes", "density,tempo"), "tempo is not in z"),
        (("--axes", "density,range", "--grid", "10"), "--grid 10: expected ROWSxCOLUMNS"),
        (("--axes", "density,range", "--iterations", "0"), "expected 1 to 2000"),
        (("--axes", "density,range", "--seed", "-1"), "--seed -1"),
        (("--axes", "density,range", "--length", "x"), "--length x"),
        (("--axes", "density,range", "--format", "ogg"), "--format ogg"),
    ):
        done = run("explore", "--domain", "music", *options)
        assert (done.code, text in done.problem) == (2, True), done.err
    assert not Path("genvae-out").exists()
    monkeypatch.setattr(workflow, "find_spec", lambda name: None)
    done = run(*MUSIC, *SMALL)
    assert done.code == 1
    assert "pip install 'genvae[search]'" in done.problem


def test_the_bundled_levels_that_are_found_can_all_be_played(
    tmp_path: Path, manifest: Manifest, capsys: pytest.CaptureFixture[str]
) -> None:
    axes = ("--axes", "density=0..1,enemies=0..8", "--grid", "4x4")
    size = ("--length", "16", "--iterations", "1", "--seed", "1")
    code = main(["explore", "--model", "platformer", *axes, *size, "--out", str(tmp_path / "a")])
    assert code == 0, capsys.readouterr().err
    lines = manifest(tmp_path / "a")
    assert len(lines) >= 4
    assert all(line["checks"]["playable"] for line in lines)
