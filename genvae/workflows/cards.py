"""What there is to know about models without running them: lists and cards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from genvae.domains import registry
from genvae.errors import GenvaeError
from genvae.models import files
from genvae.workflows import store
from genvae.workflows.inputs import OnProblem


def models(on_problem: OnProblem) -> list[dict[str, Any]]:
    """A line on every model that can be called by name: bundled ones and one's own."""
    rows = []
    bundled = set(store.bundled().values())
    defaults = {d.default_model for d in registry.domains().values()}
    for name, path in store.available().items():
        try:
            model = files.read(path)
        except GenvaeError as problem:
            on_problem(problem)
            continue
        rows.append(
            {
                "file": path,
                "name": name,
                "domain": model.recipe.domain,
                "title": str(model.card.get("title", "")),
                "bytes": path.stat().st_size,
                "origin": "bundled" if path in bundled else "own",
                "default": name in defaults,
                "may_ship_samples": may_ship(model.card),
            }
        )
    return rows


def may_ship(card: dict[str, Any]) -> str:
    """``yes`` if every corpus says so, ``no`` if one says no, else ``unknown``."""
    said = [str(c.get("may_ship_samples", "")).lower() for c in card.get("corpora", [])]
    if any(s.startswith("no") for s in said):
        return "no"
    return "yes" if said and all(s.startswith("yes") for s in said) else "unknown"


def card(name: str) -> dict[str, Any]:
    """Everything a model file says of itself. Raises ModelProblem."""
    opened = store.open_model(name)
    model = opened.model
    positions, dims = model.latent_shape
    return {
        "file": model.path,
        "name": model.name,
        "hash": model.hash,
        "domain": opened.domain.name,
        "title": str(model.card.get("title", "")),
        "bytes": model.path.stat().st_size,
        "parameters": parameters(model.path),
        "latent": {"windows": "one each", "positions": positions, "dims": dims},
        "window": {
            "fields": [f.name for f in opened.codec.spec.fields],
            opened.codec.spec.step_name + "s": opened.codec.spec.steps,
        },
        "attributes": {
            a.name: f"{a.about}; {a.low:g} to {a.high:g} {'a window' if a.counted else a.unit}"
            for a in opened.codec.attributes.values()
        },
        "defaults": model.card.get("defaults", {}),
        "may_ship_samples": may_ship(model.card),
        "corpora": model.card.get("corpora", []),
        "conditions": [c.table() for c in model.conditions],
        "training": model.card.get("training", {}),
        "figures": model.card.get("figures", {}),
    }


def parameters(path: Path) -> int:
    """Numbers that were learned."""
    from safetensors import safe_open

    total = 0
    with safe_open(path, "np") as file:
        for name in file.keys():  # noqa: SIM118
            if not name.startswith("copies."):
                size = 1
                for side in file.get_slice(name).get_shape():
                    size *= side
                total += size
    return total
