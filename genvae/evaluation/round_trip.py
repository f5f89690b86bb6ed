"""Is what genvae writes read back as it was, and does the model know its own pieces again?

Axes:  N pieces · W windows · P positions · D dims of z
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from genvae.domains.base import Codec, Encoded, Windows
from genvae.errors import FileProblem
from genvae.evaluation import metrics
from genvae.generation.encoding import posterior_means
from genvae.generation.generator import Generator
from genvae.models.files import ModelFile

THROUGH = 250
"""Pieces that go through the model, where there are as many; all are written and read."""


@dataclass(frozen=True)
class RoundTrip:
    """``read_back``: share of pieces that, written to a file and read again, encode to the same
    windows. ``median`` and ``lowest``: of the F1 of events (``metrics.events_f1``) between what
    was read and what the model makes of it; NaN where nothing could be read."""

    read_back: float
    median: float
    lowest: float


def round_trip(model: ModelFile, codec: Codec, made: Sequence[Windows]) -> RoundTrip:
    """Write samples in the first format that can also be read, read them, take them through the
    model and back. All NaN for a codec that reads none of its formats."""
    suffix = next((s for s in codec.writers if s in codec.reads), None)
    if suffix is None:
        return RoundTrip(np.nan, np.nan, np.nan)
    context = codec.windows_for(None)[1]
    read: list[Encoded] = []
    same = 0
    with TemporaryDirectory() as folder:
        path = Path(folder, f"piece{suffix}")
        for number, windows in enumerate(made):
            drawn = codec.context({}, np.random.default_rng(number))
            piece = codec.assemble(windows, drawn | context)
            again = written_and_read(codec, piece, path)
            if again is not None:
                read.append(again)
                same += equal(codec.encode(piece).windows, again.windows)
    close = through(
        model,
        codec,
        [encoded.windows for encoded in read[:THROUGH]],
        [encoded.context for encoded in read[:THROUGH]],
    )
    return RoundTrip(
        same / len(made),
        float(np.median(close)) if close else float("nan"),
        min(close, default=float("nan")),
    )


def written_and_read(codec: Codec, piece: Any, path: Path) -> Encoded | None:
    """The windows of a piece that was written to a path and read again; None if there is nothing
    in it to read."""
    codec.writers[path.suffix](piece, path)
    try:
        encoded = codec.encode(next(iter(codec.read(path))))
    except (FileProblem, StopIteration):
        return None
    return encoded if len(encoded) else None


def equal(a: Windows, b: Windows) -> bool:
    """The same windows, all of them."""
    return all(np.array_equal(a[name], b[name]) for name in a)


def through(
    model: ModelFile,
    codec: Codec,
    pieces: Sequence[Windows],
    contexts: Sequence[Mapping[str, Any]] = (),
) -> list[float]:
    """The F1 of events between each piece and what the model makes of it, cell by cell the
    likeliest, decoded from latents alone (and what the pieces' ``contexts`` say)."""
    generator = Generator(model, codec)
    latents = [posterior_means(model, windows) for windows in pieces]
    close = [0.0] * len(pieces)
    for length in {len(z_WPD) for z_WPD in latents}:
        alike = [i for i, z_WPD in enumerate(latents) if len(z_WPD) == length]
        decoded = generator.decode(
            np.stack([latents[i] for i in alike]),
            contexts=[contexts[i] for i in alike] if contexts else (),
        )
        for i, windows in zip(alike, decoded, strict=True):
            close[i] = metrics.events_f1(codec, windows, pieces[i])
    return close
