"""``genvae clean``: what it prints, writes and refuses; with the bundled models, what it mends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from genvae.models import cleaner_file
from genvae.models.cleaner import Cleaner
from genvae.settings import CleanSettings
from genvae.workflows import store

Run = Callable[..., Any]
ODE, CAVES = "data/songs/ode-to-joy.mid", "data/levels/caves.txt"
SETTINGS = CleanSettings(width=8, blocks=1, cell_width=8, guess=False)


@pytest.fixture
def tiny(run: Run) -> Run:
    """Runs with tiny models whose cleaners have learned nothing, and so keep what they are told
    is not damaged."""
    for name in ("trio", "platformer"):
        opened = store.open_model(name)
        cleaner = Cleaner(opened.codec.spec, SETTINGS)
        cleaner_file.save(opened.model.path, cleaner, SETTINGS, {}, "0")
    return run


@pytest.fixture
def bundled(run: Run, genvae_home: Path) -> Run:
    """Runs with the models that come with genvae."""
    for path in (genvae_home / "models").iterdir():
        path.unlink()
    return run


def test_nothing_damaged(tiny: Run, manifest: Callable[[Path], list[dict[str, Any]]]) -> None:
    done = tiny("clean", ODE, "--damage", 0, "--out", "o")
    assert (done.code, done.err) == (0, "")
    assert done.out == "ode-to-joy: nothing looks damaged, nothing changed\n1 file in o\n"
    (line,) = manifest(Path("o"))
    assert (line["command"], line["damaged"], line["cleaned"]) == ("clean", 0, [])
    assert line["checks"]["valid"]


def test_a_batch_goes_on_and_json_is_one_document(tiny: Run) -> None:
    Path("bad.txt").write_text("?!\n")
    done = tiny("clean", CAVES, "bad.txt", "--damage", 0, "--out", "o", "--json", "-q")
    assert done.code == 1
    assert "bad.txt" in done.problem
    (row,) = done.document
    assert (row["piece"], row["damaged"], row["playable"]) == ("caves", 0, True)
    assert Path(row["written"]).read_text() == Path(CAVES).read_text()


@pytest.mark.parametrize("share", ["-0.1", "2", "nan"])
def test_shares_that_are_none(tiny: Run, share: str) -> None:
    done = tiny("clean", ODE, "--damage", share, "--out", "o")
    assert done.code == 2
    assert "expected a share from 0 to 1" in done.problem
    assert not Path("o").exists()


def test_a_model_without_a_cleaner(run: Run) -> None:
    done = run("clean", ODE, "--out", "o")
    assert done.code == 1
    assert "has no cleaner yet" in done.problem
    assert "genvae train --from trio --cleaner-only" in done.problem
    assert not Path("o").exists()


@pytest.mark.slow
def test_flipped_tiles_are_put_back(bundled: Run) -> None:
    codec = store.open_model("platformer").codec
    level = next(iter(codec.read(Path(CAVES))))
    encoded = codec.encode(level)
    hurt = codec.corrupt(encoded.windows, 0.05, np.random.default_rng(0))
    damaged = codec.assemble(hurt, encoded.context)
    codec.writers[".txt"](damaged, Path("hurt.txt"))
    done = bundled("clean", "hurt.txt", "--out", "o", "--json", "-q")
    (row,) = done.document
    cleaned = next(iter(codec.read(Path(row["written"]))))
    before, after = ((x.grid_HW != level.grid_HW).sum() for x in (damaged, cleaned))
    assert after < before / 2
    assert 0.03 < row["rate"] < 0.09
    assert row["where"].startswith("columns ")
    line = json.loads((Path("o") / "manifest.jsonl").read_text())
    assert (line["command"], line["damaged"]) == ("clean", row["damaged"])


@pytest.mark.slow
def test_a_cleaner_is_trained_for_a_model_that_stays_as_it_is(run: Run, genvae_home: Path) -> None:
    model = genvae_home / "models" / "platformer.safetensors"
    before = model.read_bytes()
    asked = ("train", "--from", "platformer", "--cleaner-only", "--data", "data/levels")
    done = run(*asked, "--steps", 2)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1].endswith("genvae clean FILE --model platformer")
    assert model.read_bytes() == before
    assert run("clean", CAVES, "--damage", 0.1, "--out", "o").code == 0
    again = run(*asked, "--steps", 2)
    assert again.code == 1
    assert "cleaners/platformer.safetensors: exists; give --overwrite" in again.problem
    assert "goes on from the cleaner" in run(*asked, "--steps", 1, "--overwrite").out
    other = run(*asked, "--steps", 1, "--name", "mine", "--quiet")
    assert (other.code, other.out) == (0, "")
    assert (genvae_home / "models" / "mine.safetensors").read_bytes() == before
    judged = run(
        "evaluate", "mine", "--data", "data/levels", "--only", "clean", "--pieces", 1, "--json"
    )
    assert judged.code == 0, judged.err
    (found,) = judged.document
    assert list(found["damage"]) == ["0%", "2%", "5%", "10%", "20%"]
    assert list(found["kind"]) == ["foreign", "swapped"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--cleaner-only: give --from"),
        (["--from", "trio", "--prior-only"], "leave out --prior-only"),
        (["--from", "trio", "--layout", "trio"], "leave out --layout"),
        (["--resume", "trio"], "leave out --cleaner-only"),
    ],
)
def test_cleaners_that_are_not_trained(run: Run, arguments: list[str], words: str) -> None:
    done = run("train", "--cleaner-only", *arguments)
    assert done.code == 2
    assert words in done.problem
