"""Damage of songs: wrong, dropped, added and late or early notes; and how a song is put right.

Axes:  N windows · R rows of a field · T steps of a window · S steps of all windows · M notes
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genvae.domains.base import Windows
from genvae.domains.music.drums import CLASS_OF_PITCH, CLASSES, PITCH_OF_CLASS
from genvae.domains.music.layouts import Layout, VoicePlan
from genvae.domains.music.roll import line_notes
from genvae.domains.music.song import NoteTable, Voice
from genvae.domains.music.voice_tokens import voice_notes, voice_tokens

KINDS = ("wrong", "dropped", "added", "moved")
"""Another pitch (or drum) in place of the note's; no note; one more note; a note begun one or two
steps early or late."""
FAR = 12
"""Semitones by which a wrong or an added note is off at most."""
LONGEST_ADDED = 4


def damaged(
    windows: Windows,
    layout: Layout,
    rate: float,
    rng: np.random.Generator,
    kinds: Sequence[str] = KINDS,
) -> Windows:
    """Windows in which each note was damaged with probability ``rate``, each kind as often as the
    others. What no longer fits into a voice (two notes of a line at one step) is left out."""
    out = dict(windows)
    for plan in layout.voices:
        fields = [f.name for f in plan.fields()]
        tokens = {name: _flat(windows[name]).astype(np.int64) for name in fields}
        steps = next(iter(tokens.values())).shape[1]
        table_M5 = voice_notes(tokens, plan, np.zeros(steps, np.int64), np.full(steps, 80))
        table_M5 = _struck(table_M5, plan, steps, rate, rng, kinds)
        found, _ = voice_tokens(Voice(plan.name, NoteTable(table_M5), 0, plan.drums), plan, steps)
        for name in fields:
            n, rows, width = windows[name].shape
            x_NRT = found[name].reshape(rows, n, width).transpose(1, 0, 2)
            out[name] = np.ascontiguousarray(x_NRT, dtype=windows[name].dtype)
    return out


def kept_whole(before: Windows, after: Windows, layout: Layout) -> Windows:
    """The cells in which the notes of ``before`` stand in ``after`` as they were, booleans
    ``(N, R, T)`` a field: of a line the onsets of notes of one pitch and length in both, of other
    voices the steps in which nothing differs."""
    out: Windows = {}
    for plan in layout.voices:
        names = [f.name for f in plan.fields()]
        if plan.line:
            old, new = (line_notes(_flat(w[plan.name])[0]) for w in (before, after))
            same_S = np.ones(_flat(before[plan.name]).shape[1], dtype=bool)
            both = set(map(tuple, old.tolist())) & set(map(tuple, new.tolist()))
            for table in (old, new):
                for note in table.tolist():
                    same_S[note[0]] &= tuple(note) in both
        else:
            same_S = np.all([(_flat(before[n]) == _flat(after[n])).all(0) for n in names], axis=0)
        for name in names:
            n, rows, width = before[name].shape
            out[name] = np.repeat(same_S.reshape(n, 1, width), rows, axis=1)
    return out


def _flat(x_NRT: np.ndarray) -> np.ndarray:
    """``(R, S)``."""
    return x_NRT.transpose(1, 0, 2).reshape(x_NRT.shape[1], -1)


def _struck(
    table_M5: np.ndarray,
    plan: VoicePlan,
    steps: int,
    rate: float,
    rng: np.random.Generator,
    kinds: Sequence[str],
) -> np.ndarray:
    """The notes of a voice after damage, in order, those that share a place thinned to one."""
    hit_M = rng.random(len(table_M5)) < rate
    kind_M = np.where(hit_M, rng.integers(len(kinds), size=len(hit_M)), -1)
    table, parts = table_M5.copy(), []
    for number, kind in enumerate(kinds):
        rows = np.flatnonzero(kind_M == number)
        if kind == "wrong":
            table[rows, 2] = _other_pitch(table[rows, 2], plan, rng)
        elif kind == "moved":
            away = rng.choice([-2, -1, -1, 1, 1, 2], size=len(rows))
            table[rows, 0] = np.clip(table[rows, 0] + away, 0, steps - 1)
        elif kind == "added":
            extra = table_M5[rows].copy()
            extra[:, 0] = rng.integers(steps, size=len(rows))
            extra[:, 1] = rng.integers(1, LONGEST_ADDED + 1, size=len(rows))
            extra[:, 2] = _other_pitch(extra[:, 2], plan, rng)
            parts.append(extra)
    dropped = "dropped" in kinds and kind_M == list(kinds).index("dropped")
    table = np.concatenate([table[~dropped] if np.any(dropped) else table, *parts])
    return _in_order(table, plan, rng)


def _other_pitch(pitch_M: np.ndarray, plan: VoicePlan, rng: np.random.Generator) -> np.ndarray:
    """For each note another pitch within reach, or another drum."""
    if plan.drums:
        turn_M = rng.integers(1, len(CLASSES), size=len(pitch_M))
        other: np.ndarray = PITCH_OF_CLASS[(CLASS_OF_PITCH[pitch_M] + turn_M) % len(CLASSES)]
        return other
    away_M = rng.integers(1, FAR + 1, size=len(pitch_M)) * rng.choice([-1, 1], size=len(pitch_M))
    inside_M = (pitch_M + away_M >= plan.low) & (pitch_M + away_M <= plan.high)
    found: np.ndarray = np.clip(np.where(inside_M, pitch_M + away_M, pitch_M - away_M), 0, 127)
    return found


def _in_order(table_M5: np.ndarray, plan: VoicePlan, rng: np.random.Generator) -> np.ndarray:
    """Sorted by step and pitch; of notes at one place (a line's step, a step and pitch of others)
    one is left, which one by chance."""
    table = table_M5[rng.permutation(len(table_M5))]
    place = table[:, 0] if plan.line else table[:, 0] * 128 + table[:, 2]
    _, first = np.unique(place, return_index=True)
    table = table[first]
    return table[np.lexsort((table[:, 2], table[:, 0]))]
