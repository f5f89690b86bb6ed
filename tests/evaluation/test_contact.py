from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from genvae.evaluation.contact import Axis, contact, thumbnail


def test_a_roll_keeps_its_notes_when_it_is_made_small() -> None:
    roll = np.full((400, 100, 3), 250, dtype=np.uint8)
    roll[201, 50] = (10, 20, 30)
    small = thumbnail(roll, 50, 36, stretches=True)
    assert small.shape == (36, 50, 3)
    assert (small == (10, 20, 30)).all(axis=2).sum() == 1


def test_a_level_keeps_its_shape() -> None:
    assert thumbnail(np.zeros((64, 128, 3), dtype=np.uint8), 50, 50).shape == (25, 50, 3)
    assert thumbnail(np.zeros((8, 4, 3), dtype=np.uint8), 50, 50).shape == (50, 25, 3)


def test_the_first_row_is_at_the_bottom_and_empty_cells_are_seen(tmp_path: Path) -> None:
    red, blue = (np.full((10, 20, 3), c, dtype=np.uint8) for c in ((200, 0, 0), (0, 0, 200)))
    axis = Axis("how much", [(0, "0"), (1, "1"), (2, "2")])
    path = tmp_path / "sheet.png"
    contact({(0, 0): red, (1, 1): blue}, (2, 2), axis, axis, path, title="four")
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    at = {
        name: np.argwhere((pixels == colour).all(axis=2)).mean(0)
        for name, colour in (("red", (200, 0, 0)), ("blue", (0, 0, 200)))
    }
    assert at["red"][0] > at["blue"][0]
    assert at["red"][1] < at["blue"][1]
    assert (pixels == (239, 236, 227)).all(axis=2).sum() == 2 * 200 * 100
