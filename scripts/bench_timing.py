"""Are beats found where songs are played freely, and is nothing taken for it that is not?

python scripts/bench_timing.py FOLDER --songs 100

Reads every song as it is (how many are said to be played freely?), then plays songs without a
click, in files that say 120 beats a minute: at another tempo, which swings by some percent over
eight bars, each onset off by some milliseconds. Counts how many are noticed, and of these, how
many notes come to lie on their own 16th, up to one shift of the whole song; a beat taken for two
or for half of one, which keeps every note on a grid, counts as right. A song that is not noticed
is quantised as it is.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from genvae.domains.music.midi_guard import read_guarded
from genvae.domains.music.midi_raw import Raw
from genvae.domains.music.midi_timing import is_played_freely, on_estimated_beats
from genvae.domains.music.units import STEPS_PER_BEAT

PER_SECOND = 960
"""Ticks a second in a file of 480 a beat that says 120 beats a minute."""


def performed(raw: Raw, rng: np.random.Generator, bpm: float, drift: float, jitter: float) -> Raw:
    """The song at a tempo that swings by ``drift`` over eight bars, onsets off by ``jitter``
    seconds (standard deviation)."""

    def seconds(ticks_M: np.ndarray) -> np.ndarray:
        beats = ticks_M / raw.ticks_per_beat
        return 60 / bpm * (beats + drift * 32 / (2 * np.pi) * np.sin(2 * np.pi * beats / 32))

    # Who plays a chord plays it at once, more or less: half of what a note is off is its chord's.
    _, chord_M = np.unique(raw.onsets_M, return_inverse=True)
    off_M = rng.normal(0, jitter, chord_M.max() + 1)[chord_M]
    off_M = (off_M + rng.normal(0, jitter, len(off_M))) / np.sqrt(2)
    starts_M = seconds(raw.onsets_M) + off_M + rng.uniform(1, 3)
    ends_M = seconds(raw.onsets_M + raw.lengths_M) + rng.uniform(1, 3)
    onsets_M = np.rint(np.maximum(starts_M, 0) * PER_SECOND).astype(np.int64)
    lengths_M = np.maximum(np.rint(ends_M * PER_SECOND).astype(np.int64) - onsets_M, 1)
    return raw._replace(
        ticks_per_beat=480, onsets_M=onsets_M, lengths_M=lengths_M, tempos=[], meters=[]
    )


def agreement(raw: Raw, found: Raw) -> float:
    """The share of notes on their own 16th, at the found beat, twice or half of it."""
    want_M = raw.onsets_M * STEPS_PER_BEAT / raw.ticks_per_beat
    best = 0.0
    for scale in (0.5, 1, 2):
        got_M = np.rint(found.onsets_M * STEPS_PER_BEAT / found.ticks_per_beat) * scale
        _, counts = np.unique(np.rint(got_M - want_M), return_counts=True)
        best = max(best, float(counts.max() / len(want_M)))
    return best


def main() -> None:
    """Print a line a kind of playing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--songs", type=int, default=100, help="that are played, at most")
    asked = parser.parse_args()
    paths = sorted(p for p in asked.folder.rglob("*") if p.suffix.lower() in (".mid", ".midi"))
    read = [(p, raw) for p in paths if (raw := read_guarded(p.read_bytes()))]
    read = [(p, raw) for p, raw in read if len(raw.onsets_M)]
    free = [p for p, raw in read if is_played_freely(raw)]
    print(f"{len(read)} songs as they are: {len(free)} said to be played freely")
    for path in free[:10]:
        print(f"  {path}")
    songs = [raw for _, raw in read[:: max(1, len(read) // asked.songs)]][: asked.songs]
    for bpm, drift, jitter in (
        (97, 0.0, 0.01),
        (97, 0.01, 0.01),
        (133, 0.02, 0.01),
        (76, 0.02, 0.015),
        (110, 0.02, 0.025),
        (150, 0.05, 0.015),
    ):
        rng = np.random.default_rng(0)
        right, noticed = [], 0
        for raw in songs:
            played = performed(raw, rng, bpm, drift, jitter)
            if is_played_freely(played):
                noticed += 1
                right.append(agreement(raw, on_estimated_beats(played)))
        share = np.array(right or [0.0])
        print(
            f"{bpm} a minute, swinging {drift:.0%}, {1e3 * jitter:.0f} ms off: noticed "
            f"{noticed} of {len(songs)}; notes on their 16th: median {np.median(share):.2f}, "
            f"songs above .9: {(share > 0.9).sum()}, below .5: {(share < 0.5).sum()}"
        )


if __name__ == "__main__":
    main()
