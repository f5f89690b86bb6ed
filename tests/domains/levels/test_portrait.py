from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from genvae.domains.base import Report
from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.level import Level
from genvae.domains.levels.picture import draw


def test_a_level_for_a_page(codec: LevelsCodec) -> None:
    grid = np.array([[0, 1], [2, 12]])
    report = Report(True, True, facts={"path": [[0, 1], [1, 0]]})
    found = codec.portraits([Level(grid, codec.tileset)], [report])
    assert found["form"] == "tiles"
    assert found["each"] == [{"rows": ["01", "2<"], "path": [0, 1, 1, 0]}]
    shared = found["shared"]
    assert (shared["side"], shared["first"], len(shared["names"])) == (8, 48, 13)
    png = base64.b64decode(shared["strip"].removeprefix("data:image/png;base64,"))
    with Image.open(io.BytesIO(png)) as image:
        strip = np.asarray(image)
    assert strip.shape == (8, 13 * 8, 3)
    assert (strip == draw(Level(np.arange(13)[None], codec.tileset))).all()


def test_a_start_marker_goes_with_its_window(codec: LevelsCodec) -> None:
    context = {"width": 48, "height": 16, "placed": [[2, 14], [33, 3]]}
    assert codec.rearranged(context, [2])["placed"] == [[1, 3]]
    assert codec.rearranged(context, [1])["placed"] == []
    assert codec.rearranged(context, [2, 0]) == {
        "width": 32,
        "height": 16,
        "placed": [[1, 3], [18, 14]],
    }
