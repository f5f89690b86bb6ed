"""What a song can be labelled with: its meter, and major or minor.

Axes:  N windows · R rows of a field · T steps · P pitch classes
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from genvae.domains.base import Windows
from genvae.domains.music.layouts import COMMON, ONSET, Layout
from genvae.domains.music.meters import METERS, kind_of_bar, named
from genvae.domains.music.song import Bar, Meter
from genvae.domains.music.units import meter_to_steps
from genvae.domains.music.windows import pitch_class_weights

LABELS = {"meter": "the time signature, where there is only one"}
PITCHED = {"mode": "major or minor, by the notes that weigh most and the one that ends it"}

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""How well each degree fits a key (Krumhansl and Kessler, 1982)."""
C, A = 0, 9
ENDING = 4.0
"""Quarter notes that the last note of a song weighs more than others."""


def label(name: str, windows: Windows, context: Mapping[str, Any], layout: Layout) -> str | None:
    """The class of a piece, None where it has none."""
    if name == "meter":
        return meter_of(context)
    return mode_of(windows, layout) if name == "mode" else None


def meter_of(context: Mapping[str, Any]) -> str | None:
    """``3/4``, as songs can be asked for (2/2 is 4/4, 12/8 is 6/8), else what the song says; None
    for a song that changes its meter."""
    found = set()
    for _, top, bottom in context.get("meters") or [(0, *COMMON)]:
        bar = Bar(0, meter_to_steps(top, bottom), Meter(0, top, bottom))
        found.add(kind_of_bar(bar, METERS) or (int(top), int(bottom)))
    return named(found) if len(found) == 1 else None


def mode_of(windows: Windows, layout: Layout) -> str | None:
    """``major`` or ``minor`` of windows that are shifted to C's set: does the highest voice move
    about C or about A?"""
    plan = layout.pitched[-1]
    if plan.line:
        tokens_NT = windows[plan.main][:, 0, :].astype(np.int64)
    else:
        pitch_NRT = windows[plan.main].astype(np.int64) - plan.first
        highest_NT = pitch_NRT.max(axis=1)
        tokens_NT = np.where(highest_NT >= 0, highest_NT + ONSET, 1)
    weights_P = pitch_class_weights(tokens_NT).sum(0)
    begun = tokens_NT[tokens_NT >= ONSET] - ONSET
    if not len(begun):
        return None
    weights_P[begun[-1] % 12] += ENDING
    fits = [
        float(np.corrcoef(weights_P, np.roll(profile_P, tonic))[0, 1])
        for profile_P, tonic in ((MAJOR, C), (MINOR, A))
    ]
    if not np.isfinite(fits).all():
        return None
    return "major" if fits[0] >= fits[1] else "minor"
