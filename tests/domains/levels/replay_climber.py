"""Plays the moves of a climber proof over a level's text, each hole with a clock of its own;
shares no code with the search."""

from __future__ import annotations

OPEN = 28
"""Moves after which a hole has closed."""
WAYS = {"l": (-1, 0), "r": (1, 0), "u": (0, -1), "d": (0, 1), ".": (0, 1)}


class Mine:
    """A level in the symbols of KGoldrunner as it changes."""

    def __init__(self, rows: list[str]) -> None:
        self.rows = [list(row) for row in rows]
        self.gold = {(x, y) for y, row in enumerate(rows) for x, t in enumerate(row) if t == "N"}
        ((self.x, self.y),) = [
            (x, y) for y, row in enumerate(rows) for x, t in enumerate(row) if t == "R"
        ]
        self.holes: dict[tuple[int, int], int] = {}
        self.now = 0
        self.reveal()

    def reveal(self) -> None:
        if not self.gold:
            self.rows = [["H" if t == "Z" else t for t in row] for row in self.rows]

    def tile(self, x: int, y: int) -> str:
        if not (0 <= y < len(self.rows) and 0 <= x < len(self.rows[0])):
            return "X"
        return " " if (x, y) in self.holes else self.rows[y][x]

    def kept(self) -> bool:
        """Does the body stay where it is?"""
        return self.tile(self.x, self.y) in "HT" or self.tile(self.x, self.y + 1) in "MXH"

    def pass_time(self, moves: int) -> bool:
        """False if a brick closes over the body."""
        self.now += moves
        shut = {at for at, dug in self.holes.items() if self.now - dug > OPEN}
        for at in shut:
            del self.holes[at]
        return (self.x, self.y) not in shut

    def move(self, letter: str) -> str:
        """Do one move; what is wrong with it, or ""."""
        if letter == "w":
            if not self.kept():
                return "waits in the air"
            return "" if self.pass_time(OPEN + 1) else "is walled in"
        if letter in "LR":
            return self.dig(-1 if letter == "L" else 1)
        if (letter == ".") == self.kept():
            return "falls from something" if letter == "." else "moves in the air"
        dx, dy = WAYS[letter]
        to = self.tile(self.x + dx, self.y + dy)
        if to in ("MX" if dy > 0 else "MXF"):
            return "is blocked"
        if letter == "u" and self.tile(self.x, self.y) != "H":
            return "climbs without a ladder"
        self.x, self.y = self.x + dx, self.y + dy
        if (self.x, self.y) in self.gold:
            self.gold.remove((self.x, self.y))
            self.reveal()
        return "" if self.pass_time(1) else "is walled in"

    def dig(self, side: int) -> str:
        if not self.kept():
            return "digs in the air"
        brick, above = (self.x + side, self.y + 1), (self.x + side, self.y)
        if self.tile(*brick) != "M":
            return "digs no brick"
        if self.tile(*above) not in " RENZ" or above in self.gold:
            return "digs below something"
        self.holes[brick] = self.now
        return "" if self.pass_time(1) else "is walled in"


def play(rows: list[str], moves: str) -> str:
    """What is wrong with ``moves``, in words; "" if they collect all gold and lead out."""
    mine = Mine(rows)
    for number, letter in enumerate(moves, 1):
        wrong = mine.move(letter)
        if wrong:
            return f"move {number} ({letter}) at {mine.x},{mine.y}: {wrong}"
    if mine.gold:
        return f"{len(mine.gold)} pieces of gold are left"
    return "" if mine.y == 0 else "does not get out"
