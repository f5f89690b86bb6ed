"""From one piece to another: ends, loops, redraws, one piece that travels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from genvae.errors import FileProblem, OptionProblem
from genvae.workflows import between, incoming
from genvae.workflows.incoming import Source
from genvae.workflows.store import Opened
from tests.fakes import BeadCodec, Beads, strings

from .conftest import Open  # noqa: TID252


def source(opened: Opened, windows: int, seed: int, weight: float = 1.0) -> Source:
    found = incoming.encode_piece(
        opened, Beads(f"s{seed}", f"s{seed}", strings(1, windows, seed=seed)[0])
    )
    found.encoded.context["weight"] = weight
    return found


def test_a_source(opened: Open) -> None:
    found = source(opened(), 3, 1)
    assert found.name == "s1"
    assert found.z_WPD.shape == (3, 2, 3)
    assert len(found.encoded) == 3


def test_nothing_to_see(opened: Open) -> None:
    with pytest.raises(FileProblem, match="short: too short, the model sees nothing of it"):
        incoming.encode_piece(opened(), Beads("short", "short", np.zeros((0, 3), dtype=int)))


@pytest.mark.parametrize("method", ["linear", "spherical"])
def test_both_ends_are_the_reconstructions(opened: Open, method: str) -> None:
    session = opened()
    a, b = source(session, 2, 1, 1.0), source(session, 2, 2, 3.0)
    steps = list(between.interpolate(session, a, b, steps=5, method=method))
    assert [m.facts["share"] for m in steps] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert [m.facts["step"] for m in steps] == [0, 1, 2, 3, 4]
    assert [m.context["weight"] for m in steps] == [1.0, 1.5, 2.0, 2.5, 3.0]
    for end, made in ((a, steps[0]), (b, steps[-1])):
        np.testing.assert_array_equal(made.z_WPD, end.z_WPD)
        np.testing.assert_array_equal(
            made.piece.cells, incoming.reconstruct(session, end).piece.cells
        )


def test_between_a_piece_and_itself_nothing_changes(opened: Open) -> None:
    session = opened()
    a = source(session, 2, 1)
    steps = list(between.interpolate(session, a, a, steps=4))
    for made in steps[1:]:
        np.testing.assert_array_equal(made.piece.cells, steps[0].piece.cells)


def test_the_shorter_one_is_looped(opened: Open) -> None:
    session = opened()
    a, b = source(session, 2, 1), source(session, 5, 2)
    (long_a, long_b), notes = between.matched(session, [a, b])
    assert notes == ["s1: 2 windows, looped to 5"]
    assert long_b is b
    np.testing.assert_array_equal(long_a.z_WPD, a.z_WPD[[0, 1, 0, 1, 0]])
    np.testing.assert_array_equal(
        long_a.encoded.windows["bead"], a.encoded.windows["bead"][[0, 1, 0, 1, 0]]
    )
    made = list(between.interpolate(session, a, b, steps=2))
    assert all(len(m.piece.cells) == 40 for m in made)


def test_what_is_too_long(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    session = opened()
    monkeypatch.setattr(between, "LONGEST", 4)
    with pytest.raises(FileProblem, match="s2: 5 windows, at most 4 are interpolated; cut it"):
        between.matched(session, [source(session, 2, 1), source(session, 5, 2)])


def test_a_step_that_fails_is_drawn_around_its_latents(opened: Open) -> None:
    session = opened(True, False, False, True, True)
    a, b = source(session, 2, 1), source(session, 2, 2)
    steps = list(between.interpolate(session, a, b, steps=3))
    assert [m.facts["attempt"] for m in steps] == [0, 2, 0]
    assert all(m.report.playable for m in steps)
    plain = list(between.interpolate(opened(True), a, b, steps=3))
    np.testing.assert_array_equal(steps[1].z_WPD, plain[1].z_WPD)
    assert (steps[1].piece.cells != plain[1].piece.cells).any()


def test_a_step_that_never_succeeds_is_the_likeliest_one(opened: Open) -> None:
    session = opened(False)
    a, b = source(session, 1, 1), source(session, 1, 2)
    steps = list(between.interpolate(session, a, b, steps=2))
    assert [m.facts["attempt"] for m in steps] == [0, 0]
    first = incoming.reconstruct(session, a).piece.cells
    np.testing.assert_array_equal(steps[0].piece.cells, first)


def test_a_step_is_repaired_before_it_is_drawn_again(opened: Open) -> None:
    session = opened(True, False, True)
    session.codec.mends = [0.02]  # type: ignore[attr-defined]
    steps = list(
        between.interpolate(session, source(session, 2, 1), source(session, 2, 2), steps=3)
    )
    assert [m.facts["way"] for m in steps] == ["decoded", "repaired", "decoded"]
    assert steps[1].facts["changes"] == [["a knot"]]
    assert steps[1].piece.marks == ("mended", "finished")


def test_the_end_at_a_playable_piece_is_repaired(opened: Open) -> None:
    # The first end fails, the piece it stands for passes; the end fails again and is mended.
    session = opened(False, True, False, True)
    session.codec.mends = [0.02]  # type: ignore[attr-defined]
    steps = list(
        between.interpolate(session, source(session, 2, 1), source(session, 2, 2), steps=2)
    )
    assert [m.facts["way"] for m in steps] == ["repaired", "decoded"]


def test_the_end_at_a_piece_that_cannot_be_played_is_left_alone(opened: Open) -> None:
    session = opened(False, False, True)
    session.codec.mends = [0.02]  # type: ignore[attr-defined]
    steps = list(
        between.interpolate(session, source(session, 2, 1), source(session, 2, 2), steps=2)
    )
    assert [m.report.playable for m in steps] == [False, True]
    assert "mended" not in steps[0].piece.marks


def test_a_piece_that_travels(opened: Open) -> None:
    session = opened()
    a, b = source(session, 2, 1), source(session, 4, 2)
    made = between.morph(session, a, b)
    assert made.z_WPD.shape == (4, 2, 3)
    np.testing.assert_array_equal(made.z_WPD[0], a.z_WPD[0])
    np.testing.assert_array_equal(made.z_WPD[-1], b.z_WPD[-1])
    assert made.facts["morph"] is True
    alone = between.morph(session, source(session, 1, 1), source(session, 1, 2))
    assert alone.z_WPD.shape == (1, 2, 3)


def test_the_corners_of_a_grid_are_the_reconstructions(opened: Open) -> None:
    session = opened()
    corners = [source(session, 2, i, float(i)) for i in (1, 2, 3, 4)]
    made = list(between.grid(session, corners, rows=3, columns=5))
    assert [(m.facts["row"], m.facts["column"]) for m in made[:6]] == [
        (1, 1),
        (1, 2),
        (1, 3),
        (1, 4),
        (1, 5),
        (2, 1),
    ]
    for place, corner in zip((0, 4, 10, 14), corners, strict=True):
        np.testing.assert_array_equal(made[place].z_WPD, corner.z_WPD)
        np.testing.assert_array_equal(
            made[place].piece.cells, incoming.reconstruct(session, corner).piece.cells
        )
    assert made[7].facts == made[7].facts | {"across": 0.5, "down": 0.5, "attempt": 0}
    assert made[7].context["weight"] == 2.5
    top = list(between.interpolate(session, corners[0], corners[1], steps=5))
    for one, other in zip(made[:5], top, strict=True):
        np.testing.assert_array_equal(one.piece.cells, other.piece.cells)


def test_a_grid_of_pieces_of_several_lengths(opened: Open) -> None:
    session = opened()
    corners = [source(session, windows, windows) for windows in (1, 2, 4, 3)]
    made = list(between.grid(session, corners, rows=2, columns=2, method="linear"))
    assert [len(m.z_WPD) for m in made] == [4] * 4


def test_together_is_asked_of_the_domain(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    session = opened()
    sources = [source(session, 2, i, float(i)) for i in (1, 2, 3)]
    assert all(a is b for a, b in zip(between.together(session, sources), sources, strict=True))

    def heavier(self: BeadCodec, piece: Beads, own: Any, first: Beads, other: Any) -> Beads:
        assert first is sources[0].piece
        assert (own["weight"], other["weight"]) in ((2.0, 1.0), (3.0, 1.0))
        return replace(piece, cells=piece.cells[:8], name="moved")

    monkeypatch.setattr(BeadCodec, "together", heavier)
    sources[1].encoded.notes.append("of the file")
    first, second, third = between.together(session, sources)
    assert first is sources[0]
    assert (second.name, third.name) == ("s2", "s3")
    assert len(second.z_WPD) == 1
    assert second.encoded.notes == ["of the file"]


@pytest.mark.parametrize(
    ("rows", "columns", "corners", "message"),
    [
        (5, 5, 2, "--grid 5x5: 2 files given, expected four for the corners: A top left, B top "),
        (5, 5, 3, "--grid 5x5: 3 files given"),
        (5, 5, 5, "--grid 5x5: 5 files given"),
        (1, 5, 4, "--grid 1x5: expected 2x2 or more, corners included"),
    ],
)
def test_grids_that_cannot_be(
    opened: Open, rows: int, columns: int, corners: int, message: str
) -> None:
    session = opened()
    sources = [source(session, 1, 1)] * corners
    with pytest.raises(OptionProblem) as problem:
        list(between.grid(session, sources, rows=rows, columns=columns))
    assert str(problem.value).startswith(message)


@pytest.mark.parametrize(
    ("steps", "method", "message"),
    [
        (1, "linear", "--steps 1: expected 2 or more, both ends included"),
        (8, "sperical", "--method sperical: did you mean 'spherical'? known: linear, spherical"),
    ],
)
def test_wrong_options(opened: Open, steps: int, method: str, message: str) -> None:
    session = opened()
    a = source(session, 1, 1)
    with pytest.raises(OptionProblem) as problem:
        list(between.interpolate(session, a, a, steps=steps, method=method))
    assert str(problem.value) == message
