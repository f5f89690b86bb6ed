"""What is written is read back, through files and through the model."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from genvae.domains import registry
from genvae.domains.base import Windows, split_cells
from genvae.domains.music.layouts import ONSET
from genvae.evaluation import metrics, report
from genvae.evaluation.round_trip import equal, round_trip, through, written_and_read
from genvae.models import files
from genvae.models.files import ModelFile
from tests.fakes import SPEC, BeadCodec, Beads, bead_model, strings, write_beads


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    found = files.read(bead_model(tmp_path_factory.mktemp("models") / "beads.safetensors"))
    found.spec = SPEC
    return found


def pieces(count: int) -> list[Windows]:
    return [split_cells(SPEC, s.reshape(-1, 8, 3)) for s in strings(count, 2)]


def test_what_is_read_back(model: ModelFile) -> None:
    codec, made = BeadCodec(), pieces(5)
    found = round_trip(model, codec, made)
    assert found.read_back == 1.0
    close = through(model, codec, made)
    assert found.median == np.median(close)
    assert found.lowest == min(close) < found.median < 1


def test_pieces_of_several_lengths_go_through_in_their_order(model: ModelFile) -> None:
    codec, made = BeadCodec(), pieces(4)
    made[1] = {name: x[:1] for name, x in made[1].items()}
    together = through(model, codec, made)
    assert together == [through(model, codec, [piece])[0] for piece in made]


def test_a_writer_that_loses_something_is_found_out(model: ModelFile) -> None:
    codec = BeadCodec()

    def careless(piece: Beads, path: Path) -> None:
        cells = piece.cells.copy()
        cells[0, 0] = 0 if cells[0, 0] else 2
        write_beads(Beads("x", "x", cells), path)

    codec.writers = {".beads": careless}
    assert round_trip(model, codec, pieces(3)).read_back == 0.0


def test_files_that_cannot_be_read_count(model: ModelFile) -> None:
    codec = BeadCodec()
    codec.writers = {".beads": lambda piece, path: path.write_text("")}
    found = round_trip(model, codec, pieces(3))
    assert found.read_back == 0.0
    assert math.isnan(found.median)
    assert math.isnan(found.lowest)


def test_a_codec_that_reads_none_of_its_formats(model: ModelFile) -> None:
    codec = BeadCodec()
    codec.writers = {".txt": write_beads}
    assert math.isnan(round_trip(model, codec, pieces(1)).read_back)


def test_equal_windows() -> None:
    a, b = pieces(2)
    assert equal(a, {name: x.copy() for name, x in a.items()})
    assert not equal(a, b)
    assert not equal(a, {name: x[:1] for name, x in a.items()})


@pytest.mark.parametrize("domain", ["music", "levels"])
def test_samples_are_read_back_as_the_windows_they_were(
    domain: str, tiny_models: dict[str, Path], tmp_path: Path
) -> None:
    """Written and read, each sample has the cells that were decoded; a song's windows may have
    been moved as a whole, because its key is estimated anew."""
    codec = registry.get(domain).open({})
    model = files.read(tiny_models[str(registry.get(domain).default_model)])
    model.spec = codec.spec
    suffix = next(iter(codec.writers))
    # Six bars: longer songs get an ending by rule, which is not what was decoded.
    count, trim = codec.windows_for({"music": "6", "levels": "48"}[domain])
    for number, made in enumerate(report.sampled(model, codec, 6, count, seed=1)):
        context = codec.context({}, np.random.default_rng(number)) | dict(trim)
        piece = codec.assemble(made, context)
        again = written_and_read(codec, piece, tmp_path / f"piece{suffix}")
        assert again is not None
        assert equal(codec.encode(piece).windows, again.windows)
        shifts = np.subtract(again.context.get("shifts", [0] * count), context.get("shifts", [0]))
        for name, x in made.items():
            pitched = (x >= ONSET) if name in ("bass", "melody") else np.zeros(x.shape, dtype=bool)
            moved = x + np.where(pitched, shifts[:, None, None], 0)
            np.testing.assert_array_equal(moved, again.windows[name])
        assert metrics.events_f1(codec, again.windows, codec.encode(piece).windows) == 1.0
