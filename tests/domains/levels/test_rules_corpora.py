"""Rules against levels that people made to be finished. Shares are of these samples, read off once;
what is missing of 1 is said in the rulesets (``climber``: enemies that the game needs)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from genvae.corpora.convert import kgoldrunner
from genvae.domains.base import Report
from genvae.domains.levels.domain import LevelsDomain
from genvae.domains.levels.text import level_text

from . import replay_climber, replay_sokoban  # noqa: TID252

pytestmark = pytest.mark.corpus


def checked(path: Path, tileset: str, first: int, every: int = 1) -> Iterator[tuple[str, Report]]:
    """The text and report of some levels of a file."""
    codec = LevelsDomain().open({"tileset": tileset})
    for level in islice(codec.read(path), 0, first * every, every):
        yield level_text(level), codec.check(level)


@pytest.mark.parametrize(
    ("name", "pushes"),
    [("unfiltered/test/000", 13), ("medium/valid/000", None), ("hard/000", 18)],
)
def test_boxoban(shared_data: Path, name: str, pushes: int | None) -> None:
    path = shared_data / "levels" / "permissive" / "boxoban" / f"{name}.txt.gz"
    found = list(checked(path, "sokoban", 6))
    for text, report in found:
        assert report.playable, report.problems
        assert replay_sokoban.play(text.splitlines(), report.proof["moves"]) == ""
    assert pushes is None or found[0][1].facts["pushes"] == pushes


def test_kgoldrunner(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "levels" / "copyleft" / "kgoldrunner" / "original"
    (tmp_path / "original").symlink_to(source, target_is_directory=True)
    kgoldrunner(tmp_path)
    found = list(checked(tmp_path / "levels.txt", "climber", 10, 25))
    done = [(text, report) for text, report in found if report.playable]
    assert len(done) >= 4
    for text, report in done:
        assert replay_climber.play(text.splitlines(), report.proof["moves"]) == ""
    for _, report in found:
        assert report.playable or report.problems


@pytest.mark.parametrize(
    ("path", "tileset", "least"),
    [
        ("copyleft/cataclysm-dda/levels.txt", "cataclysm", 15),
        ("copyleft/crawl/levels.txt", "crawl", 25),
    ],
)
def test_seen_from_above(shared_data: Path, path: str, tileset: str, least: int) -> None:
    reports = [r for _, r in checked(shared_data / "levels" / path, tileset, 30, 20)]
    assert sum(r.playable is True for r in reports) >= least
    assert all(r.playable or r.facts["place"] for r in reports)


def test_super_mario_bros(shared_data: Path) -> None:
    folder = shared_data / "levels" / "restricted" / "vglc" / "Super Mario Bros" / "Processed"
    paths = sorted(folder.glob("*.txt"))
    reports = [report for path in paths for _, report in checked(path, "mario", 1)]
    assert len(reports) == 15
    assert all(report.playable for report in reports)
