"""``genvae train --form-only``: how songs return, counted anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open

from genvae.generation.generator import Generator
from genvae.workflows.store import open_model
from tests.cli.conftest import DATA

Run = Callable[..., Any]
SONGS = DATA / "songs"
TRIO = Path(__file__).parents[2] / "genvae" / "pretrained" / "trio.safetensors"


@pytest.mark.slow
def test_a_form_is_counted_anew(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genvae.workflows.train_form.PIECES", 4)
    monkeypatch.setattr("genvae.workflows.train_form.LEANING_PIECES", 4)
    done = run("train", "--from", TRIO, "--form-only", "--data", SONGS, "--name", "counted")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1].endswith("genvae sample --model counted")
    with safe_open(open_model("counted").model.path, "pt") as file:
        assert file.metadata()["format"] == "4"
    counted, before = open_model("counted").model, open_model(str(TRIO)).model
    assert set(counted.card["training"]["form"]) == {
        f"{voice}_{what}"
        for voice in ("drums", "bass", "melody")
        for what in ("rhymes", "untold", "weight")
    }
    assert counted.sequence is not None
    assert before.sequence is not None
    own, old = counted.sequence.state_dict(), before.sequence.state_dict()
    changed = {name for name in own if not torch.equal(own[name], old[name])}
    assert "form.stay" in changed
    assert all(name.startswith("form.") for name in changed)
    for name, value in counted.decoder.state_dict().items():
        assert torch.equal(value, before.decoder.state_dict()[name]), name
    tables = counted.card["intervals"]
    assert {name: len(table) for name, table in tables.items()} == {"bass": 49, "melody": 49}
    assert tables != before.card.get("intervals")


def test_only_what_is_drawn_leans() -> None:
    opened = open_model(str(TRIO))
    assert opened.model.leaning is not None
    generator = Generator(opened.model, opened.codec)
    z_NWPD = generator.draw([(0, 0)], 2, seed=3)
    windows = {}
    for leans in (True, False):
        for drawn in (True, False):
            told = {"items": [(0, 0)], "seed": 3, "temperature": 1.0, "drawn": drawn}
            (windows[leans, drawn],) = generator.decode(z_NWPD, **told)  # type: ignore[arg-type]
        opened.model.card.pop("intervals", None)
    assert not np.array_equal(windows[True, True]["melody"], windows[False, True]["melody"])
    for name, cells_WT in windows[True, False].items():
        assert np.array_equal(cells_WT, windows[False, False][name])


@pytest.mark.parametrize(
    ("model", "more", "code", "said"),
    [
        ("platformer", [], 1, "platformer has no sequence prior with forms"),
        ("trio", ["--steps", "3"], 2, "leave out --steps"),
        ("trio", ["--prior-only"], 2, "leave out --prior-only"),
    ],
)
def test_what_is_not_counted(run: Run, model: str, more: list[str], code: int, said: str) -> None:
    data = DATA / ("songs" if model == "trio" else "levels")
    asked = ("train", "--from", model, "--form-only", "--data", data, "--name", "x", *more)
    done = run(*asked)
    assert done.code == code
    assert said in done.err
    assert len(done.err.strip().splitlines()) == 1
