"""Windows on another grid than that of songs: six steps a quarter note hold eighths and triplets.

A song is on 16ths, each note with its distance from them (``Note.offset``, 1/120 steps), which is
enough for triplets: the second of three eighths begins 40 after step 1, the third 40 before step 3.
Two notes nearest to the same 16th (in sextuplets) find no place; see ``LayoutRules``.

Axes:  M notes · S steps of a song
"""

from __future__ import annotations

import numpy as np

from genvae.domains.music.units import STEPS_PER_BEAT, TICKS_PER_STEP

TICKS = STEPS_PER_BEAT * TICKS_PER_STEP
"""Of a quarter note, in the unit of offsets."""
TRIPLET = TICKS_PER_STEP // 3
"""How far the notes of triplets are from the nearest step."""
NEAR = TICKS_PER_STEP // 12
"""Up to so far from its place a note is written there, and not played freely."""


def to_grid(steps: np.ndarray | int, grid: int) -> np.ndarray:
    """Steps of a song to those of a grid, the nearest; halves go up."""
    places: np.ndarray = (np.asarray(steps) * (2 * grid) + STEPS_PER_BEAT) // (2 * STEPS_PER_BEAT)
    return places


def from_grid(places: np.ndarray | int, grid: int) -> np.ndarray:
    """Steps of a grid to those of a song, the nearest; halves go up."""
    steps: np.ndarray = (np.asarray(places) * (2 * STEPS_PER_BEAT) + grid) // (2 * grid)
    return steps


def line_on_grid(table_M5: np.ndarray, grid: int) -> tuple[np.ndarray, int]:
    """A line (step, length, pitch, velocity, offset) with steps and lengths of a grid, ``(M, 4)``,
    and how many notes fell on the place of another.

    Where a note ends is known to a step alone: one that ends where the next begins, as far as
    that can be told, is held until then.
    """
    if grid == STEPS_PER_BEAT or not len(table_M5):
        return table_M5[:, :4], 0
    onsets_M = table_M5[:, 0] * TICKS_PER_STEP + table_M5[:, 4]
    ends_M = (table_M5[:, 0] + table_M5[:, 1]) * TICKS_PER_STEP
    following_M = np.append(onsets_M[1:], np.iinfo(np.int64).max // 2)
    legato_M = np.abs(following_M - ends_M) <= TICKS_PER_STEP // 2
    ends_M = np.where(legato_M, following_M, ends_M)
    places_M, stops_M = (
        (np.maximum(ticks, 0) * (2 * grid) + TICKS) // (2 * TICKS) for ticks in (onsets_M, ends_M)
    )
    lengths_M = np.maximum(stops_M - places_M, 1)
    table_M4 = np.column_stack([places_M, lengths_M, table_M5[:, 2:4]])
    fresh_M = np.append(True, np.diff(places_M) > 0)
    kept_M4: np.ndarray = table_M4[fresh_M]
    return kept_M4, int((~fresh_M).sum())


def line_from_grid(table_M5: np.ndarray, grid: int) -> np.ndarray:
    """The inverse: steps and lengths of the song, and offsets, ``(M, 5)``. Of two notes in one
    step's room the first stays."""
    if grid == STEPS_PER_BEAT or not len(table_M5):
        return table_M5
    places_M, stops_M = table_M5[:, 0], table_M5[:, 0] + table_M5[:, 1]
    steps_M, ends_M = from_grid(places_M, grid), from_grid(stops_M, grid)
    offsets_M = places_M * TICKS // grid - steps_M * TICKS_PER_STEP
    lengths_M = np.maximum(ends_M - steps_M, 1)
    found_M5 = np.column_stack([steps_M, lengths_M, table_M5[:, 2:4], offsets_M])
    kept_M5: np.ndarray = found_M5[np.append(True, np.diff(steps_M) > 0)]
    return kept_M5


def triplets(offsets_M: np.ndarray) -> int:
    """How many notes of a line are at the places of triplets; 0 of one that is played freely."""
    away_M = np.abs(offsets_M) > NEAR
    thirds_M = np.abs(np.abs(offsets_M) - TRIPLET) <= NEAR
    return int(thirds_M.sum()) if thirds_M.sum() >= 0.8 * away_M.sum() else 0
