"""By what levels can be steered, and how hard a level is.

*Difficulty* puts the dangers that a player meets, a column of the level each at most, in relation
to those of real levels: ``d / (d + TYPICAL)``, where ``d`` is the share of columns with a deadly
fall, an enemy or a hazard. 0 is a level without danger, 0.5 one as dangerous as the median level
of the SuperTux corpus. The ingredients are those of leniency (Smith and Whitehead, "Analyzing the
expressive range of a level generator", 2010), which is found to follow how hard players think a
level is (Summerville et al., "Understanding Mario", 2017); the squashing is ours.

Axes:  H rows, the top one first · W columns
"""

from __future__ import annotations

import numpy as np

from genvae.domains.base import Attribute
from genvae.domains.levels.level import Level
from genvae.domains.levels.tileset import Tileset

TYPICAL = 0.125
"""The median share of dangerous columns of 5,328 training bands of SuperTux."""

COUNTS = {
    "enemies": ("enemies", 16.0),
    "coins": ("coins and other things to collect", 64.0),
    "hazards": ("tiles that hurt", 32.0),
    "blocks": ("bonus and breakable blocks", 64.0),
    "platforms": ("tiles that carry from above only", 64.0),
    "doors": ("doors", 8.0),
    "boxes": ("boxes", 16.0),
    "goals": ("goals", 16.0),
}
"""What is counted, in words, and how many a window can hold at most."""

SHARES = (
    Attribute("density", "solid tiles", "share", 0.0, 1.0, 0.03),
    Attribute("sky", "empty tiles", "share", 0.0, 1.0, 0.03),
)
PLATFORMER = (
    Attribute("linearity", "how well a line fits the ground's heights, R2", "share", 0.0, 1.0, 0.1),
    Attribute("leniency", "less gaps, enemies and hazards", "a column", -4.0, 0.0, 0.1),
    Attribute("difficulty", "dangers; 0.5 is the median of real levels", "index", 0.0, 1.0, 0.05),
)


def attributes_of(tileset: Tileset, counted: dict[str, tuple[str, ...]]) -> dict[str, Attribute]:
    """The attributes of a tileset's levels by name; ``counted`` gives the roles of each count."""
    present = {role for tile in tileset.tiles for role in tile.roles}
    found = {a.name: a for a in SHARES}
    for name, (about, most) in COUNTS.items():
        if present & set(counted[name]):
            found[name] = Attribute(name, about, "a level", 0.0, most, counted=True)
    if tileset.rules == "platformer":
        found |= {a.name: a for a in PLATFORMER}
    return found


def difficulty(level: Level) -> float:
    """How dangerous a platformer level is, in [0, 1); see above."""
    share = float(dangerous_columns(level).mean())
    return share / (share + TYPICAL)


def dangerous_columns(level: Level) -> np.ndarray:
    """Mask ``(W,)`` of the columns with an enemy, a hazard, or nothing that ends a fall."""
    deadly_W = ~level.having("solid", "oneway", "liquid", "climb").any(axis=0)
    hurts_W = level.having("enemy", "hazard").any(axis=0)
    return np.asarray(deadly_W | hurts_W)
