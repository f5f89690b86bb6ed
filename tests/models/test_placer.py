"""Things placed one after another.

Axes:  N windows · T steps · R rows · C columns · X places
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.text import level_from_rows
from genvae.models.autoencoder import Autoencoder
from genvae.models.decoding import decode
from genvae.models.placer import Placer, masked_cost
from genvae.settings import ModelSettings, PlaceSettings
from tests.domains.levels.test_facts import ROOM

SIZES = ModelSettings(
    patch=5, latent=3, encoder_width=8, encoder_blocks=1, decoder_width=8, decoder_blocks=1,
    cell_width=4, cell_blocks=1,
)  # fmt: skip


@pytest.fixture
def codec() -> LevelsCodec:
    codec = LevelsDomain().open({"tileset": "sokoban", "layers": 2})
    codec.observe(codec.encode(level_from_rows(ROOM, codec.tileset)).windows)
    return codec


@pytest.fixture
def placer(codec: LevelsCodec) -> Placer:
    torch.manual_seed(0)
    placement = codec.placement()
    assert placement is not None
    made = Placer(codec.spec, (4, 3), placement, PlaceSettings(width=8, blocks=2)).eval()
    for block in made.blocks:
        torch.nn.init.normal_(block.out.weight, std=0.1)
    return made


def ground(codec: LevelsCodec, count: int) -> np.ndarray:
    cells = codec.encode(level_from_rows(ROOM, codec.tileset)).windows["tiles"]
    return np.repeat(cells.transpose(0, 2, 1)[:, :10], count, axis=0).astype(np.int64)


def counted(codec: LevelsCodec, cells: np.ndarray) -> list[int]:
    return [int(codec.tileset.having(role)[cells].sum()) for role in ("goal", "box", "start")]


def test_as_many_as_there_must_be(codec: LevelsCodec, placer: Placer) -> None:
    z = torch.zeros(3, 4, 3)
    likeliest = placer.place(ground(codec, 3), z)
    assert likeliest.shape == (3, 10, 10)
    for cells in likeliest:
        assert counted(codec, cells) == [4, 4, 1]
    np.testing.assert_array_equal(likeliest[0], likeliest[1])
    noise = np.random.default_rng(0).random((3, 100))
    drawn = placer.place(ground(codec, 3), z, uniforms_NX=noise)
    assert not np.array_equal(drawn[0], drawn[1])
    np.testing.assert_array_equal(drawn, placer.place(ground(codec, 3), z, uniforms_NX=noise))
    cold = placer.place(ground(codec, 3), z, uniforms_NX=noise, temperature=0.0)
    np.testing.assert_array_equal(cold, likeliest)


def test_what_is_known_stays_and_counts(codec: LevelsCodec, placer: Placer) -> None:
    known = np.full((1, 10, 10), -1)
    box = codec.tileset.symbols.index("$")
    known[0, 3, 7] = box
    known[0, :3] = ground(codec, 1)[0, :3]  # nothing may come into the first three columns
    made = placer.place(ground(codec, 1), torch.zeros(1, 4, 3), known_NTR=known)[0]
    assert made[3, 7] == box
    assert counted(codec, made) == [4, 4, 1]
    np.testing.assert_array_equal(made[:3], known[0, :3])


def test_z_is_heard_or_not(codec: LevelsCodec, placer: Placer) -> None:
    torch.nn.init.normal_(placer.hear.weight, std=2.0)
    z = torch.randn(4, 4, 3, generator=torch.Generator().manual_seed(1))
    heard = placer.place(ground(codec, 4), z)
    assert any(not np.array_equal(heard[0], other) for other in heard[1:])
    alone = placer.without_z().place(ground(codec, 4), z)
    assert all(np.array_equal(alone[0], other) for other in alone[1:])
    assert not placer.deaf


def test_a_decoder_with_a_placer_writes_the_second_layer_with_it(
    codec: LevelsCodec, placer: Placer
) -> None:
    torch.manual_seed(1)
    decoder = Autoencoder(codec.spec, SIZES).eval().decoder
    z = torch.randn(2, 8, 3)  # two windows each
    noise = np.random.default_rng(0).random((2, 40, 10))
    decoder.placer = placer
    cells = decode(decoder, z, uniforms_NSR=noise, constraints=codec.constraints())
    for piece in cells:
        for window in (piece[:20], piece[20:]):
            assert counted(codec, window[10:]) == [4, 4, 1]
    again = placer.place(cells[:, 20:30], z[:, 4:], uniforms_NX=noise[:, 30:].reshape(2, -1))
    np.testing.assert_array_equal(cells[:, 30:], again)
    assert decoder.hearing(0.0) is decoder
    assert decoder.hearing(0.0, drawn=True).placer is not placer


def test_alike_things_cost_nothing_for_their_order() -> None:
    may = torch.ones(1, 4, dtype=torch.bool)
    target = torch.tensor([[1.0, 1.0, 0.0, 0.0]])
    sure = torch.tensor([[20.0, 20.0, 0.0, 0.0]])
    assert masked_cost(sure, may, target).item() == pytest.approx(0.0, abs=1e-4)
    even = masked_cost(torch.zeros(1, 4), may, target).item()
    assert even == pytest.approx(np.log(4) - np.log(2), abs=1e-5)
    half = may.clone()
    half[0, 2:] = False
    assert masked_cost(torch.zeros(1, 4), half, target).item() == pytest.approx(0.0, abs=1e-4)
