"""How songs go in a time signature: made ones beside real ones.

python scripts/meters_made.py melody trio --pieces 32 --corpora openewld,cre_irish

For each meter the table has, of the last voice with pitch (the melody): bars in which something
begins on the first beat, onsets on any felt beat (the dotted quarters of 6/8), and notes a bar.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from genvae.domains.music.domain import MusicDomain
from genvae.domains.music.meters import METERS, named
from genvae.domains.music.song import Song
from genvae.domains.music.units import meter_to_beat_steps, meter_to_steps
from genvae.settings import DataSettings
from genvae.workflows import dataset, deliver, store

FILES = 120
"""Of each corpus, at most."""


def figures(songs: Sequence[Song], meter: tuple[int, int]) -> list[float]:
    """Share of bars with a first beat, share of onsets on beats, notes a bar."""
    size, beat = meter_to_steps(*meter), meter_to_beat_steps(*meter)
    places, bars, firsts = [], 0, 0
    for song in songs:
        lines = [voice for voice in song.voices if not voice.drums]
        steps = np.unique(lines[-1].table()[:, 0])
        sounding = set((steps // size).tolist())
        bars += len(sounding)
        firsts += int((steps % size == 0).sum())
        places.append(steps % size)
    all_places = np.concatenate(places)
    on_beats = float((all_places % beat == 0).mean())
    return [firsts / bars, on_beats, len(all_places) / bars]


def real(corpora: Sequence[str]) -> dict[tuple[int, int], list[Song]]:
    """Melodies of corpora by meter."""
    codec = MusicDomain().open({"layout": "melody", "meters": [named([m]) for m in METERS]})
    found: dict[tuple[int, int], list[Song]] = {meter: [] for meter in METERS}
    for name in corpora:
        for path in dataset.files_of(DataSettings(corpora=(name,), limit=FILES)):
            for song in codec.read(path):
                for part in codec.training_pieces(song):
                    first = tuple(part.meters[0][1:])
                    if first in found and len(part.meters) == 1 and part.voices[0].notes:
                        found[first].append(part)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", default=["melody"])
    parser.add_argument("--pieces", type=int, default=32)
    parser.add_argument("--corpora", default="openewld,cre_irish")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    print("what\tmeter\tpieces\tfirst beats\ton beats\tnotes a bar")
    for meter, songs in real(asked.corpora.split(",")).items():
        if songs:
            row = [f"{value:.3f}" for value in figures(songs, meter)]
            print("\t".join(["real", named([meter]), str(len(songs)), *row]), flush=True)
    for name in asked.models:
        opened = store.open_model(name)
        for meter in METERS:
            made = deliver.sample(
                opened,
                range(asked.pieces),
                seed=asked.seed,
                raw=True,
                requests={"meter": named([meter])},
            )
            songs = [one.piece for one in made]
            row = [f"{value:.3f}" for value in figures(songs, meter)]
            print("\t".join([name, named([meter]), str(len(songs)), *row]), flush=True)


if __name__ == "__main__":
    main()
