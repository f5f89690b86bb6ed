"""Levels as maps of the editor Tiled: .tmx (XML) and .tmj (JSON), format 1.10.

Written: one tile layer, an object layer with the start, goals, enemies and what can be collected
(tile objects, to be moved about); the tileset and its pictures stand in files beside it
(``tiled_tiles``); empty cells are Tiled's empty cells over the tileset's sky. Every tile has the
properties ``symbol`` and ``roles`` and its name as its type. Read: the first tile layer of a map
and the tile objects over it, in CSV or base64, of one tileset or several, inside the map or in
files of their own; tiles are known by ``symbol`` or by their type. See doc.mapeditor.org, "TMX Map
Format" and "JSON Map Format".
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.text import write_text
from genvae.domains.levels.tiled_tiles import side, write_tileset

OBJECTS = ("start", "goal", "enemy", "collectable", "key")
"""Roles of tiles that stand in the object layer."""


def write_tmx(level: Level, path: Path) -> None:
    """Write a map as XML, and the picture of its tiles. Raises FileProblem."""
    data = _map(level, write_tileset(level.tileset, path))
    root = ElementTree.Element("map")
    for key in _MAP_KEYS:
        root.set(key, _attribute(data[key]))
    _add_properties(root, data["properties"])
    for used in data["tilesets"]:
        ElementTree.SubElement(root, "tileset", {k: str(v) for k, v in used.items()})
    layer = data["layers"][0]
    names = {key: _attribute(layer[key]) for key in ("id", "name", "width", "height")}
    cells = ElementTree.SubElement(ElementTree.SubElement(root, "layer", names), "data")
    cells.set("encoding", "csv")
    rows = np.reshape(layer["data"], (level.height, level.width)).tolist()
    cells.text = "\n" + ",\n".join(",".join(map(str, row)) for row in rows) + "\n"
    if len(data["layers"]) > 1:
        above = data["layers"][1]
        group = ElementTree.SubElement(root, "objectgroup", id=str(above["id"]), name=above["name"])
        for thing in above["objects"]:
            keys = ("id", "name", "type", "gid", "x", "y", "width", "height")
            ElementTree.SubElement(group, "object", {k: _attribute(thing[k]) for k in keys})
    ElementTree.indent(root, " ")
    text = ElementTree.tostring(root, encoding="unicode")
    write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n', path)


def write_tmj(level: Level, path: Path) -> None:
    """Write a map as JSON, and the picture of its tiles. Raises FileProblem."""
    data = _map(level, write_tileset(level.tileset, path))
    write_text(json.dumps(data, ensure_ascii=False) + "\n", path)


_MAP_KEYS = (
    "version",
    "tiledversion",
    "orientation",
    "renderorder",
    "width",
    "height",
    "tilewidth",
    "tileheight",
    "infinite",
    "backgroundcolor",
    "nextlayerid",
    "nextobjectid",
)


def _map(level: Level, source: str) -> dict[str, Any]:
    """A map as Tiled's JSON has it."""
    tileset, pixels = level.tileset, side(level.tileset)
    things = level.having(*OBJECTS) & ~level.having("empty", "box")
    drawn = ~things & (level.grid_HW != tileset.empty)
    gids_HW = np.where(drawn, level.grid_HW.astype(int) + 1, 0)
    objects = _objects(level, things)
    return {
        "type": "map",
        "version": "1.10",
        # pytiled-parser opens no .tmx without it.
        "tiledversion": "1.10.2",
        "orientation": "orthogonal",
        "renderorder": "right-down",
        "width": level.width,
        "height": level.height,
        "tilewidth": pixels,
        "tileheight": pixels,
        "infinite": False,
        "backgroundcolor": tileset.tiles[tileset.empty].colour,
        "nextlayerid": 3,
        "nextobjectid": len(objects) + 1,
        "properties": _properties({"genvae": level.text} if level.text else {}),
        "tilesets": [{"firstgid": 1, "source": source}],
        "layers": [
            {
                "id": 1,
                "name": "tiles",
                "type": "tilelayer",
                "x": 0,
                "y": 0,
                "width": level.width,
                "height": level.height,
                "opacity": 1,
                "visible": True,
                "data": gids_HW.reshape(-1).tolist(),
            },
            *([_object_layer(objects)] if objects else []),
        ],
    }


def _object_layer(objects: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": 2,
        "name": "objects",
        "type": "objectgroup",
        "draworder": "topdown",
        "x": 0,
        "y": 0,
        "opacity": 1,
        "visible": True,
        "objects": objects,
    }


def _objects(level: Level, things_HW: np.ndarray) -> list[dict[str, Any]]:
    """A tile object each, whose place is its lower left corner."""
    pixels = side(level.tileset)
    return [
        {
            "id": number,
            "name": level.tileset.tiles[level.grid_HW[row, column]].name,
            "type": level.tileset.tiles[level.grid_HW[row, column]].name,
            "gid": int(level.grid_HW[row, column]) + 1,
            "x": int(column) * pixels,
            "y": (int(row) + 1) * pixels,
            "width": pixels,
            "height": pixels,
            "rotation": 0,
            "visible": True,
        }
        for number, (row, column) in enumerate(np.argwhere(things_HW), 1)
    ]


def _properties(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": "string", "value": value} for name, value in values.items()]


def _add_properties(element: ElementTree.Element, properties: list[dict[str, str]]) -> None:
    if properties:
        below = ElementTree.SubElement(element, "properties")
        for given in properties:
            ElementTree.SubElement(below, "property", name=given["name"], value=given["value"])


def _attribute(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
