"""How good is the way between two pieces?

A good way begins and ends at its pieces, takes small steps, and is at each step a piece like any
other. Two ways that need no model stand beside it: a *crossfade*, in which the events of one piece
give way to those of the other in random order (small steps, but neither piece), and a *switch* in
the middle (a good piece at each step, but one long leap).

Axes:  K steps of a way · W windows · T steps of a window · R rows · P positions · D dims of z
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from genvae.domains.base import Codec, Windows
from genvae.evaluation import metrics
from genvae.evaluation.even import even_shares
from genvae.generation.encoding import posterior_means
from genvae.generation.generator import Generator
from genvae.generation.latents import apart, between
from genvae.generation.mist import Amid, way_of
from genvae.models.files import ModelFile

STEPS = 10
Pair = tuple[Windows, Windows]
Way = list[Windows]
"""The windows of each step, both ends included."""


def interpolation(
    model: ModelFile,
    codec: Codec,
    pairs: Sequence[Pair],
    *,
    steps: int = STEPS,
    method: str = "spherical",
) -> dict[str, dict[str, float]]:
    """The figures of ``figures_of_ways`` for the ``model``, for ``crossfade`` and ``switch``, and
    those of the ``real`` pieces between which the ways go; the model decodes from latents alone.

    Both pieces of a pair have the same number of windows.
    """
    shares = np.linspace(0.0, 1.0, steps)
    ways = {
        "model": decoded_ways(model, codec, pairs, steps, method),
        "crossfade": [
            [crossfade(a, b, float(t), np.random.default_rng(i)) for t in shares]
            for i, (a, b) in enumerate(pairs)
        ],
        "switch": [[a if t < 0.5 else b for t in shares] for a, b in pairs],
    }
    real = metrics.join([piece for pair in pairs for piece in pair])
    figures: dict[str, dict[str, float]] = {}
    for column, found in ways.items():
        for name, value in figures_of_ways(codec, found, pairs, real).items():
            figures.setdefault(name, {})[column] = value
    for name, value in metrics.describe(codec, real).items():
        figures.setdefault(name, {})["real"] = value
    return figures


def decoded_ways(
    model: ModelFile, codec: Codec, pairs: Sequence[Pair], steps: int, method: str
) -> list[Way]:
    """The way of ``genvae interpolate`` within each pair: every step from its latents alone."""
    generator = Generator(model, codec)
    ways = []
    for a, b in pairs:
        z_a, z_b = posterior_means(model, a), posterior_means(model, b)

        def decoded(
            shares: np.ndarray,
            z_a: np.ndarray = z_a,
            z_b: np.ndarray = z_b,
            way: int = way_of([a, b]),
        ) -> Way:
            z_KWPD = np.stack([between(z_a, z_b, float(t), method) for t in shares])
            far_K1 = np.array([[apart(max(t, 1 - t))] for t in map(float, shares)])
            return generator.decode(z_KWPD, amid=Amid(np.repeat(far_K1, len(z_a), axis=1), way))

        ways.append(decoded(even_shares(codec, decoded, steps, len(z_a))))
    return ways


def crossfade(a: Windows, b: Windows, t: float, rng: np.random.Generator) -> Windows:
    """Each cell from b if its number, drawn once for the way, is below ``t``, else from a: an
    event goes or comes at a moment of its own. ``rng`` is fresh, the same for all steps."""
    mixed = {}
    for name in a:
        turn_WRT = rng.random(a[name].shape)
        mixed[name] = np.where(turn_WRT < t, b[name], a[name])
    return mixed


def figures_of_ways(
    codec: Codec, ways: Sequence[Way], pairs: Sequence[Pair], real: Windows
) -> dict[str, float]:
    """``neighbours``: mean F1 of the events of one step in the next (``metrics.events_f1``);
    ``neighbours_lowest``: the lowest of a way, on average; ``ends``: first and last step against
    the pieces themselves. Of the steps between: ``valid``, the codec's measures of windows, and
    ``distance`` to real windows (``metrics.distance``)."""
    near = [[metrics.events_f1(codec, y, x) for x, y in itertools.pairwise(way)] for way in ways]
    ends = [
        metrics.events_f1(codec, made, piece)
        for way, (a, b) in zip(ways, pairs, strict=True)
        for made, piece in ((way[0], a), (way[-1], b))
    ]
    inner = [windows for way in ways for windows in way[1:-1]]
    figures = {
        "neighbours": float(np.mean(near)),
        "neighbours_lowest": float(np.mean(np.min(near, axis=1))),
        "ends": float(np.mean(ends)),
    }
    if not inner:
        return figures
    valid = [codec.check(codec.assemble(windows, {})).valid for windows in inner]
    everything = metrics.join(inner)
    figures["valid"] = float(np.mean(valid))
    figures |= metrics.describe(codec, everything)
    figures["distance"] = metrics.distance(codec, everything, real)["score"]
    return figures


def pairs_of(chunks: Sequence[Windows], count: int) -> list[Pair]:
    """``count`` pairs of chunks that are far from each other in the list, each chunk in at most
    one pair where there are enough."""
    half = len(chunks) // 2
    return [(chunks[i], chunks[i + half]) for i in range(min(count, half))]
