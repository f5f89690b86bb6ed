"""Contexts on the way between two songs: key, meter, tempo and programs.

Latents know neither key nor tempo; the context brings both. Keys, meters and programs are those
of the nearer song; tempo moves by equal ratios. So the way keeps one key where the second song was
brought into that of the first (see ``transpose.py``), and else changes it in the middle.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from genvae.domains.music.layouts import CELL, STEPS
from genvae.domains.music.roll import cells_of_windows
from genvae.domains.music.song import Meter
from genvae.domains.music.transpose import home_of, key_name
from genvae.domains.music.units import meter_to_steps

BAR = [[0, 4, 4]]


def blend_contexts(a: Mapping[str, Any], b: Mapping[str, Any], t: float) -> dict[str, Any]:
    """The context at ``t`` between two songs: the ends' own at 0 and 1."""
    blended = dict(a if t < 0.5 else b)
    if 0.0 < t < 1.0:
        blended.pop("name", None)
        for entry in ("steps", "bars"):
            if a.get(entry) != b.get(entry):
                blended.pop(entry, None)
        blended["tempos"] = [[0, _tempo_between(a, b, t)]]
    return blended


def travel_context(
    a: Mapping[str, Any], b: Mapping[str, Any], shares: Sequence[float]
) -> dict[str, Any]:
    """The context of one song that goes from a to b: each window in the keys and the meter of the
    nearer song, the tempo changing window by window. Where a song changes its meter, or its bars
    take more than a cell, all is in a's meters."""
    context = blend_contexts(a, b, 0.5)
    keys_a, keys_b = (_shifts(c, len(shares)) for c in (a, b))
    context["shifts"] = [keys_a[w] if t < 0.5 else keys_b[w] for w, t in enumerate(shares)]
    meters = _meters_on_the_way(a, b, sum(t < 0.5 for t in shares))
    cells = cells_of_windows(tuple(Meter(*m) for m in meters), len(shares))
    starts = [int(max(0, cells[w * STEPS])) for w in range(len(shares))]
    tempos = [[s, _tempo_between(a, b, t)] for s, t in zip(starts, shares, strict=True)]
    context |= {"meters": meters, "tempos": tempos}
    if "programs" in a:
        context["programs"] = dict(a["programs"])
    for entry in ("steps", "bars"):
        context.pop(entry, None)
    return context


def _meters_on_the_way(a: Mapping[str, Any], b: Mapping[str, Any], turn: int) -> list[list[int]]:
    """The meters of a song that is in a's meter up to window ``turn``, then in b's."""
    first, last = (list(c.get("meters") or BAR) for c in (a, b))
    plain = all(len(m) == 1 and meter_to_steps(*m[0][1:]) <= CELL for m in (first, last))
    if not plain or first[0][1:] == last[0][1:]:
        return first
    if not turn:
        return last
    step = int(cells_of_windows((Meter(*first[0]),), turn).max()) + 1
    return [*first, [step, *last[0][1:]]]


def loop_context(context: Mapping[str, Any], windows: int) -> dict[str, Any]:
    """The context of a song whose windows were repeated from its beginning: its keys come
    again, its length is no longer the song's own. Its meters and tempi go on as at its end."""
    looped = dict(context)
    for entry in ("steps", "bars"):
        looped.pop(entry, None)
    shifts = list(context.get("shifts") or [0])
    looped["shifts"] = [shifts[i % len(shifts)] for i in range(windows)]
    return looped


def rearranged_context(context: Mapping[str, Any], order: Sequence[int]) -> dict[str, Any]:
    """The context of a song made of another's windows: each keeps its key; the meter and the tempo
    are those of the first one."""
    changed = dict(context)
    for entry in ("steps", "bars"):
        changed.pop(entry, None)
    meters = [Meter(*m) for m in context.get("meters") or BAR]
    cells = cells_of_windows(tuple(meters), max(order, default=0) + 1)
    start = int(cells[order[0] * STEPS]) if order else 0
    changed["meters"] = [[0, *[m for m in meters if m.step <= start][-1][1:]]]
    if context.get("tempos"):
        tempos = context["tempos"]
        changed["tempos"] = [[0, ([t for t in tempos if t[0] <= start] or tempos[:1])[-1][1]]]
    shifts = _shifts(context, max(order, default=0) + 1)
    changed["shifts"] = [shifts[i] for i in order]
    return changed


def _shifts(context: Mapping[str, Any], windows: int) -> list[int]:
    """A shift a window; the last one goes on."""
    known = list(context.get("shifts") or [0])[:windows]
    return known + known[-1:] * (windows - len(known))


def journey(a: Mapping[str, Any], b: Mapping[str, Any], *, pitched: bool = True) -> list[str]:
    """What changes between two contexts and how, in lines for the user; nothing of keys unless
    ``pitched``."""
    notes = []
    first, last = _first_tempo(a), _first_tempo(b)
    if round(first, 2) != round(last, 2):
        notes.append(f"tempo: from {first:g} to {last:g} beats a minute, by equal ratios")
    homes = [home_of(c) for c in (a, b)]
    if pitched and homes[0] != homes[1]:
        first_key, second_key = map(key_name, homes)
        notes.append(f"key: {first_key} in the first half of the way, {second_key} in the second")
    elif pitched:
        notes.append(f"key: {key_name(homes[0])}")
    meters = ["/".join(map(str, (c.get("meters") or BAR)[0][1:])) for c in (a, b)]
    if meters[0] != meters[1]:
        notes.append(f"meter: {meters[0]} in the first half of the way, {meters[1]} in the second")
    if a.get("programs") != b.get("programs"):
        notes.append("instruments: those of the nearer song")
    return notes


def _first_tempo(context: Mapping[str, Any]) -> float:
    return float((context.get("tempos") or [[0, 120.0]])[0][1])


def _tempo_between(a: Mapping[str, Any], b: Mapping[str, Any], t: float) -> float:
    first, last = _first_tempo(a), _first_tempo(b)
    return round(math.exp((1 - t) * math.log(first) + t * math.log(last)), 2)
