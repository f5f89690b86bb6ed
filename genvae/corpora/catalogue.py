"""The catalogue: every corpus that genvae knows, as ``catalogue.toml`` describes it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files as resources
from types import MappingProxyType
from typing import Any

from genvae.corpora.convert import ABSENT, CONVERSIONS, NONE
from genvae.errors import CorpusProblem, nearest


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """One corpus: where it is published, what may be done with it, and what is read of it.

    Patterns are paths within the corpus folder, ``/`` between folders; ``*`` stays within one.
    """

    name: str
    domain: str
    """Name of the domain that reads it (``music``, ``levels``)."""
    codec: str = ""
    """The layout (music) or tileset (levels) it suits; empty where no bundled one fits."""
    title: str
    licence: str
    licence_note: str
    weights: str
    """May weights learned from it be shipped? A line that begins with yes or no."""
    samples: str
    """May samples of such a model be shipped? A line that begins with yes or no."""
    homepage: str
    version: str
    """Commit or package version of what was published."""
    archive: str = ""
    """Address of the published archive, pinned to a commit; empty where there is none to use."""
    folders: Mapping[str, str] = field(default_factory=dict)
    """Folder of the archive -> folder of the corpus, without regard to case; the first that
    fits serves, and an empty name is the top."""
    folder: str = ""
    """The name of its folder in a local copy of several corpora; the corpus' own by default."""
    contents: tuple[str, ...]
    """Patterns of the files that are fetched, and that the hash covers."""
    notices: tuple[str, ...] = ()
    """Patterns of licence texts and credits, taken along where the source has them."""
    conversion: str = NONE
    """``none``, a name in ``genvae.corpora.convert``, or that it was done elsewhere."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What is known of all files, or where it stands (see ``genvae.corpora.labels``), by name."""
    reads: tuple[str, ...] = ()
    """Patterns of the files to learn from; the contents by default."""
    files: int
    bytes: int
    content_sha256: str
    """Number, size, and content hash (``genvae.corpora.hashing``) of the contents."""
    citation: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", self.folder or self.name)
        object.__setattr__(self, "reads", self.reads or self.contents)
        if self.conversion not in (NONE, ABSENT, *CONVERSIONS):
            raise CorpusProblem(
                f"{self.name}: conversion = {self.conversion!r}; "
                f"{nearest(self.conversion, (NONE, ABSENT, *CONVERSIONS))}"
            )

    @property
    def downloadable(self) -> bool:
        """Can it be made here from what is published?"""
        return bool(self.archive)


@cache
def catalogue() -> Mapping[str, Corpus]:
    """Every corpus by its name, music first. Raises CorpusProblem if the table is damaged."""
    table = tomllib.loads(
        resources("genvae.corpora").joinpath("catalogue.toml").read_text(encoding="utf-8")
    )
    return MappingProxyType({name: _corpus(name, entry) for name, entry in table.items()})


def get(name: str) -> Corpus:
    """The corpus called ``name``. Raises CorpusProblem with the nearest known name."""
    known = catalogue()
    if name not in known:
        raise CorpusProblem(f"{name}: no such corpus; {nearest(name, known)}")
    return known[name]


def _corpus(name: str, entry: Mapping[str, Any]) -> Corpus:
    known = {f.name for f in fields(Corpus)} - {"name"}
    for key in entry:
        if key not in known:
            raise CorpusProblem(f"catalogue.toml: [{name}] has {key!r}; {nearest(key, known)}")
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    try:
        return Corpus(name=name, **values)
    except TypeError as error:
        raise CorpusProblem(f"catalogue.toml: [{name}]: {error}") from None
