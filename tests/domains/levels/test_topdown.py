from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genvae.domains.levels.level import Level
from genvae.domains.levels.rules.base import Verdict
from genvae.domains.levels.rules.topdown import TopDown
from genvae.domains.levels.rules.walking import Walking
from genvae.domains.levels.text import level_from_rows, level_text
from genvae.domains.levels.tileset import tileset_from

from .replay_topdown import play  # noqa: TID252

TILESET = tileset_from(
    {
        "name": "rooms",
        "tile": [
            {"symbol": ".", "roles": ["empty"]},
            {"symbol": "#", "roles": ["solid"]},
            {"symbol": "^", "roles": ["hazard"]},
            {"symbol": "~", "roles": ["liquid"]},
            {"symbol": "D", "roles": ["door"]},
            {"symbol": "L", "roles": ["locked"]},
            {"symbol": "k", "roles": ["key"]},
            {"symbol": "c", "roles": ["collectable"]},
            {"symbol": "G", "roles": ["goal"]},
            {"symbol": "@", "roles": ["start"]},
        ],
    }
)


def check(rows: str, **parameters: Any) -> Verdict:
    level = level_from_rows(rows.split(), TILESET)
    verdict = TopDown(Walking(**parameters)).check(level)
    if verdict.playable and "@" in rows and not parameters.get("diagonal"):
        reuse = parameters.get("reuse", False)
        wrong = play(rows.split(), verdict.proof["path"], reuse=reuse)  # type: ignore[index]
        assert not wrong or parameters.get("any_goal") or parameters.get("swim"), wrong
    return verdict


def test_a_walk_to_all_goals() -> None:
    verdict = check("#####  #@.G#  #.#.#  #G..#  #####")
    assert verdict.playable
    assert verdict.path == ((1, 1), (2, 1), (3, 1), (3, 2), (3, 3), (2, 3), (1, 3)) or (
        verdict.path == ((1, 1), (1, 2), (1, 3), (2, 3), (3, 3), (3, 2), (3, 1))
    )
    assert verdict.facts["steps"] == 6


def test_a_goal_behind_a_wall() -> None:
    verdict = check("@.#G")
    assert verdict.playable is False
    assert verdict.problems == ("the goal in column 4, row 1 cannot be reached",)
    assert (verdict.place, verdict.proof) == ((3, 0), None)


@pytest.mark.parametrize(
    ("rows", "parameters", "playable"),
    [
        ("@DG", {}, True),
        ("@^G", {}, False),
        ("@~G", {}, False),
        ("@~G", {"swim": True}, True),
        ("@# #G", {}, False),
        ("@# #G", {"diagonal": True}, True),
        ("G@#G", {}, False),
        ("G@#G", {"any_goal": True}, True),
        ("G@#c", {}, True),
        ("G@#c", {"collect": True}, False),
        ("@..#.", {"floor": 0.7}, True),
        ("@..#.", {"floor": 0.8}, False),
    ],
)
def test_parameters(rows: str, parameters: dict[str, Any], playable: bool) -> None:
    assert check(rows, **parameters).playable is playable


def test_a_key_opens_one_door() -> None:
    assert check("@kLG").playable
    assert check("@.LG").playable is False
    assert check("@kL.LG").playable is False
    assert check("@kL.LG", reuse=True).playable
    assert check("@kLLLG").playable  # three tiles, one door


def test_a_key_behind_its_own_door() -> None:
    verdict = check("@.LkG")
    assert verdict.playable is False
    assert verdict.problems == (
        "the goal in column 5, row 1 cannot be reached: "
        "no key is left for the door in column 3, row 1",
    )


@pytest.mark.parametrize(
    ("rows", "playable"),
    [
        ("kL.@k.LG", True),  # behind the left door there is another key
        (".L.@k.LG", True),  # behind the left door there is nothing: that key would be wasted
        ("..L.@kk.L.LG", True),
        ("..L.@k..L.LG", False),
        ("G.L.@kk.L.LG", False),
        ("GkL.@kk.L.LG", True),
    ],
)
def test_the_right_door_first(rows: str, playable: bool) -> None:
    assert check(rows).playable is playable


def test_where_a_walk_begins_without_a_start() -> None:
    assert check("...  .#.  ..G").path[0][1] == 0
    verdict = check("#####  #.#.#  #.#.#  #G###  #####")
    assert verdict.playable
    assert verdict.path[0] == (1, 1)
    assert check("###").problems == ("there is nowhere to stand",)


def test_several_starts() -> None:
    level = level_from_rows(["@.@"], TILESET)
    assert TopDown().faults(level) == ["2 starts (columns 1, 3), at most one is allowed"]
    assert TopDown(Walking(entries=True)).faults(level) == []


def test_the_search_gives_up() -> None:
    rows = "@kk......... L#L#L#L#L#L# .#.#.#.#.#L# .#.#.#.#.#.# .#.#.#.#.#L# .#.#.#.#.#G#"
    verdict = check(rows, nodes=3)
    assert verdict.playable is None
    assert verdict.problems[0] == "undecided after 3 sets of doors"
    assert check(rows).playable
    assert check(rows.replace("kk", "k.")).playable is False


@given(seed=st.integers(0, 10**6))
@settings(max_examples=80)
def test_agrees_with_a_search_state_by_state(seed: int) -> None:
    rng = np.random.default_rng(seed)
    chances = np.array([9, 6, 0, 0, 0, 2, 1.5, 0, 1, 0])
    grid = rng.choice(10, size=(5, 6), p=chances / chances.sum())
    grid[rng.integers(5), rng.integers(6)] = 9
    level = Level(grid, TILESET)
    rows = level_text(level).split()
    verdict = check("\n".join(rows))
    assert verdict.playable is finishable(rows)


def finishable(rows: list[str]) -> bool:
    """Plain search over (place, keys taken, doors opened, goals seen)."""
    at = {(x, y): t for y, row in enumerate(rows) for x, t in enumerate(row)}
    goals = frozenset(p for p, t in at.items() if t == "G")
    (start,) = (p for p, t in at.items() if t == "@")

    def door(p: tuple[int, int]) -> frozenset[tuple[int, int]]:
        found, todo = set(), [p]
        while todo:
            q = todo.pop()
            if q not in found and at.get(q) == "L":
                found.add(q)
                todo += [(q[0] + 1, q[1]), (q[0] - 1, q[1]), (q[0], q[1] + 1), (q[0], q[1] - 1)]
        return frozenset(found)

    state = (start, frozenset(), frozenset(), frozenset())
    seen, queue = {state}, [state]
    while queue:
        (x, y), keys, doors, visited = queue.pop()
        if visited == goals:
            return True
        for to in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            tile, k, d, v = at.get(to, "#"), keys, doors, visited
            if tile == "#":
                continue
            if tile == "L" and door(to) not in doors:
                if len(keys) <= len(doors):
                    continue
                d = doors | {door(to)}
            if tile == "k":
                k = keys | {to}
            if tile == "G":
                v = visited | {to}
            new = (to, k, d, v)
            if new not in seen:
                seen.add(new)
                queue.append(new)
    return False
