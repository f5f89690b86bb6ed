"""How well soundtracks follow held-out levels, beside songs made for nobody.

python scripts/soundtrack_follows.py -n 50
python scripts/soundtrack_follows.py --levels sokoban -n 20

For levels that the model of ``--levels`` has not learned from: the correlation of the level's curve
of tension with that of the song made for it (and with the song's density alone), with the song
made for the level before it, and with 16 plain samples of the model (their beginning, as long as
the song). Needs the corpora of the levels' model.
"""

from __future__ import annotations

import argparse

import numpy as np

from genvae.domains.base import split_cells
from genvae.evaluation.sections import at_windows, correlation
from genvae.workflows import dataset, deliver, soundtrack, store
from genvae.workflows.soundtrack import Read


def held_out(name: str, count: int, seed: int) -> list[Read]:
    """Held-out levels with their curves, those of one window and those without a way left out."""
    opened = store.open_model(name)
    codec, settings = opened.codec, opened.model.recipe.data
    pieces = dataset.prepare(codec, dataset.files_of(settings))
    held = pieces.split(settings, codec.spec.steps).heldout
    found: list[Read] = []
    for index in np.random.default_rng(seed).permutation(len(held)).tolist():
        at = held[index]
        cells_NTR = pieces.cells[at].reshape(-1, codec.spec.steps, codec.spec.rows)
        windows = split_cells(codec.spec, cells_NTR.astype(np.int64))
        level = codec.assemble(windows, pieces.contexts[at])
        report = codec.check(level)
        if report.playable:
            curve = codec.curve(level, report)
            if np.ptp(curve.tension_M) > 1e-6:
                found.append(Read(codec, level, report, curve, []))
        if len(found) == count:
            break
    return found


def _fitted(song_W: np.ndarray, count: int) -> np.ndarray:
    """The beginning of a longer curve, a shorter one stretched."""
    return song_W[:count] if len(song_W) >= count else at_windows(song_W, count)


def main() -> None:
    """Print a line a level, then the means and how many reach .8."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="trio")
    parser.add_argument("--levels", default="platformer", help="whose held-out levels")
    parser.add_argument("-n", type=int, default=50, help="levels")
    parser.add_argument("--first", type=int, default=0, help="leave out so many of them")
    parser.add_argument("--loop", action="store_true")
    asked = parser.parse_args()
    opened = store.open_model(asked.model, "music")
    rows: list[dict[str, float]] = []
    before: np.ndarray | None = None
    plain = [
        opened.codec.curve(made.piece).tension_M
        for made in deliver.sample(opened, range(16), seed=1, length="16")
    ]
    levels = list(enumerate(held_out(asked.levels, asked.n, 0)))
    for number, level in levels[asked.first :]:
        made = soundtrack.soundtrack(
            opened, level, seed=number, requests={"loop": True} if asked.loop else {}
        )
        facts, count = made.made.facts, len(made.level_W)
        unrelated = [correlation(made.level_W, _fitted(song_W, count)) for song_W in plain]
        row = {
            "made": float(facts["correlation"]),
            "density": float(facts["density_correlation"] or np.nan),
            "unrelated": float(np.nanmean(unrelated)),
            "another's": np.nan
            if before is None
            else correlation(made.level_W, _fitted(before, count)),
            "attempts": facts["attempt"] + 1.0,
            "windows": float(count),
            "returns": float(np.mean(soundtrack.sources(made.sections) >= 0)),
        }
        before = made.song_W
        rows.append(row)
        print(number + 1, {k: round(v, 3) for k, v in row.items()}, flush=True)
    print("mean", {k: round(float(np.nanmean([r[k] for r in rows])), 3) for k in rows[0]})
    share = np.mean([r["made"] >= 0.8 for r in rows])
    print(f"{len(rows)} levels, .8 or more: {share:.2f}, lowest {min(r['made'] for r in rows):.3f}")


if __name__ == "__main__":
    main()
