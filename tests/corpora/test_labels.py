"""What corpora say of their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from genvae.corpora import labels
from genvae.errors import CorpusProblem


@pytest.fixture
def corpora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GENVAE_HOME", str(tmp_path))
    for name in (
        "cre_irish/bars/a.mid",
        "openewld/midi/b.mid",
        "groove/drummer1/session1/1_funk.mid",
        "groove/drummer1/session1/2_none.mid",
        "vglc-mario/Super Mario Bros/Processed/1.txt",
        "vglc-mario/Super Mario Bros 2 (Japan)/Processed/1.txt",
    ):
        path = tmp_path / "corpora" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    table = tmp_path / "corpora" / "groove" / "info.csv"
    table.write_text(
        "midi_filename,style\ndrummer1/session1/1_funk.mid,funk/groove1\n", encoding="utf-8"
    )
    return tmp_path / "corpora"


def test_a_class_for_a_corpus(corpora: Path) -> None:
    names = ("cre_irish", "openewld", "supertux")
    assert labels.known(names) == {"style"}
    assert labels.of_corpora(names, "style") == {
        corpora / "cre_irish/bars/a.mid": "folk",
        corpora / "openewld/midi/b.mid": "standard",
    }
    assert labels.of_corpora(names, "game") == {}


def test_a_class_from_a_table(corpora: Path) -> None:
    path = corpora / "groove/drummer1/session1/1_funk.mid"
    assert labels.of_corpora(["groove"], "style") == {path: "funk"}


def test_a_class_from_a_folder(corpora: Path) -> None:
    found = labels.of_corpora(["vglc-mario"], "game")
    assert sorted(found.values()) == ["super-mario-bros", "super-mario-bros-2-japan"]
    paths = [corpora / "cre_irish/bars/a.mid", corpora / "loose.mid"]
    assert labels.of_folder(corpora, paths) == {paths[0]: "cre-irish"}


def test_an_unknown_corpus() -> None:
    with pytest.raises(CorpusProblem, match="no such corpus"):
        labels.known(["cre_irsh"])
