"""``genvae interpolate``: the pieces between pieces, or one piece that travels.

Axes:  N pieces · W windows · P positions · D dims of z
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np

from genvae.domains.base import Encoded, Windows
from genvae.errors import FileProblem, OptionProblem, nearest
from genvae.evaluation.even import even_shares
from genvae.generation.generator import BATCH, Generator
from genvae.generation.latents import METHODS, amid, apart, between
from genvae.generation.mist import Amid, way_of
from genvae.generation.stacks import decode_stack
from genvae.workflows import told
from genvae.workflows.aim import LIKENESS, Like
from genvae.workflows.deliver import stack_of
from genvae.workflows.incoming import Source, encode_piece, untold
from genvae.workflows.made import Made, finish, good
from genvae.workflows.store import Opened

SETTLING = 0.8
"""Temperature of the redraws of a step that cannot be played as the likeliest cells have it."""
ATTEMPTS = 12
LONGEST = 1024
"""Windows of a piece: some two thousand bars, a level of sixteen thousand columns."""
CORNERS = "A top left, B top right, C bottom left, D bottom right"


def like(opened: Opened, source: Source, likeness: float = LIKENESS) -> Like:
    """A piece for others to be like. Raises OptionProblem."""
    if not 0 < likeness <= 1:
        raise OptionProblem(f"--likeness {likeness:g}: expected more than 0, up to 1")
    source = untold(opened, source)
    # Half way from itself to itself there is nothing of it that only a file has.
    context = opened.codec.blend(source.context, source.context, 0.5)
    return Like(source.name, source.z_WPD, context, likeness)


def together(opened: Opened, sources: Sequence[Source]) -> list[Source]:
    """The sources, all brought to the first one as far as the domain does that: songs into its
    key. What was done is in their ``encoded.notes``."""
    first, *others = sources
    return [first, *(_brought(opened, source, first) for source in others)]


def _brought(opened: Opened, source: Source, first: Source) -> Source:
    piece = opened.codec.together(source.piece, source.context, first.piece, first.context)
    if piece is source.piece:
        return source
    brought = encode_piece(opened, piece)
    told = [note for note in source.encoded.notes if note not in brought.encoded.notes]
    brought.encoded.notes[:0] = told
    return replace(brought, name=source.name)


def matched(opened: Opened, sources: Sequence[Source]) -> tuple[list[Source], list[str]]:
    """All with the same number of windows, the shorter ones looped, and what was done. Pieces of
    different numbers of bands are brought to one. Raises FileProblem."""
    for source in sources:
        if len(source.z_WPD) > LONGEST:
            raise FileProblem(
                f"{source.name}: {len(source.z_WPD)} windows, at most {LONGEST} are interpolated; "
                "cut it into shorter pieces"
            )
    bands = {stack_of(source.context) for source in sources}
    if len(bands) > 1:
        return matched(opened, [flat(opened, source) for source in sources])
    rows = 1 if bands == {None} else int(sources[0].context["bands"])
    count = max(len(source.z_WPD) for source in sources)
    notes = []

    def stretch(s: Source) -> Source:
        have = len(s.z_WPD)
        if have == count:
            return s
        notes.append(f"{s.name}: {have} windows, looped to {count}")
        each = np.arange(count // rows) % (have // rows)
        order = np.concatenate([band * (have // rows) + each for band in range(rows)])
        windows = {k: v[order] for k, v in s.encoded.windows.items()}
        context = opened.codec.repeated(s.context, count)
        return Source(s.name, s.piece, Encoded(windows, context), s.z_WPD[order])

    return [stretch(source) for source in sources], notes


def flat(opened: Opened, source: Source) -> Source:
    """A piece of several bands as the one that a window sees."""
    if stack_of(source.context) is None:
        return source
    return replace(encode_piece(opened, source.piece), name=source.name)


def interpolate(
    opened: Opened, a: Source, b: Source, *, steps: int = 8, method: str = "spherical"
) -> Iterator[Made]:
    """``steps`` pieces from a to b, both ends included, each decoded from its latents alone;
    songs are spread so that steps are alike as they are heard.

    A step that cannot be played as decoded is repaired, else drawn again around the same
    latents; but the end at a piece that cannot be played itself stays what the model makes of it.
    Raises OptionProblem.
    """
    check_path(steps, method)
    (a, b), _ = matched(opened, (a, b))
    way = way_of([a.encoded.windows, b.encoded.windows])

    def places(shares: np.ndarray) -> list[Place]:
        found = []
        for step, t in enumerate(map(float, shares)):
            context = _blended(opened, a.context, b.context, t)
            facts = {"step": step, "share": round(t, 4)}
            end = {0: a, len(shares) - 1: b}.get(step)
            z_WPD, far = between(a.z_WPD, b.z_WPD, t, method), apart(max(t, 1 - t))
            found.append(Place(z_WPD, context, facts, end, np.full(len(z_WPD), far), way))
        return found

    def decoded(shares: np.ndarray) -> list[Windows]:
        return [
            windows
            for _, part in _batches(places(shares))
            for windows in _decoded(told.of_context(opened, part[0].context), part)
        ]

    shares = even_shares(opened.codec, decoded, steps, len(a.z_WPD))
    yield from delivered(opened, places(shares))


def grid(
    opened: Opened,
    corners: Sequence[Source],
    *,
    rows: int,
    columns: int,
    method: str = "spherical",
) -> Iterator[Made]:
    """``rows * columns`` pieces, a row after the other, between four corners: top left, top
    right, bottom left, bottom right. Each is decoded from its latents alone: along the chosen
    path within the top and the bottom edge, then between these two. Raises OptionProblem.
    """
    check_grid(rows, columns, len(corners), method)
    (a, b, c, d), _ = matched(opened, corners)
    blend = partial(_blended, opened)
    places, way = [], way_of([corner.encoded.windows for corner in (a, b, c, d)])
    for row, v in enumerate(map(float, np.linspace(0.0, 1.0, rows)), 1):
        for column, u in enumerate(map(float, np.linspace(0.0, 1.0, columns)), 1):
            z_WPD = amid([s.z_WPD for s in (a, b, c, d)], u, v, method)
            edges = blend(a.context, b.context, u), blend(c.context, d.context, u)
            facts = {"row": row, "column": column, "across": round(u, 4), "down": round(v, 4)}
            end = {(0.0, 0.0): a, (0.0, 1.0): b, (1.0, 0.0): c, (1.0, 1.0): d}.get((v, u))
            far = np.full(len(z_WPD), apart(max(u, 1 - u) * max(v, 1 - v)))
            places.append(Place(z_WPD, blend(*edges, v), facts, end, far, way))
    yield from delivered(opened, places)


@dataclass(frozen=True)
class Place:
    """A point on the way, before it is decoded."""

    z_WPD: np.ndarray
    context: Mapping[str, Any]
    facts: dict[str, Any]
    end: Source | None = None
    """The piece whose latents these are, at the ends of a way."""
    far_W: np.ndarray | None = None
    """How far each window lies from the ends (see ``latents.apart``); None: nowhere far."""
    way: int = 0
    """See ``mist.way_of``."""

    @property
    def amid_W(self) -> np.ndarray:
        """The same, 0 where it is not known."""
        return np.zeros(len(self.z_WPD)) if self.far_W is None else self.far_W


def delivered(opened: Opened, places: Sequence[Place]) -> Iterator[Made]:
    """The likeliest piece at each place, or one around the same latents that can be played."""
    for at, part in _batches(places):
        opened = told.of_context(opened, part[0].context)
        generator = Generator(opened.model, opened.codec)
        for number, (place, windows) in enumerate(
            zip(part, _decoded(opened, part), strict=True), at
        ):
            facts = place.facts | {"attempt": 0}
            made = _finished(opened, windows, place, facts, repair=place.end is None)
            if place.end is not None and not good(made):
                if not opened.codec.check(place.end.piece).playable:
                    yield made
                    continue
                made = _finished(opened, windows, place, facts, repair=True)
            yield made if good(made) else _settled(opened, generator, place, made, number)


def _decoded(opened: Opened, places: Sequence[Place]) -> list[Windows]:
    """The likeliest windows of a batch of places."""
    generator = Generator(opened.model, opened.codec)
    stack = stack_of(places[0].context)
    if stack is not None:
        return [decode_stack(generator, place.z_WPD, stack) for place in places]
    return generator.decode(
        np.stack([place.z_WPD for place in places]),
        contexts=[place.context for place in places],
        amid=Amid(np.stack([place.amid_W for place in places]), places[0].way),
    )


def _batches(places: Sequence[Place]) -> Iterator[tuple[int, Sequence[Place]]]:
    """Places that are decoded together, and the number of the first: neighbours for which a model
    is told the same."""
    at = 0
    for _, run in groupby(places, key=lambda place: place.context.get(told.TOLD)):
        same = list(run)
        for first in range(0, len(same), BATCH):
            yield at + first, same[first : first + BATCH]
        at += len(same)


def _blended(
    opened: Opened, a: Mapping[str, Any], b: Mapping[str, Any], t: float
) -> dict[str, Any]:
    return opened.codec.blend(a, b, t) | told.nearer(a, b, t)


def _finished(
    opened: Opened, windows: Windows, place: Place, facts: dict[str, Any], *, repair: bool
) -> Made:
    return finish(opened, windows, place.z_WPD, place.context, facts, repair=repair)


def _settled(opened: Opened, generator: Generator, place: Place, made: Made, number: int) -> Made:
    """The first of ATTEMPTS draws around the same latents that can be played or repaired, else
    ``made``."""
    items = [(number, attempt) for attempt in range(1, ATTEMPTS + 1)]
    repeated = np.repeat(place.z_WPD[None], len(items), axis=0)
    contexts = [place.context] * len(items)
    stack = stack_of(place.context)
    drawn: Iterable[Windows]
    if stack is not None:
        heat, z = SETTLING, place.z_WPD
        drawn = (decode_stack(generator, z, stack, item=i, temperature=heat) for i in items)
    else:
        amid = Amid(np.tile(place.amid_W, (len(items), 1)), place.way)
        options: dict[str, Any] = {"temperature": SETTLING, "contexts": contexts}
        drawn = generator.decode(repeated, items=items, amid=amid, **options)
    for (_, attempt), windows in zip(items, drawn, strict=True):
        facts = made.facts | {"attempt": attempt}
        other = _finished(opened, windows, place, facts, repair=True)
        if good(other):
            return other
    return made


def morph(opened: Opened, a: Source, b: Source, *, method: str = "spherical") -> Made:
    """One piece that begins as a and ends as b, a little further on the way with each window; it
    gets the care that a step between them gets."""
    check_path(2, method)
    (a, b), _ = matched(opened, (flat(opened, a), flat(opened, b)))
    count = len(a.z_WPD)
    shares = np.linspace(0.0, 1.0, count) if count > 1 else np.array([0.5])
    z = np.concatenate(
        [
            between(a.z_WPD[w : w + 1], b.z_WPD[w : w + 1], float(t), method)
            for w, t in enumerate(shares)
        ]
    )
    context = opened.codec.travel(a.context, b.context, list(map(float, shares)))
    context |= told.both(a.context, b.context)
    way = way_of([a.encoded.windows, b.encoded.windows])
    far_W = np.array([apart(max(t, 1 - t)) for t in shares])
    return next(delivered(opened, [Place(z, context, {"morph": True}, None, far_W, way)]))


def check_path(steps: int, method: str) -> None:
    """Can a path be taken in these steps, by this method? Raises OptionProblem."""
    if steps < 2:
        raise OptionProblem(f"--steps {steps}: expected 2 or more, both ends included")
    if method not in METHODS:
        raise OptionProblem(f"--method {method}: {nearest(method, METHODS)}")


def check_grid(rows: int, columns: int, corners: int, method: str) -> None:
    """Can a grid be made of these, by this method? Raises OptionProblem."""
    if min(rows, columns) < 2:
        raise OptionProblem(f"--grid {rows}x{columns}: expected 2x2 or more, corners included")
    if corners != 4:
        raise OptionProblem(
            f"--grid {rows}x{columns}: {corners} file{'s' * (corners != 1)} given, "
            f"expected four for the corners: {CORNERS}"
        )
    check_path(2, method)
