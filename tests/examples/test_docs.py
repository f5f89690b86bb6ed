"""The documentation holds: its code runs, its recipes load, its links lead somewhere."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest
import torch

import genvae
from genvae import recipe as recipes
from genvae.domains import registry
from genvae.domains.levels.tileset import load_tileset
from genvae.domains.music.domain import MusicDomain

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.glob("*.md"), *ROOT.glob("examples/**/*.md")])

SMALL = """
name = "beats"
domain = "rhythms"
[data]
heldout = 0.2
validation = 0.2
windows = 2
[model]
latent = 2
encoder_width = 8
encoder_blocks = 1
decoder_width = 8
decoder_blocks = 1
cell_width = 8
cell_blocks = 1
[training]
steps = 2
threads = 1
[prior]
steps = 2
batch = 2
positions = 8
width = 8
blocks = 1
cell_width = 8
cell_blocks = 1
"""
"""A recipe for a network that learns next to nothing, at once."""


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of one language in a page of ``docs``."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small wait for one another."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_the_page_of_commands_is_up_to_date() -> None:
    place = ROOT / "scripts" / "make_cli_docs.py"
    spec = importlib.util.spec_from_file_location("make_cli_docs", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert written == module.page(), "run scripts/make_cli_docs.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_quickstart_runs(
    at_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(ROOT / "data", target_is_directory=True)
    assert at_home.is_dir()
    for code in blocks("quickstart.md", "python"):
        exec(compile(code, "quickstart.md", "exec"), {})
    assert sorted(p.name for p in tmp_path.glob("*.mid"))[:2] == ["a.mid", "step-0.mid"]
    assert (tmp_path / "a.png").exists()
    assert capsys.readouterr().out


def test_the_recipe_and_the_tileset_load(tmp_path: Path) -> None:
    recipe, tileset = blocks("train-your-own.md", "toml")
    loaded = recipes.from_dict(tomllib.loads(recipe))
    spec = MusicDomain().open(loaded.codec).spec
    assert spec.steps % loaded.model.patch == 0
    path = tmp_path / "cellar.toml"
    path.write_text(tileset)
    assert load_tileset(path).symbols == ".#r"


@pytest.fixture
def rhythms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The package of ``add-a-domain.md``, installed; a folder of its files."""
    package, test = blocks("add-a-domain.md", "python")
    (config,) = blocks("add-a-domain.md", "toml")
    folder = tmp_path / "site" / "genvae_rhythms"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(package, encoding="utf-8")
    (folder / "test_rhythms.py").write_text(
        "from genvae_rhythms import Rhythm, RhythmDomain\n" + test, encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(folder.parent))
    points = tomllib.loads(config)["project"]["entry-points"][registry.GROUP]
    mine = [EntryPoint(name, value, registry.GROUP) for name, value in points.items()]
    found = [*entry_points(group=registry.GROUP), *mine]
    monkeypatch.setattr(registry, "entry_points", lambda group: found)
    registry.domains.cache_clear()
    data = tmp_path / "my-rhythms"
    data.mkdir()
    for i in range(8):
        bar = "".join("x" if (i + 3) * n % (i + 4) < 2 else "." for n in range(16))
        (data / f"r{i}.beat").write_text(bar * 3 + bar[: i + 1])
    yield data
    registry.domains.cache_clear()
    for name in [n for n in sys.modules if n.startswith("genvae_rhythms")]:
        del sys.modules[name]


def test_the_domain_of_the_page_works(
    rhythms: Path, genvae_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("lightning_fabric")
    from genvae.cli.app import main

    importlib.import_module("genvae_rhythms.test_rhythms").test_round_trip()
    monkeypatch.chdir(rhythms.parent)
    Path("beats.toml").write_text(SMALL)
    assert main(["train", "beats.toml", "--data", str(rhythms), "--quiet"]) == 0
    sample = ["sample", "--model", "beats", "-n", "3", "--seed", "1", "--length", "40"]
    assert main([*sample, "--out", "made", "--quiet"]) == 0
    made = sorted(Path("made").glob("*.beat"))
    assert [p.name for p in made] == [f"rhythms-{i:04d}.beat" for i in (1, 2, 3)]
    assert [len(p.read_text().strip()) for p in made] == [40, 40, 40]
    a, b = (str(rhythms / f"r{i}.beat") for i in (0, 7))
    way = ["interpolate", a, b, "--model", "beats", "--steps", "3", "--out", "way", "--quiet"]
    assert main(way) == 0
    assert len(list(Path("way").glob("*.beat"))) == 3
    assert genvae.load("beats").read(a)[0].name == "r0"
