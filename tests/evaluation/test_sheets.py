"""Pictures of many pieces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genvae.errors import FileProblem
from genvae.evaluation.sheets import CELL_H, CELL_W, sheet


def coloured(value: int, height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), value, dtype=np.uint8)


def test_groups_stand_side_by_side_and_big_pictures_are_made_smaller(tmp_path: Path) -> None:
    made = [coloured(10, CELL_H, 2 * CELL_W), coloured(20, 20, 30), coloured(30, 20, 30)]
    sheet({"made": made, "held out": [coloured(200, 50, 60)]}, tmp_path / "s.png")
    with Image.open(tmp_path / "s.png") as picture:
        pixels = np.asarray(picture)
    assert pixels.shape == (24 + 2 * (100 + 22), 2 * (2 * (480 + 10) + 30), 3)
    assert (pixels[24 + 12 + 50, 10 + 240] == 10).all()
    assert (pixels[24 + 12 + 5, 10 + 490 + 5] == 20).all()
    assert (pixels[24 + 122 + 12 + 5, 15] == 30).all()
    assert (pixels[24 + 12 + 5, 1010 + 10 + 5] == 200).all()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="cannot be written"):
        sheet({"made": [coloured(0, 5, 5)]}, tmp_path / "no" / "s.png")
    assert list(tmp_path.iterdir()) == []
