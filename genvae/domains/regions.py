"""The language of ``--keep``: ``bars=1-4;voices=bass``, ``rect=3,4,5,5``.

A region is parts ``NAME=VALUE`` with semicolons between them that narrow each other: the bass of
bars 1 to 4. What is counted is counted from 1, ends included. NumPy only.

Axes:  L places along one direction
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import numpy as np

from genvae.errors import OptionProblem, nearest


def parts(text: str, known: Collection[str], option: str = "--keep") -> Iterator[tuple[str, str]]:
    """Names and values of a region. Raises OptionProblem."""
    for part in text.split(";"):
        name, sign, value = part.partition("=")
        name = name.strip().lower()
        if not sign or not value.strip():
            raise OptionProblem(f"{option} {text}: expected NAME=VALUE; known: {', '.join(known)}")
        if name not in known:
            raise OptionProblem(f"{option} {text}: no part {name!r}; {nearest(name, known)}")
        yield name, value.strip()


def ranges(value: str, length: int, where: str, unit: str) -> np.ndarray:
    """``1-4,7`` of ``length`` places as a mask ``(L,)``; ``where`` begins what is said of a
    mistake. Raises OptionProblem."""
    mask = np.zeros(length, dtype=bool)
    for part in value.split(","):
        found = re.fullmatch(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9}))?\s*", part, re.ASCII)
        if found is None:
            raise OptionProblem(f"{where}: {part.strip()!r}, expected {unit}s such as 1-4 or 1-4,7")
        first = int(found[1])
        last = int(found[2] or found[1])
        if not 1 <= first <= last <= length:
            raise OptionProblem(
                f"{where}: outside the piece, which has {unit}s 1 to {length}"
                if first <= last
                else f"{where}: {part.strip()!r} goes backwards"
            )
        mask[first - 1 : last] = True
    return mask
