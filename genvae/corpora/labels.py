"""What corpora say of their files: the style of a song, the game of a level.

A corpus' ``labels`` in the catalogue give a condition's class for all files (``style = "folk"``),
or say where it stands: ``/`` is the first folder below the corpus, ``table.csv:file:column`` a
column of a table whose column ``file`` has the files' names. Of a folder of the user's own the
first folder below it is the class of any such condition.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from genvae.corpora import catalogue, fetch

FOLDER = "/"


def known(names: Sequence[str]) -> set[str]:
    """The conditions that any of these corpora has classes for. Raises CorpusProblem."""
    return {label for name in names for label in catalogue.get(name).labels}


def of_corpora(names: Sequence[str], label: str) -> dict[Path, str]:
    """The class of each file of the corpora that has one. Raises CorpusProblem."""
    found: dict[Path, str] = {}
    for name in names:
        rule, folder = catalogue.get(name).labels.get(label), fetch.locate(name)
        if rule is None or folder is None:
            continue
        table = _table(folder, rule) if ":" in rule else {}
        for path in fetch.files(name):
            if ":" in rule:
                value = table.get(path.relative_to(folder).as_posix(), "")
            else:
                value = _folder(folder, path) if rule == FOLDER else rule
            if value:
                found[path] = value
    return found


def of_folder(folder: Path, paths: Sequence[Path]) -> dict[Path, str]:
    """The first folder below ``folder`` of each path that lies in one."""
    found = {path: _folder(folder, path) for path in paths}
    return {path: value for path, value in found.items() if value}


def _folder(folder: Path, path: Path) -> str:
    parts = path.relative_to(folder).parts
    return plain(parts[0]) if len(parts) > 1 else ""


def _table(folder: Path, rule: str) -> dict[str, str]:
    """Classes by path; what follows a slash in a cell of the table is left out."""
    name, key, column = rule.split(":")
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return {row[key]: plain(row[column].split("/")[0]) for row in csv.DictReader(file)}


def plain(text: str) -> str:
    """A name that can be typed: small letters, digits and dashes."""
    kept = "".join(c if c.isalnum() else " " for c in text.lower())
    return "-".join(kept.split())
