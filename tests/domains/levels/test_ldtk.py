from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from genvae.domains import registry
from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.level import Level
from genvae.domains.levels.picture import write_png
from genvae.domains.levels.text import level_from_rows, level_text
from genvae.domains.levels.tileset import builtin
from genvae.errors import FileProblem
from genvae.workflows import inputs

CLIMBER = builtin()["climber"]


def export(folder: Path, **changes: Any) -> Path:
    """A level as LDtk's super simple export writes it."""
    folder.mkdir()
    (folder / "IntGrid.csv").write_text("0,0,4,\n0,0,4,\n1,1,1,\n")
    data: dict[str, Any] = {
        "identifier": "Level_0",
        "uniqueIdentifer": "a9f1",
        "x": 0,
        "y": 0,
        "width": 48,
        "height": 48,
        "bgColor": "#40465B",
        "neighbourLevels": [],
        "customFields": {},
        "layers": ["IntGrid.png"],
        "entities": {
            "Player": [{"id": "Player", "layer": "Entities", "x": 0, "y": 16, "customFields": {}}],
            "gold": [{"id": "gold", "layer": "Entities", "x": 17, "y": 20}],
            "Portal": [{"id": "Portal", "x": 0, "y": 0}],
        },
    } | changes
    path = folder / "data.json"
    path.write_text(json.dumps(data))
    return path


def test_a_level_with_its_entities(tmp_path: Path) -> None:
    path = export(tmp_path / "Level_0")
    assert LevelsDomain().recognises(path)
    (level,) = LevelsCodec(CLIMBER).read(path)
    assert level_text(level) == "  H\nRNH\nMMM\n"
    assert level.name == "Level_0"
    assert level.notes == ["entities that are no tiles left out: Portal"]


def test_a_folder_is_read_as_its_level(tmp_path: Path) -> None:
    path = export(tmp_path / "Level_0")
    (path.parent / "IntGrid.png").write_bytes(b"")
    assert LevelsDomain().stands_for(path.parent) == path
    assert LevelsDomain().stands_for(tmp_path) is None
    assert inputs.existing(path.parent) == path
    plain = tmp_path / "plain.txt"
    plain.write_text("---\nXXX\n")
    # Of a level's folder its own file, no layers; of others all.
    assert registry.files_in(tmp_path) == [path, plain]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "data.json").write_text("{}")
    assert registry.files_in(tmp_path / "data") == [tmp_path / "data" / "data.json"]
    with pytest.raises(FileProblem, match="a folder, expected a file"):
        inputs.existing(tmp_path / "data")


def test_several_grids_and_none(tmp_path: Path) -> None:
    path = export(tmp_path / "Level_1", entities={})
    (path.parent / "Other.csv").write_text("0,0,0,\n")
    (level,) = LevelsCodec(CLIMBER).read(path)
    assert level.notes == ["IntGrid.csv read, Other.csv left out"]
    for grid in path.parent.glob("*.csv"):
        grid.unlink()
    with pytest.raises(FileProblem, match=r"no \.csv of an IntGrid layer beside it"):
        list(LevelsCodec(CLIMBER).read(path))
    drawn = level_from_rows(["  H", "RNH", "MMM"], CLIMBER)
    write_png(drawn, path.parent / "_composite.png")
    (level,) = LevelsCodec(CLIMBER).read(path)
    assert level_text(level) == level_text(drawn)


@pytest.mark.parametrize(
    "changes", [{"width": None}, {"entities": {"Player": 3}}, {"entities": {"Player": [{"x": 1}]}}]
)
def test_damage_is_one_line(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = export(tmp_path / "Level_2", **changes)
    with pytest.raises(FileProblem, match="damaged; expected width, height and entities"):
        list(LevelsCodec(CLIMBER).read(path))


def test_other_tilesets_have_their_own_words(tmp_path: Path) -> None:
    entities = {"Coin": [{"x": 0, "y": 0}], "Exit": [{"x": 16, "y": 0}]}
    path = export(tmp_path / "Level_3", entities=entities)
    (level,) = LevelsCodec(builtin()["platformer"]).read(path)
    assert isinstance(level, Level)
    assert level.grid_HW[0, 0] == builtin()["platformer"].numbers["o"]
