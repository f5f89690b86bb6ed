"""Songs for the tests: by hand, and by hypothesis."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.drums import PITCH_OF_CLASS
from genvae.domains.music.song import Meter, Note, Song, Tempo, Voice, bar_lines

METERS = ((4, 4), (3, 4), (2, 4), (5, 4), (6, 8), (7, 8), (9, 8), (12, 8), (7, 4), (3, 16))


def trio(
    melody: tuple[Note, ...] = (),
    bass: tuple[Note, ...] = (),
    drums: tuple[Note, ...] = (),
    **fields: object,
) -> Song:
    """A song with the voices of the layout ``trio``; 32 steps unless said."""
    voices = (
        Voice("drums", drums, 0, drums=True),
        Voice("bass", bass, 33),
        Voice("melody", melody, 80),
    )
    given = {"name": "song", "group": "song", "steps": 32} | fields
    return Song(voices=voices, **given)  # type: ignore[arg-type]


@st.composite
def lines(draw: st.DrawFn, steps: int, low: int, high: int) -> tuple[Note, ...]:
    """Single notes within ``steps``, none overlapping the next."""
    notes = []
    at = 0
    for _ in range(draw(st.integers(0, 12))):
        at += draw(st.integers(0, 9))
        length = draw(st.integers(1, 20))
        if at + length > steps:
            break
        notes.append(Note(at, length, draw(st.integers(low, high)), draw(st.integers(1, 127))))
        at += length
    return tuple(notes)


@st.composite
def kits(draw: st.DrawFn, steps: int) -> tuple[Note, ...]:
    """Drum hits of one step on the written pitches."""
    pitches = st.sampled_from(PITCH_OF_CLASS.tolist())
    hits = draw(st.sets(st.tuples(st.integers(0, steps - 1), pitches), max_size=20))
    return tuple(Note(step, 1, pitch, 90) for step, pitch in sorted(hits))


@st.composite
def songs(draw: st.DrawFn) -> Song:
    """Trios in any mix of meters and tempi, on the grid, of whole bars."""
    meters: list[Meter] = []
    step = 0
    for _ in range(draw(st.integers(1, 3))):
        top, bottom = draw(st.sampled_from(METERS))
        if not meters or (top, bottom) != meters[-1][1:]:
            meters.append(Meter(step, top, bottom))
        bars = draw(st.integers(1, 3))
        step += bars * next(bar_lines((Meter(0, top, bottom),))).length
    tempos = [Tempo(0, draw(st.sampled_from((60.0, 93.5, 120.0, 133.0, 200.0))))]
    if draw(st.booleans()) and step > 5:
        tempos.append(Tempo(5, 77.25))
    return trio(
        melody=draw(lines(step, 7, 120)),
        bass=draw(lines(step, 20, 60)),
        drums=draw(kits(step)),
        steps=step,
        meters=tuple(meters),
        tempos=tuple(tempos),
    )


def allowed_at_random(codec: MusicCodec, pieces: int) -> np.ndarray:
    """Cells ``(N, T, R)`` drawn evenly from what the codec's rules allow."""
    rng = np.random.default_rng(0)
    rules = codec.constraints()
    cells_NTR = np.zeros((pieces, codec.spec.steps, codec.spec.rows), dtype=np.int64)
    for step in range(codec.spec.steps):
        for row, (field, _) in enumerate(codec.spec.cells()):
            mask = rules.allow(step, row, cells_NTR)
            weights = rng.random((pieces, field.categories))
            allowed = weights if mask is None else np.where(mask, weights, -1)
            assert (allowed.max(axis=1) >= 0).all()
            cells_NTR[:, step, row] = allowed.argmax(axis=1)
    return cells_NTR
