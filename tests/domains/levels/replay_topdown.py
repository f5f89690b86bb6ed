"""Walks a top-down proof over a level's text, sharing no code with the search.

Symbols: ``#`` wall, ``^`` hazard, ``k`` key, ``L`` locked, ``G`` goal, ``@`` start.
"""

from __future__ import annotations

from collections.abc import Sequence


def play(rows: list[str], path: Sequence[Sequence[int]], *, reuse: bool = False) -> str:
    """What is wrong with ``path`` ((column, row) from 0), in words; "" if it sees every goal."""
    keys, opened, taken, seen = 0, set[tuple[int, int]](), set[tuple[int, int]](), set()
    locked = {(x, y) for y, row in enumerate(rows) for x, t in enumerate(row) if t == "L"}
    before: Sequence[int] | None = None
    for x, y in path:
        if before is not None and abs(x - before[0]) + abs(y - before[1]) != 1:
            return f"{x},{y}: no step from {before[0]},{before[1]}"
        tile = rows[y][x]
        if tile in "#^":
            return f"{x},{y}: walks into {tile}"
        if tile == "L" and (x, y) not in opened:
            if not keys:
                return f"{x},{y}: no key for the door"
            keys -= not reuse
            todo = [(x, y)]  # every tile of the door
            while todo:
                a, b = todo.pop()
                if (a, b) in locked - opened:
                    opened.add((a, b))
                    todo += [(a + 1, b), (a - 1, b), (a, b + 1), (a, b - 1)]
        if tile == "k" and (x, y) not in taken:
            taken.add((x, y))
            keys += 1
        seen.add((x, y))
        before = (x, y)
    if rows[path[0][1]][path[0][0]] != "@":
        return "does not begin at the start"
    missing = [(x, y) for y, row in enumerate(rows) for x, t in enumerate(row) if t == "G"]
    return "" if set(missing) <= seen else "a goal is not visited"
