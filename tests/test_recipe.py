"""Recipes: TOML both ways, and refusals that say where."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genvae.domains import registry
from genvae.errors import RecipeProblem
from genvae.recipe import Recipe, from_dict, load, to_dict, to_toml
from genvae.settings import (
    ConditionSettings,
    DataSettings,
    LossSettings,
    ModelSettings,
    TrainingSettings,
)
from genvae.workflows.runs import bundled

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
COUNTS = st.integers(1, 10**9)
SHARES = st.floats(0, 1e6, allow_nan=False)
CODECS = st.dictionaries(
    TEXTS,
    st.recursive(
        st.one_of(TEXTS, st.booleans(), st.integers(-(2**63), 2**63 - 1), SHARES),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)
        ),
        max_leaves=6,
    ),
    max_size=3,
)
RECIPES = st.builds(
    Recipe,
    name=TEXTS.filter(bool),
    domain=TEXTS.filter(bool),
    title=TEXTS,
    codec=CODECS,
    data=st.builds(
        DataSettings,
        corpora=st.lists(TEXTS, max_size=3).map(tuple),
        heldout=st.floats(0.001, 0.59),
        validation=st.floats(0.001, 0.39),
        windows=COUNTS,
    ),
    model=st.builds(ModelSettings, bottleneck=st.sampled_from(["gaussian", "deterministic"])),
    loss=st.builds(
        LossSettings,
        beta=SHARES,
        free_bits=SHARES,
        latent_norm=SHARES,
        late_from=st.just((3.0, 5.0)),
        late_rate=st.tuples(SHARES, SHARES),
    ),
    condition=st.builds(
        ConditionSettings,
        names=st.lists(TEXTS.filter(bool), max_size=3, unique=True).map(tuple),
        classes=st.integers(2, 5),
        hidden=st.floats(0, 1),
    ),
    training=st.builds(TrainingSettings, steps=COUNTS, batch=COUNTS, rate=SHARES),
)


@given(RECIPES)
def test_toml_both_ways(recipe: Recipe) -> None:
    assert from_dict(tomllib.loads(to_toml(recipe))) == recipe


@given(RECIPES)
def test_dictionary_both_ways(recipe: Recipe) -> None:
    assert from_dict(to_dict(recipe)) == recipe


def test_a_whole_tileset_survives_toml() -> None:
    codec = registry.get("levels").open({})
    recipe = Recipe("mine", "levels", codec=codec.config)
    again = from_dict(tomllib.loads(to_toml(recipe)))
    assert registry.get("levels").open(again.codec).config == codec.config


def test_every_value_is_spelled_out() -> None:
    written = tomllib.loads(to_toml(Recipe("a", "music")))
    assert written["training"] == {
        "steps": 5000,
        "batch": 24,
        "rate": 0.002,
        "weight_decay": 0.02,
        "clip": 1.0,
        "average": 0.998,
        "validate_every": 500,
        "patience": 6,
        "seed": 0,
        "threads": 0,
    }


def test_an_equal_recipe_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text('name = "a"\ndomain = "music"\n[training]\nrate = 1\n', encoding="utf-8")
    assert load(path) == Recipe("a", "music", training=TrainingSettings(rate=1.0))


BASE = {"name": "a", "domain": "music"}


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (
            {"trianing": {}},
            "recipe: unknown key 'trianing'; did you mean 'training'? "
            "known: clean, codec, condition, data, domain, loss, model, name, place, prefer, "
            "prior, title, training",
        ),
        (
            {"loss": {"bta": 1.0}},
            "recipe: [loss] unknown key 'bta'; did you mean 'beta'? known: beta, contraction, ",
        ),
        (
            {"training": {"steps": "many"}},
            "recipe: [training] steps = 'many': expected a whole number",
        ),
        ({"training": {"steps": 1.5}}, "recipe: [training] steps = 1.5: expected a whole number"),
        ({"training": {"steps": True}}, "recipe: [training] steps = True: expected a whole number"),
        ({"training": {"rate": True}}, "recipe: [training] rate = True: expected a number"),
        ({"data": {"corpora": "pop"}}, "recipe: [data] corpora = 'pop': expected a list of texts"),
        ({"data": {"corpora": ["pop", 3]}}, "recipe: [data] corpora: 3, expected a text"),
        ({"data": 3}, "recipe: [data]: expected a table, found 3"),
        ({"codec": "trio"}, "recipe: [codec]: expected a table, found 'trio'"),
        (
            {"loss": {"late_from": 3, "late_rate": [1]}},
            "recipe: [loss] late_from = 3: expected a list of numbers",
        ),
        ({"loss": {"late_from": ["3"]}}, "recipe: [loss] late_from: '3', expected a number"),
        (
            {"loss": {"late_from": [3, 5], "late_rate": [0.5]}},
            "recipe: [loss] late_rate: expected 2 numbers, one for each of late_from, found 1",
        ),
        ({"loss": {"late_from": [5, 3]}}, "recipe: [loss] late_from = [5.0, 3.0]: expected rising"),
        (
            {"loss": {"late_from": [3], "late_beta": [-1]}},
            "recipe: [loss] late_beta = -1.0: expected 0 or more",
        ),
        (
            {"loss": {"learned_rate": 0.3}, "model": {"bottleneck": "deterministic"}},
            "recipe: [loss] learned_rate: a point has no rate",
        ),
        ({"title": 3}, "recipe: title = 3: expected a text"),
        ({"name": ""}, "recipe: a recipe needs a name and a domain"),
        ({"domain": 3}, "recipe: domain is missing"),
        ({"data": {"heldout": 0.0}}, "recipe: [data] heldout = 0.0: expected above 0, below 0.6"),
        (
            {"data": {"validation": 0.4}},
            "recipe: [data] validation = 0.4: expected above 0, below 0.4",
        ),
        ({"data": {"windows": 0}}, "recipe: [data] windows: expected 1 or more"),
        ({"model": {"patch": 0}}, "recipe: [model] patch = 0: expected 1 or more"),
        (
            {"model": {"bottleneck": "flow"}},
            "recipe: [model] bottleneck = 'flow': expected 'gaussian' or 'deterministic'",
        ),
        ({"loss": {"beta": -0.1}}, "recipe: [loss] beta = -0.1: expected 0 or more"),
        ({"loss": {"free_bits": -1}}, "recipe: [loss] free_bits = -1.0: expected 0 or more"),
        ({"loss": {"warmup": -1}}, "recipe: [loss] warmup = -1: expected 0 or more"),
        ({"prior": {"rate": float("nan")}}, "recipe: [prior] rate = nan: expected 0 or more"),
        (
            {"condition": {"names": ["style", "style"]}},
            "recipe: [condition] names = ['style', 'style']: expected names, each once",
        ),
        ({"condition": {"classes": 1}}, "recipe: [condition] classes = 1: expected 2 to 5"),
        ({"condition": {"hidden": 2}}, "recipe: [condition] hidden = 2.0: expected 0 to 1"),
        ({"training": {"steps": 0}}, "recipe: [training] steps: expected 1 or more"),
        ({"training": {"average": 1.0}}, "recipe: [training] average = 1.0: expected below 1"),
    ],
)
def test_refusals(extra: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeProblem) as problem:
        from_dict(BASE | extra)
    assert str(problem.value).startswith(message)


@pytest.mark.parametrize("key", ["name", "domain"])
def test_what_must_be_there(key: str) -> None:
    with pytest.raises(RecipeProblem, match=f"r.toml: {key} is missing"):
        from_dict({k: v for k, v in BASE.items() if k != key}, "r.toml")


def test_a_recipe_made_by_hand_is_checked_too() -> None:
    with pytest.raises(RecipeProblem, match=r"\[training\] rate = -1"):
        Recipe("a", "music", training=TrainingSettings(rate=-1))


def test_not_a_recipe(tmp_path: Path) -> None:
    with pytest.raises(RecipeProblem, match=r"none.toml: no such recipe"):
        load(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("name = ", encoding="utf-8")
    with pytest.raises(RecipeProblem, match=r"broken.toml: not a TOML recipe"):
        load(broken)
    broken.write_bytes(b"\xff\xfe")
    with pytest.raises(RecipeProblem, match=r"broken.toml: not a TOML recipe"):
        load(broken)
    with pytest.raises(RecipeProblem, match="not a TOML recipe"):
        load(tmp_path)


def test_the_file_is_named_when_a_value_is_out_of_range(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text('name = "a"\ndomain = "m"\n[model]\npatch = 0\n', encoding="utf-8")
    with pytest.raises(RecipeProblem, match=r"r.toml: \[model\] patch = 0"):
        load(path)


@pytest.mark.parametrize("path", bundled().values(), ids=lambda p: p.stem)
def test_bundled_recipes(path: Path) -> None:
    recipe = load(path)
    assert recipe.name == path.stem
    assert recipe.title
    codec = registry.get(recipe.domain).open(recipe.codec)
    assert codec.spec.steps % recipe.model.patch == 0
    assert from_dict(tomllib.loads(to_toml(recipe))) == recipe


def test_there_is_a_recipe_for_each_default_model() -> None:
    wanted = {d.default_model for d in registry.domains().values()}
    assert {"trio", "platformer"} <= wanted & set(bundled())


def test_recipes_are_frozen() -> None:
    for part in (Recipe, DataSettings, ModelSettings, LossSettings, TrainingSettings):
        assert part.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert replace(Recipe("a", "b"), name="c").name == "c"
    assert {f.name for f in fields(Recipe)} >= {"name", "domain", "codec"}
