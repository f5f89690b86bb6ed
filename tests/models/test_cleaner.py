"""The cleaner and its parts: echoes, copies, files."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from genvae.errors import ModelProblem
from genvae.models import cleaner_file
from genvae.models.autoencoder import Autoencoder
from genvae.models.cleaner import Cleaner, cost, guess, no_guess
from genvae.models.echoes import echo, moved_by
from genvae.settings import CleanSettings
from tests.fakes import SPEC, strings

SMALL = CleanSettings(width=8, blocks=2, cell_width=8, echoes=True)


def test_what_stands_some_steps_away() -> None:
    cells = torch.tensor([[[1], [2], [3]]])
    assert moved_by(cells, 1)[0, :, 0].tolist() == [2, 3, -1]
    assert moved_by(cells, -2)[0, :, 0].tolist() == [-1, -1, 1]
    assert moved_by(cells, 3)[0, :, 0].tolist() == [-1, -1, -1]


def test_bars_that_are_alike_tell_what_is_wrong() -> None:
    bar = [3, 1, 1, 0, 4, 1, 0, 2]
    cells = torch.tensor([bar * 4])[..., None]
    cells[0, 12, 0] = 2
    found = echo(cells, (8, -8, 16, -16))
    assert found.best_NSR[0, 12, 0] == 4
    share, own, votes, same = found.facts[0, 12, 0].tolist()
    assert (share, own, same) == (1.0, 0.0, 0.0)
    assert votes > 0.5
    assert found.facts[0, 0, 0, 3] == 1.0


def test_nothing_to_compare_with() -> None:
    found = echo(torch.zeros(1, 4, 2, dtype=torch.long), (8, -8))
    assert found.best_NSR.tolist() == [[[-1, -1]] * 4]
    assert found.facts[..., :3].abs().sum() == 0


@pytest.mark.parametrize("echoes", [True, False])
def test_an_untrained_cleaner_keeps_nearly_everything(echoes: bool, model: Autoencoder) -> None:
    torch.manual_seed(0)
    settings = CleanSettings(width=8, blocks=2, cell_width=8, echoes=echoes)
    cleaner = Cleaner(SPEC, settings).eval()
    cells = torch.from_numpy(strings(4, 3))
    logits = cleaner(cells, guess(model, cells), torch.full((4,), 0.1))
    assert [tuple(x.shape) for x in logits] == [(4, 24, 1, 5), (4, 24, 2, 4)]
    same = torch.cat([x.argmax(-1) for x in logits], dim=2) == cells
    assert same.float().mean() > 0.9
    assert cost(logits, SPEC, cells).shape == (4, 24)


def test_the_guess_is_the_decoder_s(model: Autoencoder) -> None:
    cells = torch.from_numpy(strings(2, 2))
    found = guess(model, cells)
    assert found.best_NSR.shape == cells.shape
    assert (found.logs_NSR2[..., 1] >= found.logs_NSR2[..., 0]).all()
    agree = found.best_NSR == cells
    assert torch.equal(found.logs_NSR2[..., 0][agree], found.logs_NSR2[..., 1][agree])
    assert torch.equal(no_guess(cells).best_NSR, cells)


def test_a_cleaner_is_kept_beside_its_model(tmp_path: Path, model: Autoencoder) -> None:
    from safetensors.torch import save_file

    path = tmp_path / "beads.safetensors"
    save_file({f"encoder.{k}": v for k, v in model.encoder.state_dict().items()}, path)
    with pytest.raises(ModelProblem, match=r"has no cleaner yet .*--cleaner-only trains one"):
        cleaner_file.load(path, "beads", SPEC)
    cleaner = Cleaner(SPEC, SMALL)
    before = path.read_bytes()
    written = cleaner_file.save(path, cleaner, SMALL, {"nats": 1.0}, "0")
    assert written == tmp_path / "cleaners" / "beads.safetensors"
    assert path.read_bytes() == before
    again, settings = cleaner_file.load(path, "beads", SPEC)
    assert settings == SMALL
    for name, value in cleaner.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], value, atol=1e-3, rtol=1e-3)
    save_file({f"encoder.{k}": v + 1 for k, v in model.encoder.state_dict().items()}, path)
    with pytest.raises(ModelProblem, match="trained with other weights"):
        cleaner_file.load(path, "beads", SPEC)
    written.write_bytes(b"nothing")
    with pytest.raises(ModelProblem, match="not a readable cleaner"):
        cleaner_file.load(path, "beads", SPEC)
