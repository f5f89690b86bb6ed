"""Conditions: what a network is told in training is what its settled copy is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from torch import Tensor

from genvae.errors import ModelProblem
from genvae.models import files
from genvae.models.autoencoder import Autoencoder
from genvae.models.conditions import Condition, condition_of
from genvae.models.decoding import decode
from genvae.models.penalties import penalties
from genvae.models.prior import SequencePrior
from genvae.settings import LossSettings
from genvae.training.batches import Chunks
from tests.fakes import SPEC, TINY, TINY_PRIOR, BeadCodec, bead_model, strings

SIZES = (2, 3)
CONDITIONS = (
    Condition("style", ("folk", "pop")),
    Condition("density", ("low", "medium", "high"), (8.0, 11.5)),
)


def conditional(form: bool = False) -> Autoencoder:
    torch.manual_seed(0)
    prior = replace(TINY_PRIOR, dropout=0.0, form=form)
    model = Autoencoder(SPEC, TINY, prior, SIZES).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(("out.weight", "place", "condition.table", "condition_cells.table")):
                parameter.normal_(std=0.3)
    return model


def cells(count: int) -> Tensor:
    return torch.from_numpy(strings(count, 2).astype(np.int64))


def labelled(x_NSR: Tensor, told_NC: Tensor) -> Tensor:
    return torch.cat([x_NSR, told_NC[:, None].expand(-1, x_NSR.shape[1], -1)], dim=-1)


TOLD = torch.tensor([[2, 3], [0, 1], [0, 0]])


def test_classes_are_heard_everywhere_and_settle() -> None:
    model, x = conditional(), cells(3)
    z = torch.randn(3, 4, 3)
    features = model.decoder(z, x, TOLD)
    nats = model.prior.loss(z, told_NC=TOLD) if model.prior else None
    means = model.encode(labelled(x[:, :8], TOLD)).mean_NPD
    assert nats is not None
    for i, told_C in enumerate(TOLD):
        own = conditional()
        own.tell(told_C)
        assert own.prior is not None
        assert not own.state_dict().keys() & {"decoder.condition.table"}
        torch.testing.assert_close(own.decoder(z[i : i + 1], x[i : i + 1])[0], features[i])
        torch.testing.assert_close(own.prior.loss(z[i : i + 1])[0], nats[i])
        torch.testing.assert_close(own.encode(x[i : i + 1, :8]).mean_NPD[0], means[i])
    assert (features[2] - model.decoder(z, x)[2]).abs().max() < 1e-6
    untold = model.decoder(z, x)
    assert (features[0] - untold[0]).abs().max() > 0.1
    assert (nats[0] - model.prior.loss(z)[0]).abs().max() > 0.01


def test_decoding_and_the_prior_write_as_they_are_told() -> None:
    z = torch.randn(2, 4, 3)
    noise = torch.rand(2, 4, 3, 2)
    made, drawn = [], []
    for told_C in TOLD[[0, 2]]:
        model = conditional()
        assert model.prior is not None
        if told_C.any():
            model.tell(told_C)
        made.append(decode(model.decoder, z))
        drawn.append(model.prior.sample(noise))
    assert (made[0] != made[1]).any()
    assert (drawn[0] - drawn[1]).abs().max() > 0.01
    never_told = conditional()
    assert (decode(never_told.decoder, z) == made[1]).all()


def test_the_loss_hears_the_columns_behind_the_cells() -> None:
    model, x = conditional(), cells(3)
    weight = torch.ones(3, 2)
    terms = penalties(LossSettings(beta=0.1, warmup=0, learned_rate=0.5))
    losses = []
    for told in (TOLD, torch.zeros_like(TOLD)):
        torch.manual_seed(1)
        losses.append(model(labelled(x, told), weight, terms, 0))
    torch.manual_seed(1)
    plain = model(x, weight, terms, 0)
    assert losses[0].terms["nll"] != losses[1].terms["nll"]
    assert losses[1].terms == pytest.approx(plain.terms)
    losses[0].total.backward()
    tables = [p for n, p in model.named_parameters() if ".condition" in n]
    assert len(tables) == 5
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in tables)


def test_chunks_carry_classes_and_hide_some() -> None:
    pieces = [np.concatenate([x, np.full((len(x), 2), 2)], axis=1) for x in strings(2, 3)]
    chunks = Chunks(pieces, BeadCodec(), windows=2, stride=8)
    whole, _ = next(chunks.in_order(4))
    assert whole.shape == (4, 16, 5)
    assert (whole[..., 3:] == 2).all()
    rng = np.random.default_rng(0)
    told = torch.cat([chunks.draw(50, rng)[0] for _ in range(8)])[:, 0, 3:]
    assert set(map(tuple, told.tolist())) == {(0, 0), (0, 2), (2, 0), (2, 2)}
    assert 0.25 < (told == 0).all(1).float().mean() < 0.42
    never = Chunks(pieces, BeadCodec(), windows=4, stride=8, hidden=0.0)
    cells_NSR, weight = never.draw(3, rng)
    assert (cells_NSR[..., 3:] == 2).all()
    assert weight.sum(1).tolist() == [3, 3, 3]


def test_the_model_file(tmp_path: Path) -> None:
    model = conditional()
    prior = SequencePrior(2, 3, TINY_PRIOR, SIZES)
    card = {"conditions": [c.table() for c in CONDITIONS], "defaults": {}}
    path = bead_model(tmp_path / "m.safetensors", autoencoder=model, sequence=prior, card=card)
    found = files.read(path)
    found.spec = SPEC
    assert found.conditions == CONDITIONS
    z = torch.randn(1, 4, 3)
    model.half().float()
    told = found.telling((2, 3))
    assert told.spec is SPEC
    assert told.path == path
    assert found.telling(()) is found
    x = cells(1)
    torch.testing.assert_close(told.decoder(z, x), model.decoder(z, x, TOLD[:1]))
    torch.testing.assert_close(found.decoder(z, x), model.decoder(z, x))
    torch.testing.assert_close(
        told.autoencoder.encode(x[:, :8]).mean_NPD,
        model.encode(labelled(x[:, :8], TOLD[:1])).mean_NPD,
    )
    assert told.sequence is not None
    assert told.sequence.condition is None
    weights = found.weights()
    assert weights["encoder.condition.table"].shape == (7, 12)
    assert weights["prior.condition.table"].shape == (7, 12)


def test_formats(tmp_path: Path) -> None:
    plain = bead_model(tmp_path / "plain.safetensors")
    with safe_open(plain, "np") as file:
        assert file.metadata()["format"] == "1"
        assert "condition" not in json.loads(file.metadata()["recipe"])
        assert not [k for k in file.keys() if "condition" in k]  # noqa: SIM118
    card = {"conditions": [c.table() for c in CONDITIONS]}
    path = bead_model(tmp_path / "told.safetensors", autoencoder=conditional(), card=card)
    with safe_open(path, "np") as file:
        assert file.metadata()["format"] == "2"
    damaged = bead_model(tmp_path / "damaged.safetensors", card={"conditions": [{"name": "a"}]})
    with pytest.raises(ModelProblem, match="its conditions are damaged"):
        assert files.read(damaged).conditions


def test_classes_by_name_and_by_number() -> None:
    style, density = CONDITIONS
    assert [style.number(x) for x in ("folk", "pop", "jazz")] == [1, 2, 0]
    assert [density.of(x) for x in (0.0, 8.0, 11.4, 11.5, 99.0, float("nan"))] == [1, 2, 2, 3, 3, 0]
    assert style.of(1.0) == 0
    assert [condition_of(c.table()) for c in CONDITIONS] == list(CONDITIONS)
