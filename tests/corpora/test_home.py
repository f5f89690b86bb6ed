"""Where corpora are kept, and what lies there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from genvae.corpora import fetch


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", "XDG_DATA_HOME", "{base}/genvae"),
        ("win32", "LOCALAPPDATA", "{base}/genvae"),
        ("linux", "", "{user}/.local/share/genvae"),
        ("darwin", "", "{user}/Library/Application Support/genvae"),
    ],
)
def test_home_is_the_platforms_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, variable: str, expected: str
) -> None:
    for name in ("GENVAE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "expanduser", lambda p: Path(str(p).replace("~", "/home/me")))
    if variable:
        monkeypatch.setenv(variable, "/data")
    assert fetch.home() == Path(expected.format(base="/data", user="/home/me"))


def test_genvae_home_overrides(genvae_home: Path) -> None:
    assert fetch.home() == genvae_home


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "files"), [("lakh_trio", 1000), ("boxoban", 160), ("kgoldrunner", 1)]
)
def test_the_catalogue_agrees_with_local_copies(shared_data: Path, name: str, files: int) -> None:
    fetch.get(name, shared_data)
    assert len(fetch.files(name)) == files


@pytest.mark.corpus
def test_every_kgoldrunner_level_has_a_player_and_20_rows_of_28(shared_data: Path) -> None:
    fetch.get("kgoldrunner", shared_data)
    text = fetch.files("kgoldrunner")[0].read_text(encoding="utf-8")
    levels = [level.splitlines()[1:] for level in text.split("%% ")[1:]]
    assert len(levels) == 493
    assert {len(rows) for rows in levels} == {20}
    assert {len(row) for rows in levels for row in rows} == {28}
    assert {"".join(rows).count("R") for rows in levels} == {1}
