"""What the file of a model that was trained says of it.

The card names the corpora with their licences, the defaults of sampling, and how training went.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from genvae.corpora import catalogue
from genvae.recipe import Recipe
from genvae.training.loop import Outcome
from genvae.workflows import dataset as data


def card_of(
    recipe: Recipe,
    pieces: data.Dataset,
    outcome: Outcome | None,
    prior: Mapping[str, float],
    folder: Path | None,
) -> dict[str, Any]:
    """The card of what was learned from the corpora, or from a folder."""
    known = catalogue.catalogue()
    corpora = [
        {
            "name": name,
            "licence": known[name].licence,
            "content": known[name].content_sha256,
            "may_ship_samples": known[name].samples,
        }
        for name in (recipe.data.corpora if folder is None else ())
    ]
    return {
        "title": recipe.title,
        "corpora": corpora or [{"name": str(folder.name if folder else ""), "licence": "your own"}],
        "defaults": {
            "prior": "sequence" if recipe.prior.steps else "gaussian",
            "temperature": recipe.prior.temperature,
            "cell_temperature": recipe.prior.cell_temperature,
            "blur": recipe.prior.blur,
        },
        "training": _outcome(outcome, pieces)
        | {"prior": {k: round(v, 4) for k, v in prior.items()}},
        "figures": {},
    }


def _outcome(outcome: Outcome | None, pieces: data.Dataset) -> dict[str, Any]:
    if outcome is None:
        return {}
    return {
        "steps": outcome.step,
        "best_step": outcome.best_step,
        "seconds": round(outcome.seconds),
        "fingerprint": pieces.fingerprint,
        "best": {k: round(v, 5) for k, v in outcome.best.items()},
    }
