"""Corpora to encoded, clustered and cached pieces.

Axes:  S steps of a piece · R cells
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from genvae import __version__
from genvae.corpora import fetch
from genvae.domains import registry
from genvae.domains.base import Codec, Encoded, split_cells, stack_cells
from genvae.errors import CorpusProblem, GenvaeError
from genvae.settings import DataSettings
from genvae.training.split import Split, split
from genvae.workflows.pool import for_each

Progress = Callable[[int, int], None]
FORMAT = 3
"""Of the cache's files: 2 has the pieces' contexts, 3 which file each is from."""


@dataclass(frozen=True)
class Dataset:
    """Encoded pieces with the cluster that each belongs to."""

    cells: tuple[np.ndarray, ...]
    """``(S_i, R)`` of each piece."""
    clusters: tuple[str, ...]
    names: tuple[str, ...]
    contexts: tuple[dict[str, Any], ...]
    """What writing each piece back needs (``Encoded.context``)."""
    sources: tuple[Path, ...]
    """The file that each piece is from."""
    skipped: int
    fingerprint: str

    def split(self, settings: DataSettings, steps: int) -> Split:
        """Whole clusters to training, validation and held-out."""
        return split(
            self.clusters,
            [len(c) // steps for c in self.cells],
            heldout=settings.heldout,
            validation=settings.validation,
            seed=settings.seed,
        )


def files_of(settings: DataSettings, folder: Path | None = None) -> list[Path]:
    """The files of the recipe's corpora, or of a folder. Raises CorpusProblem."""
    if folder is not None:
        if not folder.is_dir():
            raise CorpusProblem(f"{folder}: no such folder of training files")
        found = registry.files_in(folder)
    else:
        found = [p for name in settings.corpora for p in fetch.files(name)]
    if 0 < settings.limit < len(found):
        found = [found[i] for i in np.linspace(0, len(found) - 1, settings.limit).astype(int)]
    if not found:
        raise CorpusProblem(f"{folder or ', '.join(settings.corpora)}: no files to learn from")
    return found


def prepare(codec: Codec, paths: Sequence[Path], progress: Progress | None = None) -> Dataset:
    """Read, cut and encode files, or take them from the cache.

    The cache's name is a hash of the codec's configuration and code, the version, and each file's
    path, size and time of change. Files that cannot be read are skipped and counted.
    """
    digest = hashlib.sha256(json.dumps([__version__, FORMAT, codec.domain, codec.config]).encode())
    for source in sorted(Path(inspect.getfile(type(codec))).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    for path in paths:
        stat = path.stat()
        digest.update(f"{path}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    fingerprint = digest.hexdigest()[:20]
    cache = fetch.home() / "cache" / f"{codec.domain}-{fingerprint}.npz"
    if cache.exists():
        return _load(cache, paths, fingerprint)
    dataset = _encode(codec, paths, fingerprint, progress)
    _store(cache, paths, dataset)
    return dataset


def _encode(
    codec: Codec, paths: Sequence[Path], fingerprint: str, progress: Progress | None
) -> Dataset:
    encoded: list[Encoded] = []
    groups: list[str] = []
    names: list[str] = []
    sources: list[Path] = []
    skipped = 0
    for i, (path, found) in enumerate(for_each(Encoder(codec), paths)):
        if isinstance(found, GenvaeError):
            skipped += 1
        else:
            for part, group, name in found:
                encoded.append(part)
                groups.append(group)
                names.append(name)
                sources.append(path)
        if progress:
            progress(i + 1, len(paths))
    if not encoded:
        raise CorpusProblem(
            f"{paths[0].parent}: none of its {len(paths)} files could be read as {codec.domain}"
        )
    clusters = codec.clusters(encoded, groups)
    rows = codec.spec.rows
    cells = tuple(
        stack_cells(codec.spec, e.windows).reshape(-1, rows).astype(np.uint16) for e in encoded
    )
    contexts = tuple(e.context for e in encoded)
    return Dataset(
        cells, tuple(clusters), tuple(names), contexts, tuple(sources), skipped, fingerprint
    )


@dataclass(frozen=True)
class Encoder:
    """What is done to each file of a corpus, in this process or another."""

    codec: Codec

    def __call__(self, path: Path) -> list[tuple[Encoded, str, str]]:
        """The file's training pieces, encoded, with group and name. Raises GenvaeError."""
        return [
            (self.codec.encode(part), part.group, part.name)
            for piece in self.codec.read(path)
            for part in self.codec.training_pieces(piece)
        ]


def _store(path: Path, paths: Sequence[Path], dataset: Dataset) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    numbers = {source: i for i, source in enumerate(paths)}
    # A name of its own: another process may be at the same corpus.
    handle, partial = tempfile.mkstemp(".partial.npz", f"{path.stem}-", path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(
                file,
                cells=np.concatenate(dataset.cells),
                lengths=np.array([len(c) for c in dataset.cells]),
                clusters=np.array(dataset.clusters),
                names=np.array(dataset.names),
                contexts=np.frombuffer(json.dumps(dataset.contexts).encode(), dtype=np.uint8),
                sources=np.array([numbers[source] for source in dataset.sources]),
                skipped=np.array(dataset.skipped),
            )
        os.replace(partial, path)
    finally:
        Path(partial).unlink(missing_ok=True)


def _load(path: Path, paths: Sequence[Path], fingerprint: str) -> Dataset:
    with np.load(path, allow_pickle=False) as stored:
        cuts = np.cumsum(stored["lengths"])[:-1]
        return Dataset(
            tuple(np.split(stored["cells"], cuts)),
            tuple(str(c) for c in stored["clusters"]),
            tuple(str(n) for n in stored["names"]),
            tuple(json.loads(stored["contexts"].tobytes())),
            tuple(paths[i] for i in stored["sources"]),
            int(stored["skipped"]),
            fingerprint,
        )


def windows_of(codec: Codec, cells: Sequence[np.ndarray], offset: int = 0) -> np.ndarray:
    """All whole windows of pieces, ``(N, T, R)``, the first starting at ``offset`` steps; further
    columns of the cells (classes) come along."""
    steps = codec.spec.steps
    parts = [
        c[offset : offset + (len(c) - offset) // steps * steps].reshape(-1, steps, c.shape[1])
        for c in cells
    ]
    return np.concatenate(parts).astype(np.int64)


def segments_of(codec: Codec, cells: Sequence[np.ndarray], stride: int) -> set[bytes]:
    """The segments of all windows at every multiple of ``stride``."""
    found: set[bytes] = set()
    for offset in range(0, codec.spec.steps, min(stride, codec.spec.steps)):
        found.update(codec.segments(split_cells(codec.spec, windows_of(codec, cells, offset))))
    return found
