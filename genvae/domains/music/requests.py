"""From what the user asks for to a context: key, tempo, meter, programs, loop, length."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from genvae.domains.music.key import parse_key_and_mode, shift_to_c
from genvae.domains.music.layouts import CELL, STEPS, Layout
from genvae.domains.music.meters import named, parse_meter
from genvae.domains.music.programs import PRESETS, kit_number, preset_programs, program_number
from genvae.errors import OptionProblem, nearest

SLOWEST, FASTEST = 20.0, 400.0
DEFAULT_BARS = 16
MOST_BARS = 1024

ENTRIES = {
    "key": ("shifts", "ending"),
    "tempo": ("tempos",),
    "meter": ("meters",),
    "program": ("programs",),
    "loop": ("loop",),
}
"""The entries of a context that each request decides."""


def context_for(
    requests: Mapping[str, Any], layout: Layout, rng: np.random.Generator
) -> dict[str, Any]:
    """A context for a new song: key as asked or uniform over the 12 sets; programs as asked or the
    layout's; the tempo if one is asked for (else see ``windows.from_windows``); the meter as asked
    or, of a layout with one, that one, else what is made will tell (see ``meters.likely_meter``);
    an ending in the key's mode (see ``cadence``). Raises OptionProblem."""
    drawn = int(rng.integers(12))
    asked = requests.get("key")
    either = str(requests.get("mode", "either"))
    tonic, mode = (drawn, either) if asked is None else parse_key_and_mode(str(asked))
    programs = {plan.name: plan.program for plan in layout.voices}
    programs |= _programs(requests.get("program"), layout)
    context: dict[str, Any] = {
        "shifts": [shift_to_c(tonic)],
        "programs": programs,
        "ending": mode,
    }
    if requests.get("tempo") is not None:
        context["tempos"] = [[0, _tempo(requests["tempo"])]]
    meter = _meter(requests.get("meter"), layout)
    if meter:
        context["meters"] = [[0, *meter]]
    return context | ({"loop": True} if requests.get("loop") else {})


def classes_of(requests: Mapping[str, Any], layout: Layout) -> dict[str, str]:
    """The meter of a new song, if one is asked for or there is only one, and the mode if a key is
    asked for. Raises OptionProblem."""
    meter = _meter(requests.get("meter"), layout)
    found = {"meter": named([meter])} if meter else {}
    if requests.get("key") is not None:
        found["mode"] = parse_key_and_mode(str(requests["key"]))[1]
    return found


def windows_for_bars(length: str | None) -> tuple[int, dict[str, Any]]:
    """Windows for a number of 4/4 bars, and the entry that trims to it. Raises OptionProblem."""
    text = str(DEFAULT_BARS) if length is None else str(length).strip()
    if not text.isdecimal():
        raise OptionProblem(f"--length {length}: a song's length is a number of bars, such as 16")
    bars = int(text)
    if not 1 <= bars <= MOST_BARS:
        raise OptionProblem(f"--length {length}: a song has 1 to {MOST_BARS} bars")
    return -(-bars * CELL // STEPS), {"bars": bars}


def _tempo(asked: Any) -> float:
    try:
        bpm = float(asked)
    except (TypeError, ValueError):
        bpm = math.nan
    if not SLOWEST <= bpm <= FASTEST:
        raise OptionProblem(
            f"--tempo {asked}: expected beats a minute, {SLOWEST:.0f} to {FASTEST:.0f}"
        )
    return round(bpm, 2)


def _meter(asked: Any, layout: Layout) -> tuple[int, int] | None:
    """The meter asked for, else the only one of the layout. Raises OptionProblem."""
    if asked is None:
        return layout.meters[0] if len(layout.meters) == 1 else None
    return parse_meter(str(asked), OptionProblem, f"--meter {asked}")


def unlearned(asked: Any, layout: Layout) -> Sequence[str]:
    """A line that says so if a model of the layout has not learned from the meter asked for."""
    if asked is None or _meter(asked, layout) in layout.meters:
        return ()
    return [
        f"--meter {asked}: this model has learned from {named(layout.meters)} alone; bars are of "
        "the right length, but nothing is known of how such music goes"
    ]


def _programs(asked: Any, layout: Layout) -> dict[str, int]:
    """Preset names and ``VOICE=NAME`` texts (one, or several), or a mapping of voices; what a
    single voice is asked for comes before a preset."""
    if asked is None:
        return {}
    found: dict[str, int] = {}
    if isinstance(asked, Mapping):
        pairs = [(str(voice), str(name)) for voice, name in asked.items()]
    else:
        items: Sequence[str] = [asked] if isinstance(asked, str) else list(asked)
        pairs = []
        for item in items:
            voice, sign, name = str(item).partition("=")
            if sign:
                pairs.append((voice.strip(), name.strip()))
            elif voice.strip().lower() in PRESETS:
                found |= preset_programs(voice.strip().lower(), layout)
            else:
                raise OptionProblem(
                    f"--program {item}: expected VOICE=NAME, such as melody=square, "
                    f"or a preset; {nearest(voice, PRESETS)}"
                )
    plans = {plan.name: plan for plan in layout.voices}
    for voice, name in pairs:
        if voice not in plans:
            raise OptionProblem(f"--program {voice}={name}: no such voice; {nearest(voice, plans)}")
        number = kit_number if plans[voice].drums else program_number
        found[voice] = number(name, f"--program {voice}=")
    return found
