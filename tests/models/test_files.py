"""The model file: round trip in half precision, and messages for files that are no models."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from genvae.errors import FileProblem, ModelProblem
from genvae.models import files, safe
from genvae.models.autoencoder import Autoencoder
from genvae.models.copies import SegmentFilter
from genvae.models.decoding import decode
from genvae.models.prior import GaussianPrior, SequencePrior
from genvae.recipe import Recipe
from tests.fakes import SPEC, TINY, TINY_PRIOR, strings

RECIPE = Recipe("beads", "beads", codec={"ruled": True}, model=TINY, prior=TINY_PRIOR)
CARD = {"title": "beads", "defaults": {"prior": "gaussian"}}

Saved = Callable[..., Path]


@pytest.fixture
def saved(tmp_path: Path, model: Autoencoder) -> Saved:
    def save(**changes: Any) -> Path:
        gaussian = GaussianPrior(6)
        gaussian.mean.fill_(0.5)
        parts = {
            "autoencoder": model,
            "gaussian": gaussian,
            "sequence": SequencePrior(2, 3, TINY_PRIOR),
            "copies": SegmentFilter.of([b"known"]),
            "recipe": RECIPE,
            "codec": {"ruled": True},
            "card": CARD,
            "version": "1.2.3",
        }
        path = tmp_path / "made" / "model.safetensors"
        files.save(path, **(parts | changes))  # type: ignore[arg-type]
        return path

    return save


def opened(path: Path) -> files.ModelFile:
    found = files.read(path)
    found.spec = SPEC
    return found


def test_round_trip(saved: Saved, model: Autoencoder) -> None:
    path = saved()
    found = opened(path)
    assert found.recipe == RECIPE
    assert found.name == "beads"
    assert found.codec == {"ruled": True}
    assert found.card == CARD | {"sequence_prior": True}
    assert found.latent_shape == (2, 3)
    assert len(found.hash) == 12
    assert not list(path.parent.glob("*.partial"))
    for name, value in model.state_dict().items():
        stored = found.autoencoder.state_dict()[name]
        assert stored.dtype == torch.float32
        torch.testing.assert_close(stored, value.half().float(), rtol=0, atol=0)
    assert not found.autoencoder.training
    assert found.autoencoder.decoder is found.decoder
    assert found.gaussian.mean.tolist() == [0.5] * 6
    assert found.sequence is not None
    assert not found.sequence.training
    assert found.copies is not None
    assert found.copies.known([b"known", b"unknown"]).tolist() == [True, False]


def test_what_is_stored(saved: Saved) -> None:
    with safe_open(saved(), "pt") as file:
        names = list(file.keys())
        kinds = {file.get_tensor(n).dtype for n in names if n != "copies.bits"}
        assert file.metadata()["format"] == "1"
        assert file.metadata()["version"] == "1.2.3"
        assert json.loads(file.metadata()["recipe"])["name"] == "beads"
    assert kinds == {torch.float16}
    prefixes = {"encoder", "bottleneck", "decoder", "prior", "copies"}
    assert {n.split(".")[0] for n in names} == prefixes


def test_the_stored_model_answers_like_the_trained_one(saved: Saved, model: Autoencoder) -> None:
    found = opened(saved())
    x = torch.from_numpy(strings(6, 1))
    with torch.no_grad():
        a, b = model.encode(x).mean_NPD, found.autoencoder.encode(x).mean_NPD
    torch.testing.assert_close(a, b, atol=0.02, rtol=0.02)
    assert (decode(model.decoder, a) == decode(found.decoder, a)).mean() > 0.9


def test_equal_models_are_equal_bytes(saved: Saved) -> None:
    torch.manual_seed(0)
    first = saved().read_bytes()
    torch.manual_seed(0)
    assert saved().read_bytes() == first


def test_without_the_parts_one_may_leave_out(saved: Saved) -> None:
    found = opened(saved(sequence=None, copies=None))
    assert found.sequence is None
    assert found.copies is None


def test_rewriting_the_card_leaves_the_weights(saved: Saved) -> None:
    path = saved()
    before = opened(path).autoencoder.state_dict()
    files.rewrite_card(path, {"title": "new", "sequence_prior": True})
    found = opened(path)
    assert found.card == {"title": "new", "sequence_prior": True}
    assert found.recipe == RECIPE
    for name, value in found.autoencoder.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelProblem, match=r"none.safetensors: no such model file"):
        files.read(tmp_path / "none.safetensors")


@pytest.mark.parametrize("keep", [0, 4, 200, -100])
def test_damaged(saved: Saved, keep: int) -> None:
    path = saved()
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ModelProblem, match=r"not a readable .safetensors file") as problem:
        files.read(path)
    assert "it may be damaged, fetch or train it again" in str(problem.value)
    assert "\n" not in str(problem.value)


def test_not_a_file_of_this_kind(tmp_path: Path) -> None:
    path = tmp_path / "text.safetensors"
    path.write_text("hello, this is not a model", encoding="utf-8")
    with pytest.raises(ModelProblem, match="not a readable"):
        files.read(path)
    with pytest.raises(ModelProblem, match="not a readable"):
        files.read(tmp_path)


def test_foreign(tmp_path: Path) -> None:
    path = tmp_path / "foreign.safetensors"
    save_file({"weight": torch.zeros(2)}, path)
    with pytest.raises(ModelProblem) as problem:
        files.read(path)
    assert str(problem.value) == (
        f"{path}: a .safetensors file, but not one of genvae's "
        "(its header lacks card, codec, format, recipe)"
    )


def header(**changes: str) -> dict[str, str]:
    return files.header(RECIPE, {}, {}, "9.1.0") | changes


def test_a_newer_format(tmp_path: Path) -> None:
    path = tmp_path / "newer.safetensors"
    save_file({"weight": torch.zeros(2)}, path, header(format=str(files.FORMAT + 1)))
    with pytest.raises(ModelProblem) as problem:
        files.read(path)
    assert str(problem.value) == (
        f"{path}: model format {files.FORMAT + 1}, this genvae reads up to {files.FORMAT}; "
        "install genvae 9.1.0 or newer"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "one"},
        {"recipe": "{"},
        {"card": "not json"},
        {"recipe": '{"name": "a", "domain": "b", "colour": 3}'},
        {"recipe": '{"name": "a"}'},
    ],
)
def test_a_damaged_header_names_the_file(tmp_path: Path, changes: dict[str, str]) -> None:
    path = tmp_path / "odd.safetensors"
    save_file({"weight": torch.zeros(2)}, path, header(**changes))
    with pytest.raises(ModelProblem, match=r"odd.safetensors: its header is damaged"):
        files.read(path)


def test_weights_that_do_not_fit_the_recipe(tmp_path: Path) -> None:
    path = tmp_path / "odd.safetensors"
    save_file({"decoder.weight": torch.zeros(2)}, path, header())
    with pytest.raises(ModelProblem, match=r"the weights under 'decoder.' do not fit") as problem:
        _ = opened(path).decoder
    assert "\n" not in str(problem.value)


def test_a_model_needs_its_codec(saved: Saved) -> None:
    with pytest.raises(ModelProblem, match="opened without its codec's spec"):
        _ = files.read(saved()).decoder


def test_cannot_be_written(saved: Saved, tmp_path: Path) -> None:
    (tmp_path / "made").write_text("in the way", encoding="utf-8")
    with pytest.raises(FileProblem, match=r"model.safetensors: cannot be written"):
        saved()


def test_a_failed_write_leaves_what_was_there(
    saved: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved()
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(safe.os, "replace", fail)
    with pytest.raises(FileProblem, match="disk full"):
        saved(card={"title": "new"})
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_bits_of_the_filter_are_bytes(saved: Saved) -> None:
    copies = opened(saved()).copies
    assert copies is not None
    assert copies.bits.dtype == np.uint8
