"""In stretches side by side is the same as from the beginning to the end."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from genvae.models import long_decoding
from genvae.models.autoencoder import Autoencoder
from genvae.models.decoding import decode
from genvae.models.long_decoding import decode_long


@pytest.mark.parametrize("greedy", [True, False])
@pytest.mark.parametrize(("windows", "early"), [(1, 12), (13, 12), (40, 12), (41, 1), (64, 3)])
def test_stretches_are_the_whole(
    model: Autoencoder, windows: int, early: int, greedy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_decoding, "EARLY", early)
    rng = np.random.default_rng(windows)
    z_QD = rng.standard_normal((2 * windows, 3)).astype(np.float32)
    uniforms_SR = None if greedy else rng.random((8 * windows, 3))
    given = None if uniforms_SR is None else uniforms_SR[None]
    whole = decode(model.decoder, torch.from_numpy(z_QD)[None], uniforms_NSR=given)[0]
    np.testing.assert_array_equal(decode_long(model.decoder, z_QD, uniforms_SR=uniforms_SR), whole)


def test_what_is_known_stays_and_is_heard(model: Autoencoder) -> None:
    rng = np.random.default_rng(1)
    z_NQD = torch.from_numpy(rng.standard_normal((3, 6, 3)).astype(np.float32))
    uniforms = rng.random((3, 24, 3))
    whole = decode(model.decoder, z_NQD, uniforms_NSR=uniforms)
    known = np.where(np.arange(24)[:, None] < 11, whole, -1)
    again = decode(model.decoder, z_NQD, uniforms_NSR=uniforms, known_NSR=known)
    np.testing.assert_array_equal(again, whole)
    other = np.where(whole[:, :11] == 0, 1, 0)
    kept = decode(
        model.decoder,
        z_NQD,
        uniforms_NSR=uniforms,
        known_NSR=np.concatenate([other, np.full((3, 13, 3), -1)], axis=1),
    )
    np.testing.assert_array_equal(kept[:, :11], other)
