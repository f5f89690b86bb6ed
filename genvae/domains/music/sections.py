"""The parts of a song that a model of a layout is to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from genvae.domains.music.layouts import Layout
from genvae.domains.music.meters import kind_of_bar
from genvae.domains.music.song import Bar, Meter, Song, Tempo, Voice

FEWEST_BARS = 4
"""Shorter parts of a song are left out; a song that is short as a whole is not."""
LONG_REST = 2
"""Bars in which nothing begins, from which on a voice alone is cut in two."""


def sections(song: Song, layout: Layout) -> Sequence[Song]:
    """Runs of whole bars of one of the layout's meters: the others are not learned. A voice alone
    is also cut at long rests, which were other voices' turns, and begins and ends with a bar in
    which it plays."""
    bars = song.bars()
    kinds = [kind_of_bar(bar, layout.meters) for bar in bars]
    if len(layout.voices) == 1:
        busy = _busy(song, bars)
        kinds = [kind if plays else None for kind, plays in zip(kinds, busy, strict=True)]
    if None not in kinds and len(set(kinds)) <= 1:
        return [song]
    found = []
    for kind, run in groupby(range(len(bars)), key=lambda i: kinds[i]):
        part = list(run)
        if kind and (len(part) >= FEWEST_BARS or len(bars) < FEWEST_BARS):
            found.append(_cut(song, bars[part[0]], bars[part[-1]], f"{part[0] + 1}-{part[-1] + 1}"))
    return found


def _busy(song: Song, bars: Sequence[Bar]) -> list[bool]:
    """Is a bar part of the music, rather than of a long rest, the beginning or the end?"""
    onsets = {note.step for voice in song.voices for note in voice.notes}
    plays = [any(s in onsets for s in range(b.step, b.step + b.length)) for b in bars]
    busy = []
    for good, run in groupby(range(len(bars)), key=lambda i: plays[i]):
        part = list(run)
        within = part[0] > 0 and part[-1] < len(bars) - 1
        busy += [good or (within and len(part) < LONG_REST)] * len(part)
    return busy


def _cut(song: Song, first: Bar, last: Bar, label: str) -> Song:
    start, end = first.step, last.step + last.length
    meters = [Meter(0, *first.meter[1:])]
    meters += [m._replace(step=m.step - start) for m in song.meters if start < m.step < end]
    before = [t for t in song.tempos if t.step <= start]
    tempos = [Tempo(0, (before or song.tempos[:1])[-1].bpm)]
    tempos += [t._replace(step=t.step - start) for t in song.tempos if start < t.step < end]
    return replace(
        song,
        name=f"{song.name}:{label}",
        voices=tuple(_part(voice, start, end) for voice in song.voices),
        steps=end - start,
        meters=tuple(meters),
        tempos=tuple(tempos),
    )


def _part(voice: Voice, start: int, end: int) -> Voice:
    notes = tuple(
        note._replace(step=note.step - start, length=min(note.length, end - note.step))
        for note in voice.notes
        if start <= note.step < end
    )
    return replace(voice, notes=notes)
