"""From the demo pieces to a model file, and from it to pieces: both domains, in seconds.

Axes:  W windows · P positions · D dims of z
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open

import genvae
from genvae import recipe as recipes
from genvae.errors import CorpusProblem, FileProblem, OptionProblem
from genvae.models import files
from genvae.settings import DataSettings
from genvae.workflows import between, store
from genvae.workflows.evaluate import evaluate
from genvae.workflows.load import Session
from genvae.workflows.train import Listener, train

from .conftest import DATA, tiny_recipe  # noqa: TID252

DOMAINS = {"music": "songs", "levels": "levels"}
PAIRS = {
    "music": ("songs/ode-to-joy.mid", "songs/greensleeves.mid"),
    "levels": ("levels/first-steps.txt", "levels/caves.txt"),
}


@pytest.fixture(scope="module", params=DOMAINS)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file; the run's folder and what the listener heard lie beside it."""
    domain = request.param
    folder = tmp_path_factory.mktemp(domain)
    heard: dict[str, Any] = {"stages": [], "lines": [], "steps": 0}
    listen = Listener(
        stage=lambda name, total: heard["stages"].append([name, total]),
        advance=lambda step, _: heard.update(steps=heard["steps"] + 1),
        say=heard["lines"].append,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENVAE_HOME", str(folder / "home"))
        out = train(
            tiny_recipe(domain),
            out=folder / f"tiny-{domain}.safetensors",
            run=folder / "run",
            folder=DATA / DOMAINS[domain],
            listen=listen,
        )
    (folder / "heard.json").write_text(json.dumps(heard), encoding="utf-8")
    return out


@pytest.mark.parametrize("part", ["decoder_only", "prior_only"])
def test_one_part_is_trained_on(trained: Path, tmp_path: Path, part: str) -> None:
    first = files.read(trained)
    wanted = replace(
        first.recipe,
        model=replace(first.recipe.model, blur=0.5),
        prior=replace(first.recipe.prior, form=True, blur=0.6),
    )
    domain = first.recipe.domain
    out = train(
        wanted,
        out=tmp_path / "on.safetensors",
        run=tmp_path / "run",
        folder=DATA / DOMAINS[domain],
        start=trained,
        **{part: True},
    )
    with safe_open(trained, "pt") as before, safe_open(out, "pt") as after:
        known = ("copies.", "concepts.", "calibration.")
        names = [n for n in before.keys() if not n.startswith(known)]  # noqa: SIM118
        moved = {n for n in names if not before.get_tensor(n).equal(after.get_tensor(n))}
    own = {"decoder_only": "decoder.", "prior_only": "prior.sequence."}[part]
    assert moved
    assert all(n.startswith(own) for n in moved)
    model = files.read(out)
    assert model.card["defaults"]["blur"] == 0.6
    assert model.card["training"].keys() >= {"steps", own.split(".")[0]}
    assert len(genvae.load(str(out)).sample(2, seed=1)) == 2


@pytest.fixture
def session(trained: Path) -> Session:
    return genvae.load(str(trained))


def domain_of(session: Session) -> str:
    return session.opened.domain.name


def pair(session: Session) -> tuple[Path, Path]:
    a, b = PAIRS[domain_of(session)]
    return DATA / a, DATA / b


def written(made: Any, folder: Path) -> bytes:
    suffix = next(iter(made.codec.writers))
    return Path(made.save(folder / f"piece{suffix}")).read_bytes()


def test_what_training_leaves(trained: Path, session: Session) -> None:
    run = trained.parent / "run"
    found = {p.name for p in run.iterdir()}
    assert found == {
        "recipe.toml",
        "metrics.jsonl",
        "best.safetensors",
        "checkpoint.safetensors",
    }
    assert recipes.load(run / "recipe.toml") == tiny_recipe(domain_of(session))
    log = (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["step"] for line in log] == [2, 4]
    heard = json.loads((trained.parent / "heard.json").read_text(encoding="utf-8"))
    names = [name for name, _ in heard["stages"]]
    assert names == ["encode", "train", "prior", "concepts", "scores"]
    assert heard["stages"][1:3] == [["train", 4], ["prior", 4]]
    assert heard["steps"] >= 8 + heard["stages"][0][1]
    assert "to train" in heard["lines"][0]


def test_what_the_model_file_says(trained: Path, session: Session) -> None:
    model = files.read(trained)
    assert model.recipe == tiny_recipe(domain_of(session))
    assert model.codec == session.opened.codec.config
    card = model.card
    assert card["corpora"] == [{"name": DOMAINS[domain_of(session)], "licence": "your own"}]
    assert card["defaults"] == {
        "prior": "sequence",
        "temperature": 1.0,
        "cell_temperature": 1.0,
        "blur": 0.0,
    }
    assert card["training"]["steps"] == 4
    assert card["training"]["best_step"] in (2, 4)
    assert card["sequence_prior"] is True
    assert np.isfinite(card["training"]["prior"]["validation_nll"])
    with safe_open(trained, "np") as file:
        assert "copies.bits" in list(file.keys())


def test_samples(session: Session, tmp_path: Path) -> None:
    length = {"music": "4", "levels": "32"}[domain_of(session)]
    many = session.sample(3, seed=7, length=length, raw=True)
    few = session.sample(2, seed=7, length=length, raw=True)
    alone = session.sample(indices=[2], seed=7, length=length, raw=True)
    made = [written(m, tmp_path) for m in many]
    assert [written(m, tmp_path) for m in few] == made[:2]
    assert written(alone[0], tmp_path) == made[2]
    assert len(set(made)) == 3
    again = session.read(tmp_path / f"piece{next(iter(session.opened.codec.writers))}")
    assert len(again) == 1
    assert many[0].facts["windows"] == len(many[0].z_WPD) == 2


def test_encode_and_decode(session: Session, tmp_path: Path) -> None:
    path, _ = pair(session)
    source = session.encode(path)
    assert source.z_WPD.shape[1:] == session.opened.model.latent_shape
    assert len(source.z_WPD) == len(source.encoded)
    made = session.decode(source.z_WPD, source.encoded.context)
    same = session.reconstruct(str(path))
    for name, x in made.windows.items():
        np.testing.assert_array_equal(x, same.windows[name])
    assert session.decode(source.z_WPD[:1]).report.valid
    np.testing.assert_array_equal(session.encode(source.piece).z_WPD, source.z_WPD)
    assert session.encode(made).z_WPD.shape[1:] == source.z_WPD.shape[1:]
    assert written(same, tmp_path)


@pytest.mark.parametrize("method", ["linear", "spherical"])
def test_interpolation(
    session: Session, tmp_path: Path, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(between, "ATTEMPTS", 1)  # noise can hardly be played
    a, b = pair(session)
    steps = session.interpolate(a, b, steps=3, method=method)
    assert [m.facts["share"] for m in steps] == [0.0, 0.5, 1.0]
    assert len({len(m.z_WPD) for m in steps}) == 1
    assert all(m.report.valid and written(m, tmp_path) for m in steps)
    longest = max(len(session.encode(p).z_WPD) for p in (a, b))
    assert len(steps[0].z_WPD) == longest


def test_a_grid(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(between, "ATTEMPTS", 1)
    corners = [session.encode(path) for path in pair(session) * 2]
    assert session.encode(corners[0]) is corners[0]
    made = session.grid(corners, rows=2, columns=2)
    assert [(m.facts["row"], m.facts["column"]) for m in made] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    with pytest.raises(OptionProblem, match="--grid 3x2: 2 files given"):
        session.grid(corners[:2], rows=3, columns=2)


def test_voices_and_keys_from_python(session: Session) -> None:
    if domain_of(session) != "music":
        with pytest.raises(OptionProblem, match="--voice: a piece of levels has no voices"):
            session.encode(pair(session)[0], voices={"melody": 1})
        return
    korobeiniki = DATA / "songs" / "korobeiniki.mid"
    chosen = session.encode(korobeiniki, voices={"melody": 2, "bass": "Melody"})
    assert "melody: track 2 'Bass' (program 33), asked for" in chosen.encoded.notes
    ode = session.encode(DATA / "songs" / "ode-to-joy.mid")
    keys = [
        [m.context["shifts"][0] for m in session.interpolate(ode, chosen, steps=2, keep_keys=kept)]
        for kept in (False, True)
    ]
    assert keys == [[-2, -2], [-2, 0]]


def test_morph(session: Session, tmp_path: Path) -> None:
    a, b = pair(session)
    made = session.morph(a, b)
    assert made.report.valid
    assert written(made, tmp_path)
    np.testing.assert_array_equal(made.z_WPD[0], session.encode(a).z_WPD[0])


def test_files_that_are_none(session: Session, tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="no such file"):
        session.encode(tmp_path / "none.mid")
    (tmp_path / "empty.txt").touch()
    with pytest.raises(FileProblem, match=r"empty\.txt: "):
        session.encode(tmp_path / "empty.txt")


def test_figures(session: Session, trained: Path, tmp_path: Path) -> None:
    copy = tmp_path / trained.name
    copy.write_bytes(trained.read_bytes())
    opened = store.open_model(str(copy))
    stages: list[str] = []
    found = evaluate(
        opened,
        folder=DATA / DOMAINS[domain_of(session)],
        windows=12,
        write=True,
        progress=lambda name, _done, _total: stages.append(name),
    )
    assert {"reading", "reconstructing", "sampling"} <= set(stages)
    for values in found["samples"].values():
        assert set(values) == {"made", "made_low", "made_high", "real", "posterior", "real_begun"}
    for values in found["reconstruction"].values():
        assert set(values) == {"model", "trivial", "another"}
    for values in found["divergences"].values():
        assert set(values) == {"made", "train"}
    assert found["pieces"]["copied_windows"]["real"] is not None
    assert set(found["pieces"]["valid"]) == {"made", "real"}
    assert found["pieces"]["valid"] == {"made": 1.0, "real": 1.0}
    assert ("playable" in found["pieces"]) == (domain_of(session) == "levels")
    assert found["pieces"]["read_back"] == {"made": 1.0}
    assert found["pieces"]["round_trip_lowest"]["made"] >= 0
    assert 0 <= found["pieces"]["round_trip_median"]["made"] <= 1
    ways = found["interpolation"]
    assert set(ways["neighbours"]) == {"model", "crossfade", "switch"}
    assert ways["ends"]["switch"] == ways["ends"]["crossfade"] == 1.0
    assert ways["valid"]["model"] == 1.0
    measured = {"music": "notes_melody", "levels": "solid"}[domain_of(session)]
    assert set(ways[measured]) == {"model", "crossfade", "switch", "real"}
    found.pop("usual", None)  # stands in the card itself
    assert files.read(copy).card["figures"] == json.loads(json.dumps(found, allow_nan=False))
    assert files.read(trained).card["figures"] == {}


def test_nothing_as_long_as_a_chunk(session: Session, trained: Path, tmp_path: Path) -> None:
    path, _ = pair(session)
    (tmp_path / path.name).write_bytes(path.read_bytes())
    opened = store.open_model(str(trained))
    opened.model.recipe = replace(opened.model.recipe, data=DataSettings(windows=500))
    with pytest.raises(CorpusProblem, match="no held-out piece is as long as 500 windows"):
        evaluate(opened, folder=tmp_path, windows=12)
