"""Meters: which are known, what a window is in, and where nothing may begin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genvae.domains.base import Windows
from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.domain import MusicDomain
from genvae.domains.music.layouts import LAYOUTS
from genvae.domains.music.meters import Padding, kind_of_bar, likely_meter, window_meters
from genvae.domains.music.song import Bar, Meter, Note, Song, Voice
from genvae.errors import OptionProblem, RecipeProblem

ALL = ["4/4", "3/4", "6/8"]
MIXED = MusicDomain().open({"layout": "melody", "meters": ALL})
PLAIN = MusicDomain().open({"layout": "melody"})


def melody(meter: tuple[int, int], *steps: int, bars: int = 4) -> Song:
    """A note of one step at these places of every bar of 12 or 16 steps."""
    size = meter[0] * 16 // meter[1]
    notes = tuple(Note(bar * size + s, 1, 60 + s) for bar in range(bars) for s in steps)
    voices = (Voice("melody", notes),)
    return Song("song", voices, bars * size, (Meter(0, *meter),), group="song")


@pytest.mark.parametrize(
    ("meter", "length", "kind"),
    [
        ((4, 4), 16, (4, 4)),
        ((2, 2), 16, (4, 4)),
        ((3, 4), 12, (3, 4)),
        ((6, 8), 12, (6, 8)),
        ((12, 8), 24, (6, 8)),
        ((6, 4), 24, None),
        ((2, 4), 8, None),
        ((5, 4), 20, None),
    ],
)
def test_kinds_of_bars(meter: tuple[int, int], length: int, kind: tuple[int, int] | None) -> None:
    bar = Bar(0, length, Meter(0, *meter))
    assert kind_of_bar(bar, MIXED.layout.meters) == kind
    assert kind_of_bar(bar, ((4, 4),)) == (kind if kind == (4, 4) else None)
    assert kind_of_bar(Bar(0, 12, Meter(0, 6, 8)), ((3, 4),)) == (3, 4)


def test_the_meter_of_each_window() -> None:
    assert window_meters([(0, 4, 4), (32, 3, 4), (68, 6, 8)], 4) == ["4/4", "3/4", "other", "6/8"]
    assert window_meters([(0, 12, 8)], 2) == ["6/8", "6/8"]
    assert window_meters([(0, 5, 4)], 1) == ["other"]
    encoded = MIXED.encode(melody((3, 4), 0, 4))
    assert MIXED.window_labels(encoded.context, len(encoded)) == {"meter": ["3/4", "3/4"]}
    assert PLAIN.window_labels({}, 1) == {"meter": ["4/4"]}


def test_padding_of_pieces_side_by_side() -> None:
    contexts: list[dict[str, Any]] = [{}, {"meters": [[0, 3, 4]]}, {"meters": [[0, 5, 4]]}]
    padding = Padding(contexts)
    assert padding.at(11) is None
    assert padding.at(12).tolist() == [False, True, True]  # type: ignore[union-attr]
    assert padding.at(31).tolist() == [False, True, True]  # type: ignore[union-attr]
    assert padding.at(32 * 50 + 12).tolist() == [False, True, True]  # type: ignore[union-attr]
    changes = [{"meters": [[0, 4, 4], [64, 3, 4]]}]
    assert Padding(changes).at(12) is None
    assert Padding(changes, 2).at(12).tolist() == [True]  # type: ignore[union-attr]
    assert Padding(()).at(12) is None


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_what_the_rules_allow_is_what_songs_look_like(layout: str, seed: int) -> None:
    """Cells drawn under the rules of a waltz are the same once assembled and encoded again."""
    codec = MusicDomain().open({"layout": layout})
    rng = np.random.default_rng(seed)
    contexts: list[dict[str, Any]] = [{"meters": [[0, 3, 4]]}, {"meters": [[0, 4, 4]]}]
    for row, windows in enumerate(drawn(codec, contexts, rng)):
        song = codec.assemble(windows, contexts[row])
        assert {bar.length for bar in song.bars()} == {(12, 16)[row]}
        assert codec.check(song).problems == []
        cell = codec.layout.cell
        empty = np.arange(2 * cell) % cell >= cell * 3 // 4
        for plan in codec.layout.voices:
            begins = (windows[plan.main] >= plan.first).any(axis=1)
            assert row == 1 or not begins[:, empty].any()
        if any(plan.slots for plan in codec.layout.voices):
            continue  # the lengths of chords are those of a table
        again = codec.encode(song)
        context = contexts[row] | {"shifts": again.context["shifts"]}
        assert codec.assemble(again.windows, context).voices == song.voices


def drawn(
    codec: MusicCodec, contexts: list[dict[str, Any]], rng: np.random.Generator
) -> list[Windows]:
    """Two windows a context, each cell any that the rules allow."""
    rules, spec = codec.constraints(contexts), codec.spec
    cells = np.zeros((len(contexts), 2 * spec.steps, spec.rows), dtype=np.int64)
    fields = list(spec.cells())
    for step in range(2 * spec.steps):
        for row, (field, _) in enumerate(fields):
            mask = rules.allow(step, row, cells)
            allowed = np.ones(field.categories, dtype=bool) if mask is None else mask
            for piece in range(len(contexts)):
                some = allowed if allowed.ndim == 1 else allowed[piece]
                choices = np.flatnonzero(some)
                cells[piece, step, row] = choices[rng.integers(len(choices))]
    found, at = [{} for _ in contexts], 0
    for field in spec.fields:
        for piece in range(len(contexts)):
            part = cells[piece, :, at : at + field.rows].reshape(2, spec.steps, field.rows)
            found[piece][field.name] = part.transpose(0, 2, 1)
        at += field.rows
    return found


@pytest.mark.parametrize(
    ("meter", "steps"),
    [
        ((4, 4), (0, 4, 8, 12)),
        ((3, 4), (0, 4, 8)),
        ((6, 8), (0, 4, 6, 10)),
        ((6, 8), range(0, 12, 2)),
    ],
)
def test_windows_tell_their_meter(meter: tuple[int, int], steps: tuple[int, ...]) -> None:
    song = melody(meter, *steps)
    windows = MIXED.encode(song).windows
    assert likely_meter(windows, MIXED.layout) == meter
    assert MIXED.assemble(windows, {}).meters == (Meter(0, *meter),)
    assert PLAIN.assemble(windows, {}).meters == (Meter(0, 4, 4),)


def test_nothing_tells_nothing() -> None:
    windows = {"melody": np.zeros((2, 1, 32), dtype=np.int64)}
    assert likely_meter(windows, MIXED.layout) == (4, 4)
    shorts = MusicDomain().open({"layout": "melody", "meters": ["3/4"]})
    assert likely_meter(MIXED.encode(melody((6, 8), 0, 6)).windows, shorts.layout) == (3, 4)


def test_a_configuration_names_its_meters() -> None:
    assert PLAIN.config == {"layout": "melody"}
    assert MIXED.config == {"layout": "melody", "meters": ALL}
    assert MusicDomain().open(MIXED.config).layout == MIXED.layout
    for meters, says in (
        ("3/4", "expected a list"),
        ([], "expected a list"),
        (["7/8"], "codec: 7/8: songs can be made in 4/4, 3/4, 6/8 only"),
        (["three"], "codec: three: not a meter; write it as 4/4"),
    ):
        with pytest.raises(RecipeProblem, match=says):
            MusicDomain().open({"layout": "melody", "meters": meters})


def test_a_new_song_has_the_meter_asked_for() -> None:
    rng = np.random.default_rng(0)
    assert PLAIN.context({"meter": " 6 / 8"}, rng)["meters"] == [[0, 6, 8]]
    assert PLAIN.context({}, rng)["meters"] == [[0, 4, 4]]
    assert "meters" not in MIXED.context({}, rng)
    assert PLAIN.advice({"meter": "3/4"}) == [
        "--meter 3/4: this model has learned from 4/4 alone; bars are of the right length, but "
        "nothing is known of how such music goes"
    ]
    assert MIXED.advice({"meter": "3/4"}) == () == PLAIN.advice({})
    with pytest.raises(OptionProblem, match="--meter 7/8: songs can be made in 4/4, 3/4, 6/8 only"):
        PLAIN.context({"meter": "7/8"}, rng)


def test_a_model_of_several_meters_learns_from_parts_in_one_meter() -> None:
    notes = tuple(Note(4 * beat, 4, 60) for beat in range(16 + 12 + 12 + 6))
    meters = (Meter(0, 4, 4), Meter(64, 3, 4), Meter(112, 6, 8), Meter(160, 12, 8))
    song = Song("song", (Voice("melody", notes),), 184, meters, group="song")
    parts = MIXED.training_pieces(song)
    assert [p.name for p in parts] == ["song:1-4", "song:5-8", "song:9-13"]
    assert [p.meters for p in parts] == [
        (Meter(0, 4, 4),),
        (Meter(0, 3, 4),),
        (Meter(0, 6, 8), Meter(48, 12, 8)),
    ]
    assert [p.name for p in PLAIN.training_pieces(song)] == ["song:1-4"]
