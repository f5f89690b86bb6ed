"""``genvae compare``: the family side by side, on one split, with equal steps.

Axes:  N windows · T steps · R cells · C conditions

A study lives in one folder: ``study.json`` says what all runs share, ``runs/NAME`` holds a run's
recipe, model and ``figures.json``; a run that has its figures is not made again. After each run
``table.json``, ``table.md`` and, where matplotlib is here, ``figure.png`` tell what there is.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from genvae import recipe as recipes
from genvae.domains import registry
from genvae.domains.base import split_cells
from genvae.domains.writing import whole
from genvae.errors import FileProblem, GenvaeError, OptionProblem
from genvae.evaluation import metrics
from genvae.evaluation.family import class_probe, figures
from genvae.evaluation.representation import Linear, Network, Representation
from genvae.models import files
from genvae.recipe import Recipe
from genvae.workflows import family, study
from genvae.workflows import train as workflow
from genvae.workflows.material import Material, gather
from genvae.workflows.store import SUFFIX
from genvae.workflows.study import Wanted

TIMED = 12
"""Steps over which the length of one is measured."""

Say = Callable[[str], None]


def compare(
    base: Recipe,
    out: Path,
    *,
    folder: Path | None = None,
    steps: int | None = None,
    minutes: float | None = None,
    seeds: int = 1,
    latents: Sequence[int] = study.LATENTS,
    betas: Sequence[float] = study.BETAS,
    members: Sequence[str] = (),
    say: Say = lambda _line: None,
) -> dict[str, Any]:
    """Train what is missing, and write the table and the figure; returns the table.

    Equal ``steps`` for all, or as many as take ``minutes`` on this machine, measured once. Raises
    OptionProblem, RecipeProblem, CorpusProblem and FileProblem.
    """
    _needs_sklearn()
    _check_budget(steps, minutes)
    study.check(latents, betas, seeds)
    for name in members:
        family.member(base, name)
    codec = registry.get(base.domain).open(base.codec)
    kept = _kept(out / "study.json", base, steps)
    material, heard = gather(base, codec, folder)
    names = tuple(members) or family.members(heard)
    if steps is None:
        steps = int(kept["steps"]) if kept else _steps_in(base, material, minutes or 5.0, say)
    _write_json(out / "study.json", {"steps": steps, "base": recipes.to_dict(base)})
    wanted = study.plan(
        heard,
        steps,
        latents=latents,
        betas=betas,
        members=names,
        seeds=seeds,
        window=codec.spec.steps,
    )
    document: dict[str, Any] = {}
    for number, run in enumerate(wanted, 1):
        place = out / "runs" / run.name
        if not (place / "figures.json").exists():
            _make(run, place, material, folder)
            say(f"{number}/{len(wanted)} {run.name}")
            document = report(wanted[:number], out, material, steps)
    return document or report(wanted, out, material, steps)


def _needs_sklearn() -> None:
    if find_spec("sklearn") is None:
        raise GenvaeError('comparing needs scikit-learn: pip install "genvae[train,plots]"')
    if find_spec("lightning_fabric") is None:
        raise GenvaeError('training needs lightning-fabric: pip install "genvae[train]"')


def _check_budget(steps: int | None, minutes: float | None) -> None:
    if steps is not None and minutes is not None:
        raise OptionProblem("give --steps or --minutes, not both")
    if steps is not None and steps < 1:
        raise OptionProblem(f"--steps {steps}: expected 1 or more")
    if minutes is not None and not 0 < minutes <= 10_000:
        raise OptionProblem(f"--minutes {minutes:g}: expected more than 0")


def _kept(path: Path, base: Recipe, steps: int | None) -> dict[str, Any]:
    """What an earlier call left, if it goes together with this one. Raises FileProblem."""
    if not path.exists():
        return {}
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        before = int(found["steps"])
    except (OSError, ValueError, KeyError, TypeError) as why:
        raise FileProblem(f"{path}: not readable ({why}); give another --out") from None
    if found.get("base") != recipes.to_dict(base):
        raise FileProblem(f"{path.parent}: a study of another recipe; give another --out")
    if steps is not None and steps != before:
        raise FileProblem(
            f"{path.parent}: a study of {before} steps, not {steps}; give the same, or "
            "another --out"
        )
    return found


def _steps_in(base: Recipe, material: Material, minutes: float, say: Say) -> int:
    """Steps that take so many minutes of CPU here: as a beta-VAE of the headline size takes."""
    import torch

    from genvae.models.autoencoder import Autoencoder
    from genvae.models.penalties import penalties
    from genvae.training.batches import Chunks

    codec = material.codec
    shown = study.plan(
        base, 100, latents=(), betas=(), members=["beta-vae"], window=codec.spec.steps
    )
    recipe = shown[-1].recipe
    assert recipe is not None
    if recipe.training.threads:
        torch.set_num_threads(recipe.training.threads)
    model, terms = Autoencoder(codec.spec, recipe.model), penalties(recipe.loss)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-4)
    cells = [material.pieces.cells[i] for i in material.parts.train]
    chunks = Chunks(cells, codec, windows=recipe.data.windows, stride=recipe.data.stride)
    rng, taken = np.random.default_rng(0), []
    for step in range(TIMED):
        began = time.process_time()
        model(*chunks.draw(recipe.training.batch, rng), terms, step).total.backward()
        optimizer.step()
        optimizer.zero_grad()
        taken.append(time.process_time() - began)
    steps = max(1, int(minutes * 60 / float(np.median(taken))))
    say(f"{steps} steps a run: {minutes:g} minutes of CPU at {np.median(taken):.3f} s a step")
    return steps


def _make(run: Wanted, place: Path, material: Material, folder: Path | None) -> None:
    """Train and judge one run; its figures are written last."""
    began = time.process_time()
    codec = material.codec
    found: dict[str, float] = {}
    given: Representation
    train_NTR, held_NTR = material.train.cells_NTR, material.held.cells_NTR
    if run.recipe is None:
        given = Linear(train_NTR, run.latents, codec.spec)
    else:
        path = place / f"model{SUFFIX}"
        workflow.train(run.recipe, out=path, run=place, folder=folder, tools=False)
        for name in ("checkpoint.safetensors", "best.safetensors"):
            (place / name).unlink(missing_ok=True)
        stored = files.read(path)
        stored.spec = codec.spec
        model = stored.hearing()
        told_NC = None
        if stored.conditions:
            train_NTR, held_NTR = material.train.with_classes, material.held.with_classes
            told_NC = material.held.told_NC
        given = Network(model, stored.gaussian, codec, told_NC)
        found["parameters"] = float(sum(p.numel() for p in model.parameters()))
        rate = nats(model, held_NTR)
        if rate is not None:
            found["rate"] = rate
    trained = time.process_time() - began
    found |= figures(given, codec, train_NTR, held_NTR)
    known, asked = given.encode(train_NTR), given.encode(held_NTR)
    for name, at in material.named.items():
        classes = material.train.told_NC[:, at], material.held.told_NC[:, at]
        found[f"class_{name}"] = class_probe(known, classes[0], asked, classes[1])
    found["cpu_seconds"] = trained
    _write_json(place / "figures.json", {k: _plain(v) for k, v in found.items()})


def nats(model: Any, cells_NTR: np.ndarray) -> float | None:
    """KL(q(z|x) || N(0, I)) a window; None where there is no distribution."""
    import torch

    with torch.no_grad():
        posterior = model.encode(torch.from_numpy(cells_NTR))
    if posterior.log_variance_NPD is None:
        return None
    return float(posterior.kl_NPD.sum((1, 2)).mean())


def report(wanted: Sequence[Wanted], out: Path, material: Material, steps: int) -> dict[str, Any]:
    """Write the table of the runs that are done, and the figure."""
    from genvae.evaluation import plots

    codec = material.codec
    cells = material.train.cells_NTR, material.held.cells_NTR
    real = [split_cells(codec.spec, x) for x in cells]
    rows = []
    for run in wanted:
        path = out / "runs" / run.name / "figures.json"
        if path.exists():
            row: dict[str, Any] = {
                "run": run.name,
                "group": run.group,
                "latents": run.latents,
                "beta": run.beta,
                "seed": run.seed,
            }
            rows.append(row | json.loads(path.read_text(encoding="utf-8")))
    document = {
        "domain": codec.domain,
        "steps": steps,
        "windows": {"train": len(cells[0]), "heldout": len(cells[1])},
        "classes": {n: list(material.conditions[at].classes) for n, at in material.named.items()},
        "real": {"samples": _plain(metrics.distance(codec, real[0], real[1])["score"])},
        "runs": rows,
    }
    _write_json(out / "table.json", document)
    _write_text(out / "table.md", plots.markdown(document))
    if find_spec("matplotlib") is not None:
        plots.draw_family(document, out / "figure.png")
    return document


def _plain(value: float) -> float | None:
    return round(float(value), 5) if np.isfinite(value) else None


def _write_json(path: Path, document: Any) -> None:
    _write_text(path, json.dumps(document, indent=1) + "\n")


def _write_text(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise FileProblem(f"{path.parent}: cannot be written ({why.strerror})") from None
    with whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
