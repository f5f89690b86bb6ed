"""A level walked in the terminal, a key a move.

Keys come from a terminal that hands them over one by one; everything is drawn with what nearly all
terminals understand (ECMA-48).
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from genvae.domains.levels.games.base import Action, Game
from genvae.domains.levels.games.by_rules import game_of
from genvae.domains.levels.level import Level
from genvae.domains.levels.picture import terminal
from genvae.domains.levels.rules.base import Ruleset
from genvae.domains.levels.rules.registry import names
from genvae.errors import FileProblem

KEYS = {
    "\x1b[A": "up",
    "\x1b[B": "down",
    "\x1b[C": "right",
    "\x1b[D": "left",
    "w": "up",
    "s": "down",
    "d": "right",
    "a": "left",
    "7": "up-left",
    "9": "up-right",
    "1": "down-left",
    "3": "down-right",
    "e": "up-right",
    "z": "dig left",
    "x": "dig right",
    " ": "wait",
}
"""What a key does. ``\\x1bO`` comes as ``\\x1b[``."""
QUIT = {"q", "\x03", "\x04", ""}
HELP = "arrows or w a s d; 7 9 1 3 aslant; r: again; p: show the proof, a move a key; q: quit"
PLAYER = "bold black on bright_yellow"
FRAME = 4
"""Lines below the level."""

Draw = Callable[[Game, str], None]


def play(level: Level, rules: Ruleset | None) -> None:
    """Let a person walk the level until it ends. Raises FileProblem."""
    game = game_of(level, rules)
    if game is None:
        raise FileProblem(
            f"{level.name}: tileset {level.tileset.name!r} has no rules that a level can be walked "
            f"by; give one with --tileset FILE.toml, rules = one of {', '.join(names())}"
        )
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise FileProblem(f"{level.name}: a level is walked in a terminal, and this is none")
    with _one_by_one() as keys, _screen():
        run(game, keys, _draw)


def run(game: Game, keys: Iterator[str], draw: Draw) -> None:
    """Play with these keys; ``draw`` shows the game and a line after each."""
    proof: list[Action] | None = None
    line = game.said or f"{game.keys}; ?: help"
    draw(game, line)
    for key in keys:
        if key in QUIT:
            return
        if key == "?":
            line = f"{game.keys}; {HELP}"
        elif key == "r":
            game.restart()
            proof, line = None, game.said
        elif key == "p" and not proof:
            proof, line = _proof(game)
        elif proof:
            game.press(proof.pop(0))
            line = f"proof, {len(proof)} moves to go (r: play yourself)"
        else:
            game.press(KEYS.get(key, ""))
            line = game.said
        if game.won:
            line = f"won in {game.moves} moves; r: again, q: quit"
            proof = None
        draw(game, line)


def _proof(game: Game) -> tuple[list[Action] | None, str]:
    """The moves of the proof from the beginning, and what to say."""
    game.restart()
    verdict = game.rules.check(game.level)
    if verdict.proof is None:
        why = "; ".join(verdict.problems) or "none was found"
        return None, f"no proof: {why}"
    return list(game.solution(verdict.proof)), "proof: any key for the next move (r: play yourself)"


def _draw(game: Game, line: str) -> None:
    from rich.console import Console

    size = shutil.get_terminal_size()
    width, height = max(size.columns - 1, 10), max(size.lines - FRAME, 4)
    view, corner = _seen(game, width, height)
    text = terminal(view, width)
    if game.here is not None:
        at = _place(game.here, corner, view.width)
        text.stylize(PLAYER, at, at + 1)
        text.plain = text.plain[:at] + "@" + text.plain[at + 1 :]
    console = Console(force_terminal=True, width=size.columns, height=size.lines)
    with console.capture() as capture:
        console.print(text)
        console.print(f"{game.moves} moves  {game.status()}", style="dim", highlight=False)
        console.print(line[: 2 * width], style="bold" if game.won else "", highlight=False)
    lines = capture.get().replace("\n", "\x1b[K\r\n")
    sys.stdout.write(f"\x1b[H{lines}\x1b[J")
    sys.stdout.flush()


def _seen(game: Game, width: int, height: int) -> tuple[Level, tuple[int, int]]:
    """The part of the level around the player that fits, and its corner (column, row)."""
    level = replace(game.level, grid_HW=game.view())
    column, row = game.here or (0, 0)
    left = max(min(column - width // 2, level.width - width), 0)
    top = max(min(row - height // 2, level.height - height), 0)
    return level.cut(top, left, min(height, level.height), min(width, level.width)), (left, top)


def _place(here: tuple[int, int], corner: tuple[int, int], width: int) -> int:
    """Where a cell stands in the text: after the ruler, a line a row."""
    return (here[1] - corner[1] + 1) * (width + 1) + here[0] - corner[0]


@contextmanager
def _screen() -> Iterator[None]:
    """A screen of its own, which leaves the old one as it was."""
    sys.stdout.write("\x1b[?1049h\x1b[?25l\x1b[2J")
    try:
        yield
    finally:
        sys.stdout.write("\x1b[?25h\x1b[?1049l")
        sys.stdout.flush()


@contextmanager
def _one_by_one() -> Iterator[Iterator[str]]:
    """The keys as they are pressed."""
    if os.name == "nt":
        yield _windows_keys()
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor)
    try:
        yield _keys(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _keys(descriptor: int) -> Iterator[str]:
    """Keys from a terminal of Unix; what one key sends comes at once."""
    while True:
        try:
            given = os.read(descriptor, 64).decode("utf-8", "ignore")
        except KeyboardInterrupt:
            given = ""
        if not given:
            yield ""
        given = given.replace("\x1bO", "\x1b[")
        while given:
            length = 3 if given.startswith("\x1b[") else 1
            yield given[:length]
            given = given[length:]


def _windows_keys() -> Iterator[str]:
    """Keys from a console of Windows."""
    import msvcrt

    arrows = {"H": "\x1b[A", "P": "\x1b[B", "M": "\x1b[C", "K": "\x1b[D"}
    while True:
        key = msvcrt.getwch()  # type: ignore[attr-defined]
        yield arrows.get(msvcrt.getwch(), "?") if key in ("\0", "à") else key  # type: ignore[attr-defined]
