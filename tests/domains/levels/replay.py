"""A second opinion on paths: plays one through a level's text, sharing no code with the search."""

from __future__ import annotations

from collections.abc import Sequence

JUMP, BOUNCE, LEAP = 4, 6, 3
SOLID, DEADLY, TOPS, WATER, SPRING = set("X/S?"), set("^"), set("TJ"), set("~"), set("J")


def illegal_move(rows: list[str], path: Sequence[Sequence[int]]) -> str:
    """The first move of ``path`` ((column, row) from 0) that cannot be made, in words; or ""."""

    def tile(column: int, row: int) -> str:
        inside = 0 <= row < len(rows) and 0 <= column < len(rows[0])
        return rows[row][column] if inside else "^"

    def free(column: int, row: int) -> bool:
        return tile(column, row) not in SOLID | DEADLY

    def swims(column: int, row: int) -> bool:
        return tile(column, row) in WATER

    def stands(column: int, row: int) -> bool:
        return row + 1 < len(rows) and tile(column, row + 1) in SOLID | TOPS

    def states_at(column: int, row: int, rises: set[int]) -> set[str | int]:
        if swims(column, row):
            return {"swim"}
        return {"stand" if stands(column, row) else "fall", *rises}

    column, row = path[0]
    if not free(column, row):
        return "the path begins inside something"
    states = states_at(column, row, set())
    for to_column, to_row in path[1:]:
        dx, dy = to_column - column, to_row - row
        here = f"({column},{row}) -> ({to_column},{to_row})"
        if abs(dx) > 1 or abs(dy) > 1:
            return f"{here}: too far"
        if not free(to_column, to_row):
            return f"{here}: blocked"
        way_over, way_along = free(column + dx, row), free(column, row + dy)
        if dy > 0:  # a one-way platform is never entered from above
            way_over = way_over and tile(to_column, to_row) not in TOPS
            way_along = way_along and tile(column, to_row) not in TOPS
        if not (way_over or way_along):
            return f"{here}: cuts a corner"
        rises: set[int] = set()
        arrives = False
        for state in states:
            if state == "swim":
                arrives = True
                rises |= {LEAP - 1} if dy < 0 else set()
            elif state == "stand":
                arrives |= dy == 0
                power = BOUNCE if tile(column, row + 1) in SPRING else JUMP
                rises |= {power - 1} if dy < 0 else set()
            elif state == "fall":
                arrives |= dy == 1
            elif isinstance(state, int) and state > 0 and dy < 0:
                rises.add(state - 1)
        if not (arrives or rises):
            return f"{here}: impossible for {sorted(map(str, states))}"
        states = states_at(to_column, to_row, rises)
        column, row = to_column, to_row
    return "" if states & {"stand", "swim"} else "the path ends in the air"
