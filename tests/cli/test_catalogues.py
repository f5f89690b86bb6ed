"""``genvae models`` and ``genvae corpora``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def test_models_are_listed(run: Run, at_home: Path) -> None:
    done = run("models")
    assert done.code == 0
    row = next(line for line in done.out.splitlines() if line.startswith("trio"))
    name, domain, size, *rest = row.split("\t")
    assert (name, domain, size[-3:]) == ("trio *", "music", " MB")
    assert rest == ["yes", "own", "a tiny model of music"]
    document = run("models", "list", "--json").document
    assert document == run("models", "--json").document
    trio = next(d for d in document if d["name"] == "trio")
    assert next(iter(trio)) == "file"
    assert trio["file"] == str(at_home / "models" / "trio.safetensors")


def test_a_card_says_what_there_is_to_know(run: Run) -> None:
    done = run("models", "info", "platformer")
    assert done.code == 0
    assert "what it makes: yes" in done.out
    assert "8 x 4 numbers a window" in done.out
    assert "pieces\tmade\treal\nplayable\t0.500\t1.000" in done.out
    (card,) = run("models", "info", "platformer", "--json").document
    assert card["latent"] == {"windows": "one each", "positions": 8, "dims": 4}
    assert card["figures"]["pieces"]["playable"]["real"] == 1.0


def test_corpora_are_listed(run: Run) -> None:
    done = run("corpora")
    assert done.code == 0
    assert any(line.startswith("lakh_trio\tmusic\tget\t") for line in done.out.splitlines())
    found = {d["name"]: d for d in run("corpora", "list", "--json").document}
    assert found["supertux"]["downloadable"] is False
    assert found["supertux"]["file"] is None


def test_a_corpus_that_cannot_be_had(run: Run) -> None:
    unknown = run("corpora", "get", "supertuks")
    assert unknown.code == 1
    assert "did you mean 'supertux'?" in unknown.problem
    absent = run("corpora", "get", "supertux", "--from", "nowhere")
    assert absent.code == 1
    assert "--from nowhere: no such folder" in absent.problem
    wrong = run("corpora", "get", "supertux", "--from", "data")
    assert "no supertux in it" in wrong.problem


def test_a_corpus_from_a_local_copy(run: Run, shared_data: Path) -> None:
    done = run("corpora", "get", "cavepacker-pd", "--from", shared_data)
    assert done.code == 0
    assert done.out.startswith("cavepacker-pd: 1 files to learn from in ")
    assert "cavepacker-pd\tlevels\there" in run("corpora").out
