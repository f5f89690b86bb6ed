"""Plays the moves of a sokoban solution over a level's text, sharing no code with the search."""

from __future__ import annotations

WAYS = {"u": (0, -1), "d": (0, 1), "l": (-1, 0), "r": (1, 0)}


def play(rows: list[str], moves: str) -> str:
    """What is wrong with ``moves`` (u, d, l, r; capitals push), in words; "" if they solve it."""
    tiles = {(x, y): tile for y, row in enumerate(rows) for x, tile in enumerate(row)}
    walls = {at for at, tile in tiles.items() if tile == "#"}
    goals = {at for at, tile in tiles.items() if tile in ".*+"}
    boxes = {at for at, tile in tiles.items() if tile in "$*"}
    (player,) = (at for at, tile in tiles.items() if tile in "@+")

    def blocked(at: tuple[int, int]) -> bool:
        return at not in tiles or at in walls

    for number, move in enumerate(moves, 1):
        dx, dy = WAYS[move.lower()]
        to = player[0] + dx, player[1] + dy
        if blocked(to):
            return f"move {number}: walks into a wall"
        if (to in boxes) != move.isupper():
            return f"move {number}: {move} is {'no' if move.isupper() else 'a'} push"
        if to in boxes:
            beyond = to[0] + dx, to[1] + dy
            if blocked(beyond) or beyond in boxes:
                return f"move {number}: pushes a box into something"
            boxes.remove(to)
            boxes.add(beyond)
        player = to
    return "" if boxes == goals else f"{len(boxes - goals)} boxes off goal at the end"
