"""How the pieces of a folder came out: counts, a sentence, and the names of those that failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def tally(lines: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How pieces came out, from what the manifest says of them.

    ``as_decoded`` were good at the first draw, ``redrawn`` at a later one, ``not_good`` never;
    ``judged`` were tried whether they can be played; ``copied`` of ``windows`` windows are known
    from training.
    """
    names = ("as_decoded", "redrawn", "not_good", "judged", "copied", "windows")
    count = dict.fromkeys(names, 0)
    for line in lines:
        checks = line["checks"]
        count["judged"] += "playable" in checks
        if not checks["valid"] or checks.get("playable") is False:
            count["not_good"] += 1
        else:
            count["redrawn" if line.get("attempt") else "as_decoded"] += 1
        count["copied"] += line.get("copied_windows", 0)
        count["windows"] += line.get("windows", 0)
    return count


def summary(found: Mapping[str, int]) -> str:
    """A tally in words."""
    good = "playable" if found["judged"] else "well-formed"
    words = [f"{found['as_decoded']} {good} as decoded"]
    if found["redrawn"]:
        words.append(f"{found['redrawn']} {good} when drawn again")
    if found["not_good"]:
        words.append(f"{found['not_good']} not {good}")
    if found["copied"]:
        words.append(f"{found['copied']} of {found['windows']} windows known from training")
    return ", ".join(words)


def named_problems(lines: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A line for each piece that is not well-formed or cannot be played."""
    for line in lines:
        checks = line["checks"]
        if not checks["valid"] or checks.get("playable") is False:
            why = "; ".join(checks.get("problems", [])) or "not playable"
            yield f"{line['file']}: {why}"
