"""What is told of a cleaned piece, and that the rest of it stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from genvae.domains import registry
from genvae.domains.music.song import Note
from genvae.errors import ModelProblem, OptionProblem
from genvae.generation import cleaning
from genvae.models import cleaner_file
from genvae.models.cleaner import Cleaner
from genvae.settings import CleanSettings
from genvae.workflows import clean, incoming, store
from genvae.workflows.clean import changes, sentence, where
from genvae.workflows.clean_figures import f1
from tests.domains.music.songs import trio

CODEC = registry.get("music").open({})
SETTINGS = CleanSettings(width=8, blocks=1, cell_width=8, guess=False)


@pytest.fixture
def tool(at_home: Path) -> clean.Cleaning:
    """A tiny model of music with a cleaner that has learned nothing."""
    opened = store.open_model("trio")
    cleaner = Cleaner(opened.codec.spec, SETTINGS)
    cleaner_file.save(opened.model.path, cleaner, SETTINGS, {}, "0")
    return clean.Cleaning(opened)


def test_changes_are_told_place_by_place() -> None:
    before = trio((Note(0, 4, 60), Note(16, 4, 64)), drums=(Note(4, 1, 36),))
    after = trio((Note(0, 4, 60), Note(16, 4, 65)), drums=(Note(4, 1, 38), Note(4, 1, 42)))
    found = changes(CODEC, before, after)
    assert found == [["drums", 4, 36, 38], ["drums", 4, None, 42], ["melody", 16, 64, 65]]
    assert where(CODEC, before, found) == "bars 1-2"
    assert where(CODEC, before, found[:2]) == "bar 1"
    assert where(CODEC, before, []) == ""


def test_sentences() -> None:
    row = {"piece": "x", "damaged": 0, "rate": 0.0, "where": ""}
    assert sentence(row, "note") == "x: nothing looks damaged, nothing changed"
    row |= {"damaged": 1, "rate": 0.041, "where": "bar 2"}
    assert sentence(row, "note") == "x: 1 note changed (bar 2); about 4% damaged"
    row |= {"damaged": 2, "playable": True, "playable_before": False}
    assert sentence(row, "tile").endswith("it can be played now, and could not before")
    row |= {"playable": False}
    assert sentence(row, "tile").endswith("it cannot be played, as before")


def test_a_piece_in_which_nothing_looks_damaged_comes_back(tool: clean.Cleaning) -> None:
    song = trio((Note(0, 4, 60, 33), Note(16, 4, 64)), drums=(Note(4, 1, 36, 99),))
    source = incoming.encode_piece(tool.opened, song)
    made = tool.clean(source, 0.0)
    assert made.piece == song
    assert (made.facts["damaged"], made.facts["cleaned"], made.facts["rate"]) == (0, [], 0.0)
    assert made.report.valid


def test_only_what_changes_is_made_anew(
    tool: clean.Cleaning, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = trio((Note(0, 4, 60, 33), Note(16, 4, 64, 44)), drums=(Note(4, 1, 36, 99),))
    source = incoming.encode_piece(tool.opened, song)
    windows = {k: v.copy() for k, v in source.encoded.windows.items()}
    line = windows["melody"][0, 0]
    line[16:20] = [line[16] + 2, 1, 1, 1]
    monkeypatch.setattr(cleaning, "clean", lambda *_, **__: cleaning.Cleaned(windows, 0.1))
    made = tool.clean(source)
    assert made.facts["cleaned"] == [["melody", 16, 64, 66]]
    assert made.facts["where"] == "bar 2"
    kept = {(v.name, n.step, n.pitch, n.velocity) for v in made.piece.voices for n in v.notes}
    assert {("melody", 0, 60, 33), ("drums", 4, 36, 99)} < kept
    assert made.piece.text.startswith("genvae model=trio@")


def test_chosen_cells_keep_the_rules(tool: clean.Cleaning) -> None:
    rng = np.random.default_rng(0)
    windows = {f.name: rng.integers(f.categories, size=(3, f.rows, 32)) for f in CODEC.spec.fields}
    found = cleaning.clean(
        tool.opened.model, tool.cleaner, CODEC, windows, rate=0.2, settings=SETTINGS
    )
    assert CODEC.check(CODEC.assemble(found.windows, {})).valid
    assert found.rate == 0.2
    line = found.windows["bass"].reshape(-1)
    assert line[0] != 1
    assert not ((line[1:] == 1) & (line[:-1] == 0)).any()


def test_long_pieces_are_cleaned_in_stretches(
    tool: clean.Cleaning, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = CODEC.encode(
        trio(tuple(Note(s, 4, 60 + s % 5) for s in range(0, 256, 4)), steps=256)
    ).windows
    given = (tool.opened.model, tool.cleaner, CODEC, windows)
    whole = cleaning.clean(*given, rate=0.1, settings=SETTINGS).windows
    monkeypatch.setattr(cleaning, "LONGEST", 3)
    parts = cleaning.clean(*given, rate=0.1, settings=SETTINGS).windows
    np.testing.assert_array_equal(whole["melody"], parts["melody"])


def test_what_is_doubted_in_one_key_alone_stays(
    tool: clean.Cleaning, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cleaner that takes middle C for a fault, and knows all other pitches."""

    def log_p(cleaner: Cleaner, part: cleaning._Part, rate: float) -> list[torch.Tensor]:
        logs, at = [], 0
        for f in CODEC.spec.fields:
            observed = part.cells[0, :, at : at + f.rows]
            log = torch.nn.functional.one_hot(observed, f.categories).float() * 4
            if f.name == "melody":
                log[observed == 2 + 60] = 0
                log[..., 0] += 2.0 * (observed == 2 + 60)
            logs.append(torch.log_softmax(log, -1))
            at += f.rows
        return logs

    monkeypatch.setattr(cleaning, "_log_p", log_p)
    windows = CODEC.encode(trio((Note(0, 4, 60), Note(8, 4, 67)), steps=64)).windows
    given = (tool.opened.model, tool.cleaner, CODEC, windows)
    kept = cleaning.clean(*given, rate=0.1, settings=SETTINGS).windows["melody"]
    np.testing.assert_array_equal(kept, windows["melody"])
    monkeypatch.setattr(type(CODEC), "renamings", lambda _: ())
    alone = cleaning.clean(*given, rate=0.1, settings=SETTINGS).windows["melody"]
    assert alone[0, 0, 0] == 0
    assert alone[0, 0, 8] == 2 + 67


def test_the_rate_of_a_short_piece_is_nearer_to_a_usual_one(
    tool: clean.Cleaning, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(steps: int, share: float) -> float:
        """With a cleaner that finds this share of all cells changed, whatever it is told."""
        notes = tuple(Note(s, 4, 60) for s in range(0, steps, 4))
        windows = CODEC.encode(trio(notes, steps=steps)).windows
        cells = sum(x.size for x in windows.values())
        monkeypatch.setattr(cleaning, "_expected", lambda *_: share * cells)
        given = (tool.opened.model, tool.cleaner, CODEC, windows)
        return cleaning.clean(*given, settings=SETTINGS).rate

    short, long = found(64, 0.03), found(1024, 0.03)
    assert cleaning.BEGIN < short < long
    assert found(64, 0.0) == 0.0


def test_a_share_is_one() -> None:
    for rate in (-0.1, 1.5, float("nan")):
        with pytest.raises(OptionProblem, match="--damage"):
            clean.check_rate(rate)


def test_without_a_cleaner(at_home: Path) -> None:
    with pytest.raises(ModelProblem, match="has no cleaner yet"):
        clean.Cleaning(store.open_model("platformer"))


def test_f1() -> None:
    assert f1([], []) == 1.0
    assert f1([(1, 2), (2, 2)], [(1, 2), (3, 2)]) == 0.5
