"""Levels as a domain: which tilesets there are, and which files are levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from genvae.domains.base import Domain
from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.facts import Facts
from genvae.domains.levels.formats import looks_like_a_level
from genvae.domains.levels.images import load_images
from genvae.domains.levels.ldtk import LDTK_FILE
from genvae.domains.levels.rules.registry import load_rules, split
from genvae.domains.levels.text import symbols_in
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
        """A codec for ``{"tileset": ..., "rules": ...}``: a built-in tileset's name, a .toml file,
        or a whole table as a model file holds it; rules in place of the tileset's own, a name or a
        .toml file; ``tiles``, a folder or a sheet of the user's own pictures; ``layers = 2`` to
        write terrain before what stands on it; ``facts`` found in training. Raises RecipeProblem,
        or FileProblem for a file."""
        for key in config:
            known = ["tileset", "rules", "tiles", "layers", "facts"]
            if key not in known:
                raise RecipeProblem(f"levels: unknown key {key!r}; {nearest(key, known)}")
        tileset = _tileset(config.get("tileset", DEFAULT_TILESET))
        if config.get("rules") is not None:
            rules, settings = split(load_rules(config["rules"], tileset.rules), "rules")
            tileset = replace(tileset, rules=rules, settings=settings)
        if config.get("tiles") is not None:
            tileset = replace(tileset, images=load_images(Path(config["tiles"]), tileset))
        layers, facts = config.get("layers", 1), config.get("facts")
        if layers not in (1, 2):
            raise RecipeProblem(f"levels: layers = {layers!r}, expected 1 or 2")
        return LevelsCodec(tileset, layers=layers, facts=_facts(facts) if facts else None)

    def config_for(self, path: Path) -> dict[str, Any]:
        """The built-in tileset of a text level whose symbols the default one lacks: of those that
        have them all, the one with the fewest others."""
        known = builtin()
        found = symbols_in(path)
        if not found or found <= set(known[DEFAULT_TILESET].symbols):
            return {}
        fits = [name for name, tileset in known.items() if found <= set(tileset.symbols)]
        return {"tileset": min(fits, key=lambda name: len(known[name]))} if fits else {}

    def stands_for(self, folder: Path) -> Path | None:
        """The ``data.json`` of a level that LDtk has exported."""
        data = folder / LDTK_FILE
        return data if looks_like_a_level(data) else None

    def recognises(self, path: Path) -> bool:
        """A .txt or .lvl file of short lines that mostly hold the same few symbols; a .csv of tile
        numbers, a .json with rows, a map of Tiled."""
        return looks_like_a_level(path)


def _tileset(given: Any) -> Tileset:
    if isinstance(given, Tileset):
        return given
    if isinstance(given, Mapping):
        return tileset_from(given, "the model's tileset")
    if not isinstance(given, str | Path):
        raise RecipeProblem(f"levels: tileset = {given!r}, expected a name or a .toml file")
    return load_tileset(given)


def _facts(given: Mapping[str, Any]) -> Facts:
    known = [f.name for f in fields(Facts)]
    for key in given:
        if key not in known:
            raise RecipeProblem(f"levels: facts: unknown key {key!r}; {nearest(key, known)}")
    return Facts(**given)
