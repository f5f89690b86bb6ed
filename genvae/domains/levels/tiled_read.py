"""Maps of the editor Tiled to levels; see ``tiled``.

Both shapes are brought to Tiled's JSON before anything is made of them.

Axes:  H rows, the top one first · W columns
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from genvae.domains.levels.level import Level
from genvae.domains.levels.tables import load_json
from genvae.domains.levels.text import MAX_BYTES, read_lines
from genvae.domains.levels.tileset import Tileset
from genvae.errors import FileProblem

FLIPPED = 0xF0000000
"""The bits of a cell that mirror or turn its tile."""

_WINDOW_BITS = {"zlib": zlib.MAX_WBITS, "gzip": zlib.MAX_WBITS | 16}
"""Compressions of a layer, as zlib knows them."""


def read_tiled(path: Path, tileset: Tileset) -> Level:
    """The level of a .tmx or .tmj file in the tiles of ``tileset``. Raises FileProblem."""
    data = _load(path)
    if data.get("infinite"):
        raise FileProblem(
            f"{path}: an infinite map; switch that off in Tiled under Map, Map Properties"
        )
    layers = [x for x in _list(data, "layers") if _text(x, "type") == "tilelayer"]
    if not layers:
        raise FileProblem(f"{path}: a map without a tile layer, expected one")
    gids_HW = _cells(layers[0], path)
    notes = []
    if len(layers) > 1:
        more = ", ".join(repr(_text(x, "name")) for x in layers[1:])
        notes.append(f"layer {_text(layers[0], 'name')!r} read, {more} left out")
    if (gids_HW & FLIPPED).any():
        notes.append("tiles that are mirrored or turned stand as they are in the tileset")
        gids_HW = gids_HW & ~np.int64(FLIPPED)
    gids_HW = _with_objects(data, gids_HW, notes)
    meanings = {0: tileset.empty} | _meanings(data, path, tileset)
    values, place_HW = np.unique(gids_HW, return_inverse=True)
    present = values.tolist()
    unknown = sorted(set(present) - set(meanings))
    if unknown:
        row, column = np.argwhere(gids_HW == unknown[0])[0] + 1
        raise FileProblem(
            f"{path}: row {row}, column {column}: tile {unknown[0]} is none of tileset "
            f"{tileset.name!r}; give it the property 'symbol' with one of {tileset.symbols}, "
            "or another tileset with --tileset"
        )
    grid_HW = np.array([meanings[gid] for gid in present], dtype=np.uint8)[place_HW]
    text = _property(data, "genvae") or ""
    return Level(grid_HW.reshape(gids_HW.shape), tileset, path.stem, notes=notes, text=text)


def _with_objects(data: Mapping[str, Any], gids_HW: np.ndarray, notes: list[str]) -> np.ndarray:
    """The cells with the tile objects of all object layers, each in the cell that holds the middle
    of its lower left tile."""
    layers = [x for x in _list(data, "layers") if _text(x, "type") == "objectgroup"]
    things = [thing for layer in layers for thing in _list(layer, "objects")]
    if not things:
        return gids_HW
    gids_HW, left_out = gids_HW.copy(), 0
    for thing in things:
        try:
            gid = int(thing["gid"]) & ~FLIPPED
            column = int(float(thing["x"]) / float(data["tilewidth"]) + 0.5)
            row = int(float(thing["y"]) / float(data["tileheight"]) + 0.5) - 1
        except (KeyError, TypeError, ValueError, OverflowError, ZeroDivisionError):
            left_out += 1
            continue
        if 0 <= row < gids_HW.shape[0] and 0 <= column < gids_HW.shape[1]:
            gids_HW[row, column] = gid
        else:
            left_out += 1
    if left_out:
        notes.append(f"{left_out} objects that are no tiles or lie outside left out")
    return gids_HW


def _cells(layer: Mapping[str, Any], path: Path) -> np.ndarray:
    """The global tile numbers of a layer, ``(H, W)`` int64, flags included."""
    try:
        width, height = int(layer["width"]), int(layer["height"])
        given = layer["data"]
        if isinstance(given, str):
            packed = base64.b64decode(given)
            if _text(layer, "compression"):
                unpack = zlib.decompressobj(_WINDOW_BITS[_text(layer, "compression")])
                packed = unpack.decompress(packed, MAX_BYTES)
            cells = np.frombuffer(packed, "<u4").astype(np.int64)
        else:
            cells = np.array(given, dtype=np.int64)
        if width < 1 or height < 1 or cells.shape != (width * height,):
            raise ValueError(f"{cells.size} cells for {width} x {height}")
    except KeyError as why:
        raise FileProblem(
            f"{path}: layer {_text(layer, 'name')!r}: {why} is missing or not understood; "
            "save it in Tiled with the tile layer format CSV"
        ) from None
    except (ValueError, TypeError, OverflowError, zlib.error) as why:
        raise FileProblem(f"{path}: layer {_text(layer, 'name')!r} is damaged: {why}") from None
    return cells.reshape(height, width)


def _meanings(data: Mapping[str, Any], path: Path, tileset: Tileset) -> dict[int, int]:
    """Tile numbers of ``tileset`` by the global tile numbers of a map."""
    by_name = {tile.name: number for number, tile in enumerate(tileset.tiles)}
    found: dict[int, int] = {}
    for given in _list(data, "tilesets"):
        try:
            first = int(given["firstgid"])
        except (KeyError, TypeError, ValueError):
            raise FileProblem(f"{path}: a tileset without firstgid") from None
        if given.get("source"):
            given = _load(path.parent / str(given["source"]))
        for tile in _list(given, "tiles"):
            symbol = _property(tile, "symbol")
            number = tileset.numbers.get(symbol or "")
            if number is None:
                number = by_name.get(_text(tile, "type") or _text(tile, "class"))
            if number is not None and str(tile.get("id", "")).isdecimal():
                found[first + int(tile["id"])] = number
    return found


def _text(table: Any, key: str) -> str:
    value = table.get(key) if isinstance(table, Mapping) else None
    return value if isinstance(value, str) else ""


def _list(table: Any, key: str) -> list[Any]:
    """The tables of a list."""
    value = table.get(key) if isinstance(table, Mapping) else None
    return [x for x in value if isinstance(x, Mapping)] if isinstance(value, list) else []


def _property(table: Any, name: str) -> str | None:
    for each in _list(table, "properties"):
        if _text(each, "name") == name:
            return _text(each, "value")
    return None


def _load(path: Path) -> dict[str, Any]:
    """A map or a tileset as Tiled's JSON has it. Raises FileProblem."""
    if path.suffix.lower() not in (".tmx", ".tsx", ".xml"):
        return load_json(path)
    text = "\n".join(read_lines(path))
    if "<!ENTITY" in text:
        raise FileProblem(f"{path}: defines entities, which no map needs")
    try:
        root = ElementTree.fromstring(text.encode("utf-8"))
    except ElementTree.ParseError as why:
        raise FileProblem(f"{path}: not XML ({why}), expected a file of Tiled") from None
    if root.tag not in ("map", "tileset"):
        raise FileProblem(f"{path}: <{root.tag}>, expected a <map> of Tiled")
    return _from_xml(root, path)


def _from_xml(element: ElementTree.Element, path: Path) -> dict[str, Any]:
    table: dict[str, Any] = dict(element.attrib)
    table["properties"] = [dict(p.attrib) for p in element.findall("properties/property")]
    if element.tag == "map":
        table["infinite"] = table.get("infinite") == "1"
        table["tilesets"] = [_from_xml(t, path) for t in element.findall("tileset")]
        table["layers"] = [_layer_from_xml(x, path) for x in element.iter("layer")]
        table["layers"] += [
            {"type": "objectgroup", "objects": [dict(o.attrib) for o in group.findall("object")]}
            for group in element.iter("objectgroup")
        ]
    elif element.tag == "tileset":
        table["tiles"] = [_from_xml(t, path) for t in element.findall("tile")]
    return table


def _layer_from_xml(element: ElementTree.Element, path: Path) -> dict[str, Any]:
    layer: dict[str, Any] = dict(element.attrib) | {"type": "tilelayer"}
    data = element.find("data")
    if data is None:
        return layer
    encoding = data.get("encoding", "")
    text = (data.text or "").strip()
    if encoding == "csv":
        try:
            layer["data"] = [int(cell) for cell in text.split(",")]
        except ValueError as why:
            raise FileProblem(f"{path}: layer {layer.get('name', '')!r}: {why}") from None
    elif encoding == "base64":
        layer |= {"data": text, "compression": data.get("compression", "")}
    elif not encoding and data.findall("tile"):
        gids = [tile.get("gid", "0") for tile in data.findall("tile")]
        layer["data"] = [int(gid) if gid.isdecimal() else -1 for gid in gids]
    return layer
