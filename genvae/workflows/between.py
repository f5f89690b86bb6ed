"""``genvae interpolate``: the pieces between two pieces, or one piece that travels.

Axes:  W windows · P positions · D dims of z
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from genvae.domains.base import Encoded
from genvae.errors import FileProblem, OptionProblem, nearest
from genvae.generation.encoding import posterior_means
from genvae.generation.generator import Generator
from genvae.generation.latents import METHODS, between, looped
from genvae.workflows.deliver import Made, finish, good
from genvae.workflows.store import Opened

SETTLING = 0.8
"""Temperature of the redraws of a step that cannot be played as the likeliest cells have it."""
ATTEMPTS = 12


@dataclass
class Source:
    """A piece that came in, as the model sees it."""

    name: str
    piece: Any
    encoded: Encoded
    z_WPD: np.ndarray


def encode_piece(opened: Opened, piece: Any) -> Source:
    """A piece's latents: the posterior means of its windows. Raises FileProblem."""
    encoded = opened.codec.encode(piece)
    if not len(encoded):
        raise FileProblem(f"{piece.name}: too short, the model sees nothing of it")
    z_WPD = posterior_means(opened.model, encoded.windows)
    return Source(piece.name, piece, encoded, z_WPD)


def decode_latents(
    opened: Opened, z_WPD: np.ndarray, context: dict[str, Any], facts: dict[str, Any]
) -> Made:
    """A piece from latents and a context, each cell the most likely one."""
    generator = Generator(opened.model, opened.codec)
    windows = generator.decode(z_WPD[None])[0]
    return finish(opened, windows, z_WPD, context, facts)


def reconstruct(opened: Opened, source: Source) -> Made:
    """Through the model and back."""
    return decode_latents(opened, source.z_WPD, source.encoded.context, {"of": source.name})


def matched(opened: Opened, a: Source, b: Source) -> tuple[Source, Source, list[str]]:
    """Both with the same number of windows, the shorter one looped, and what was done."""
    count = max(len(a.z_WPD), len(b.z_WPD))
    notes = []

    def stretch(s: Source) -> Source:
        have = len(s.z_WPD)
        if have == count:
            return s
        notes.append(f"{s.name}: {have} windows, looped to {count}")
        windows = {k: v[np.arange(count) % have] for k, v in s.encoded.windows.items()}
        context = opened.codec.repeated(s.encoded.context, count)
        return Source(s.name, s.piece, Encoded(windows, context), looped(s.z_WPD, count))

    return stretch(a), stretch(b), notes


def interpolate(
    opened: Opened, a: Source, b: Source, *, steps: int = 8, method: str = "spherical"
) -> Iterator[Made]:
    """``steps`` pieces from a to b, both ends included, each decoded from its latents alone.

    A step that cannot be played as decoded is repaired, else drawn again around the same
    latents; but the end at a piece that cannot be played itself stays what the model makes of it.
    Raises OptionProblem.
    """
    check_path(steps, method)
    a, b, _ = matched(opened, a, b)
    generator = Generator(opened.model, opened.codec)
    shares = np.linspace(0.0, 1.0, steps)
    z = np.stack([between(a.z_WPD, b.z_WPD, float(t), method) for t in shares])
    for step, (t, windows) in enumerate(zip(shares, generator.decode(z), strict=True)):
        context = opened.codec.blend(a.encoded.context, b.encoded.context, float(t))
        facts = {"step": step, "share": round(float(t), 4), "attempt": 0}
        end = {0: a, steps - 1: b}.get(step)
        made = finish(opened, windows, z[step], context, facts, repair=end is None)
        if end is not None and not good(made):
            if not opened.codec.check(end.piece).playable:
                yield made
                continue
            made = finish(opened, windows, z[step], context, facts, repair=True)
        yield made if good(made) else _settled(opened, generator, made, z[step], context)


def _settled(
    opened: Opened,
    generator: Generator,
    made: Made,
    z_WPD: np.ndarray,
    context: Mapping[str, Any],
) -> Made:
    """The first of ATTEMPTS draws around the same latents that can be played or repaired, else
    ``made``."""
    items = [(made.facts["step"], attempt) for attempt in range(1, ATTEMPTS + 1)]
    repeated = np.repeat(z_WPD[None], len(items), axis=0)
    drawn = generator.decode(repeated, items=items, temperature=SETTLING)
    for (_, attempt), windows in zip(items, drawn, strict=True):
        facts = made.facts | {"attempt": attempt}
        other = finish(opened, windows, z_WPD, context, facts, repair=True)
        if good(other):
            return other
    return made


def morph(opened: Opened, a: Source, b: Source, *, method: str = "spherical") -> Made:
    """One piece that begins as a and ends as b, a little further on the way with each window."""
    check_path(2, method)
    a, b, _ = matched(opened, a, b)
    count = len(a.z_WPD)
    shares = np.linspace(0.0, 1.0, count) if count > 1 else np.array([0.5])
    z = np.concatenate(
        [
            between(a.z_WPD[w : w + 1], b.z_WPD[w : w + 1], float(t), method)
            for w, t in enumerate(shares)
        ]
    )
    context = opened.codec.travel(a.encoded.context, b.encoded.context, list(map(float, shares)))
    return decode_latents(opened, z, context, {"morph": True})


def check_path(steps: int, method: str) -> None:
    """Can a path be taken in these steps, by this method? Raises OptionProblem."""
    if steps < 2:
        raise OptionProblem(f"--steps {steps}: expected 2 or more, both ends included")
    if method not in METHODS:
        raise OptionProblem(f"--method {method}: {nearest(method, METHODS)}")
