"""From what the user asks for to a context: key, tempo, programs, length."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from genvae.domains.music.key import parse_key, shift_to_c
from genvae.domains.music.layouts import CELL, STEPS, Layout
from genvae.domains.music.programs import program_number
from genvae.errors import OptionProblem, nearest

SLOWEST, FASTEST = 20.0, 400.0
DEFAULT_BARS = 16
MOST_BARS = 1024


def context_for(
    requests: Mapping[str, Any], layout: Layout, rng: np.random.Generator
) -> dict[str, Any]:
    """A context for a new song: key as asked or uniform over the 12 sets, tempo and programs
    as asked or the layout's. Raises OptionProblem."""
    drawn = int(rng.integers(12))
    asked = requests.get("key")
    tonic = drawn if asked is None else parse_key(str(asked))
    programs = {plan.name: plan.program for plan in layout.voices}
    programs |= _programs(requests.get("program"), layout)
    return {
        "meters": [[0, 4, 4]],
        "tempos": [[0, _tempo(requests.get("tempo"), layout)]],
        "shifts": [shift_to_c(tonic)],
        "programs": programs,
    }


def windows_for_bars(length: str | None) -> tuple[int, dict[str, Any]]:
    """Windows for a number of 4/4 bars, and the entry that trims to it. Raises OptionProblem."""
    text = str(DEFAULT_BARS) if length is None else str(length).strip()
    if not text.isdecimal():
        raise OptionProblem(f"--length {length}: a song's length is a number of bars, such as 16")
    bars = int(text)
    if not 1 <= bars <= MOST_BARS:
        raise OptionProblem(f"--length {length}: a song has 1 to {MOST_BARS} bars")
    return -(-bars * CELL // STEPS), {"bars": bars}


def _tempo(asked: Any, layout: Layout) -> float:
    if asked is None:
        return layout.tempo
    try:
        bpm = float(asked)
    except (TypeError, ValueError):
        bpm = math.nan
    if not SLOWEST <= bpm <= FASTEST:
        raise OptionProblem(
            f"--tempo {asked}: expected beats a minute, {SLOWEST:.0f} to {FASTEST:.0f}"
        )
    return round(bpm, 2)


def _programs(asked: Any, layout: Layout) -> dict[str, int]:
    """``VOICE=NAME`` texts (one, or several) or a mapping."""
    if asked is None:
        return {}
    if isinstance(asked, Mapping):
        pairs = [(str(voice), str(name)) for voice, name in asked.items()]
    else:
        items: Sequence[str] = [asked] if isinstance(asked, str) else list(asked)
        pairs = []
        for item in items:
            voice, sign, name = str(item).partition("=")
            if not sign:
                raise OptionProblem(f"--program {item}: expected VOICE=NAME, such as melody=square")
            pairs.append((voice.strip(), name.strip()))
    names = [plan.name for plan in layout.voices]
    for voice, name in pairs:
        if voice not in names:
            raise OptionProblem(f"--program {voice}={name}: no such voice; {nearest(voice, names)}")
    return {voice: program_number(name, f"--program {voice}=") for voice, name in pairs}
