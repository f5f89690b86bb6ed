"""Where models are found."""

from __future__ import annotations

from pathlib import Path

import pytest

import genvae
from genvae.domains import registry
from genvae.errors import ModelProblem, OptionProblem
from genvae.workflows import store


def test_one_s_own_model_comes_before_a_bundled_one(at_home: Path) -> None:
    own = {p.stem: p for p in (at_home / "models").iterdir()}
    assert store.own() == own
    assert store.available() | own == store.available()
    for name, path in own.items():
        assert store.path_of(name) == path


def test_default_models(at_home: Path) -> None:
    for domain in ("music", "levels"):
        opened = store.open_model(None, domain)
        assert opened.domain is registry.get(domain)
        assert opened.model.name == opened.domain.default_model
        assert opened.model.spec == opened.codec.spec
        assert genvae.load(domain).opened.model.path == opened.model.path
        assert genvae.load(opened.model.name).opened.model.path == opened.model.path
    assert store.open_model(None, "song").domain.name == "music"


def test_a_file(at_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    (at_home / "models" / "trio.safetensors").rename(path)
    assert genvae.load(str(path)).opened.domain.name == "music"
    with pytest.raises(ModelProblem, match=r"none\.safetensors: no such model file"):
        genvae.load(str(tmp_path / "none.safetensors"))


def test_an_unknown_name(at_home: Path) -> None:
    with pytest.raises(ModelProblem) as problem:
        store.open_model("platfrom")
    assert str(problem.value).startswith(
        "--model platfrom: no such model; did you mean 'platformer'? known: "
    )
    assert str(problem.value).endswith(", or a .safetensors file")


def test_of_another_domain(at_home: Path) -> None:
    with pytest.raises(ModelProblem, match="--model trio: makes music, not levels"):
        store.open_model("trio", "levels")


def test_nothing_asked_for() -> None:
    with pytest.raises(OptionProblem, match=r"give --domain \(.*\) or --model NAME"):
        store.open_model()
    with pytest.raises(OptionProblem, match="--domain musik: no such domain; did you mean 'music'"):
        store.open_model(None, "musik")


def test_options_of_another_domain() -> None:
    given = {"key": "Am", "tempo": None}
    assert store.requests(registry.get("music"), given) == {"key": "Am"}
    with pytest.raises(OptionProblem) as problem:
        store.requests(registry.get("levels"), given)
    assert str(problem.value) == "--key: an option of music, this is a model of levels"
