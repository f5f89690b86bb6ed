"""Songs to tokens and back."""

from __future__ import annotations

import numpy as np
import pytest

from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.roll import bar_chunks, cells_of_steps, line_notes, line_tokens
from genvae.domains.music.song import Bar, Meter, Note

from .songs import trio  # noqa: TID252


def table(*rows: tuple[int, int, int]) -> np.ndarray:
    return np.array([(*row, 80) for row in rows], dtype=np.int64).reshape(-1, 4)


def test_rest_hold_and_onset_are_three_things() -> None:
    tokens = line_tokens(table((0, 2, 60), (2, 1, 60), (5, 2, 64)), 8)
    assert tokens.tolist() == [62, 1, 62, 0, 0, 66, 1, 0]
    assert line_notes(tokens).tolist() == [[0, 2, 60], [2, 1, 60], [5, 2, 64]]


def test_a_later_note_cuts_an_earlier_one() -> None:
    tokens = line_tokens(table((0, 8, 60), (3, 1, 67)), 8)
    assert tokens.tolist() == [62, 1, 1, 69, 0, 0, 0, 0]


def test_a_hold_after_a_rest_is_a_rest() -> None:
    assert line_notes(np.array([1, 1, 0, 1, 62, 1, 0, 1])).tolist() == [[4, 2, 60]]


@pytest.mark.parametrize(
    ("meter", "chunks"),
    [
        ((4, 4), [(0, 16)]),
        ((3, 4), [(0, 12)]),
        ((5, 4), [(0, 12), (12, 8)]),
        ((12, 8), [(0, 12), (12, 12)]),
        ((9, 8), [(0, 12), (12, 6)]),
        ((7, 4), [(0, 16), (16, 12)]),
    ],
)
def test_long_bars_are_cut_on_beats(meter: tuple[int, int], chunks: list[tuple[int, int]]) -> None:
    length = meter[0] * 16 // meter[1]
    assert bar_chunks(Bar(0, length, Meter(0, *meter))) == chunks


def test_waltz_bars_are_padded_where_a_note_sounds(codec: MusicCodec) -> None:
    song = trio(
        melody=(Note(0, 12, 60), Note(12, 4, 62)),
        drums=(Note(11, 1, 36), Note(12, 1, 38)),
        steps=24,
        meters=(Meter(0, 3, 4),),
    )
    windows = codec.encode(song).windows
    shifted = windows["melody"][0, 0].tolist()
    assert shifted[1:16] == [1] * 15
    assert shifted[16] == shifted[0] + 2
    assert shifted[17:] == [1, 1, 1] + [0] * 12
    assert windows["drums"][0, 0].tolist() == [0] * 11 + [1] + [0] * 4 + [2] + [0] * 15


def test_windows_begin_on_bar_lines() -> None:
    cells = cells_of_steps((Meter(0, 3, 4),), 36)
    assert len(cells) == 64
    assert cells[[0, 11, 12, 15, 16, 27, 28, 32, 43, 44, 63]].tolist() == [
        0, 11, -1, -1, 12, 23, -1, 24, 35, -1, -1,
    ]  # fmt: skip
