"""The roads that end in a folder of pieces: sample, reconstruct, decode (interpolate: ``ways``).

Each takes an ``Output`` and fills it; what is wrong with an option is said before anything is
written.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from genvae.errors import FileProblem, OptionProblem
from genvae.evaluation.metrics import agreement
from genvae.workflows import deliver, incoming, latents, many
from genvae.workflows.aim import Like
from genvae.workflows.inputs import OnProblem
from genvae.workflows.made import Made, Times, good
from genvae.workflows.output import Output, finite
from genvae.workflows.reading import read_all
from genvae.workflows.store import Opened
from genvae.workflows.tally import tally, told

MOST = 100_000
"""Pieces that one command makes at most."""
PREFIXES = {"levels": "level"}
"""What the files of a domain are called, where it is not the domain's name."""

OnPiece = Callable[[Path, Made], None]


def check_sampling(n: int, seed: int | None) -> None:
    """Is it a number of pieces that can be made, and a seed? Raises OptionProblem."""
    if not 1 <= n <= MOST:
        raise OptionProblem(f"-n {n}: expected 1 to {MOST} pieces")
    if seed is not None and not 0 <= seed < 2**64:
        raise OptionProblem(f"--seed {seed}: expected a whole number from 0 to 2**64 - 1")


def samples(
    opened: Opened,
    n: int,
    output: Output,
    *,
    seed: int,
    length: str | None = None,
    temperature: float | None = None,
    prior: str | None = None,
    raw: bool = False,
    requests: Mapping[str, Any] | None = None,
    wanted: Mapping[str, Any] | None = None,
    like: Like | None = None,
    on_problem: OnProblem,
    on_piece: OnPiece | None = None,
    times: Times | None = None,
) -> dict[str, int]:
    """Write items 0 to n - 1 of a seed, and count how they came out (see ``tally``).

    An item that does not come out well-formed, playable and as it was ``wanted`` is not written,
    unless ``raw``: it is named to ``on_problem``, counted as ``missed``, and the rest is made.
    Raises OptionProblem, ModelProblem and FileProblem.
    """
    check_sampling(n, seed)
    options: dict[str, Any] = {
        "length": length,
        "temperature": temperature,
        "prior": prior,
        "requests": requests,
        "wanted": wanted,
        "like": like,
    }
    deliver.plan(opened, **options)
    _ready(opened)
    prefix = PREFIXES.get(opened.domain.name, opened.domain.name)
    names = [f"{prefix}-{i + 1:04d}" for i in range(n)]
    output.reserve(names)
    made = many.sample(opened, range(n), seed=seed, raw=raw, times=times, **options)
    missed = 0
    for name, piece in zip(names, made, strict=True):
        if raw or (good(piece) and piece.facts.get("met", True)):
            _add(output, name, piece, on_piece)
        else:
            missed += 1
            on_problem(_not_made(output.folder / name, piece))
    output.close()
    return tally(output.lines) | {"missed": missed}


def _not_made(path: Path, made: Made) -> FileProblem:
    facts, why = made.facts, "; ".join(made.report.problems) or "cannot be played"
    if good(made):
        why = f"the nearest has {told(facts['got'])}"
    return FileProblem(
        f"{path}: not made, {deliver.ATTEMPTS} draws failed (item {facts['index']} of seed "
        f"{facts['seed']}: {why}); take another seed, or see it as decoded with --raw"
    )


def reconstructions(
    opened: Opened,
    paths: Sequence[Path],
    output: Output,
    *,
    on_problem: OnProblem,
    voices: Sequence[str] = (),
    on_piece: OnPiece | None = None,
) -> list[dict[str, Any]]:
    """Write every piece of the files as it comes back from the model, and tell how close.

    One dictionary a piece: ``file`` it came from, ``piece``, ``windows``, the figures of
    ``metrics.agreement`` and ``written``. A file that cannot be read is named to ``on_problem``
    and the rest is done. Raises FileProblem if nothing can be written.
    """
    sources = list(read_all(opened, paths, on_problem, voices, whole=True))
    if not sources:
        return []
    _ready(opened)
    names = unique([source.name for _, source in sources])
    output.reserve(names)
    rows = []
    for name, (path, source) in zip(names, sources, strict=True):
        made = incoming.reconstruct(opened, source)
        close = finite(agreement(opened.codec, made.windows, source.encoded.windows))
        made.facts |= {"agreement": close}
        written = _add(output, name, made, on_piece)
        row = {"file": str(path), "piece": source.name, "windows": len(source.encoded)}
        rows.append(row | close | {"written": str(written[0])})
    output.close()
    return rows


def check_target(path: Path, *, overwrite: bool) -> None:
    """May this file of latents be written? Raises FileProblem and OptionProblem."""
    if path.suffix != latents.SUFFIX:
        raise OptionProblem(f"-o {path}: expected a name that ends in {latents.SUFFIX}")
    if path.is_dir():
        raise FileProblem(f"{path}: a folder, expected a file to write")
    if path.exists() and not overwrite:
        raise FileProblem(f"{path}: exists; give --overwrite or another name")


def encodings(
    opened: Opened,
    paths: Sequence[Path],
    target: Path,
    *,
    on_problem: OnProblem,
    voices: Sequence[str] = (),
    on_file: Callable[[], None] = lambda: None,
) -> list[dict[str, Any]]:
    """Write the latents of every piece of the files to one file. One dictionary a piece:
    ``file``, ``piece`` (its name in the latents file), ``shape``. Raises FileProblem."""
    sources = list(read_all(opened, paths, on_problem, voices, on_file))
    if not sources:
        return []
    names = unique([source.name for _, source in sources])
    named = list(zip(names, (source for _, source in sources), strict=True))
    latents.save(
        target,
        opened.model,
        {name: source.z_WPD for name, source in named},
        {name: source.encoded.context for name, source in named},
    )
    return [
        {"file": str(path), "piece": name, "shape": list(source.z_WPD.shape)}
        for name, (path, source) in zip(names, sources, strict=True)
    ]


def decodings(
    opened: Opened,
    stored: latents.Stored,
    path: Path,
    output: Output,
    *,
    on_piece: OnPiece | None = None,
) -> None:
    """Write the pieces of a latents file. Raises FileProblem if they are of another model."""
    latents.check_fits(stored, opened.model, path)
    if not stored.latents:
        raise FileProblem(f"{path}: holds no latents; make some with genvae encode")
    _ready(opened)
    names = unique(list(stored.latents))
    output.reserve(names)
    for name, (piece, z_WPD) in zip(names, stored.latents.items(), strict=True):
        context = stored.contexts.get(piece, {})
        made = incoming.decode_latents(opened, z_WPD, context, {"of": piece})
        _add(output, name, made, on_piece)
    output.close()


def unique(names: Sequence[str]) -> list[str]:
    """Names fit for files on every system, each once: ``song``, ``song-2``; ``caves-17`` for
    piece 17 of a collection."""
    taken: set[str] = set()
    out = []
    for name in names:
        plain = re.sub(r'[<>:"/\\|?*#\x00-\x1f]+', "-", name).strip(" .") or "piece"
        free = next(
            n
            for n in itertools.chain([plain], (f"{plain}-{i}" for i in itertools.count(2)))
            if n.lower() not in taken
        )
        taken.add(free.lower())
        out.append(free)
    return out


def _ready(opened: Opened) -> None:
    """Read the weights now: a damaged file is found before anything is written."""
    assert opened.model.decoder is not None


def _add(output: Output, name: str, made: Made, on_piece: OnPiece | None) -> list[Path]:
    written = output.add(name, made)
    if on_piece:
        on_piece(written[0], made)
    return written
