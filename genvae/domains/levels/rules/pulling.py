"""Where lone boxes can be pushed from, for many levels at once: what placing a box looks at.

A box reaches a goal from wherever it can be pulled from there: backwards, square by square, with
room for who pulls (Taylor and Parberry, "Procedural generation of sokoban levels", 2011). That
is what ``warehouse.Warehouse`` finds for one level; here it is found in whole planes. Where boxes
already stand each of them needs a goal of its own.

Axes:  N levels · H rows · W columns · G goals
"""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations

import numpy as np

MOST_GOALS = 6
"""With more goals than this a matching costs more than it saves: any goal will do."""
WAYS = ((0, 1), (0, -1), (1, 0), (-1, 0))


def pulled(open_NHW: np.ndarray, goals_NGHW: np.ndarray) -> np.ndarray:
    """``(N, G, H, W)``: the squares from which a lone box can be pushed onto each goal, each goal
    a plane with one square. Beyond the level is wall."""
    room = np.pad(open_NHW, ((0, 0), (2, 2), (2, 2)))[:, None]
    reach = np.pad(goals_NGHW, ((0, 0), (0, 0), (2, 2), (2, 2)))
    reach &= room
    while True:
        grown = reach.copy()
        for down, right in WAYS:
            ahead = np.roll(reach, (-down, -right), axis=(2, 3))
            behind = np.roll(room, (down, right), axis=(2, 3))
            grown |= ahead & room & behind
        if np.array_equal(grown, reach):
            return reach[:, :, 2:-2, 2:-2]
        reach = grown


def each_alone(mask_NHW: np.ndarray, most: int) -> np.ndarray:
    """``(N, most, H, W)``: a plane for each square of a mask, row by row; none beyond ``most``."""
    number = np.cumsum(mask_NHW.reshape(len(mask_NHW), -1), axis=1).reshape(mask_NHW.shape)
    found: np.ndarray = mask_NHW[:, None] & (
        number[:, None] == np.arange(1, most + 1)[:, None, None]
    )
    return found


def room_for_a_box(
    open_NHW: np.ndarray, goals_NHW: np.ndarray, boxes_NHW: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For one more box: the share of the goals that it could be pushed onto from each square, were
    it alone, ``(N, H, W)``; and where every box, it among them, still has a goal of its own."""
    count = int(goals_NHW.sum((1, 2)).max(initial=1))
    goals = each_alone(goals_NHW, max(count, 1))
    reach = pulled(open_NHW, goals)
    share = reach.mean(1)
    if count > MOST_GOALS:
        return share, share > 0
    signs_NHW = (reach * (1 << np.arange(goals.shape[1]))[:, None, None]).sum(1)
    may = np.zeros(open_NHW.shape, dtype=bool)
    for n, signs_HW in enumerate(signs_NHW):
        standing = tuple(sorted(signs_HW[boxes_NHW[n]].tolist()))
        good = [s for s in np.unique(signs_HW) if matched(standing, int(s))]
        may[n] = np.isin(signs_HW, good)
    return share, may


@lru_cache(maxsize=65536)
def matched(standing: tuple[int, ...], another: int) -> bool:
    """Can boxes that reach these goals (a bit a goal) all be given one of their own?"""
    every = (*standing, another)
    goals = range(max(every).bit_length())
    if len(goals) < len(every) or not all(every):
        return False
    return any(
        all(sign >> goal & 1 for sign, goal in zip(every, chosen, strict=True))
        for chosen in permutations(goals, len(every))
    )
