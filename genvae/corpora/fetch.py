"""Getting corpora onto this machine: from a local copy, or from where they are published.

A corpus is built in a temporary folder and renamed when it is complete and its content hash is
right, so a folder under ``GENVAE_HOME/corpora`` is always whole.
"""

from __future__ import annotations

import gzip
import os
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from genvae.corpora import catalogue
from genvae.corpora.catalogue import Corpus
from genvae.corpora.convert import CONVERSIONS
from genvae.corpora.hashing import Content, find, load, matches, measure
from genvae.errors import CorpusProblem

if TYPE_CHECKING:
    from rich.progress import Progress

Download = Callable[[str, Path, bool], None]
"""Fetches an address into a file, with a progress bar or without; raises OSError."""

DEPTH = 4
"""How many folders below ``--from`` a corpus may lie."""
CHUNK = 1 << 16
"""Bytes between two movements of the progress bar."""


def home() -> Path:
    """The user's data folder: models, corpora, caches. ``GENVAE_HOME`` overrides."""
    if chosen := os.environ.get("GENVAE_HOME"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "genvae"


def locate(name: str) -> Path | None:
    """The folder of a corpus that is here, or None. Raises CorpusProblem for an unknown name."""
    folder = home() / "corpora" / catalogue.get(name).name
    return folder if folder.is_dir() else None


def files(name: str) -> list[Path]:
    """The files to learn from, sorted by path. Raises CorpusProblem if the corpus is not here."""
    corpus = catalogue.get(name)
    folder = locate(name)
    if folder is None:
        way = "" if corpus.downloadable else " --from DIR"
        raise CorpusProblem(
            f"{name}: not on this machine; get it with: genvae corpora get {name}{way}"
        )
    return list(find(folder, corpus.reads).values())


def get(
    name: str,
    source: Path | None = None,
    progress: bool = False,
    *,
    download: Download | None = None,
) -> Path:
    """Bring a corpus here, unless it is here whole, and return its folder.

    ``source`` is a local copy: the corpus' own folder, or one that has it up to four folders
    below. Without it the published archive is downloaded (``download`` replaces the way that is
    done). Raises CorpusProblem.
    """
    corpus = catalogue.get(name)
    target = home() / "corpora" / corpus.name
    whole = target.is_dir() and _content(corpus, target) == _expected(corpus)
    if whole and find(target, corpus.reads):  # a copy may be older than its conversion
        return target
    try:
        with _building(target) as folder:
            if source is not None:
                _copy(corpus, source, folder)
            else:
                _fetch(corpus, folder, progress, download or _with_pooch)
            if convert := CONVERSIONS.get(corpus.conversion):
                convert(folder)
    except OSError as error:
        raise CorpusProblem(f"{name}: cannot be brought to {target}: {error}") from None
    return target


@contextmanager
def _building(target: Path) -> Iterator[Path]:
    """A folder that becomes ``target`` if nothing is raised, and leaves nothing behind if so."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as work:
        folder = Path(work) / "new"
        folder.mkdir()
        yield folder
        if target.exists():
            target.rename(Path(work) / "old")
        folder.rename(target)


def _copy(corpus: Corpus, source: Path, folder: Path) -> None:
    found = _within(corpus, source)
    for name, path in find(found, corpus.contents).items():
        try:
            _store(folder / name, load(path))
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise CorpusProblem(f"{path}: damaged, cannot be unpacked") from None
    for name, path in find(found, corpus.notices).items():
        _store(folder / name, load(path))
    _verify(corpus, folder, str(found))


def _within(corpus: Corpus, source: Path) -> Path:
    """The corpus' own folder at or below ``source``, nearest first."""
    if not source.is_dir():
        raise CorpusProblem(f"--from {source}: no such folder")
    if find(source, corpus.contents):
        return source
    for depth in range(DEPTH):
        for folder in sorted(source.glob("*/" * depth + corpus.folder)):
            if find(folder, corpus.contents):
                return folder
    raise CorpusProblem(
        f"--from {source}: no {corpus.name} in it; expected a folder {corpus.folder!r} "
        f"with files like {corpus.contents[0]}"
    )


def _fetch(corpus: Corpus, folder: Path, progress: bool, download: Download) -> None:
    if not corpus.archive:
        raise CorpusProblem(
            f"{corpus.name}: conversion {corpus.conversion}: "
            f"genvae corpora get {corpus.name} --from DIR (the originals: {corpus.homepage})"
        )
    with tempfile.TemporaryDirectory(prefix="archive-", dir=folder.parent) as work:
        archive = Path(work) / "archive"
        try:
            download(corpus.archive, archive, progress)
        except OSError as error:
            raise CorpusProblem(
                f"{corpus.archive}: cannot be downloaded: {_line(error)}; "
                f"with a copy at hand: genvae corpora get {corpus.name} --from DIR"
            ) from None
        try:
            _extract(corpus, archive, folder)
        except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise CorpusProblem(
                f"{corpus.archive}: not a whole archive: {_line(error)}; try again"
            ) from None
    _verify(corpus, folder, corpus.archive)


def _extract(corpus: Corpus, archive: Path, folder: Path) -> None:
    """Write the files that the catalogue names, and nothing else, nowhere else."""
    with tarfile.open(archive) as tar:
        for member in tar:
            name = _place(corpus, member.name)
            if name is None or member.isdir():
                continue
            try:
                content = tar.extractfile(member)  # a link is followed within the archive only
            except KeyError:
                continue
            if content is not None:
                _store(folder / name, content.read())


def _place(corpus: Corpus, member: str) -> str | None:
    """Where a member of the archive belongs in the corpus; None for what is not wanted.

    The archive's first folder is its name and commit.
    """
    path = PurePosixPath(member)
    parts = path.parts[1:]
    if path.is_absolute() or ".." in parts or any("\\" in p or ":" in p for p in parts):
        return None
    for source, target in (corpus.folders or {"": ""}).items():
        top = PurePosixPath(source.lower()).parts
        if tuple(p.lower() for p in parts[: len(top)]) == top:
            name = PurePosixPath(target, *parts[len(top) :]).as_posix()
            if matches(name, (*corpus.contents, *corpus.notices)):
                return name
    return None


def _store(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _expected(corpus: Corpus) -> Content:
    return Content(corpus.files, corpus.bytes, corpus.content_sha256)


def _content(corpus: Corpus, folder: Path) -> Content:
    return measure(find(folder, corpus.contents))


def _verify(corpus: Corpus, folder: Path, origin: str) -> None:
    found, expected = _content(corpus, folder), _expected(corpus)
    if found != expected:
        raise CorpusProblem(
            f"{origin}: differs from the catalogue's {corpus.name} ({corpus.version}): "
            f"found {found.files} files, {found.bytes} bytes, sha256 {found.sha256[:12]}…; "
            f"expected {expected.files} files, {expected.bytes} bytes, "
            f"sha256 {expected.sha256[:12]}…"
        )


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _with_pooch(address: str, path: Path, progress: bool) -> None:
    try:
        import pooch
    except ImportError:
        raise CorpusProblem('downloading needs pooch: pip install "genvae[train]"') from None
    if not progress:
        pooch.HTTPDownloader(chunk_size=CHUNK)(address, str(path), None)
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, transient=True) as bar:
        pooch.HTTPDownloader(chunk_size=CHUNK, progressbar=_Bar(bar))(address, str(path), None)


class _Bar:
    """The bar that pooch fills: it sets ``total`` and calls ``update``, ``reset``, ``close``."""

    def __init__(self, bar: Progress) -> None:
        self.bar = bar
        self.task = bar.add_task("downloading", total=None)
        self.total = 0

    def update(self, bytes_: int) -> None:
        """So many more bytes have come; a total of 0 is one that the server does not tell."""
        self.bar.update(self.task, advance=bytes_, total=self.total or None)

    def reset(self) -> None:
        """Begin again, before pooch fills the bar to its end."""
        self.bar.reset(self.task)

    def close(self) -> None:
        """Nothing to close: the bar goes with its ``with``."""
