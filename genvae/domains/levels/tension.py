"""How tense a level is along its way: what music can follow.

The ingredients at a moment of the way, a move each:

- *danger*: enemies and hazards around the body, the nearer the more, and columns of a platformer
  in which nothing ends a fall
- *effort*: moves that are more than a walk: jumps and falls, climbing, turns, pushes and holes
  dug (the capitals of a proof's moves); doors and keys on the way

Their sum, smoothed over some moves before and after (one sees what comes), is put in relation to
``TYPICAL`` as difficulty is (see ``attributes.py``). Weights and reaches are ours.

Axes:  H rows, the top one first · W columns · M moves
"""

from __future__ import annotations

import numpy as np

from genvae.domains.base import Curve, Report
from genvae.domains.levels.level import Level
from genvae.domains.levels.measures import ground_heights

PACE = 2.0
"""Moves a second: a walk that stops to look, half of what a player runs."""
WEIGHTS = {"danger": 1.5, "effort": 0.5}
ENEMY_REACH, HAZARD_REACH = 2.0, 1.0
"""Tiles at which a danger counts .6 of what it does at hand (deviation of a Gaussian)."""
SMOOTH = 3.0
"""Moves, likewise."""
TYPICAL = 1.0
PLACES = ("door", "locked", "key", "goal")
"""Tiles that matter when they are reached."""


def level_curve(level: Level, report: Report) -> Curve:
    """Tension in [0, 1) of each move of the way that ``report`` has; of a level without a way, of
    its columns from left to right."""
    way = [(int(c), int(r)) for c, r in report.facts.get("path", ())]
    note = ""
    if not report.playable or len(way) < 2:
        way = _columns(level)
        note = "no way through it is known: taken column by column, from left to right"
    effort_M = _turns(way, level)
    moves = (report.proof or {}).get("moves", "") if isinstance(report.proof, dict) else ""
    if moves and not note:
        effort_M = np.maximum(effort_M, _capitals(moves, len(way)))
    at = tuple(np.array([(r, c) for c, r in way]).T)
    danger_M = _danger(level)[at]
    parts = {"danger": smoothed(danger_M, SMOOTH), "effort": smoothed(effort_M, SMOOTH)}
    total_M = sum((WEIGHTS[name] * part for name, part in parts.items()), np.zeros(len(way)))
    return Curve(total_M / (total_M + TYPICAL), parts, len(way) / PACE, note)


def smoothed(values_M: np.ndarray, deviation: float) -> np.ndarray:
    """Averages under a Gaussian of so many moves; ends count what there is."""
    weights = _gaussian(deviation)
    found: np.ndarray = _spread(values_M, weights) / _spread(np.ones(len(values_M)), weights)
    return found


def _columns(level: Level) -> list[tuple[int, int]]:
    """A place in each column: on top of the ground, else in the middle."""
    heights = ground_heights(level.having("solid", "oneway"))
    rows = level.height - 1 - np.where(heights == 0, level.height // 2, heights)
    return [(c, int(np.clip(r, 0, level.height - 1))) for c, r in enumerate(rows)]


def _turns(way: list[tuple[int, int]], level: Level) -> np.ndarray:
    """1 for a move up or down of a game with gravity and for a place that matters, a half for a
    turn of one without."""
    moves_MX = np.diff(np.array(way), axis=0, prepend=[way[0]])
    if level.tileset.rules in ("platformer", "climber"):
        found_M: np.ndarray = (moves_MX[:, 1] != 0).astype(float)
    else:
        turns_M = (moves_MX[1:] != moves_MX[:-1]).any(axis=1)
        found_M = 0.5 * np.concatenate([[0.0], turns_M.astype(float)])
    matters_HW = level.having(*PLACES)
    seen: set[tuple[int, int]] = set()
    for m, (c, r) in enumerate(way):
        if matters_HW[r, c] and (c, r) not in seen:
            seen.add((c, r))
            found_M[m] = 1.0
    return found_M


def _capitals(moves: str, count: int) -> np.ndarray:
    """1 where the letter of a move is a capital: a push, a hole dug. Moves and places of a way
    need not be as many: a hole is dug without a step."""
    found_M = np.zeros(count)
    for number, letter in enumerate(moves):
        if letter.isupper():
            found_M[min(count - 1, round((number + 1) * (count - 1) / len(moves)))] = 1.0
    return found_M


def _danger(level: Level) -> np.ndarray:
    """``(H, W)``: how much of enemies, hazards and deadly falls is around a cell."""
    found_HW = _near(level.having("enemy"), ENEMY_REACH)
    found_HW += _near(level.having("hazard"), HAZARD_REACH)
    if level.tileset.rules == "platformer":
        deadly_W = ~level.having("solid", "oneway", "liquid", "climb").any(axis=0)
        found_HW += deadly_W
    return found_HW


def _near(mask_HW: np.ndarray, deviation: float) -> np.ndarray:
    """Each cell of the mask spread as a Gaussian of height 1 around it."""
    if not mask_HW.any():
        return np.zeros(mask_HW.shape)
    weights = _gaussian(deviation)
    found: np.ndarray = mask_HW.astype(float)
    for axis in (0, 1):
        found = np.apply_along_axis(_spread, axis, found, weights)
    return found


def _gaussian(deviation: float) -> np.ndarray:
    """Its heights at whole distances up to three deviations, 1 in the middle."""
    reach = int(3 * deviation)
    found: np.ndarray = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    return found


def _spread(line: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """``np.convolve`` of mode same, as long as the line also where the weights are longer."""
    edge = len(weights) // 2
    return np.asarray(np.convolve(line, weights)[edge : edge + len(line)])
