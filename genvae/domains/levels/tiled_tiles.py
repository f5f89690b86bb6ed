"""The tileset of maps of Tiled: a file of its own (.tsx, .tsj) and the picture of its tiles.

Both are named by their content, so that many maps share them and none is ever overwritten.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from genvae.domains.levels.picture import TILE, strip
from genvae.domains.levels.text import write_text
from genvae.domains.levels.tileset import Tileset
from genvae.domains.writing import whole

SCALE = 2
"""Pixels of a tile's picture for each pixel of ours."""


def side(tileset: Tileset) -> int:
    """The side of a tile in pixels."""
    return TILE * SCALE if tileset.images is None else int(tileset.images.shape[1])


def write_tileset(tileset: Tileset, path: Path) -> str:
    """The name of the tileset's file for a map at ``path``, .tsx beside a .tmx and .tsj beside a
    .tmj, which is written beside it unless it is there. Raises FileProblem."""
    table = _table(tileset, _write_image(tileset, path))
    if path.suffix.lower() == ".tmj":
        text, suffix = json.dumps(table, ensure_ascii=False) + "\n", ".tsj"
    else:
        text, suffix = _xml(table), ".tsx"
    digest = blake2b(text.encode(), digest_size=4).hexdigest()
    target = path.with_name(f"{_plain(tileset.name)}-{digest}{suffix}")
    if not target.exists():
        write_text(text, target)
    return target.name


def _table(tileset: Tileset, image: str) -> dict[str, Any]:
    """The tileset as Tiled's JSON has it."""
    pixels = side(tileset)
    return {
        "type": "tileset",
        "version": "1.10",
        "name": tileset.name,
        "tilewidth": pixels,
        "tileheight": pixels,
        "tilecount": len(tileset),
        "columns": len(tileset),
        "image": image,
        "imagewidth": len(tileset) * pixels,
        "imageheight": pixels,
        "margin": 0,
        "spacing": 0,
        "tiles": [
            {
                "id": number,
                "type": tile.name,
                "properties": [
                    {"name": "symbol", "type": "string", "value": tile.symbol},
                    {"name": "roles", "type": "string", "value": " ".join(tile.roles)},
                ],
            }
            for number, tile in enumerate(tileset.tiles)
        ],
    }


def _xml(table: dict[str, Any]) -> str:
    keys = ("version", "name", "tilewidth", "tileheight", "tilecount", "columns")
    root = ElementTree.Element("tileset", {key: str(table[key]) for key in keys})
    width, height = str(table["imagewidth"]), str(table["imageheight"])
    ElementTree.SubElement(root, "image", source=table["image"], width=width, height=height)
    for tile in table["tiles"]:
        element = ElementTree.SubElement(root, "tile", id=str(tile["id"]), type=tile["type"])
        below = ElementTree.SubElement(element, "properties")
        for given in tile["properties"]:
            ElementTree.SubElement(below, "property", name=given["name"], value=given["value"])
    ElementTree.indent(root, " ")
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _write_image(tileset: Tileset, path: Path) -> str:
    """The name of the picture of all tiles in a row."""
    from PIL import Image

    pixels = strip(tileset)
    if tileset.images is None:
        pixels = pixels.repeat(SCALE, axis=0).repeat(SCALE, axis=1)
    digest = blake2b(pixels.tobytes(), digest_size=4).hexdigest()
    target = path.with_name(f"{_plain(tileset.name)}-tiles-{digest}.png")
    if not target.exists():
        with whole(target) as part:
            Image.fromarray(np.ascontiguousarray(pixels)).save(part, format="PNG")
    return target.name


def _plain(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in name)
