from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.rules import registry
from genvae.domains.levels.rules.base import Ruleset
from genvae.domains.levels.rules.terrain import Physics
from genvae.domains.levels.text import level_from_rows
from genvae.domains.levels.tileset import builtin, tileset_from
from genvae.errors import FileProblem, RecipeProblem

PLUGIN = """
from dataclasses import dataclass
from genvae.domains.levels.rules.base import Ruleset, Verdict

@dataclass(frozen=True)
class Rows:
    most: int = 3

class Short(Ruleset):
    name, about, parameters = "short", "no more rows than may be", Rows

    def check(self, level):
        if level.height <= self.settings.most:
            return Verdict(True, (), {"rows": level.height})
        return Verdict(False, (f"{level.height} rows",), place=(0, self.settings.most))
"""


def test_rulesets_by_name() -> None:
    assert registry.names()[:4] == ["platformer", "topdown", "sokoban", "climber"]
    for name in registry.BUILT_IN:
        rules = registry.make(name, {}, "here")
        assert isinstance(rules, Ruleset)
        assert (rules.name, rules.settings) == (name, rules.parameters())
        assert rules.about


@pytest.mark.parametrize("name", [n for n, t in builtin().items() if t.rules])
def test_every_tileset_has_rules_that_open(name: str) -> None:
    rules = registry.ruleset_of(builtin()[name])
    assert rules is not None
    assert rules.name == builtin()[name].rules


@pytest.mark.parametrize(
    ("name", "table", "message"),
    [
        ("platfrm", {}, "here: rules 'platfrm'; did you mean 'platformer'?"),
        ("platformer", {"jmp": 3}, "here: unknown key 'jmp'; did you mean 'jump'?"),
        ("platformer", {"jump": 3.5}, "here: jump = 3.5, expected a whole number"),
        ("platformer", {"jump": True}, "here: jump = True, expected a whole number"),
        ("platformer", {"jump": 31}, "here: Physics(jump=31"),
        ("platformer", {"reach": 0}, "here: reach = 0: expected 1..30 columns"),
        ("topdown", {"swim": 1}, "here: swim = 1, expected true or false"),
        ("topdown", {"floor": 2}, "here: floor = 2: expected a share from 0 to 1"),
        ("sokoban", {"nodes": 0}, "here: nodes = 0: expected 1 to 10,000,000 states"),
        ("climber", {"holes": 7}, "here: Climbing(dig=True, holes=7"),
    ],
)
def test_wrong_parameters(name: str, table: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeProblem) as error:
        registry.make(name, table, "here")
    assert str(error.value).startswith(message)


def test_rules_as_a_table_of_a_tileset() -> None:
    table = builtin()["platformer"].table()
    table["rules"] = {"name": "platformer", "reach": 3, "jump": 5}
    tileset = tileset_from(table)
    assert (tileset.rules, tileset.settings) == ("platformer", (("jump", 5), ("reach", 3)))
    rules = registry.ruleset_of(tileset)
    assert rules is not None
    assert rules.settings == Physics(jump=5, reach=3)
    assert tileset_from(tileset.table()) == tileset
    table["rules"] = {"name": "platformer", "jumps": 5}
    with pytest.raises(
        RecipeProblem, match=r"tileset 'platformer': \[rules\]: unknown key 'jumps'"
    ):
        LevelsDomain().open({"tileset": table})
    table["rules"] = {"jump": 5}
    with pytest.raises(RecipeProblem, match="rules = None; known: "):
        tileset_from(table)


@pytest.mark.parametrize("text", ["jump = 5\n", "[rules]\njump = 5\n", 'name="platformer"\njump=5'])
def test_rules_of_a_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    assert registry.load_rules(path, "platformer") == {"name": "platformer", "jump": 5}
    assert registry.load_rules("sokoban", None) == {"name": "sokoban"}


def test_files_that_hold_no_rules(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    with pytest.raises(FileProblem, match=r"mine\.toml: cannot read the rules: No such file"):
        registry.load_rules(path, None)
    path.write_text("jump =")
    with pytest.raises(FileProblem, match=r"mine\.toml: not a TOML file of rules"):
        registry.load_rules(path, None)
    path.write_text("jump = 5")
    with pytest.raises(RecipeProblem, match=r'mine\.toml: no name; expected name = "\.\.\."'):
        registry.load_rules(path, None)
    with pytest.raises(RecipeProblem, match=r"mine\.toml: unknown key 'jump'"):
        registry.load_rules(path, "sokoban")
    with pytest.raises(
        RecipeProblem, match=r"rules 'mine': no such rules; .*or give a \.toml file"
    ):
        registry.load_rules("mine", None)


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package with a ruleset ``short``, installed."""
    (tmp_path / "short_rules.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(tmp_path))
    point = EntryPoint("short", "short_rules:Short", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    registry.points.cache_clear()
    yield
    registry.points.cache_clear()
    sys.modules.pop("short_rules", None)


@pytest.mark.usefixtures("plugin")
def test_a_plugged_in_ruleset() -> None:
    table = builtin()["sokoban"].table() | {"rules": {"name": "short", "most": 2}}
    codec = LevelsDomain().open({"tileset": table})
    report = codec.check(level_from_rows(["##", "##"], codec.tileset))
    assert (report.playable, report.proof) == (True, {"rows": 2})
    report = codec.check(level_from_rows(["##"] * 3, codec.tileset))
    assert (report.playable, report.problems, report.facts) == (
        False,
        ["3 rows"],
        {"place": [0, 2]},
    )
