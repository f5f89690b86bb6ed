"""Stretches around gaps, and kept cells that no candidate changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from genvae.domains.base import OPEN
from genvae.generation import filling
from genvae.generation.generator import Generator
from genvae.models import files
from genvae.models.decoding import decode
from tests.fakes import BeadCodec, bead_model, strings


def test_stretches() -> None:
    open_W = np.zeros(20, dtype=bool)
    open_W[[5, 6, 15]] = True
    assert filling.stretches(open_W) == [slice(2, 8), slice(12, 17)]
    open_W[9] = True
    assert filling.stretches(open_W) == [slice(2, 11), slice(12, 17)]
    assert filling.stretches(np.zeros(3, dtype=bool)) == []


def test_what_is_kept_stays_and_the_best_comes_first(tmp_path: Path) -> None:
    codec, model = BeadCodec(), files.read(bead_model(tmp_path / "beads.safetensors"))
    model.spec = codec.spec
    cells = strings(1, 3)[0].astype(np.int64)
    known = cells.copy()
    known[8:12] = OPEN
    z_WPD = np.zeros((3, 2, 3), dtype=np.float32)
    found = filling.fill(
        Generator(model, codec), z_WPD, known, seed=1, constraints=codec.constraints(), candidates=4
    )
    assert len(found) == 4
    for one in found:
        assert (one.cells_SR[known >= 0] == cells[known >= 0]).all()
        assert (one.z_WPD[[0, 2]] == 0).all()
        assert (one.z_WPD[1] != 0).any()


def test_nats_are_those_of_the_losses(tmp_path: Path) -> None:
    codec, model = BeadCodec(), files.read(bead_model(tmp_path / "beads.safetensors"))
    model.spec = codec.spec
    cells = torch.from_numpy(strings(2, 2).astype(np.int64))
    z = torch.zeros(2, 4, 3)
    with torch.no_grad():
        nats = filling.cell_nats(model.decoder, z, cells)
        features = model.decoder(z, cells)
        for likelihood, part in model.decoder.owners():
            loss = likelihood.loss(features[:, :, part], cells[:, :, part])
            torch.testing.assert_close(nats[:, :, part].sum(-1), loss)


def test_a_gap_goes_on_with_what_stands_before(tmp_path: Path) -> None:
    codec, model = BeadCodec(), files.read(bead_model(tmp_path / "beads.safetensors"))
    model.spec = codec.spec
    assert model.sequence is not None
    generator = Generator(model, codec)
    z_WPD = np.random.default_rng(3).standard_normal((4, 2, 3)).astype(np.float32)
    known_SR = np.zeros((32, 3), dtype=np.int64)
    known_SR[8:16] = OPEN

    def made(z_WPD: np.ndarray) -> list[filling.Filled]:
        return filling.fill(
            generator, z_WPD, known_SR, seed=1, constraints=None, candidates=3, refine=True
        )

    first, again = made(z_WPD), made(z_WPD)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a.z_WPD, b.z_WPD)
        np.testing.assert_array_equal(a.z_WPD[[0, 2, 3]], z_WPD[[0, 2, 3]])
    other = z_WPD.copy()
    other[0] += 2.0
    assert not np.allclose(made(other)[0].z_WPD[1], first[0].z_WPD[1], atol=1e-3)


def test_parts_of_windows_are_chosen_one_window_after_the_other(tmp_path: Path) -> None:
    codec, model = BeadCodec(), files.read(bead_model(tmp_path / "beads.safetensors"))
    model.spec = codec.spec
    cells_SR = strings(1, 3)[0].astype(np.int64)
    known = np.repeat(cells_SR[None], 4, axis=0)
    known[:, :, 0] = OPEN  # beads are to come, knots are kept
    dice = np.random.default_rng(0).random(known.shape)
    judged = torch.from_numpy((known[0] >= 0).astype(np.float32))
    z = torch.from_numpy(np.random.default_rng(1).standard_normal((4, 6, 3)).astype(np.float32))
    found = filling._in_turn(model.decoder, z, dice, known, np.ones(3, dtype=bool), judged, decode)
    np.testing.assert_array_equal(found[:, :, 1:], known[:, :, 1:])
    assert (found[:, :16, 0] == found[:1, :16, 0]).all()
    assert (found[:, :16, 0] >= 0).all()
    assert (found[:, 16:, 0] == OPEN).all()
    # The first window is the one of four draws under which its knots are likeliest.
    draws = decode(model.decoder, z[:, :2], uniforms_NSR=dice[:, :8], known_NSR=known[:, :8])
    with torch.inference_mode():
        nats = filling.cell_nats(model.decoder, z[:, :2], torch.from_numpy(draws))[..., 1:]
    best = int(nats.sum((1, 2)).argmin())
    np.testing.assert_array_equal(found[0, :8], draws[best])
