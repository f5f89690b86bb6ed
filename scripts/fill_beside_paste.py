"""A gap in held-out pieces, filled, beside a random sample pasted there.

python scripts/fill_beside_paste.py platformer -n 24
python scripts/fill_beside_paste.py trio -n 24
python scripts/fill_beside_paste.py trio -n 24 --half
python scripts/fill_beside_paste.py trio -n 24 --voice bass

The gap is one window (two bars; 16 columns) in the middle of four, with ``--half`` the second two
of four, with ``--voice`` a whole voice of all four. Printed for the real pieces, for the model's
samples pasted there, and filled:

- ``seam``: the share of cells that differ from their neighbour across the gap's seams
- ``apart``: how far the gap's windows are from those beside it in what the codec measures of a
  window (notes of each voice; tiles of each kind), in standard deviations, on average
- ``scale`` (music): the share of the gap's notes in the scale that most kept notes are in
- ``leap`` (music): semitones from the last note before the gap to the first one in it, and out
- of a voice ``notes`` a window, ``scale``, and ``clash``: the share of its notes that begin a
  semitone, a tritone or a major seventh off what another line sounds then

Needs the model's corpora.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from genvae.domains.base import OPEN, Codec, Windows, split_cells, stack_cells
from genvae.generation import filling
from genvae.generation.encoding import posterior_means
from genvae.generation.generator import Generator
from genvae.workflows import dataset, deliver, store

COUNT = 4
"""Windows of a piece."""


def seam(cells_WTR: np.ndarray, open_W: np.ndarray) -> float:
    """The share of cells that change where an open window meets a kept one."""
    edges = [w for w in range(1, COUNT) if open_W[w] != open_W[w - 1]]
    return float(np.mean([(cells_WTR[w - 1, -1] != cells_WTR[w, 0]).mean() for w in edges]))


def apart(codec: Codec, windows: Windows, open_W: np.ndarray, spread: dict[str, float]) -> float:
    """See the module; measures that do not apply are left out."""
    found = []
    for name, values_W in codec.measure_windows(windows).items():
        if spread.get(name, 0) > 1e-9 and not name.startswith("one_scale"):
            inside, beside = values_W[open_W], values_W[~open_W]
            if np.isfinite(inside).any() and np.isfinite(beside).any():
                found.append(abs(np.nanmean(inside) - np.nanmean(beside)) / spread[name])
    return float(np.mean(found))


def tune(codec: Any, windows: Windows, open_W: np.ndarray) -> dict[str, float]:
    """``scale`` and ``leap`` of a song's lines."""
    from genvae.domains.music.key import SET_MASKS

    steps = codec.spec.steps
    song = codec.assemble(windows, {})
    lines = [v.table() for v in song.voices if not v.drums]
    open_S = np.repeat(open_W, steps)
    kept, made, leaps = np.zeros(12), np.zeros(12), []
    for table in lines:
        inside = open_S[np.minimum(table[:, 0], len(open_S) - 1)]
        made += np.bincount(table[inside, 2] % 12, minlength=12)
        kept += np.bincount(table[~inside, 2] % 12, minlength=12)
        order = np.argsort(table[:, 0])
        pitch, there = table[order, 2], inside[order]
        leaps += np.abs(np.diff(pitch))[there[1:] != there[:-1]].tolist()
    masks = np.array([[m >> p & 1 for p in range(12)] for m in SET_MASKS])
    best = masks[int((masks @ kept).argmax())]
    scale = float(best @ made / made.sum()) if made.sum() else np.nan
    return {"scale": scale, "leap": float(np.mean(leaps)) if leaps else np.nan}


def line(codec: Any, windows: Windows, voice: str) -> dict[str, float]:
    """``notes``, ``scale`` and ``clash`` of a voice among the others."""
    from genvae.domains.music.key import SET_MASKS

    tables = {v.name: v.table() for v in codec.assemble(windows, {}).voices if not v.drums}
    own = tables.pop(voice)
    kept = sum(np.bincount(t[:, 2] % 12, minlength=12) for t in tables.values())
    masks = np.array([[m >> p & 1 for p in range(12)] for m in SET_MASKS])
    best = masks[int((masks @ kept).argmax())]
    clashes, sounding = 0, 0
    for step, pitch in own[:, [0, 2]].tolist():
        for table in tables.values():
            begun = table[:, 0] <= step
            here = table[begun & (table[:, 0] + table[:, 1] > step), 2]
            sounding += len(here)
            clashes += int(np.isin((here - pitch) % 12, (1, 6, 11)).sum())
    return {
        "notes": len(own) / COUNT,
        "scale": float(best[own[:, 2] % 12].mean()) if len(own) else np.nan,
        "clash": clashes / sounding if sounding else np.nan,
    }


def main() -> None:
    """Print a line a way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("-n", type=int, default=24, help="pieces")
    parser.add_argument("--half", action="store_true", help="the second half, not the middle")
    parser.add_argument("--voice", help="a voice of a song, all of it")
    asked = parser.parse_args()
    opened = store.open_model(asked.model)
    codec, spec, settings = opened.codec, opened.codec.spec, opened.model.recipe.data
    pieces = dataset.prepare(codec, dataset.files_of(settings))
    held = [pieces.cells[i] for i in pieces.split(settings, spec.steps).heldout]
    held = [c[: COUNT * spec.steps] for c in held if len(c) >= COUNT * spec.steps]
    open_W = np.isin(np.arange(COUNT), (2, 3) if asked.half else (2,))
    own_R = np.array([asked.voice in (None, field.name) for field, _ in spec.cells()])
    if asked.voice:
        open_W[:] = True
    many = split_cells(
        spec, np.concatenate(held).astype(np.int64).reshape(-1, spec.steps, spec.rows)
    )
    spread = {k: float(np.nanstd(v)) for k, v in codec.measure_windows(many).items()}
    generator, heat = Generator(opened.model, codec), deliver.plan(opened).temperature
    rows: dict[str, list[dict[str, float]]] = {"real": [], "pasted": [], "filled": []}

    def judged(cells_WTR: np.ndarray) -> dict[str, float]:
        windows = split_cells(spec, cells_WTR)
        if asked.voice:
            return line(codec, windows, asked.voice)
        row = {"seam": seam(cells_WTR, open_W), "apart": apart(codec, windows, open_W, spread)}
        return row | (tune(codec, windows, open_W) if codec.domain == "music" else {})

    chosen = np.random.default_rng(0).choice(len(held), min(asked.n, len(held)), replace=False)
    for index in chosen.tolist():
        real = held[index].astype(np.int64).reshape(COUNT, spec.steps, spec.rows)
        rows["real"].append(judged(real))
        items = [(index, 0)]
        z_NWPD = generator.draw(items, COUNT, seed=0, temperature=heat)
        made = generator.decode(z_NWPD, items=items, seed=0, temperature=heat, drawn=True)[0]
        gap_WTR = np.broadcast_to(open_W[:, None, None] & own_R, real.shape)
        pasted = np.where(gap_WTR, stack_cells(spec, made), real)
        known = np.where(gap_WTR, OPEN, real)
        rows["pasted"].append(judged(pasted))
        best = filling.fill(
            generator,
            posterior_means(opened.model, split_cells(spec, real)),
            known.reshape(-1, spec.rows),
            seed=0,
            index=index,
            constraints=codec.constraints(),
            candidates=16,
            temperature=heat,
        )[0]
        rows["filled"].append(judged(best.cells_SR.reshape(real.shape)))
    for name, found in rows.items():
        means = {k: round(float(np.nanmean([row[k] for row in found])), 3) for k in found[0]}
        print(f"{name:7}", means, f"({len(found)} pieces)", flush=True)


if __name__ == "__main__":
    main()
