"""Levels small enough to read in a test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.level import Level
from genvae.domains.levels.text import level_from_rows


@pytest.fixture(scope="session")
def codec() -> LevelsCodec:
    return LevelsDomain().open({"tileset": "platformer"})


@pytest.fixture(scope="session")
def draw_level(codec: LevelsCodec) -> Callable[[str], Level]:
    """A level from rows separated by spaces or line ends."""
    return lambda rows: level_from_rows(rows.split(), codec.tileset)
