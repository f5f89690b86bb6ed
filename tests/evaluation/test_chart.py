from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from genvae.evaluation import chart
from genvae.evaluation.chart import Legend, Trail
from genvae.evaluation.plane import Plane


def test_a_map_is_drawn_with_all_that_is_on_it(tmp_path: Path) -> None:
    xy = np.random.default_rng(0).normal(size=(30, 2))
    kinds = ["corpus"] * 20 + ["sample"] * 6 + ["file"] * 4
    values = np.linspace(0, 1, 30)
    values[3] = np.nan
    legend = Legend("where", "how much", {"corpus": "old", "sample": "new", "file": "own"})
    asked = []

    def picture(index: int) -> np.ndarray:
        asked.append(index)
        return np.full((20, 40, 3), 99, dtype=np.uint8)

    path = tmp_path / "map.png"
    trails = [Trail("mine", [26, 27, 28, 29])]
    chart.draw(Plane(xy, ("a", "b")), kinds, values, legend, trails, picture, path)
    with Image.open(path) as image:
        assert image.size == (1920, 1440)
        colours = {c for _, c in image.convert("RGB").getcolors(1 << 20) or ()}
    assert (99, 99, 99) in colours
    assert 26 in asked
    assert [p.name for p in tmp_path.iterdir()] == ["map.png"]
