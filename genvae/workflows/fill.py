"""``genvae fill``: a part of a piece kept exactly, the rest made to fit.

Axes:  N windows · W windows of a stretch · S steps · R cells · P positions · D dims of z
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from genvae.domains.base import MOST_CHANGED, OPEN, Encoded, Windows, split_cells, stack_cells
from genvae.errors import OptionProblem
from genvae.generation import filling
from genvae.generation.encoding import posterior_means
from genvae.generation.generator import BATCH, Generator
from genvae.workflows import deliver, told
from genvae.workflows.incoming import Source
from genvae.workflows.made import Made, good
from genvae.workflows.output import Output
from genvae.workflows.store import Opened

CANDIDATES = 16
ATTEMPTS = 4
"""Rounds of candidates before a level that cannot be played is handed out as it is."""


@dataclass(frozen=True)
class Gap:
    """What is to be filled: the cells that are kept (``keep``, by field), and the piece without
    the others, as the model sees it: ``known_SR`` with ``OPEN`` where it is to write."""

    source: Source
    keep: Windows
    bare: Encoded
    known_SR: np.ndarray

    @property
    def share(self) -> float:
        """How much of the windows is open."""
        return float((self.known_SR < 0).mean())


def gap_of(opened: Opened, source: Source, keep: Sequence[str], make: Sequence[str] = ()) -> Gap:
    """The gap that regions leave: kept is what any of ``keep`` names (all, if there is none) but
    for what any of ``make`` names. Raises OptionProblem."""
    codec, encoded = opened.codec, source.encoded
    if not keep and not make:
        raise OptionProblem("--keep: say what is kept, such as --keep bars=1-4 or --keep x=1-32")
    named = [codec.regions(text, encoded) for text in keep]
    try:
        taken = [codec.regions(text, encoded) for text in make]
    except OptionProblem as problem:
        raise OptionProblem(str(problem).replace("--keep", "--make", 1)) from None
    mask: Windows = {}
    for name, x_NRT in encoded.windows.items():
        inside = np.zeros(x_NRT.shape, dtype=bool)
        for one in named:
            inside |= one[name]
        inside = inside if named else ~inside
        for one in taken:
            inside &= ~one[name]
        mask[name] = inside
    if all(part.all() for part in mask.values()):
        raise OptionProblem(f"{_said(keep, make)}: all is kept, nothing is left to fill")
    bare, settled = codec.emptied(source.piece, mask, encoded)
    spec = codec.spec
    cells = stack_cells(spec, bare.windows).astype(np.int64)
    known = np.where(stack_cells(spec, settled), cells, OPEN)
    if (known >= 0).all():
        raise OptionProblem(f"{_said(keep, make)}: all is kept, nothing is left to fill")
    return Gap(source, mask, bare, known.reshape(-1, spec.rows))


def _said(keep: Sequence[str], make: Sequence[str]) -> str:
    return " ".join([*(f"--keep {k}" for k in keep), *(f"--make {m}" for m in make)])


def fillings(
    opened: Opened,
    gap: Gap,
    n: int = 1,
    *,
    seed: int,
    temperature: float | None = None,
    on_piece: Callable[[], None] | None = None,
) -> Iterator[Made]:
    """``n`` ways to fill the gap, each the best of its own candidates that can be played; checks
    and repairs change nothing that is kept."""
    heat = deliver.plan(opened, temperature=temperature).temperature
    opened = told.of_context(opened, gap.source.context)
    generator = Generator(opened.model, opened.codec)
    for index in range(n):
        yield _one(opened, generator, gap, index, seed, heat)
        if on_piece:
            on_piece()


def _one(
    opened: Opened, generator: Generator, gap: Gap, index: int, seed: int, heat: float
) -> Made:
    first: Made | None = None
    for attempt in range(ATTEMPTS):
        for place, made in enumerate(_round(opened, generator, gap, index, attempt, seed, heat)):
            facts = {"seed": seed, "index": index, "attempt": attempt * CANDIDATES + place}
            made.facts = facts | {"of": gap.source.name, "open": round(gap.share, 4)} | made.facts
            if good(made) or not _judged(opened, gap):
                return made
            first = first or made
    assert first is not None
    return first


def _judged(opened: Opened, gap: Gap) -> bool:
    """Is another candidate worth a look? A kept part that is ill-formed by itself never heals."""
    return opened.codec.check(gap.source.piece).valid


def _round(
    opened: Opened,
    generator: Generator,
    gap: Gap,
    index: int,
    attempt: int,
    seed: int,
    heat: float,
) -> Iterator[Made]:
    """One round of candidates, the best first; candidate k of every stretch goes together."""
    codec, spec = opened.codec, opened.codec.spec
    z_NPD = posterior_means(opened.model, gap.bare.windows)
    windows = len(z_NPD)
    parts = filling.stretches(filling.opened(gap.known_SR, windows))
    found = []
    for number, part in enumerate(parts):
        steps = slice(part.start * spec.steps, part.stop * spec.steps)
        draw = (index * ATTEMPTS + attempt) * len(parts) + number
        found.append(
            filling.fill(
                generator,
                z_NPD[part],
                gap.known_SR[steps],
                seed=seed,
                index=draw,
                constraints=codec.constraints([gap.bare.context], part.start),
                candidates=CANDIDATES,
                temperature=heat,
            )
        )
    for place in range(CANDIDATES):
        z, cells = z_NPD.copy(), gap.known_SR.copy()
        nats = 0.0
        for part, ranked in zip(parts, found, strict=True):
            best = ranked[place]
            z[part] = best.z_WPD
            cells[part.start * spec.steps : part.stop * spec.steps] = best.cells_SR
            nats += best.nats
        made = split_cells(spec, cells.reshape(windows, spec.steps, spec.rows))
        yield _finished(opened, gap, made, z, {"kept_nats": round(nats, 2)})


def _finished(
    opened: Opened, gap: Gap, windows: Windows, z_NPD: np.ndarray, facts: dict[str, Any]
) -> Made:
    """The piece that goes together, checked, mended where nothing is kept, and signed."""
    codec, source = opened.codec, gap.source
    whole = codec.joined(source.piece, codec.assemble(windows, gap.bare.context), *_frame(gap))
    report = codec.check(whole)
    if report.valid and report.playable is False:
        mended = codec.repair(whole)
        if mended is not None and mended.share <= MOST_CHANGED:
            again = _mended(opened, gap, whole, mended.piece)
            verdict = codec.check(again)
            if verdict.valid and verdict.playable:
                whole, report = again, verdict
                facts |= {"changed": len(mended.changes), "changes": mended.changes}
    named = codec.sign(whole, deliver.signature(opened, {"fill": source.name}))
    context = dict(gap.bare.context)
    return Made(named, codec, z_NPD, context, windows, report, facts)


def _frame(gap: Gap) -> tuple[Windows, Encoded]:
    return gap.keep, gap.source.encoded


def _mended(opened: Opened, gap: Gap, whole: Any, mended: Any) -> Any:
    """The repaired piece with what is kept put back; the rows of a tall level that the model does
    not see stay as they are."""
    codec = opened.codec
    seen = replace(gap.source.encoded)
    inner = codec.assemble(codec.encode(mended).windows, codec.encode(mended).context)
    return codec.joined(whole, inner, gap.keep, seen)


def write(
    opened: Opened,
    gap: Gap,
    output: Output,
    n: int,
    *,
    seed: int,
    temperature: float | None = None,
    on_piece: Callable[[], None] | None = None,
) -> None:
    """Write ``n`` fillings. Raises FileProblem and OptionProblem."""
    if not 1 <= n <= BATCH * BATCH:
        raise OptionProblem(f"-n {n}: expected 1 to {BATCH * BATCH} fillings")
    deliver.plan(opened, temperature=temperature)
    names = [f"fill-{i + 1:02d}" for i in range(n)]
    assert opened.model.decoder is not None
    output.reserve(names)
    made = fillings(opened, gap, n, seed=seed, temperature=temperature, on_piece=on_piece)
    for name, piece in zip(names, made, strict=True):
        output.add(name, piece)
    output.close()
