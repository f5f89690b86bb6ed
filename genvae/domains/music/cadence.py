"""How a song that is made from nothing ends: its last bar comes to rest on the tonic.

A rule, not learned: the songs that most of our models learn from are cut off at a fixed length.
"""

from __future__ import annotations

from dataclasses import replace

from genvae.domains.music.song import Note, Song, Voice
from genvae.domains.music.units import STEPS_PER_BEAT

SHORTEST = 8
"""Songs of fewer bars are phrases or loops, and end as they like."""
MAJOR_THIRD, MINOR_THIRD, FIFTH = 4, 3, 7
LEAP = 9
"""Semitones by which a line may reach its last note: a line comes home, it does not jump there."""
RELATIVE_MINOR = 9
"""Semitones from the tonic of a set as a major key up to its tonic as a minor one."""


def closed(song: Song, tonic: int, mode: str) -> Song:
    """The song with its last bar brought home; songs of fewer than ``SHORTEST`` bars as they are.

    ``tonic`` is the pitch class 0..11 of its set's major key; ``mode`` is ``"major"``,
    ``"minor"``, or ``"either"``: whichever of the two the lowest voice rests on longer. In each
    voice the last note that begins in the first half of the last bar (else the last before it) is
    moved to the nearest tonic and held to the end, notes after it fall silent; a line that would
    leap there by more than ``LEAP`` takes the tonic nearest to the note before. Of a chord the
    lowest and the highest note take the tonic, the others the nearest of its triad.
    """
    bars = song.bars()
    pitched = [voice for voice in song.voices if not voice.drums and len(voice.notes)]
    if len(bars) < SHORTEST or not pitched:
        return song
    minor = mode == "minor" or (mode == "either" and _rests_on_minor(pitched, tonic))
    root = (tonic + RELATIVE_MINOR) % 12 if minor else tonic
    third = MINOR_THIRD if minor else MAJOR_THIRD
    latest = bars[-1].step + max(STEPS_PER_BEAT, (song.steps - bars[-1].step) // 2)
    voices = tuple(
        voice
        if voice.drums
        else replace(voice, notes=_landed(tuple(voice.notes), song.steps, latest, root, third))
        for voice in song.voices
    )
    return replace(song, voices=voices)


def _rests_on_minor(pitched: list[Voice], tonic: int) -> bool:
    lowest = min(pitched, key=lambda v: sum(n.pitch for n in v.notes) / len(v.notes))
    held = [0] * 12
    for note in lowest.notes:
        held[note.pitch % 12] += note.length
    return held[(tonic + RELATIVE_MINOR) % 12] > held[tonic]


def _landed(
    notes: tuple[Note, ...], end: int, latest: int, root: int, third: int
) -> tuple[Note, ...]:
    early = [n for n in notes if n.step <= latest]
    if not early:
        return notes
    at = max(n.step for n in early)
    last = sorted((n for n in early if n.step == at), key=lambda n: n.pitch)
    triad = (root, (root + third) % 12, (root + FIFTH) % 12)
    landed: dict[int, Note] = {}
    for place, note in enumerate(last):
        outer = place in (0, len(last) - 1)
        aim = _approached(early, note) if len(last) == 1 else note.pitch
        pitch = _nearest(aim, (root,) if outer else triad)
        landed.setdefault(pitch, note._replace(pitch=pitch, length=end - at))
    kept = [n._replace(length=min(n.length, at - n.step)) for n in early if n.step < at]
    return (*kept, *(landed[pitch] for pitch in sorted(landed)))


def _approached(early: list[Note], last: Note) -> int:
    """The pitch of a line's last note, or that of the note before where it would be a leap."""
    step = max((n.step for n in early if n.step < last.step), default=None)
    before = [n.pitch for n in early if n.step == step]
    if len(before) == 1 and abs(before[0] - last.pitch) > LEAP:
        return before[0]
    return last.pitch


def _nearest(pitch: int, classes: tuple[int, ...]) -> int:
    """The nearest pitch of one of the classes, the lower of two as near; within 0..127."""
    around = range(max(0, pitch - 6), min(127, pitch + 6) + 1)
    fits = [p for p in around if p % 12 in classes]
    return min(fits, key=lambda p: (abs(p - pitch), p)) if fits else pitch
