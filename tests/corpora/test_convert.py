from __future__ import annotations

from pathlib import Path

from genvae.corpora.convert import angband, kgoldrunner


def test_kgoldrunner_cuts_each_layout_into_20_rows_of_28(tmp_path: Path) -> None:
    rows = ["MZ" + "M" * 24 + "ZM", "R" + " " * 26 + "H", *(["X" + "." * 26 + "X"] * 18)]
    (tmp_path / "original").mkdir()
    (tmp_path / "original" / "game_kgr.txt").write_text(
        '// G002 K kgr N\n i18n("Name");\n// L001\n//  ' + "".join(rows) + "\n"
        '// L002\n// .dwf true\n i18n("Hint");\n//  ' + "".join(reversed(rows)) + "\n",
        encoding="utf-8",
    )
    kgoldrunner(tmp_path)
    assert (tmp_path / "levels.txt").read_text(encoding="utf-8").splitlines() == [
        "%% kgr_001 20 28",
        *rows,
        "%% kgr_002 20 28",
        *reversed(rows),
    ]


def test_angband_takes_the_rows_of_each_entry(tmp_path: Path) -> None:
    (tmp_path / "original").mkdir()
    (tmp_path / "original" / "vault.txt").write_text(
        "# File: vault.txt\n\nname:Round hall\ntype:Lesser vault\nrows:2\nD: %% \nD:%..%\n"
        "name:No rows\n\nname:Cell\nD:#\n",
        encoding="utf-8",
    )
    (tmp_path / "original" / "room_template.txt").write_text("", encoding="utf-8")
    angband(tmp_path)
    assert (tmp_path / "vault_levels.txt").read_text(encoding="utf-8") == (
        "%% Round_hall 2 4\n %% \n%..%\n%% Cell 1 1\n#\n"
    )
    assert (tmp_path / "room_template_levels.txt").read_text(encoding="utf-8") == ""
