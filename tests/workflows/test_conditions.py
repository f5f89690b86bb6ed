"""Conditions from files to samples: low songs and high ones, told apart by their folders."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from genvae.domains.music.midi_write import write_midi
from genvae.domains.music.song import Meter, Note, Song, Tempo, Voice
from genvae.errors import OptionProblem, RecipeProblem
from genvae.evaluation.report import Figures
from genvae.models import files
from genvae.models.conditions import Condition
from genvae.recipe import Recipe
from genvae.settings import (
    ConditionSettings,
    DataSettings,
    LossSettings,
    PriorSettings,
    TrainingSettings,
)
from genvae.workflows import conditions, incoming, recognition, store, told
from genvae.workflows.evaluate import evaluate
from genvae.workflows.load import Session
from genvae.workflows.train import Listener, train
from tests.fakes import TINY

NOTES = {"low": (36, 38, 40, 43), "high": (84, 86, 88, 91)}

RECIPE = Recipe(
    "registers",
    "music",
    codec={"layout": "melody"},
    data=DataSettings(heldout=0.2, validation=0.2, windows=2, stride=16),
    model=replace(TINY, encoder_width=24, decoder_width=24, cell_width=16),
    condition=ConditionSettings(names=("style", "meter", "density"), classes=2),
    loss=LossSettings(beta=0.1, warmup=2, learned_rate=0.5),
    training=TrainingSettings(steps=120, batch=8, validate_every=60, rate=0.01, threads=1),
    prior=PriorSettings(
        steps=60, batch=8, positions=32, width=24, blocks=3, cell_width=8, components=3, form=True
    ),
)


def tune(name: str, style: str, seed: int) -> Song:
    """Eight bars of quarters, or of eighths where the seed is odd."""
    rng = np.random.default_rng(seed)
    length = 2 if seed % 2 else 4
    notes = tuple(
        Note(step, length, int(rng.choice(NOTES[style]))) for step in range(0, 128, length)
    )
    voice = Voice("melody", notes, 80)
    return Song(
        name=name,
        group=name,
        voices=(voice,),
        steps=128,
        meters=(Meter(0, 4, 4),),
        tempos=(Tempo(0, 120.0),),
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("registers")
    for style in NOTES:
        (folder / "songs" / style).mkdir(parents=True)
        for i in range(10):
            path = folder / "songs" / style / f"{style}-{i}.mid"
            write_midi(tune(path.stem, style, i if style == "low" else 100 + i), path)
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENVAE_HOME", str(folder / "home"))
        # A line that leans to small steps stays in the register in which it begins; so little
        # training has it begin anywhere.
        patch.setattr("genvae.workflows.train_form.LEANS", ())
        out = train(
            RECIPE,
            out=folder / "registers.safetensors",
            run=folder / "run",
            folder=folder / "songs",
            listen=Listener(say=lines.append),
        )
    assert "style: not told 0, high 10, low 10" in lines
    return out


def test_a_class_that_is_told_is_heard(trained: Path) -> None:
    session = Session(store.open_model(str(trained)))
    registers = {}
    for style in NOTES:
        songs = session.sample(6, seed=1, length=8, set={"style": style})
        registers[style] = [made.codec.measure(made.piece)["register"] for made in songs]
    assert np.mean(registers["low"]) + 12 < np.mean(registers["high"])


def test_a_number_that_is_told_is_heard(trained: Path) -> None:
    session = Session(store.open_model(str(trained)))
    found = {}
    for value in ("low", "high"):
        made = session.sample(6, seed=2, length=8, set={"density": value})
        found[value] = np.mean([m.codec.measure(m.piece)["density"] for m in made])
    assert found["low"] < found["high"]


def test_what_the_file_says(trained: Path) -> None:
    model = files.read(trained)
    assert model.conditions == (
        Condition("style", ("high", "low")),
        Condition("meter", ("4/4",)),
        Condition("density", ("low", "high"), (6.0,)),
    )
    opened = store.open_model(str(trained))
    asked, requests = told.for_sample(opened, {"style": "low"}, {"tempo": "90"})
    assert asked.model.told == (2, 1, 0)
    assert told.said(asked) == "style=low,meter=4/4"
    assert requests == {"tempo": "90"}
    (made,) = Session(asked).sample(1, seed=0, length=4, set={"style": "low", "density": 9})
    assert "told=style=low,meter=4/4,density=high" in made.piece.text


def test_it_says_what_it_cannot_be_told(trained: Path) -> None:
    opened = store.open_model(str(trained))
    with pytest.raises(OptionProblem, match="--set style=jazz: model registers knows high, low"):
        told.numbers(opened, {"style": "jazz"})
    with pytest.raises(OptionProblem, match=r"no condition .*; it knows style, meter, density"):
        told.numbers(opened, {"game": "chess"})
    with pytest.raises(OptionProblem, match="it was trained on none"):
        told.numbers(store.open_model("trio"), {"style": "folk"})


def test_training_goes_on_from_a_model_without_conditions(trained: Path, tmp_path: Path) -> None:
    plain = replace(RECIPE, name="plain", condition=ConditionSettings())
    steps = replace(RECIPE.training, steps=1, validate_every=1)
    short = {"training": steps, "prior": replace(RECIPE.prior, steps=1)}
    folder = trained.parent / "songs"
    for style in ("low", "other"):
        shutil.copytree(folder / "low", folder.parent / "more" / style)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENVAE_HOME", str(trained.parent / "home"))
        first = train(
            replace(plain, **short), out=tmp_path / "a.safetensors", run=tmp_path, folder=folder
        )
        second = train(
            replace(RECIPE, **short),
            out=tmp_path / "b.safetensors",
            run=tmp_path,
            folder=folder,
            start=first,
        )
        other = train(
            replace(RECIPE, **short),
            out=tmp_path / "c.safetensors",
            run=tmp_path,
            folder=folder.parent / "more",
            start=second,
        )
    assert not files.read(first).conditions
    assert files.read(other).conditions == files.read(second).conditions
    assert [c.name for c in files.read(second).conditions] == ["style", "meter", "density"]


def test_conditions_that_pieces_do_not_have() -> None:
    opened = store.open_model("melody")
    data = DataSettings(corpora=("cre_irish",))
    wrong = replace(RECIPE, data=data, condition=ConditionSettings(names=("stile",)))
    with pytest.raises(RecipeProblem, match=r"'stile' is nothing .*did you mean 'style'"):
        conditions.check(wrong, opened.codec, None)


def test_classes_of_numbers() -> None:
    values = np.arange(9.0)
    assert conditions.parted("density", values, 3, counted=False) == Condition(
        "density", ("low", "medium", "high"), (8 / 3, 16 / 3)
    )
    counts = np.array([0.0, 0, 0, 1, 1, 2, 4])
    found = conditions.parted("enemies", counts, 3, counted=True)
    assert found == Condition("enemies", ("none", "few", "many"), (1.0, 1.5), per_window=True)
    assert [found.of(x) for x in (0.0, 0.9, 1.0, 1.5, 9.0, np.nan)] == [1, 1, 2, 3, 3, 0]
    with pytest.raises(RecipeProblem, match="alike in 'density'"):
        conditions.parted("density", np.ones(4), 3, counted=False)


def test_pieces_that_come_in_keep_what_they_tell(trained: Path, tmp_path: Path) -> None:
    session = Session(store.open_model(str(trained)))
    a = trained.parent / "songs" / "low" / "low-0.mid"
    b = trained.parent / "songs" / "high" / "high-1.mid"
    first, last = session.encode(a), session.encode(b)
    assert first.context["told"] == {"meter": "4/4", "density": "low"}
    assert last.context["told"] == {"meter": "4/4", "density": "high"}
    steps = session.interpolate(first, last, steps=4)
    said = [made.context["told"]["density"] for made in steps]
    assert said == ["low", "low", "high", "high"]
    assert session.morph(first, last).context["told"] == {"meter": "4/4"}
    again = session.reconstruct(first)
    assert "told=meter=4/4,density=low" in again.piece.text
    decoded = session.decode(first.z_WPD, first.context)
    for name, x_NRT in again.windows.items():
        np.testing.assert_array_equal(decoded.windows[name], x_NRT)
        np.testing.assert_array_equal(steps[0].windows[name], x_NRT)
    plain = incoming.untold(session.opened, first)
    assert "told" not in plain.context
    assert (plain.z_WPD != first.z_WPD).any()
    assert incoming.untold(session.opened, plain) is plain
    low = told.for_sample(session.opened, {"style": "low"}, {})[0]
    assert Session(low).encode(a).context["told"] == {"style": "low", "meter": "4/4"}


def test_what_is_made_is_recognised(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = store.open_model(str(trained))
    monkeypatch.setattr(recognition, "PIECES", 32)
    figures = evaluate(opened, folder=trained.parent / "songs", only="conditions")
    found = figures["conditions"]
    assert list(found) == [
        "style high", "style low", "meter 4/4", "density low", "density high",
    ]  # fmt: skip
    assert found["style low"]["real"] == found["style high"]["real"] == 1.0
    # The model makes high tunes unless it is told that they are to be low.
    assert found["style low"]["made"] > found["style low"]["untold"] + 0.1
    assert found["style high"]["made"] > 0.5
    assert found["style low"]["untold"] + found["style high"]["untold"] == 1.0
    assert "conditions" not in Figures().plain()
