"""Levels as a domain: which tilesets there are, and which files are levels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from genvae.domains.base import Domain
from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.formats import looks_like_a_level
from genvae.domains.levels.tileset import Tileset, builtin, load_tileset, tileset_from
from genvae.errors import RecipeProblem, nearest

DEFAULT_TILESET = "platformer"


class LevelsDomain(Domain):
    """Tile-based game levels."""

    name = "levels"
    aliases = ("level",)
    default_model = "platformer"

    def codecs(self) -> Mapping[str, str]:
        """The built-in tilesets by name, with a line on each."""
        return {name: tileset.about for name, tileset in builtin().items()}

    def open(self, config: Mapping[str, Any]) -> LevelsCodec:
        """A codec for ``{"tileset": ...}``: a built-in name, a .toml file, or a whole table as a
        model file holds it. Raises RecipeProblem, or FileProblem for a file."""
        for key in config:
            if key != "tileset":
                raise RecipeProblem(f"levels: unknown key {key!r}; {nearest(key, ['tileset'])}")
        tileset = config.get("tileset", DEFAULT_TILESET)
        if isinstance(tileset, Tileset):
            return LevelsCodec(tileset)
        if isinstance(tileset, Mapping):
            return LevelsCodec(tileset_from(tileset, "the model's tileset"))
        if not isinstance(tileset, str | Path):
            raise RecipeProblem(f"levels: tileset = {tileset!r}, expected a name or a .toml file")
        return LevelsCodec(load_tileset(tileset))

    def recognises(self, path: Path) -> bool:
        """A .txt or .lvl file of short lines that mostly hold the same few symbols; a .csv of tile
        numbers, a .json with rows, a map of Tiled."""
        return looks_like_a_level(path)
