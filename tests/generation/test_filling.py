"""Stretches around gaps, and kept cells that no candidate changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from genvae.generation import filling
from genvae.generation.generator import Generator
from genvae.models import files
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
    known[8:12] = filling.OPEN
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
    known_SR[8:16] = filling.OPEN

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
