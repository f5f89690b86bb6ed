"""Chunks of neighbouring windows, padding and augmentation.

Axes:  N chunks · S steps · R cells · W windows
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from genvae.domains.base import Windows
from genvae.training.batches import Chunks
from tests.fakes import BeadCodec, strings


def chunks(*windows: int, size: int = 2, stride: int = 8) -> Chunks:
    pieces = [strings(1, w, seed=w)[0].astype(np.uint16) for w in windows]
    return Chunks(pieces, BeadCodec(), windows=size, stride=stride)


@pytest.mark.parametrize(
    ("stride", "starts"),
    [(8, [0, 8, 16]), (16, [0, 16]), (4, [0, 4, 8, 12, 16]), (3, [0, 3, 6, 9, 12, 15])],
)
def test_starts_are_multiples_of_the_stride(stride: int, starts: list[int]) -> None:
    found = chunks(4, stride=stride)
    assert found.starts == [(0, s) for s in starts]
    assert len(found) == len(starts)


def test_a_chunk_is_a_stretch_of_its_piece() -> None:
    found = chunks(4)
    cells_SR, weight_W = found.chunk(1)
    np.testing.assert_array_equal(cells_SR, found.pieces[0][8:24])
    assert cells_SR.dtype == np.int64
    assert weight_W.tolist() == [1.0, 1.0]


def test_a_short_piece_is_padded_and_its_padding_weighs_nothing() -> None:
    found = chunks(1, 3, size=3)
    assert found.starts == [(0, 0), (1, 0)]
    cells_SR, weight_W = found.chunk(0)
    np.testing.assert_array_equal(cells_SR[:8], found.pieces[0])
    assert not cells_SR[8:].any()
    assert weight_W.tolist() == [1.0, 0.0, 0.0]
    assert found.chunk(1)[1].tolist() == [1.0, 1.0, 1.0]


def test_a_batch() -> None:
    cells_NSR, weight_NW = chunks(1, 3).batch([0, 2, 1])
    assert cells_NSR.shape == (3, 16, 3)
    assert weight_NW.tolist() == [[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]


def test_draws_are_augmented_and_reading_in_order_is_not() -> None:
    found = chunks(2, 4)
    codec = found.codec
    assert isinstance(codec, BeadCodec)
    plain = [c.numpy() for c, _ in found.in_order(2)]
    assert codec.augmented == 0
    np.testing.assert_array_equal(np.concatenate(plain)[0], found.pieces[0])
    cells, _ = found.draw(5, np.random.default_rng(0))
    assert codec.augmented == 5
    picked = np.random.default_rng(0).integers(len(found), size=5)
    before = np.stack([found.chunk(int(i))[0] for i in picked])[:, :, 0]
    expected = np.where(before > 1, 2 + (before - 1) % 3, before)
    np.testing.assert_array_equal(cells[:, :, 0].numpy(), expected)


def test_equal_generators_draw_equal_batches() -> None:
    found = chunks(2, 4, 6)
    a, b = (found.draw(6, np.random.default_rng(3))[0] for _ in range(2))
    np.testing.assert_array_equal(a, b)


def test_in_order_gives_everything_once() -> None:
    found = chunks(1, 3, 5)
    sizes = [len(cells) for cells, _ in found.in_order(3)]
    assert sizes == [3, 3, 1]
    assert sum(sizes) == len(found) == 7


def test_a_limit_picks_evenly() -> None:
    found = chunks(12, size=2)
    cells = np.concatenate([c.numpy() for c, _ in found.in_order(2, limit=3)])
    expected = np.stack([found.chunk(i)[0] for i in (0, 5, 10)])
    np.testing.assert_array_equal(cells, expected)


class Marks(BeadCodec):
    """Distorts by writing the last bead everywhere."""

    def distort(self, windows: Windows, rng: np.random.Generator) -> Windows:
        return {**windows, "bead": np.full_like(windows["bead"], 4)}


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0, 0), (0.5, 20, 44), (1.0, 64, 64)])
def test_the_codec_distorts_a_share_of_the_chunks(share: float, low: int, high: int) -> None:
    pieces = [np.zeros((32, 3), dtype=np.uint16)]
    found = Chunks(pieces, Marks(), windows=2, stride=8, distort=share)
    cells_NSR, _ = found.draw(64, np.random.default_rng(0))
    marked_N = (cells_NSR[:, :, 0] == 4).all(1)
    assert low <= int(marked_N.sum()) <= high
    assert not cells_NSR[~marked_N].any()


def test_mixed_chunks_take_each_field_from_one_of_two_pieces() -> None:
    pieces = [np.full((16, 3), i, dtype=np.uint16) for i in range(4)]
    found = Chunks(pieces, BeadCodec(), windows=2, stride=8, mix=1.0)
    cells = torch.from_numpy(np.stack(pieces).astype(np.int64))
    drawn = [
        found.mixed(cells, torch.ones(4, 2), np.random.default_rng(seed))[:, 0].numpy()
        for seed in range(20)
    ]
    own = np.arange(4)[:, None]
    for rows in drawn:
        np.testing.assert_array_equal(rows[:, 1], rows[:, 2])
        assert np.isin(rows - own, (0, -1, 3)).all()
    assert any((rows[:, 0] != rows[:, 1]).any() for rows in drawn)


def test_padded_chunks_are_not_mixed() -> None:
    found = chunks(3, size=2)
    found.mix = 1.0
    cells = torch.from_numpy(strings(2, 2, seed=3))
    weight = torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    np.testing.assert_array_equal(found.mixed(cells, weight, np.random.default_rng(0)), cells)
