"""Levels played with keys: what a person can do, and that proofs can be played."""

from __future__ import annotations

import os
import select
import sys
import time
from pathlib import Path

import pytest

from genvae.domains.levels.games.base import Game
from genvae.domains.levels.games.by_rules import game_of
from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.registry import ruleset_of
from genvae.domains.levels.text import level_from_rows, read_levels
from genvae.domains.levels.tileset import load_tileset, tileset_from
from genvae.domains.levels.walk import play, run
from genvae.errors import FileProblem

DATA = Path(__file__).parents[3] / "data" / "levels"
SOKOBAN = ["#######", "#.@ $.#", "# $   #", "#     #", "#######"]
CLIMBER = ["           ", "      H    ", "  N   H    ", "MMMMMMH    ", "   R  H  N ", "MMMMMMMMMMM"]
DUNGEON = {
    "name": "tower",
    "rules": "topdown",
    "tile": [
        {"symbol": " ", "roles": ["empty"]},
        {"symbol": "#", "roles": ["solid"]},
        {"symbol": "k", "roles": ["key"]},
        {"symbol": "L", "roles": ["locked"]},
        {"symbol": "G", "roles": ["goal"]},
        {"symbol": "@", "roles": ["start"]},
    ],
}
TOWER = ["#########", "#k  @ L #", "#######G#", "#########"]


def game(rows: list[str], tileset: str) -> Game:
    tiles = tileset_from(DUNGEON) if tileset == "tower" else load_tileset(tileset)
    return started(level_from_rows(rows, tiles))


def started(level: Level) -> Game:
    found = game_of(level, ruleset_of(level.tileset))
    assert found is not None
    return found


def played(a_game: Game, keys: str) -> list[str]:
    """The lines said: at the beginning, and after each key."""
    lines: list[str] = []
    arrows = {"<": "\x1b[D", ">": "\x1b[C", "^": "\x1b[A", "v": "\x1b[B"}
    run(a_game, iter([arrows.get(k, k) for k in keys]), lambda _, line: lines.append(line))
    return lines


@pytest.mark.parametrize(
    ("rows", "tileset"),
    [(SOKOBAN, "sokoban"), (CLIMBER, "climber"), (TOWER, "tower")],
)
def test_the_proof_wins(rows: list[str], tileset: str) -> None:
    a_game = game(rows, tileset)
    lines = played(a_game, "p" + "n" * 200)
    assert a_game.won
    assert lines[-1].startswith(f"won in {a_game.moves} moves")


@pytest.mark.parametrize("path", sorted(DATA.glob("*.txt")), ids=lambda p: p.stem)
def test_the_proofs_of_the_demo_levels_win(path: Path) -> None:
    (level,) = read_levels(path, load_tileset("platformer"))
    a_game = started(level)
    played(a_game, "p" + "n" * 300)
    assert a_game.won


def test_a_jump_over_a_gap() -> None:
    rows = ["-------"] * 4 + ["P------", "XX--XXX"]
    a_game = game(rows, "platformer")
    lines = played(a_game, ">>")
    assert (a_game.here, lines[-1]) == ((2, 4), "")
    assert played(a_game, "v")[-1].startswith("lost")
    played(a_game, "r>^>>>>>>>>>")
    assert a_game.won
    assert a_game.here == (6, 4)


def test_boxes_are_pushed_and_never_pulled() -> None:
    a_game = game(["######", "#@$ .#", "######"], "sokoban")
    assert played(a_game, "<")[-1] == "blocked"
    assert a_game.moves == 0
    played(a_game, ">")
    assert a_game.level.tileset.symbols[a_game.view()[1, 3]] == "$"
    assert played(a_game, ">")[-1] == "won in 2 moves; r: again, q: quit"
    assert a_game.level.tileset.symbols[a_game.view()[1, 4]] == "*"


def test_a_door_needs_a_key() -> None:
    a_game = game(TOWER, "tower")
    assert played(a_game, ">>")[-1] == "locked, and no key"
    played(a_game, "<<<<>>>>>>v")
    assert a_game.won


def test_bricks_are_dug_and_close_again() -> None:
    a_game = game(["       ", "       ", "   R N ", "MMMMMMM", "      H", "MMMMMMM"], "climber")
    played(a_game, "z")
    assert a_game.level.tileset.symbols[a_game.view()[3, 2]] == " "
    played(a_game, " ")
    assert a_game.level.tileset.symbols[a_game.view()[3, 2]] == "M"


def test_quit_help_and_no_proof() -> None:
    a_game = game(["#######", "#@ $ .#", "#  #  #", "#######"], "sokoban")
    assert "?: help" in played(a_game, "")[0]
    assert "p: show the proof" in played(a_game, "?")[-1]
    assert len(played(a_game, "q>>>")) == 1
    stuck = game(["#####", "#$@.#", "#####"], "sokoban")
    assert played(stuck, "p")[-1].startswith("no proof: ")


def test_where_there_is_no_terminal() -> None:
    level = level_from_rows(SOKOBAN, load_tileset("sokoban"), "box")
    with pytest.raises(FileProblem, match="box: a level is walked in a terminal, and this is none"):
        play(level, ruleset_of(level.tileset))
    plain = tileset_from({key: value for key, value in DUNGEON.items() if key != "rules"})
    with pytest.raises(FileProblem, match=r"has no rules .* --tileset FILE.toml, rules = one of"):
        play(level_from_rows(TOWER, plain), ruleset_of(plain))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_in_a_terminal() -> None:
    import pty

    process, terminal = pty.fork()
    if process == 0:
        os.environ["TERM"] = "xterm"
        code = "from genvae.cli.app import main; main()"
        file = str(DATA / "caves.txt")
        os.execv(sys.executable, [sys.executable, "-c", code, "play", file])
    shown, until, sent = "", time.monotonic() + 30, False
    while time.monotonic() < until:
        ready, _, _ = select.select([terminal], [], [], 1)
        if not ready:
            continue
        try:
            part = os.read(terminal, 1 << 16).decode("utf-8", "ignore")
        except OSError:
            break
        shown += part
        if "help" in shown and not sent:
            os.write(terminal, b"\x1b[C\x1b[Cq")
            sent = True
    assert os.waitpid(process, 0)[1] == 0, shown[-2000:]
    assert "2 moves" in shown
    assert shown.rstrip().endswith("\x1b[?1049l")
