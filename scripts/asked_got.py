"""What is asked for beside what comes: share met, attempts, time, and everything else beside plain
samples.

python scripts/asked_got.py platformer -n 50 --ask enemies=3,coins=10..20 --ask difficulty=0.7
python scripts/asked_got.py trio -n 50 --length 8 --ask density=8..10 --ask register=60

A line for each request: the share met within ``ATTEMPTS`` attempts and at the first, attempts at
the mean, seconds of one core a piece (``process_time``: what others do on the machine does not
count), what came at the mean and its span, how many were repaired, and how far the mean of every
other attribute lies from that of plain samples, in their standard deviations. Of what is counted
the share that has a place (enemies that stand, coins that can be reached) in plain samples too.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np

from genvae.workflows import deliver, store, wanted
from genvae.workflows.made import Made
from genvae.workflows.store import Opened


def main() -> None:
    """Print a JSON object a line: plain samples first, then each request."""
    parser = argparse.ArgumentParser(description="What is asked for beside what comes.")
    parser.add_argument("model")
    parser.add_argument("-n", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--length")
    parser.add_argument("--ask", action="append", default=[], metavar="NAME=VALUE,...")
    given = parser.parse_args()
    opened = store.open_model(given.model)
    options = {"seed": given.seed, "length": given.length}
    plain, seconds = made_in(opened, given.n, {}, options)
    usual = measured(opened, plain)
    line = {"asked": "nothing", "seconds": seconds, "mean": rounded(usual)}
    tell(line | {"placed": standing(opened, plain)})
    for text in given.ask:
        wishes = wanted.parse(text.split(","))
        pieces, seconds = made_in(opened, given.n, wishes, options)
        tell({"asked": text, "seconds": seconds} | came(opened, pieces, wishes, usual))


def made_in(
    opened: Opened, n: int, wishes: dict[str, Any], options: dict[str, Any]
) -> tuple[list[Made], float]:
    """Pieces, and seconds of one core for each."""
    begun = time.process_time()
    pieces = list(deliver.sample(opened, range(n), wanted=wishes, **options))
    return pieces, round((time.process_time() - begun) / n, 3)


def came(
    opened: Opened, pieces: list[Made], wishes: dict[str, Any], usual: dict[str, np.ndarray]
) -> dict[str, Any]:
    """How a request came out."""
    found = measured(opened, pieces)
    got = {name: found[name] for name in wishes}
    others = {}
    for name, before in usual.items():
        spread = np.nanstd(before)
        if name not in wishes and spread > 0:
            others[name] = round(float((np.nanmean(found[name]) - np.nanmean(before)) / spread), 2)
    return {
        "met": float(np.mean([p.facts["met"] for p in pieces])),
        "at_first": float(np.mean([p.facts["met"] and not p.facts["attempt"] for p in pieces])),
        "attempts": round(float(np.mean([p.facts["attempt"] + 1 for p in pieces])), 2),
        "got": {k: [round(float(f(v)), 3) for f in SPAN] for k, v in got.items()},
        "tolerance": pieces[0].facts.get("tolerance", {}),
        "repaired": float(np.mean(["changed" in p.facts for p in pieces])),
        "good": float(np.mean([deliver.good(p) for p in pieces])),
        "copied": float(np.mean([p.facts.get("copied_windows", 0) for p in pieces])),
        "placed": standing(opened, pieces),
        "others": others,
    }


SPAN = (np.nanmean, np.nanmin, np.nanmax)


def measured(opened: Opened, pieces: list[Made]) -> dict[str, np.ndarray]:
    """Attributes by name, a number a piece."""
    rows = [opened.codec.measure(p.piece) for p in pieces]
    names = [n for n, a in opened.codec.attributes.items() if not a.chosen]
    return {name: np.array([row.get(name, np.nan) for row in rows]) for name in names}


def standing(opened: Opened, pieces: list[Made]) -> dict[str, float]:
    """By what is counted, the share that has a place where it is."""
    found = {}
    for name, attribute in opened.codec.attributes.items():
        places = [opened.codec.places(p.piece, name) for p in pieces if attribute.counted]
        known = [p for p in places if p is not None]
        count = sum(int(p.present_SR.sum()) for p in known)
        if count:
            found[name] = round(1 - sum(p.stray for p in known) / count, 3)
    return found


def rounded(values: dict[str, np.ndarray]) -> dict[str, float]:
    """Means."""
    return {k: round(float(np.nanmean(v)), 3) for k, v in values.items()}


def tell(line: dict[str, Any]) -> None:
    """One line, at once."""
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
