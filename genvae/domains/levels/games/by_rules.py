"""Which game a level's rules make."""

from __future__ import annotations

from collections.abc import Mapping

from genvae.domains.levels.games.base import Game
from genvae.domains.levels.games.boxes import BoxGame
from genvae.domains.levels.games.climbing import ClimbGame
from genvae.domains.levels.games.platform import PlatformGame
from genvae.domains.levels.games.walking import WalkGame
from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Ruleset
from genvae.domains.levels.rules.climber import Climber
from genvae.domains.levels.rules.platformer import Platformer
from genvae.domains.levels.rules.sokoban import Sokoban
from genvae.domains.levels.rules.topdown import TopDown

GAMES: Mapping[type[Ruleset], type[Game]] = {
    Platformer: PlatformGame,
    TopDown: WalkGame,
    Sokoban: BoxGame,
    Climber: ClimbGame,
}


def game_of(level: Level, rules: Ruleset | None) -> Game | None:
    """The level as a game, if its rules are ones that a person can play by here."""
    kind = GAMES.get(type(rules))  # type: ignore[arg-type]
    return kind(level, rules) if kind is not None and rules is not None else None
