from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from genvae.domains.levels.clusters import merge_groups
from genvae.domains.levels.codec import LevelsCodec
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.layers import layered
from genvae.domains.levels.level import Level
from genvae.domains.levels.text import level_from_rows, level_text
from genvae.domains.levels.tileset import builtin
from genvae.errors import FileProblem, OptionProblem, RecipeProblem

Draw = Callable[[str], Level]


def test_the_window(codec: LevelsCodec) -> None:
    (field,) = codec.spec.fields
    assert (field.name, field.categories, field.rows, field.trivial) == ("tiles", 13, 16, (0,))
    assert (codec.spec.steps, codec.spec.step_name, field.temper_from) == (16, "column", 0)


@given(
    grid=st.tuples(st.integers(1, 16), st.integers(1, 70)).flatmap(
        lambda shape: arrays(np.uint8, shape, elements=st.integers(0, 12))
    )
)
def test_encode_and_assemble_are_inverse(grid: np.ndarray) -> None:
    codec = LevelsCodec(builtin()["platformer"])
    encoded = codec.encode(Level(grid, codec.tileset))
    x_NRT = encoded.windows["tiles"]
    assert x_NRT.shape == (-(-grid.shape[1] // 16), 16, 16)
    assert not (x_NRT == 12).any()
    assert np.array_equal(codec.assemble(encoded.windows, encoded.context).grid_HW, grid)


def test_rows_come_bottom_first(codec: LevelsCodec) -> None:
    rows = ["-" * 20] * 14 + ["-" * 17 + "oE-", "X" * 19 + "S"]
    encoded = codec.encode(level_from_rows(rows, codec.tileset))
    x_NRT = encoded.windows["tiles"]
    assert x_NRT.shape == (2, 16, 16)
    assert x_NRT[0, 0].tolist() == [1] * 16
    assert x_NRT[1, 0].tolist() == [1, 1, 1] + [4] * 13  # the last column is repeated
    assert x_NRT[1, 1].tolist() == [0, 6, 9] + [0] * 13
    assert not x_NRT[:, 2:].any()
    assert encoded.context == {"width": 20, "height": 16}
    assert encoded.notes == []


def test_low_levels_get_sky(codec: LevelsCodec, draw_level: Draw) -> None:
    encoded = codec.encode(draw_level("-P--- XXXXX"))
    assert encoded.windows["tiles"][0, :, 0].tolist() == [1] + [0] * 15
    assert encoded.context == {"width": 5, "height": 2, "placed": [[1, 0]]}
    assert encoded.notes == [
        "level: 2 rows high; filled up to 16 with sky on top, and cut back when written"
    ]


def test_of_high_levels_one_band_is_kept(codec: LevelsCodec) -> None:
    rows = ["-" * 20] * 5 + ["X" * 20] + ["-" * 20] * 29 + ["^" * 20]
    level = level_from_rows(rows, codec.tileset, "high")
    encoded = codec.encode(level)
    assert encoded.notes == [
        "high: 36 rows high, the model sees 16; "
        "kept rows 1 to 16, the ones that the way through it uses most"
    ]
    back = codec.assemble(encoded.windows, encoded.context)
    assert np.array_equal(back.grid_HW, level.grid_HW[:16])
    sokoban = LevelsCodec(builtin()["sokoban"])
    tall = level_from_rows(["#" * 10] * 12, sokoban.tileset, "tall")
    assert sokoban.encode(tall).notes == [
        "tall: 12 rows high, the model sees 10; kept rows 3 to 12, the bottom ones"
    ]


def test_assembling_with_an_empty_context(codec: LevelsCodec) -> None:
    level = codec.assemble({"tiles": np.ones((3, 16, 16), dtype=np.int64)}, {})
    assert (level.height, level.width, level.grid_HW.dtype) == (16, 48, np.uint8)


def test_a_start_is_not_put_back_over_something(codec: LevelsCodec) -> None:
    windows = {"tiles": np.ones((1, 16, 16), dtype=np.uint8)}
    assert not codec.assemble(windows, {"placed": [[0, 0]]}).having("start").any()


def test_a_level_of_another_tileset(codec: LevelsCodec) -> None:
    level = level_from_rows(["#@#"], builtin()["sokoban"], "box")
    with pytest.raises(FileProblem, match="box: a level of tileset 'sokoban', expected 'platf"):
        codec.encode(level)


@pytest.mark.parametrize(
    ("length", "windows", "width"),
    [(None, 4, 64), ("64", 4, 64), ("70x16", 5, 70), (" 1 ", 1, 1), ("10000", 625, 10000)],
)
def test_windows_for(codec: LevelsCodec, length: str | None, windows: int, width: int) -> None:
    assert codec.windows_for(length) == (windows, {"width": width, "height": 16})


def test_high_levels_are_bands_that_share_rows(codec: LevelsCodec) -> None:
    trim = {"width": 64, "height": 64, "bands": 5, "shared": 4}
    assert codec.windows_for("64x64") == (20, trim)
    assert codec.windows_for("20x17")[1]["bands"] == 2
    assert codec.windows_for("20x28")[1]["bands"] == 2
    assert codec.windows_for("20x29")[1]["bands"] == 3


def test_bands_are_put_on_one_another(codec: LevelsCodec) -> None:
    """Rows of the window count from the bottom; two bands of 16 rows that share 4."""
    x_NRT = np.zeros((4, 16, 16), dtype=np.uint8)
    rows = np.arange(28) % 9
    x_NRT[:2] = rows[None, :16, None]
    x_NRT[2:] = rows[None, 12:, None]
    context = {"width": 30, "height": 27, "bands": 2, "shared": 4}
    grid_HW = codec.assemble({"tiles": x_NRT}, context).grid_HW
    assert grid_HW.shape == (27, 30)
    assert grid_HW[::-1, 0].tolist() == rows[:27].tolist()


@pytest.mark.parametrize(
    ("length", "message"),
    [
        ("64x12", "this model makes levels at least 16 tiles high; write 64 or 64x16"),
        ("10000x20", "200000 tiles, at most 160000 are possible, such as 8000x20"),
        ("0", "expected a width of 1 to 10000 tiles"),
        ("10001", "expected a width of 1 to 10000 tiles"),
        ("-5", "expected WIDTH or WIDTHxHEIGHT in tiles, such as 64x16"),
        ("wide", "expected WIDTH or WIDTHxHEIGHT"),
        ("", "expected WIDTH or WIDTHxHEIGHT"),
        ("٣٢", "expected WIDTH or WIDTHxHEIGHT"),
    ],
)
def test_windows_for_refuses(codec: LevelsCodec, length: str, message: str) -> None:
    with pytest.raises(OptionProblem) as error:
        codec.windows_for(length)
    assert str(error.value).startswith(f"--length {length}: ")
    assert message in str(error.value)


def test_the_start_is_never_decoded(codec: LevelsCodec) -> None:
    constraints = codec.constraints()
    assert constraints is not None
    allowed = constraints.allow(3, 5, np.zeros((2, 16, 16)))
    assert allowed.tolist() == [True] * 12 + [False]
    assert LevelsCodec(builtin()["sokoban"]).constraints() is None


def test_augment_mirrors_what_can_be_crossed(codec: LevelsCodec) -> None:
    x_NRT = np.zeros((2, 16, 16), dtype=np.uint8)
    x_NRT[:, 0] = 1
    x_NRT[0, 1, 3] = 9
    seen = [codec.augment({"tiles": x_NRT}, np.random.default_rng(s))["tiles"] for s in range(20)]
    mirrored = [x for x in seen if x[1, 1, 12] == 9]
    assert 4 <= len(mirrored) <= 16
    assert all(x[0, 1, 3] == 9 for x in seen if x[1, 1, 12] != 9)
    step_down = x_NRT.copy()
    step_down[0, 1:9] = 1  # a drop that cannot be climbed from the other side
    for s in range(20):
        same = codec.augment({"tiles": step_down}, np.random.default_rng(s))["tiles"]
        assert np.array_equal(same, step_down)


def test_augment_exchanges_pipes() -> None:
    codec = LevelsDomain().open({"tileset": "mario"})
    rows = ["-" * 16] * 12 + ["--<>" + "-" * 12, "X" * 16]
    windows = codec.encode(level_from_rows(rows, codec.tileset)).windows
    texts = {
        level_text(codec.assemble(codec.augment(windows, np.random.default_rng(s)), {}))
        for s in range(20)
    }
    assert {t.split("\n")[12] for t in texts} == {"--<>" + "-" * 12, "-" * 12 + "<>--"}


def test_context_and_blend(codec: LevelsCodec) -> None:
    assert codec.context({}, np.random.default_rng(0)) == {}
    a, b = {"width": 64, "height": 16, "placed": [[0, 1]]}, {"width": 100, "height": 14}
    assert codec.blend(a, b, 0.0) == {"width": 64, "height": 16}
    assert codec.blend(a, b, 0.5) == {"width": 82, "height": 15}
    assert codec.blend(a, {}, 0.5) == {}


def test_segments_are_equal_for_copies_only(codec: LevelsCodec) -> None:
    x_NRT = np.zeros((3, 16, 16), dtype=np.uint8)
    x_NRT[2, 0, 0] = 1
    a, b, c = codec.segments({"tiles": x_NRT})
    assert a == b != c


def test_groups_that_share_windows_are_one() -> None:
    rng = np.random.default_rng(0)
    a = rng.integers(0, 13, (10, 16, 16)).astype(np.uint8)
    b = rng.integers(0, 13, (10, 16, 16)).astype(np.uint8)
    c = rng.integers(0, 13, (10, 16, 16)).astype(np.uint8)
    b[:3], c[:2] = a[:3], a[3:5]
    a[9], b[9], c[9] = 0, 0, 0
    assert merge_groups([a, b, c], ["a", "b", "c"]) == ["a", "a", "c"]
    assert merge_groups([a, c, c, b], ["x", "y", "z", "x"]) == ["x", "y", "y", "x"]
    assert merge_groups([a, c], ["x", "y"]) == ["x", "y"]


def test_a_configuration_opens_an_equal_codec() -> None:
    for name in ("platformer", "mario", "sokoban"):
        codec = LevelsDomain().open({"tileset": name})
        assert LevelsDomain().open(codec.config).tileset == codec.tileset
    assert LevelsDomain().open({}).tileset.name == "platformer"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"tilset": "mario"}, "levels: unknown key 'tilset'; did you mean 'tileset'?"),
        ({"tileset": "maro"}, "tileset 'maro': no such tileset; did you mean 'mario'?"),
        ({"tileset": 3}, "levels: tileset = 3, expected a name or a .toml file"),
        ({"tileset": {"name": "x"}}, "the model's tileset: no tiles"),
    ],
)
def test_a_wrong_configuration(config: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeProblem) as error:
        LevelsDomain().open(config)
    assert str(error.value).startswith(message)


def test_the_domain(tmp_path: Path) -> None:
    domain = LevelsDomain()
    assert (domain.name, domain.aliases, domain.default_model) == (
        "levels",
        ("level",),
        "platformer",
    )
    assert set(domain.codecs()) == set(builtin())
    assert {"platformer", "mario", "sokoban", "climber"} <= set(builtin())
    for name, yes in [("a.txt", True), ("a.LVL", True), ("a.mid", False)]:
        (tmp_path / name).write_text("--\nXX\n", encoding="utf-8")
        assert domain.recognises(tmp_path / name) is yes


def test_levels_seen_whole_are_distorted_by_shifts() -> None:
    codec = LevelsCodec(builtin()["sokoban"], layers=2)
    grid = np.random.default_rng(0).integers(0, 3, (1, 10, 10))
    windows = {"tiles": layered(grid, codec.tileset)}
    seen = [codec.tiles(codec.distort(windows, np.random.default_rng(s)))[0] for s in range(20)]
    ways = [(a, b) for a in range(10) for b in range(10)]
    shifts = [next(w for w in ways if (np.roll(grid[0], w, (0, 1)) == x).all()) for x in seen]
    assert len(set(shifts)) > 10
    assert all(min(a, 10 - a) <= 4 and min(b, 10 - b) <= 4 for a, b in shifts)


@pytest.mark.parametrize(("height", "width", "bands"), [(17, 5, 2), (28, 16, 2), (29, 20, 3)])
def test_high_levels_come_back_whole(height: int, width: int, bands: int) -> None:
    tileset = builtin()["platformer"]
    codec = LevelsCodec(tileset)
    grid = np.random.default_rng(height).integers(0, len(tileset), (height, width))
    encoded = codec.encode_whole(Level(grid, tileset))
    assert encoded.context["bands"] == bands
    assert len(encoded.windows["tiles"]) == bands * -(-width // 16)
    assert (codec.assemble(encoded.windows, encoded.context).grid_HW == grid).all()
    low = Level(grid[:16], tileset)
    assert codec.encode_whole(low).context == codec.encode(low).context
