"""``genvae soundtrack``: music that follows the course of a level.

The two domains meet here and nowhere else, by a curve of tension that each has (``Codec.curve``).

Axes:  M moments of the level's way · W windows of the song
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains import registry
from genvae.domains.base import Codec, Curve, Report, Windows
from genvae.domains.writing import whole
from genvae.errors import FileProblem, OptionProblem, nearest
from genvae.evaluation.followed import followed
from genvae.evaluation.sections import Section, at_windows, correlation, sections, sources
from genvae.generation import noise
from genvae.generation.follow import Followed, Wish, follow
from genvae.generation.generator import BATCH, Generator
from genvae.workflows import deliver, inputs, told
from genvae.workflows.convert import check_target
from genvae.workflows.deliver import Made
from genvae.workflows.output import finite
from genvae.workflows.store import Opened

LEAST, MOST = 4, 128
"""Windows of a song at least and, unless more bars are asked for, at most."""
POOL = 4
"""Windows of the songs that say how tense the model's music is."""
CALM, TENSE = 0.1, 0.9
"""The quantiles of their windows that the calmest and the tensest moment are to have."""
EVEN = 0.7
"""Of that range the least that a song uses: the curve of a level that is calm or hard throughout
is stretched to it, so that its course is heard."""
TOLERANCE = 0.12
"""Of the range, within which a window is on the curve."""
ATTEMPTS, ENOUGH = 3, 0.85
"""Songs that are tried at most, until the correlation is this."""


Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Read:
    """A level that came in: its curve, and what drawing it needs."""

    codec: Codec
    piece: Any
    report: Report
    curve: Curve
    notes: list[str]


@dataclass(frozen=True)
class Soundtrack:
    """A song, and the two curves window by window: the level's, and the song's own."""

    made: Made
    level_W: np.ndarray
    song_W: np.ndarray
    sections: list[Section]


def read(
    path: Path,
    model: Opened,
    *,
    index: int = 1,
    tileset: str | None = None,
    rules: str | None = None,
) -> Read:
    """Piece ``index`` (from 1) of a file and its curve. Raises FileProblem and OptionProblem."""
    domain = registry.of_file(inputs.existing(path))
    if domain is model.domain:
        raise FileProblem(f"{path}: a piece of {domain.name}, expected a level to make music for")
    codec = inputs.open_codec(domain.name, tileset=tileset, rules=rules, path=path)
    piece, count = inputs.piece_of(codec, path, index)
    report = codec.check(piece)
    curve = codec.curve(piece, report)
    notes = [f"{path}: {index} of {count} (--index)"] if count > 1 else []
    if curve.note:
        why = f" ({report.problems[0]})" if report.problems else ""
        notes.append(f"{path}: {curve.note}{why}")
    return Read(codec, piece, report, curve, notes)


def soundtrack(
    opened: Opened,
    level: Read,
    *,
    seed: int,
    length: str | None = None,
    temperature: float | None = None,
    requests: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Soundtrack:
    """A song for the level; see the module. Facts: ``correlation`` of the two curves of tension and
    of the song's density with the level's, ``sections``, and the curves. Raises OptionProblem."""
    opened, requests = told.for_sample(opened, {}, requests or {})
    asked = deliver.plan(opened, length=length, temperature=temperature, requests=requests)
    codec, generator = opened.codec, Generator(opened.model, opened.codec)
    context = codec.context(asked.requests, noise.stream(seed, 0, 0, noise.CONTEXT))
    plain = {k: v for k, v in context.items() if k != "ending"}
    pool, pace = _pool(generator, codec, plain, asked, seed)
    count = asked.windows if length is not None else _count(level.curve.seconds / pace)
    context = codec.repeated(context, count) | (dict(asked.trim) if length is not None else {})
    level_W = at_windows(level.curve.tension_M, count)
    low, high = np.quantile(pool, [CALM, TENSE])
    parts = sections(level_W)
    wish = Wish(
        low + (high - low) * _heard(level_W),
        TOLERANCE * float(high - low),
        sources(parts),
        loop=bool(context.get("loop")),
    )

    def measure(windows: Windows) -> np.ndarray:
        return _tensions(codec, windows, plain)

    best: tuple[float, Soundtrack] | None = None
    for attempt in range(ATTEMPTS):
        step = _steps(progress, attempt, count)
        found = follow(
            generator,
            wish,
            measure,
            seed=seed + attempt * 2**32,
            prior=asked.prior,
            temperature=asked.temperature,
            context=context,
            on_window=step,
        )
        facts = {"seed": seed, "of": level.piece.name, "attempt": attempt}
        made = _finished(opened, found, context, facts, level_W, parts)
        score = made.made.facts["correlation"]
        if best is None or (score or -1.0) > best[0]:
            best = score or -1.0, made
        if score is None or best[0] >= ENOUGH:
            break
    assert best is not None
    return best[1]


def _steps(progress: Progress | None, attempt: int, count: int) -> Callable[[], None] | None:
    if progress is None:
        return None
    done = iter(range(attempt * count + 1, (attempt + 1) * count + 1))
    return lambda: progress("windows", next(done), (attempt + 1) * count)


def _pool(
    generator: Generator, codec: Codec, context: Mapping[str, Any], asked: deliver.Plan, seed: int
) -> tuple[np.ndarray, float]:
    """The tension of the windows of songs as the model makes them, and a window's seconds."""
    items = [(index, 0) for index in range(BATCH)]
    heat = asked.temperature
    z = generator.draw(items, POOL, seed=seed, prior=asked.prior, temperature=heat)
    wide = codec.repeated(context, POOL)
    told_of: dict[str, Any] = {"items": items, "contexts": [wide] * BATCH, "seed": seed}
    songs = generator.decode(z, temperature=heat, drawn=True, **told_of)
    curves = [codec.curve(codec.assemble(windows, wide)) for windows in songs]
    return np.concatenate([c.tension_M for c in curves]), curves[0].seconds / POOL


def _tensions(codec: Codec, windows: Windows, context: Mapping[str, Any]) -> np.ndarray:
    """Of each window as a piece by itself, ``(N,)``."""
    count = len(next(iter(windows.values())))
    single = codec.repeated(context, 1)
    parts = ({k: x[i : i + 1] for k, x in windows.items()} for i in range(count))
    return np.array([codec.curve(codec.assemble(p, single)).tension_M.mean() for p in parts])


def _count(windows: float) -> int:
    """Whole phrases of two windows."""
    return int(np.clip(2 * round(windows / 2), LEAST, MOST))


def _heard(level_W: np.ndarray) -> np.ndarray:
    """The curve in [0, 1], where it is nearly even stretched around its middle."""
    low, high = float(level_W.min()), float(level_W.max())
    range_ = high - low
    if not 1e-6 < range_ < EVEN:
        return level_W
    middle = float(np.clip((low + high) / 2, EVEN / 2, 1 - EVEN / 2))
    return middle + (level_W - (low + high) / 2) * EVEN / range_


def _finished(
    opened: Opened,
    found: Followed,
    context: dict[str, Any],
    facts: dict[str, Any],
    level_W: np.ndarray,
    parts: list[Section],
) -> Soundtrack:
    made = deliver.finish(opened, found.windows, found.z_WPD, context, facts)
    curve = opened.codec.curve(made.piece)
    song_W = at_windows(curve.tension_M, len(level_W))
    figures = {"correlation": correlation(level_W, song_W)}
    for name, part in curve.parts.items():
        known = np.isfinite(part)
        if len(part) == len(level_W) and known.sum() > 2:
            figures[f"{name}_correlation"] = correlation(level_W[known], part[known])
    made.facts |= finite(figures)
    made.facts["sections"] = [
        {"letter": p.letter, "windows": [p.start + 1, p.stop], "tension": round(p.mean, 3)}
        for p in parts
    ]
    made.facts["level_curve"] = [round(float(v), 3) for v in level_W]
    made.facts["song_curve"] = [round(float(v), 3) for v in song_W]
    return Soundtrack(made, level_W, song_W, parts)


def targets(
    opened: Opened, target: Path, formats: Sequence[str], *, overwrite: bool
) -> tuple[list[Path], Path]:
    """The files to write, and the manifest beside them. Raises FileProblem and OptionProblem."""
    writers = opened.codec.writers
    suffixes = [target.suffix.lower(), *(f".{f.lower().lstrip('.')}" for f in formats)]
    names = [suffix[1:] for suffix in writers]
    for number, suffix in enumerate(suffixes):
        if suffix not in writers:
            option = f"--format {suffix[1:]}" if number else f"-o {target}"
            raise OptionProblem(
                f"{option}: a song can be written as {', '.join(names)}; "
                f"{nearest(suffix[1:], names)}"
            )
    paths = [target, *(target.with_suffix(s) for s in dict.fromkeys(suffixes[1:]))]
    paths = list(dict.fromkeys(paths))
    manifest = target.with_name(f"{target.stem}.manifest.jsonl")
    for path in [*paths, manifest]:
        check_target(path, overwrite=overwrite)
    return paths, manifest


def write(
    opened: Opened, level: Read, made: Soundtrack, paths: Sequence[Path], manifest: Path
) -> dict[str, Any]:
    """Write the song, its picture under the level's curve, and the manifest's line, which is
    returned. Raises FileProblem."""
    piece = made.made
    for path in paths:
        if path.suffix.lower() == ".png":
            _draw(level, made, path)
        else:
            piece.save(path)
    line = {
        "file": paths[0].name,
        "command": "soundtrack",
        "model": opened.model.name,
        "model_hash": opened.model.hash,
        **piece.facts,
        "attributes": finite(opened.codec.measure(piece.piece)),
        "checks": {"valid": piece.report.valid},
    }
    with whole(manifest) as part:
        part.write_text(json.dumps(line) + "\n", encoding="utf-8")
    return line | {"file": str(paths[0]), "files": [str(path) for path in paths]}


def _draw(level: Read, made: Soundtrack, path: Path) -> None:
    from PIL import Image

    above = level.codec.checked_picture(level.piece, level.report)
    below = made.made.codec.picture(made.made.piece)
    edges = [part.start for part in made.sections]
    with whole(path) as target:
        image = followed(above, below, made.level_W, made.song_W, edges)
        Image.fromarray(image).save(target, format="PNG")


def letters(parts: Sequence[Section]) -> str:
    """The form in one line: ``A 1-8  B 9-12  A 13-16``, by windows."""
    return " · ".join(f"{part.letter} {part.start + 1}-{part.stop}" for part in parts)


def known(value: float | None) -> bool:
    """Is there a correlation at all?"""
    return value is not None and math.isfinite(value)
