"""Domains found through the entry-point group ``genvae.domains``, built-in ones included."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from genvae.domains.base import Domain
from genvae.errors import FileProblem, OptionProblem, nearest

GROUP = "genvae.domains"


@cache
def domains() -> dict[str, Domain]:
    """Every installed domain by its name, aliases included."""
    found: dict[str, Domain] = {}
    for point in entry_points(group=GROUP):
        domain: Domain = point.load()()
        for name in (domain.name, *domain.aliases):
            found.setdefault(name, domain)
    return found


def get(name: str) -> Domain:
    """The domain called ``name``. Raises OptionProblem with the nearest known name."""
    known = domains()
    if name not in known:
        raise OptionProblem(f"--domain {name}: no such domain; {nearest(name, known)}")
    return known[name]


def of_file(path: Path) -> Domain:
    """The domain a file belongs to, by suffix and content. Raises FileProblem."""
    if not path.exists():
        raise FileProblem(f"{path}: no such file")
    if path.is_dir():
        raise FileProblem(f"{path}: a folder, expected a file")
    for domain in dict.fromkeys(domains().values()):
        if domain.recognises(path):
            return domain
    names = ", ".join(dict.fromkeys(d.name for d in domains().values()))
    raise FileProblem(
        f"{path}: not a file that any domain reads ({names}); give a .mid or a .txt level"
    )


def stands_for(folder: Path) -> Path | None:
    """The file that is read for a folder which is one piece, None for other folders."""
    found = (domain.stands_for(folder) for domain in dict.fromkeys(domains().values()))
    return next((path for path in found if path is not None), None)


def files_in(folder: Path) -> list[Path]:
    """All files within a folder, in order; of a folder that is one piece the one that is read."""
    found = sorted(p for p in folder.rglob("*") if p.is_file())
    whole = {at: stands_for(at) for at in {p.parent for p in found}}
    return [p for p in found if whole[p.parent] in (None, p)]
