"""How the pieces of a folder came out: counts, a sentence, and the names of those that failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from genvae.workflows.made import Times


def tally(lines: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How pieces came out, from what the manifest says of them.

    ``as_decoded`` were good at the first draw, ``rewritten`` where a part was written anew,
    ``repaired`` after ``changes`` in all, ``redrawn`` at a later draw (mended there or not),
    ``not_good`` never; ``judged`` were tried whether they can be played; ``copied`` of ``windows``
    windows are known from training.
    """
    names = (
        "as_decoded",
        "rewritten",
        "repaired",
        "changes",
        "redrawn",
        "not_good",
        "judged",
        "copied",
    )
    count = dict.fromkeys((*names, "windows"), 0)
    for line in lines:
        count["judged"] += "playable" in line["checks"]
        if not _good(line):
            count["not_good"] += 1
        elif line.get("attempt"):
            count["redrawn"] += 1
        elif line.get("changed"):
            count["repaired"] += 1
            count["changes"] += line["changed"]
        elif line.get("rewritten"):
            count["rewritten"] += 1
        else:
            count["as_decoded"] += 1
        count["copied"] += line.get("copied_windows", 0)
        count["windows"] += line.get("windows", 0)
    return count


def summary(found: Mapping[str, int]) -> str:
    """A tally in words; ``missed`` counts those that were not written."""
    good = "playable" if found["judged"] else "well-formed"
    words = [f"{found['as_decoded']} {good} as decoded"]
    if found["rewritten"]:
        words.append(f"{found['rewritten']} written anew in part")
    if found["repaired"]:
        tiles = "1 change" if found["changes"] == 1 else f"{found['changes']} changes"
        words.append(f"{found['repaired']} repaired ({tiles})")
    if found["redrawn"]:
        words.append(f"{found['redrawn']} {good} when drawn again")
    if found["not_good"]:
        words.append(f"{found['not_good']} not {good}")
    if found.get("missed"):
        words.append(f"{found['missed']} not made")
    if found["copied"]:
        words.append(f"{found['copied']} of {found['windows']} windows known from training")
    return ", ".join(words)


def told(values: Mapping[str, Any]) -> str:
    """Values by name in words: ``enemies 3, difficulty 0.71``."""
    shown = {k: "none" if v is None else f"{v:g}" for k, v in values.items()}
    return ", ".join(f"{name} {value}" for name, value in shown.items())


def wishes(lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A line for each attribute that was asked for: what was, within which tolerance, what came."""
    said = [line for line in lines if "asked" in line]
    for name, asked in said[0]["asked"].items() if said else ():
        span = f"{asked[0]:g} to {asked[1]:g}" if isinstance(asked, list) else f"{asked:g}"
        near = said[0].get("tolerance", {}).get(name)
        within = f" (tolerance {near:g})" if near else ""
        got = [line["got"][name] for line in said if line["got"][name] is not None]
        if not got:
            yield f"{name}: asked {span}{within}, has no value in these"
            continue
        low, high = min(got), max(got)
        came = f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
        yield f"{name}: asked {span}{within}, got {came}"


def shares(times: Times) -> str:
    """What the time was spent on, in words."""
    spent = asdict(times)
    total = sum(spent.values()) or 1.0
    parts = ", ".join(f"{name} {seconds / total:.0%}" for name, seconds in spent.items())
    return f"{parts} of {total:.1f} s"


def named_problems(lines: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A line for each piece that is not well-formed, cannot be played, or was drawn again and
    again and is still a copy."""
    for line in lines:
        checks = line["checks"]
        if not _good(line):
            why = "; ".join(checks.get("problems", [])) or "not playable"
            yield f"{line['file']}: {why}"
        elif line.get("copied") and line["command"] == "sample":
            known, windows = line["copied_windows"], line["windows"]
            yield f"{line['file']}: {known} of {windows} windows known from training in every draw"
        elif line.get("unusual") and line["command"] == "sample":
            yield f"{line['file']}: repaired, and unlike real ones in {', '.join(line['unusual'])}"


def _good(line: Mapping[str, Any]) -> bool:
    checks = line["checks"]
    return bool(checks["valid"]) and checks.get("playable") is not False
