"""A window in the middle of held-out pieces, filled, beside a random sample pasted there.

python scripts/fill_beside_paste.py platformer -n 24

Prints the share of cells that differ from their neighbour across the gap's two seams, in the real
pieces, with a pasted window of the model's samples, and filled. Needs the model's corpora.
"""

from __future__ import annotations

import argparse

import numpy as np

from genvae.domains.base import split_cells, stack_cells
from genvae.generation import filling
from genvae.generation.encoding import posterior_means
from genvae.generation.generator import Generator
from genvae.workflows import dataset, deliver, store

BEFORE, AFTER = 2, 1
"""Windows of the real piece beside the gap of one."""


def differing(cells_WTR: np.ndarray) -> float:
    """The share of cells that change across the seams before and after the gap."""
    seams = [(cells_WTR[w - 1, -1] != cells_WTR[w, 0]).mean() for w in (BEFORE, BEFORE + 1)]
    return float(np.mean(seams))


def main() -> None:
    """Print a line a way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("-n", type=int, default=24, help="pieces")
    asked = parser.parse_args()
    opened = store.open_model(asked.model)
    spec, settings = opened.codec.spec, opened.model.recipe.data
    pieces = dataset.prepare(opened.codec, dataset.files_of(settings))
    held = [pieces.cells[i] for i in pieces.split(settings, spec.steps).heldout]
    windows = BEFORE + 1 + AFTER
    held = [c[: windows * spec.steps] for c in held if len(c) >= windows * spec.steps]
    generator, heat = Generator(opened.model, opened.codec), deliver.plan(opened).temperature
    rows: dict[str, list[float]] = {"real": [], "pasted": [], "filled": []}
    for index in np.random.default_rng(0).choice(len(held), asked.n, replace=False).tolist():
        real = held[index].astype(np.int64).reshape(windows, spec.steps, spec.rows)
        rows["real"].append(differing(real))
        items = [(index, 0)]
        z_NWPD = generator.draw(items, windows, seed=0, temperature=heat)
        made = generator.decode(z_NWPD, items=items, seed=0, temperature=heat)[0]
        pasted, known = real.copy(), real.copy()
        pasted[BEFORE] = stack_cells(spec, made)[BEFORE]
        known[BEFORE] = filling.OPEN
        rows["pasted"].append(differing(pasted))
        best = filling.fill(
            generator,
            posterior_means(opened.model, split_cells(spec, real)),
            known.reshape(-1, spec.rows),
            seed=0,
            index=index,
            constraints=opened.codec.constraints(),
            candidates=16,
            temperature=heat,
        )[0]
        rows["filled"].append(differing(best.cells_SR.reshape(real.shape)))
        print({name: round(float(np.mean(values)), 3) for name, values in rows.items()}, flush=True)


if __name__ == "__main__":
    main()
