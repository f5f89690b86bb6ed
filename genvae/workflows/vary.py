"""``genvae vary``: neighbours of a piece, those first that drifted least.

Axes:  W windows · P positions · D dims of z
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from genvae.errors import OptionProblem
from genvae.evaluation.metrics import events_f1
from genvae.generation import noise
from genvae.generation.edit import neighbour
from genvae.generation.latents import apart
from genvae.generation.mist import way_of
from genvae.workflows import deliver
from genvae.workflows.between import Place, delivered
from genvae.workflows.incoming import Source
from genvae.workflows.made import Made
from genvae.workflows.output import Output
from genvae.workflows.store import Opened

MOST = 1000


def check(n: int, amount: float) -> None:
    """Can so many be made at this distance? Raises OptionProblem."""
    if not 1 <= n <= MOST:
        raise OptionProblem(f"-n {n}: expected 1 to {MOST} pieces")
    if not 0 < amount <= 1:
        raise OptionProblem(f"--amount {amount:g}: expected more than 0, up to 1")


def varied(
    opened: Opened, source: Source, n: int, *, amount: float = 0.3, seed: int = 0
) -> Iterator[Made]:
    """``n`` neighbours, each the likeliest piece at its latents, repaired or drawn again where it
    cannot be played; in the order of ``facts["drift"]``, one less the F1 of events with the
    source. Item i depends on seed, amount and i alone. Raises OptionProblem."""
    check(n, amount)
    gaussian = opened.model.gaussian
    mean_Z, factor_ZZ = gaussian.mean.numpy(), gaussian.factor.numpy()
    places, way = [], way_of([source.encoded.windows])
    # As far from the piece as that share of the way to another one.
    far_W = np.full(len(source.z_WPD), apart(1 - amount / 2))
    for index in range(n):
        rng = noise.stream(seed, index, 0, noise.LATENTS)
        z_WPD = neighbour(source.z_WPD, mean_Z, factor_ZZ, amount, rng)
        facts = {"of": source.name, "seed": seed, "index": index, "amount": amount}
        places.append(Place(z_WPD, source.context, facts, None, far_W, way))
    found = list(delivered(opened, places))
    for made in found:
        kept = events_f1(opened.codec, made.windows, source.encoded.windows)
        made.facts["drift"] = round(1.0 - kept, 4)
    yield from sorted(found, key=lambda made: (made.facts["drift"], made.facts["index"]))


def write(opened: Opened, source: Source, output: Output, n: int, amount: float, seed: int) -> None:
    """Write the neighbours as ``vary-01`` on. Raises OptionProblem and FileProblem."""
    check(n, amount)
    assert opened.model.decoder is not None
    names = [f"vary-{i + 1:0{max(2, len(str(n)))}d}" for i in range(n)]
    output.reserve(names)
    for name, made in zip(names, varied(opened, source, n, amount=amount, seed=seed), strict=True):
        deliver.resign(opened, made, made.facts)
        output.add(name, made)
    output.close()
