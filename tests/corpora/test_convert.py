from __future__ import annotations

from pathlib import Path

import mido
import pytest

from genvae.corpora.convert import angband, cre_irish, kgoldrunner


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


def tune(path: Path, lengths: list[int], meter: tuple[int, int] = (4, 4)) -> None:
    """Single notes of these lengths in 16ths, one after another, 480 ticks a beat."""
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("time_signature", numerator=meter[0], denominator=meter[1]))
    for length in lengths:
        track.append(mido.Message("note_on", note=67, velocity=90))
        track.append(mido.Message("note_off", note=67, time=length * 120))
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    path.parent.mkdir(exist_ok=True)
    file.save(path)


@pytest.mark.parametrize(
    ("lengths", "meter", "first"),
    [
        ([4, *[2] * 16, 4, 4, 4], (4, 4), 12),  # a quarter before the first bar
        ([2, *[2] * 16, 4, 4, 6], (4, 4), 14),
        ([*[2] * 12, 8], (4, 4), 0),  # ends on the third beat as it is
        ([*[2] * 8, 16], (4, 4), 0),
        ([2, *[2] * 14, 4], (4, 4), 14),  # ends on the fourth beat
        ([*[2] * 7, 2], (4, 4), 0),  # ends with an eighth: nothing is known
        ([2, *[2] * 12, 4], (6, 8), 10),
        ([4, *[2] * 12, 6], (6, 8), 8),  # two eighths
        ([*[2] * 15, 6], (6, 8), 0),
        ([2, *[2] * 12, 6], (12, 8), 22),
        ([2, *[2] * 12, 4], (3, 4), 0),
    ],
)
def test_tunes_with_an_upbeat_begin_before_the_bar_line(
    tmp_path: Path, lengths: list[int], meter: tuple[int, int], first: int
) -> None:
    tune(tmp_path / "midi" / "a.mid", lengths, meter)
    cre_irish(tmp_path)
    (track,) = mido.MidiFile(tmp_path / "bars" / "a.mid").tracks
    notes = [m for m in track if m.type in ("note_on", "note_off")]
    assert notes[0].time == first * 120
    assert sum(m.time for m in notes) == (first + sum(lengths)) * 120
