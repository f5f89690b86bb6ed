"""Tiles that are never neighbours; see ``apart.py``."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from genvae.domains.levels.apart import Apart, find_apart
from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.facts import Facts
from genvae.domains.levels.tileset import builtin
from genvae.domains.records import OPEN


def pipes(n: int, seed: int = 0) -> np.ndarray:
    """Windows ``(N, R, C)`` of mario: ground, some question blocks, and a pipe somewhere."""
    mario = builtin()["mario"]
    numbers, rng = mario.numbers, np.random.default_rng(seed)
    x = np.full((n, 14, 16), numbers["-"])
    x[:, 0] = numbers["X"]
    for window, at, high in zip(x, rng.integers(0, 15, n), rng.integers(1, 4, n), strict=True):
        window[1 : high + 1, at], window[1 : high + 1, at + 1] = numbers["["], numbers["]"]
        window[high + 1, at], window[high + 1, at + 1] = numbers["<"], numbers[">"]
        window[8, rng.integers(0, 16)] = numbers["?"]
    return x


def drawn(apart: Apart, cells_NTR: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cells that are open, each any of what may be there."""
    n, steps, rows = cells_NTR.shape
    cells = cells_NTR.copy()
    for step in range(steps):
        for row in range(rows):
            allowed = np.broadcast_to(apart.allow(step, row, cells), (n, len(apart.mask_K)))
            assert allowed.any(1).all()
            chosen = (allowed * rng.random(allowed.shape)).argmax(1)
            known_N = cells_NTR[:, step, row]
            cells[:, step, row] = np.where(known_N == OPEN, chosen, known_N)
    return cells


def test_what_is_never_neighbours() -> None:
    mario = builtin()["mario"]
    facts = find_apart(pipes(400), mario)
    for symbol in mario.symbols:
        assert (("<" + symbol) in facts.apart_beside) == (symbol != ">")
        assert ((symbol + "]") in facts.apart_beside) == (symbol != "[")
    assert "[-" in facts.apart_above
    assert "[<" not in facts.apart_above
    # Of blocks there are too few to know what they never stand beside.
    assert "??" not in facts.apart_beside
    assert Facts(**facts.table()) == facts
    few = find_apart(pipes(3), mario)
    assert not any("<" in pair or "[" in pair for pair in few.apart_beside if "-" not in pair)


def test_halves_come_together_whatever_is_drawn() -> None:
    mario = builtin()["mario"]
    numbers, rng = mario.numbers, np.random.default_rng(1)
    apart = Apart(mario, find_apart(pipes(400), mario))
    assert apart.local
    cells = drawn(apart, np.full((300, 16, 14), OPEN), rng)
    for left, right in ("<>", "[]"):
        is_left, is_right = cells == numbers[left], cells == numbers[right]
        assert is_left[:, :-1].sum() > 100
        np.testing.assert_array_equal(is_left[:, :-1], is_right[:, 1:])


def test_a_pipe_ends_in_its_mouth_whatever_is_drawn() -> None:
    mario = builtin()["mario"]
    x_NRC = pipes(400)
    # Pipes that hang from a block end in it above, and those alone.
    hanging = [mario.numbers[s] for s in "<[[S"], [mario.numbers[s] for s in ">]]S"]
    for window, at in zip(x_NRC[:60], np.random.default_rng(2).integers(0, 15, 60), strict=True):
        window[8:12, at], window[8:12, at + 1] = hanging
    facts = find_apart(x_NRC, mario)
    assert {"X[-", "X[S", "<[-"} <= set(facts.apart_runs)
    assert not {"X[<", "<[S"} & set(facts.apart_runs)
    ended = []
    for kept in (facts, replace(facts, apart_runs=())):
        cells = drawn(Apart(mario, kept), np.full((300, 16, 14), OPEN), np.random.default_rng(1))
        columns = ["".join(mario.symbols[k] for k in column) for column in cells.reshape(-1, 14)]
        runs = [run for column in columns for run in re.findall(r"X\[+[^\[]", column)]
        assert len(runs) > 100
        ended.append(np.mean([run.endswith("<") for run in runs]))
    # What is drawn at random asks for the impossible now and then: the side of two pipes.
    assert ended[0] > 0.65
    assert ended[0] > 1.5 * ended[1]


def test_what_stands_to_the_right_already_is_minded() -> None:
    mario = builtin()["mario"]
    apart = Apart(mario, find_apart(pipes(400), mario))
    whole = pipes(1000, seed=3).transpose(0, 2, 1)
    known = whole.copy()
    known[:, 4:9] = OPEN
    cells = drawn(apart, known, np.random.default_rng(1))
    for left, right in ("<>", "[]"):
        right_NR = cells[:, 9] == mario.numbers[right]
        left_NR = cells[:, 8] == mario.numbers[left]
        assert right_NR.sum() > 50
        assert (left_NR & right_NR).sum() > 0.8 * right_NR.sum()


def test_a_codec_keeps_what_it_has_seen() -> None:
    codec = LevelsCodec(builtin()["mario"])
    assert codec.constraints() is None
    codec.observe({"tiles": pipes(400)})
    assert isinstance(codec.constraints(), Apart)
    assert codec.placement() is None
    again = LevelsDomain().open(codec.config)
    assert again.facts == codec.facts
