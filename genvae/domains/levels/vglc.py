"""Legends of the Video Game Level Corpus: JSON with ``tiles``, a list of words for each symbol
(Summerville et al. 2016, github.com/TheVGLC/TheVGLC)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from genvae.errors import FileProblem, RecipeProblem

ROLES = {
    "empty": "empty",
    "solid": "solid",
    "solidtop": "oneway",
    "breakable": "breakable",
    "diggable": "dig",
    "ladder": "climb",
    "rope": "hang",
    "question block": "bonus",
    "collectable": "collectable",
    "pickupable": "collectable",
    "enemy": "enemy",
    "hazard": "hazard",
    "damaging": "hazard",
    "door": "door",
    "pipe": "pipe",
    "cannon": "cannon",
    "spawn": "start",
    "null": "solid",
}
"""What the words of a legend mean; the others name a tile and no more."""
COLOURS = {
    "enemy": "#7b2d8e",
    "collectable": "#ffe35a",
    "start": "#ffffff",
    "hazard": "#d6336c",
    "climb": "#c79a5b",
    "hang": "#9a8c98",
    "door": "#5d4037",
    "pipe": "#2fa36b",
    "cannon": "#444444",
    "bonus": "#f2b632",
    "breakable": "#c4543a",
    "oneway": "#a87445",
    "dig": "#b5651d",
    "solid": "#8a5a34",
    "empty": "#8fc7f2",
}


def legend_table(path: Path) -> dict[str, Any]:
    """The table of a tileset (see ``tileset.tileset_from``). Raises FileProblem when the file
    cannot be read, RecipeProblem when it is no legend."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as why:
        raise FileProblem(f"{path}: cannot read the tileset: {why.strerror or why}") from None
    except (ValueError, RecursionError) as why:
        raise FileProblem(f"{path}: not JSON ({why})") from None
    tiles = data.get("tiles") if isinstance(data, dict) else None
    if not isinstance(tiles, dict) or not all(isinstance(w, list) for w in tiles.values()):
        raise RecipeProblem(
            f'{path}: no legend of the VGLC; expected "tiles", a list of words for each symbol'
        )
    return {
        "name": path.stem.lower(),
        "about": "a legend of the Video Game Level Corpus",
        "tile": [_tile(symbol, [str(w) for w in words]) for symbol, words in tiles.items()],
    }


def _tile(symbol: str, words: list[str]) -> dict[str, Any]:
    if words and "climbable" in words and not {"ladder", "rope"} & set(words):
        words = [*words, "ladder"]
    roles = list(dict.fromkeys(ROLES[word] for word in words if word in ROLES))
    if "enemy" in roles or "cannon" in roles:
        roles = [role for role in roles if role != "hazard"]
    colour = next((c for role, c in COLOURS.items() if role in roles), "#808080")
    return {"symbol": symbol, "name": " ".join(words) or symbol, "roles": roles, "colour": colour}
