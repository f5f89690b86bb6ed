"""Tilesets: what each symbol of a level means. The .toml files beside this one are the only
home of a tile's meaning; code asks for roles and never for symbols.

Axes:  K tiles of a tileset
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.levels.rules import registry
from genvae.domains.levels.vglc import legend_table
from genvae.errors import FileProblem, RecipeProblem, nearest

ROLES = {
    "empty": "nothing there",
    "solid": "cannot be entered, carries from above",
    "oneway": "carries from above, entered from below and from the sides",
    "slope": "the slanted edge of solid ground",
    "breakable": "can be broken",
    "bonus": "gives something when hit",
    "collectable": "picked up when touched",
    "liquid": "swum through",
    "climb": "climbed up and down",
    "hang": "hung on to and moved along, let go of to fall",
    "dig": "solid ground that can be dug away for a while",
    "trap": "looks solid, and lets through what falls on it",
    "hidden": "appears, as its other roles say, once everything is collected",
    "hazard": "kills when touched",
    "enemy": "a creature that hurts",
    "bounce": "throws higher than a jump",
    "door": "leads elsewhere",
    "locked": "solid until opened with a key",
    "key": "opens something locked",
    "start": "where the player begins",
    "goal": "what is to be reached or filled",
    "box": "can be pushed",
    "pipe": "part of a pipe",
    "cannon": "part of a cannon",
}
"""Every role a tile may have, and what it means for the player."""

_TILESET_KEYS = {
    "name",
    "about",
    "rows",
    "columns",
    "rules",
    "placed",
    "fill",
    "mirror",
    "turns",
    "tile",
}
_TILE_KEYS = {"symbol", "name", "roles", "colour"}


@dataclass(frozen=True)
class Tile:
    """One tile: its ``symbol`` in a text level, ``name``, ``roles`` and ``colour`` (#rrggbb)."""

    symbol: str
    name: str
    roles: tuple[str, ...]
    colour: str

    @property
    def rgb(self) -> tuple[int, int, int]:
        """Red, green, blue in 0..255."""
        c = self.colour
        return int(c[1:3], 16), int(c[3:5], 16), int(c[5:7], 16)


@dataclass(frozen=True)
class Tileset:
    """The tiles of a game, numbered from 0 in their order, and the window a model sees.

    ``rows`` x ``columns`` is the size of a window; ``rules`` names the game's rules, if they are
    known, and ``settings`` holds those of their parameters that are not the default; ``placed`` is
    the symbol of a tile that is never decoded but put in once a level is checked (the start);
    ``fill`` is the symbol that short rows of a file are filled up with; ``mirror`` lists pairs of
    symbols (such as ``<>``) that stand for each other seen in a mirror; with ``turns`` a level may
    also be turned and stood on its head (seen from above). ``images`` are a user's own pictures of
    the tiles, ``(K, S, S, 3)`` uint8; they are no part of what a tileset is.
    """

    name: str
    tiles: tuple[Tile, ...]
    about: str = ""
    rows: int = 16
    columns: int = 16
    rules: str | None = None
    placed: str | None = None
    fill: str | None = None
    mirror: tuple[str, ...] = ()
    turns: bool = False
    settings: tuple[tuple[str, Any], ...] = ()
    images: np.ndarray | None = field(default=None, repr=False, compare=False)
    numbers: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", {t.symbol: i for i, t in enumerate(self.tiles)})

    def __len__(self) -> int:
        return len(self.tiles)

    @cached_property
    def symbols(self) -> str:
        """The symbols in the order of their numbers."""
        return "".join(t.symbol for t in self.tiles)

    @cached_property
    def empty(self) -> int:
        """The number of the first tile with the role ``empty``."""
        return int(np.flatnonzero(self.having("empty"))[0])

    @cached_property
    def decoded(self) -> np.ndarray:
        """Mask ``(K,)`` of the tiles that are decoded: all but the one that is ``placed``."""
        return np.array([tile.symbol != self.placed for tile in self.tiles], dtype=bool)

    def having(self, *roles: str) -> np.ndarray:
        """Mask ``(K,)`` of the tiles that have any of ``roles``."""
        wanted = set(roles)
        return np.array([bool(wanted & set(t.roles)) for t in self.tiles], dtype=bool)

    @cached_property
    def mirror_numbers(self) -> np.ndarray:
        """The number ``(K,)`` of each tile seen in a mirror."""
        numbers = np.arange(len(self), dtype=np.uint8)
        for pair in self.mirror:
            a, b = self.numbers[pair[0]], self.numbers[pair[1]]
            numbers[a], numbers[b] = b, a
        return numbers

    def table(self) -> dict[str, Any]:
        """JSON-able; ``tileset_from(table)`` makes an equal tileset."""
        rules = {"name": self.rules, **dict(self.settings)} if self.settings else self.rules
        optional = {"rules": rules, "placed": self.placed, "fill": self.fill}
        return {
            "name": self.name,
            "about": self.about,
            "rows": self.rows,
            "columns": self.columns,
            **{k: v for k, v in optional.items() if v is not None},
            **({"mirror": list(self.mirror)} if self.mirror else {}),
            **({"turns": True} if self.turns else {}),
            "tile": [
                {"symbol": t.symbol, "name": t.name, "roles": list(t.roles), "colour": t.colour}
                for t in self.tiles
            ],
        }


def tileset_from(table: Mapping[str, Any], where: str = "tileset") -> Tileset:
    """A tileset from the table of a .toml file or a model file.

    ``where`` names the source in messages. Raises RecipeProblem on an unknown key or role, a
    value of the wrong kind, a repeated symbol, or when no tile is empty.
    """
    _only(table, _TILESET_KEYS, where)
    rows = table.get("tile")
    if not isinstance(rows, list) or not rows:
        raise RecipeProblem(f"{where}: no tiles; expected [[tile]] tables with symbol and roles")
    tiles = tuple(_tile(row, f"{where}: tile {i}") for i, row in enumerate(rows, 1))
    symbols = [t.symbol for t in tiles]
    twice = sorted({s for s in symbols if symbols.count(s) > 1})
    if twice:
        raise RecipeProblem(f"{where}: symbol {twice[0]!r} stands for two tiles; give each its own")
    if not any("empty" in t.roles for t in tiles):
        raise RecipeProblem(f'{where}: no tile has the role "empty"; one must')
    if len(tiles) > 255:
        raise RecipeProblem(f"{where}: {len(tiles)} tiles, at most 255 are possible")
    for key in ("placed", "fill"):
        if table.get(key) is not None and table[key] not in symbols:
            raise RecipeProblem(f"{where}: {key} = {table[key]!r} is not the symbol of a tile")
    pairs = table.get("mirror", [])
    if not isinstance(pairs, list) or not all(_pair(p, symbols) for p in pairs):
        raise RecipeProblem(f'{where}: mirror = {pairs!r}, expected pairs of symbols, as ["<>"]')
    turns = table.get("turns", False)
    if not isinstance(turns, bool):
        raise RecipeProblem(f"{where}: turns = {turns!r}, expected true or false")
    rules, settings = registry.split(table.get("rules"), where)
    return Tileset(
        name=_text(table.get("name"), "name", where),
        tiles=tiles,
        about=str(table.get("about", "")),
        rows=_size(table.get("rows", 16), "rows", where),
        columns=_size(table.get("columns", 16), "columns", where),
        rules=rules,
        placed=table.get("placed"),
        fill=table.get("fill"),
        mirror=tuple(pairs),
        turns=turns,
        settings=settings,
    )


@cache
def builtin() -> dict[str, Tileset]:
    """The tilesets that come with genvae, by name."""
    folder = files("genvae.domains.levels") / "tilesets"
    found = [f for f in folder.iterdir() if f.name.endswith(".toml")]
    return {
        t.name: t
        for f in sorted(found, key=lambda f: f.name)
        for t in [tileset_from(tomllib.loads(f.read_text(encoding="utf-8")), f.name)]
    }


def load_tileset(name: str | Path) -> Tileset:
    """A built-in tileset by its name, or one's own from a .toml file or a VGLC's .json legend.

    Raises FileProblem when the file cannot be read, RecipeProblem when the name is unknown or
    the content wrong.
    """
    if isinstance(name, str) and name in builtin():
        return builtin()[name]
    path = Path(name)
    if path.suffix == ".json":
        return tileset_from(legend_table(path), str(path))
    if path.suffix != ".toml":
        raise RecipeProblem(
            f"tileset {str(name)!r}: no such tileset; {nearest(str(name), builtin())}; "
            "or give a .toml file, or a .json legend of the VGLC"
        )
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as e:
        raise FileProblem(f"{path}: cannot read the tileset: {e.strerror or e}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise FileProblem(f"{path}: not a TOML tileset: {e}") from None
    return tileset_from(table, str(path))


def _tile(row: Any, where: str) -> Tile:
    if not isinstance(row, Mapping):
        raise RecipeProblem(f"{where}: expected a [[tile]] table, found {row!r}")
    _only(row, _TILE_KEYS, where)
    symbol = row.get("symbol")
    if not isinstance(symbol, str) or len(symbol) != 1 or not symbol.isprintable():
        raise RecipeProblem(f"{where}: symbol = {symbol!r}, expected one printable character")
    roles = row.get("roles", [])
    if not isinstance(roles, list) or not all(isinstance(r, str) for r in roles):
        raise RecipeProblem(f"{where}: roles = {roles!r}, expected a list of names")
    for role in roles:
        if role not in ROLES:
            raise RecipeProblem(f"{where}: unknown role {role!r}; {nearest(role, ROLES)}")
    colour = row.get("colour", "#808080")
    digits = colour[1:] if isinstance(colour, str) and colour.startswith("#") else ""
    if len(digits) != 6 or not set(digits.lower()) <= set("0123456789abcdef"):
        raise RecipeProblem(f'{where}: colour = {colour!r}, expected "#rrggbb"')
    return Tile(symbol, _text(row.get("name", symbol), "name", where), tuple(roles), colour)


def _pair(value: Any, symbols: list[str]) -> bool:
    return isinstance(value, str) and len(value) == 2 and set(value) <= set(symbols)


def _only(table: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise RecipeProblem(f"{where}: unknown key {key!r}; {nearest(str(key), known)}")


def _text(value: Any, key: str, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise RecipeProblem(f"{where}: {key} = {value!r}, expected a text")
    return value


def _size(value: Any, key: str, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 256:
        raise RecipeProblem(f"{where}: {key} = {value!r}, expected a whole number in 1..256")
    return value
