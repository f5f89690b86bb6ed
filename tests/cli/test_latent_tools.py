"""edit, vary, similar and score, with tiny models and with bundled ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import DATA, Run

SONG, LEVEL = "data/songs/ode-to-joy.mid", "data/levels/caves.txt"


@pytest.fixture
def bundled(run: Run, at_home: Path) -> Run:
    """Runs commands with the models that come with genvae."""
    for path in (at_home / "models").iterdir():
        path.unlink()
    return run


def test_variations_are_ordered_by_drift(run: Run, tmp_path: Path) -> None:
    done = run("vary", SONG, "-n", 3, "--seed", 4, "--out", tmp_path / "out", "--json")
    drift = [line["drift"] for line in done.document]
    assert len(drift) == 3
    assert drift == sorted(drift)
    assert {p.name for p in (tmp_path / "out").glob("*.mid")} == {
        "vary-01.mid",
        "vary-02.mid",
        "vary-03.mid",
    }


@pytest.mark.parametrize("path", [SONG, LEVEL])
def test_variations_of_a_bundled_model(bundled: Run, path: str) -> None:
    found = {
        amount: bundled("vary", path, "-n", 2, "--seed", 1, "--amount", amount, "--json").document
        for amount in (0.1, 0.9)
    }
    assert found[0.1][0]["drift"] < found[0.9][0]["drift"]
    assert all(line["checks"].get("playable") is not False for line in found[0.1])


def test_a_changed_copy_is_the_most_similar(bundled: Run, tmp_path: Path) -> None:
    from dataclasses import replace

    import genvae

    session = genvae.load("music")
    song = session.read(DATA / "songs" / "greensleeves.mid")[0]
    folder = tmp_path / "songs"
    folder.mkdir()
    for other in ("ode-to-joy", "korobeiniki"):
        (folder / f"{other}.mid").write_bytes((DATA / "songs" / f"{other}.mid").read_bytes())
    voices = tuple(
        voice
        if voice.drums
        else replace(voice, notes=tuple(n._replace(pitch=n.pitch + 3) for n in voice.notes))
        for voice in song.voices
    )
    session.opened.codec.writers[".mid"](replace(song, voices=voices), folder / "higher.mid")
    rows = bundled("similar", "data/songs/greensleeves.mid", "--in", folder, "--json").document
    assert rows[0]["file"].endswith("higher.mid")
    assert rows[0]["distance"] < 0.3 < rows[1]["distance"]


def test_an_edit_raises_what_it_is_asked_to(bundled: Run, tmp_path: Path) -> None:
    done = bundled("edit", SONG, "--set", "density=+1", "--out", tmp_path / "out", "--json")
    line = done.document[0]
    assert line["moved"]["density"] > 0.3
    assert line["kept"] > 0.4
    assert (tmp_path / "out" / "edit-01.mid").exists()


def test_an_edit_puts_in_what_latents_do_not_say(bundled: Run, tmp_path: Path) -> None:
    done = bundled("edit", LEVEL, "--set", "doors=+1", "--out", tmp_path / "out", "--json")
    line = done.document[0]
    assert line["placed"]["doors"] >= 1
    assert line["moved"]["doors"] > 0
    assert line["others"] < 0.3
    door = (tmp_path / "out" / "edit-01.txt").read_text().count("D")
    assert door == (DATA / "levels" / "caves.txt").read_text().count("D") + 1


def test_an_edit_that_asks_for_too_much_does_what_it_can(bundled: Run, tmp_path: Path) -> None:
    done = bundled("edit", LEVEL, "--set", "density=-6", "--out", tmp_path / "out", "--json")
    assert -6 < done.document[0]["moved"]["density"] < 0
    assert "placed" not in done.document[0]


def test_what_is_chosen_is_not_edited(bundled: Run) -> None:
    done = bundled("edit", SONG, "--model", "melody", "--set", "tempo=+1")
    assert done.code == 2
    assert "--set tempo: not in the latents of melody" in done.err


def test_scores_name_each_window_and_are_drawn(bundled: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    lines = (DATA / "levels" / "caves.txt").read_text().splitlines()
    grid = np.array([list(line) for line in lines])
    damaged = tmp_path / "damaged.txt"
    mixed = rng.permutation(grid.ravel()).reshape(grid.shape)
    damaged.write_text("\n".join("".join(row) for row in mixed) + "\n")
    done = bundled("score", LEVEL, damaged, "--format", "png", "--out", tmp_path / "out", "--json")
    good, bad = done.document
    assert set(good) >= {"file", "score", "percentile", "windows"}
    assert bad["percentile"] >= 99 > 0
    assert bad["score"] > good["score"]
    assert len(list((tmp_path / "out").glob("score-*.png"))) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("edit", SONG, "--set", "densty=+1"), 2, "did you mean 'density'"),
        (("edit", SONG, "--set", "density"), 2, "expected NAME=AMOUNT"),
        (("edit", SONG, "--set", "density=0"), 2, "not 0"),
        (("edit", SONG), 2, "--set: give at least one"),
        (("edit", SONG, "--set", "density=+1"), 1, "has no concept vectors yet"),
        (("vary", SONG, "-n", 0), 2, "-n 0: expected 1 to"),
        (("vary", SONG, "--amount", 0), 2, "--amount 0: expected more than 0"),
        (("similar", SONG, "--in", "nowhere"), 1, "nowhere: no such folder"),
        (("similar", SONG, "--in", "data/levels"), 1, "no file of music in it"),
        (("score", SONG, LEVEL), 1, "expected files of one domain"),
        (("score", SONG), 1, "not calibrated yet"),
        (("score", SONG, "--format", "mid"), 2, "a score is drawn as png"),
    ],
)
def test_bad_input_is_one_line(
    run: Run, arguments: tuple[object, ...], code: int, said: str
) -> None:
    done = run(*arguments)
    assert done.code == code
    assert said in done.problem
