"""Rulesets by name: those of genvae, and those of the entry-point group ``genvae.rulesets``.

A plug-in's ``pyproject.toml`` says

    [project.entry-points."genvae.rulesets"]
    mygame = "my_package:MyRuleset"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genvae.errors import FileProblem, RecipeProblem, nearest

if TYPE_CHECKING:
    from genvae.domains.levels.rules.base import Ruleset
    from genvae.domains.levels.tileset import Tileset

GROUP = "genvae.rulesets"

BUILT_IN = {
    "platformer": "genvae.domains.levels.rules.platformer:Platformer",
    "topdown": "genvae.domains.levels.rules.topdown:TopDown",
    "sokoban": "genvae.domains.levels.rules.sokoban:Sokoban",
    "climber": "genvae.domains.levels.rules.climber:Climber",
}
"""Written here and not in the package's metadata, so that a bundled model opens from a source
tree too; loaded as the plug-ins are."""


@cache
def points() -> dict[str, EntryPoint]:
    """Where each ruleset is to be found. None is loaded by this."""
    own = [EntryPoint(name, value, GROUP) for name, value in BUILT_IN.items()]
    found: dict[str, EntryPoint] = {}
    for point in [*own, *entry_points(group=GROUP)]:
        found.setdefault(point.name, point)
    return found


def names() -> list[str]:
    """The names of all rulesets."""
    return list(points())


def ruleset_of(tileset: Tileset) -> Ruleset | None:
    """The rules of a tileset with its parameters; None if it names none. Raises RecipeProblem."""
    if tileset.rules is None:
        return None
    return make(tileset.rules, dict(tileset.settings), f"tileset {tileset.name!r}: [rules]")


def make(name: str, settings: Mapping[str, Any], where: str) -> Ruleset:
    """The ruleset called ``name`` with ``settings``. Raises RecipeProblem."""
    from genvae.domains.levels.rules.base import settings_from

    if name not in points():
        raise RecipeProblem(f"{where}: rules {name!r}; {nearest(name, points())}")
    kind: type[Ruleset] = points()[name].load()
    return kind(settings_from(kind.parameters, settings, where))


def split(value: Any, where: str) -> tuple[str | None, tuple[tuple[str, Any], ...]]:
    """Name and parameters from ``rules = "NAME"`` or a table ``[rules]``. Raises RecipeProblem."""
    table = {"name": value} if not isinstance(value, Mapping) else dict(value)
    name = table.pop("name", None)
    if name is None and not table:
        return None, ()
    if not isinstance(name, str) or name not in points():
        raise RecipeProblem(f"{where}: rules = {name!r}; {nearest(str(name), points())}")
    return name, tuple(sorted(table.items()))


def load_rules(given: str | Path, default: str | None) -> dict[str, Any]:
    """The table of a .toml file, at its top or under ``[rules]``, or ``{"name": given}`` for the
    name of a ruleset. ``default`` is the name where the file gives none.

    Raises FileProblem when the file cannot be read, RecipeProblem when its content is wrong.
    """
    if isinstance(given, str) and given in points():
        return {"name": given}
    path = Path(given)
    if path.suffix != ".toml":
        raise RecipeProblem(
            f"rules {str(given)!r}: no such rules; {nearest(str(given), points())}; "
            "or give a .toml file"
        )
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as why:
        raise FileProblem(f"{path}: cannot read the rules: {why.strerror or why}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise FileProblem(f"{path}: not a TOML file of rules: {why}") from None
    rules = table.get("rules", table)
    if not isinstance(rules, dict):
        rules = {"name": rules}
    name = rules.get("name", default)
    if name is None:
        raise RecipeProblem(f'{path}: no name; expected name = "..." ({", ".join(points())})')
    kind, settings = split({**rules, "name": name}, str(path))
    make(str(kind), dict(settings), str(path))
    return {**rules, "name": name}
