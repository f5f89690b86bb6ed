"""Things that come and go where the decoder finds them likeliest."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from genvae.domains.base import Places
from genvae.generation.filling import cell_nats
from genvae.generation.generator import Generator
from genvae.generation.placing import place
from genvae.generation.stacks import Stack
from genvae.models import files
from tests.fakes import SPEC, BeadCodec, bead_model, strings


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Generator:
    model = files.read(bead_model(tmp_path_factory.mktemp("model") / "beads.safetensors"))
    model.spec = SPEC
    return Generator(model, BeadCodec())


def scene(windows: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    z = rng.standard_normal((windows, 2, 3)).astype(np.float32)
    cells = strings(1, windows, seed=5)[0]
    cells[cells[:, 0] == 4, 0] = 0
    return z, cells


def red(cells: np.ndarray, good: np.ndarray | None = None) -> Places:
    """A bead of colour 4 may take the place of none, and none its place."""
    present = (cells[:, :1] == 4).copy()
    add = np.zeros((5, 5), dtype=bool)
    add[0, 4] = True
    everywhere = np.ones_like(present) if good is None else good
    return Places("bead", present, everywhere, add, add.T)


@pytest.mark.parametrize(("windows", "count"), [(1, 1), (3, 2), (40, 11)])
def test_so_many_come_and_go(generator: Generator, windows: int, count: int) -> None:
    z, cells = scene(windows)
    found = place(generator, z, cells, red(cells), count, count)
    assert found is not None
    assert (found.added, found.taken) == (count, 0)
    changed = np.argwhere(found.cells_SR != cells)
    assert len(changed) == count
    assert (changed[:, 1] == 0).all()
    assert (found.cells_SR[changed[:, 0], 0] == 4).all()
    back = place(generator, z, found.cells_SR, red(found.cells_SR), 0, 0)
    assert back is not None
    assert back.taken == count
    np.testing.assert_array_equal(back.cells_SR, cells)


def test_nothing_is_done_where_nothing_is_wrong(generator: Generator) -> None:
    z, cells = scene(2)
    found = place(generator, z, cells, red(cells), 0, 3)
    assert found is not None
    np.testing.assert_array_equal(found.cells_SR, cells)


def test_strays_go_and_come_back_where_they_may(generator: Generator) -> None:
    z, cells = scene(2)
    free = np.flatnonzero(cells[:, 0] == 0)
    cells[free[0], 0] = 4
    good = np.zeros((16, 1), dtype=bool)
    good[free[1:3]] = True
    found = place(generator, z, cells, red(cells, good), 2, 2)
    assert found is not None
    assert (found.added, found.taken) == (2, 1)
    assert np.flatnonzero(found.cells_SR[:, 0] == 4).tolist() == free[1:3].tolist()


def test_where_there_is_no_room_nothing_is_made(generator: Generator) -> None:
    z, cells = scene(1)
    nowhere = np.zeros((8, 1), dtype=bool)
    assert place(generator, z, cells, red(cells, nowhere), 1, 1) is None


def test_the_change_that_is_kept_is_the_likeliest_of_those_tried(generator: Generator) -> None:
    """By the whole piece judged at once, with three free places: all of them are tried."""
    z, cells = scene(4)
    free = np.flatnonzero(cells[:, 0] == 0)[:3]
    good = np.zeros((32, 1), dtype=bool)
    good[free] = True
    nats = []
    for step in free:
        trial = cells.copy()
        trial[step, 0] = 4
        with torch.inference_mode():
            z_NQD = torch.from_numpy(z.reshape(1, -1, 3))
            cost = cell_nats(generator.model.decoder, z_NQD, torch.from_numpy(trial)[None])
        nats.append(float(cost[0, :, 0].sum()))
    found = place(generator, z, cells, red(cells, good), 1, 1)
    assert found is not None
    assert int(np.flatnonzero(found.cells_SR[:, 0] == 4)[0]) == int(free[int(np.argmin(nats))])


def test_bands_share_what_is_changed(generator: Generator) -> None:
    """Two bands of beads that have their last knot and first bead in common: what comes into the
    lower one stands in the upper one too."""
    z, cells = scene(4)
    stack = Stack(2, 1)
    knots = cells[:, 1:]
    knots[knots == 3] = 0
    present = np.zeros_like(knots, dtype=bool)
    good = np.zeros_like(present)
    good[2:4, 1] = True
    add = np.zeros((4, 4), dtype=bool)
    add[:3, 3] = True
    places = Places("knot", present, good, add, add.T)
    found = place(generator, z, cells, places, 2, 2, stack)
    assert found is not None
    assert (found.cells_SR[2:4, 2] == 3).all()
    assert (found.cells_SR[18:20, 0] == 3).all()
    changed = {(int(s), int(r)) for s, r in np.argwhere(found.cells_SR != cells)}
    assert changed <= {(2, 2), (3, 2), (18, 0), (19, 0)}
