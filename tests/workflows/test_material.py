"""What the runs of a study share.

Axes:  N windows · T steps · R cells · C conditions
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from genvae.domains import registry
from genvae.domains.base import Codec
from genvae.recipe import Recipe
from genvae.settings import ConditionSettings, DataSettings
from genvae.workflows.material import Part, gather

DEMOS = Path(__file__).parents[2] / "data" / "levels"


@pytest.fixture
def base() -> Recipe:
    return Recipe(
        name="small",
        domain="levels",
        codec={"tileset": "platformer"},
        data=DataSettings(heldout=0.3, validation=0.3, windows=1),
        condition=ConditionSettings(names=("game", "difficulty")),
    )


def codec_of(recipe: Recipe) -> Codec:
    return registry.get(recipe.domain).open(recipe.codec)


def test_classes_repeat_at_each_step() -> None:
    part = Part(np.arange(6).reshape(2, 3, 1), np.array([[7], [8]]))
    assert part.with_classes.shape == (2, 3, 2)
    assert part.with_classes[:, :, 1].tolist() == [[7, 7, 7], [8, 8, 8]]


def test_what_pieces_do_not_tell_is_left_out(base: Recipe, tmp_path: Path) -> None:
    plain, by_game = tmp_path / "plain", tmp_path / "games"
    shutil.copytree(DEMOS, plain, ignore=shutil.ignore_patterns("*.md"))
    levels = sorted(path for path in plain.iterdir() if path.is_file())
    for number, path in enumerate(levels):
        to = by_game / ("old" if number % 2 else "new") / path.name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, to)

    material, heard = gather(base, codec_of(base), plain)
    assert heard.condition.names == ("difficulty",)
    assert material.named == {}

    material, heard = gather(base, codec_of(base), by_game)
    assert heard == base
    assert material.named == {"game": 0}
    assert material.conditions[0].classes == ("new", "old")
    assert material.train.told_NC.shape == (len(material.train.cells_NTR), 2)
    assert set(material.train.told_NC[:, 0]) == {1, 2}


def test_nothing_to_tell_is_no_condition(base: Recipe) -> None:
    alone = replace(base, condition=ConditionSettings(names=("game",)))
    material, heard = gather(alone, codec_of(alone), DEMOS)
    assert heard.condition == ConditionSettings()
    assert material.train.told_NC.shape[1] == 0
