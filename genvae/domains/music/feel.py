"""How drums are struck: loudness and micro-timing, shared by the drums of a group.

A step has one category for each of four groups of drums: 0 where none of them sounds, else a
velocity level together with an offset from the grid. Drums of one group are rarely struck together
(1.4% of the strokes of human drummers in the Groove MIDI Dataset, Gillick et al. 2019, "Learning
to Groove with Inverse Sequence Transformations"); where they are, the loudest one speaks for them.

Axes:  G groups · S steps · M hits · K categories
"""

from __future__ import annotations

import numpy as np

from genvae.domains.music.drums import BITS_OF_SET, CLASSES

GROUPS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("kick", (0,)),
    ("snare", (1,)),
    ("hats", (2, 3)),
    ("toms and cymbals", (4, 5, 6, 7, 8)),
)
"""Name, the classes in it (see ``drums.CLASSES``)."""
LEVELS = np.array([16, 40, 64, 88, 116])
"""Velocities that a stroke may have; the nearest one stands for all others."""
OFFSETS = np.array([-48, -24, 0, 24, 48])
"""Offsets from the grid, in 1/120 steps: a fifth of a step apart, 25 ms at 120 beats a minute. A
triplet eighth lies within 8 of one of them."""
SILENT = 0
FEELS = 1 + len(LEVELS) * len(OFFSETS)
"""Categories: silent, then for each level all offsets."""


def _group_of_class() -> np.ndarray:
    table = np.zeros(len(CLASSES), dtype=np.int64)
    for number, (_, classes) in enumerate(GROUPS):
        table[list(classes)] = number
    return table


GROUP_OF_CLASS = _group_of_class()
SOUNDING = np.stack([BITS_OF_SET[:, list(classes)].any(axis=1) for _, classes in GROUPS], axis=1)
"""``(512, G)``: which groups sound in each set of drums."""
VELOCITY_OF_FEEL = np.append(0, np.repeat(LEVELS, len(OFFSETS)))
OFFSET_OF_FEEL = np.append(0, np.tile(OFFSETS, len(LEVELS)))
"""``(K,)``: what a category says; 0 for silence."""
EARLY = OFFSET_OF_FEEL < 0
"""``(K,)``: categories that begin before their step."""


def feel_tokens(
    steps_M: np.ndarray,
    classes_M: np.ndarray,
    velocities_M: np.ndarray,
    offsets_M: np.ndarray,
    steps: int,
) -> np.ndarray:
    """The categories of all steps, ``(G, S)``; of a group's hits at one step the loudest counts,
    of equally loud ones the lowest class."""
    feels_GS = np.zeros((len(GROUPS), steps), dtype=np.int64)
    order = np.lexsort((-classes_M, velocities_M))
    levels_M = nearest_of(velocities_M, LEVELS)
    categories_M = 1 + levels_M * len(OFFSETS) + nearest_of(offsets_M, OFFSETS)
    feels_GS[GROUP_OF_CLASS[classes_M[order]], steps_M[order]] = categories_M[order]
    return feels_GS


def struck(
    feels_GS: np.ndarray, steps_M: np.ndarray, classes_M: np.ndarray, accents_S: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Velocities and offsets of hits, each ``(M,)``. A hit whose group is said to be silent has
    its step's accent; nothing begins before the song does."""
    feels_M = feels_GS[GROUP_OF_CLASS[classes_M], steps_M]
    velocities_M = np.where(feels_M == SILENT, accents_S[steps_M], VELOCITY_OF_FEEL[feels_M])
    offsets_M = OFFSET_OF_FEEL[feels_M]
    return velocities_M, np.where(steps_M == 0, np.maximum(offsets_M, 0), offsets_M)


def feel_counts(feels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How often each level and each offset comes, over categories of any shape."""
    sounding = feels[feels != SILENT].astype(np.int64) - 1
    counts = np.bincount(sounding, minlength=FEELS - 1).reshape(len(LEVELS), len(OFFSETS))
    return counts.sum(axis=1), counts.sum(axis=0)


def nearest_of(values_M: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Where in the table the value nearest to each one stands, ``(M,)``; the first of two."""
    found: np.ndarray = np.abs(values_M[:, None] - table).argmin(axis=1)
    return found
