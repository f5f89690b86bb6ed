"""What is in a corpus: which files, how many bytes, and one hash over their content.

The hash is the SHA-256 of the listing that ``sha256sum`` would print, a line a file,
``<sha256>  <path within the corpus>``, sorted by path. It says the same of a folder and of a
published archive that hold the same files. A file ending in ``.gz`` counts as what it unpacks
to, under its name without ``.gz``: ``levels/000.txt.gz`` is ``levels/000.txt``.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Content:
    """The measure of a set of files: how many, bytes in all (unpacked), and their hash."""

    files: int
    bytes: int
    sha256: str


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Does a path within a corpus fit one of the patterns? A ``*`` stays within one folder."""
    parts = PurePosixPath(name).parts
    for pattern in patterns:
        wanted = PurePosixPath(pattern).parts
        if len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted)):
            return True
    return False


def find(folder: Path, patterns: Iterable[str]) -> dict[str, Path]:
    """The files of a folder that fit, by their path within the corpus, sorted.

    A packed file ``NAME.gz`` stands for ``NAME`` where there is no such file.
    """
    found: dict[str, Path] = {}
    for pattern in patterns:
        for suffix in ("", ".gz"):
            for path in folder.glob(pattern + suffix):
                if path.is_file():
                    name = path.relative_to(folder).as_posix().removesuffix(suffix)
                    found.setdefault(name, path)
    return dict(sorted(found.items()))


def load(path: Path) -> bytes:
    """The content of a file, unpacked where it is packed. Raises OSError, EOFError."""
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def measure(files: Mapping[str, Path]) -> Content:
    """Hash the files that ``find`` found."""
    listing = hashlib.sha256()
    size = 0
    for name, path in sorted(files.items()):
        content = load(path)
        size += len(content)
        listing.update(f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode())
    return Content(len(files), size, listing.hexdigest())


def main() -> None:
    """Print what an entry of the catalogue needs: ``FOLDER PATTERN...``."""
    parser = argparse.ArgumentParser(prog="python -m genvae.corpora.hashing", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("patterns", nargs="+", metavar="PATTERN")
    arguments = parser.parse_args()
    content = measure(find(arguments.folder, arguments.patterns))
    print(f'files = {content.files}\nbytes = {content.bytes}\nsha256 = "{content.sha256}"')


if __name__ == "__main__":
    main()
