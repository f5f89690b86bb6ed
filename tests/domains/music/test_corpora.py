"""Real files, where the corpora are at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from genvae.domains.music.codec import MusicCodec


@pytest.mark.parametrize(
    "folder", ["lakh_trio/midi", "pop909/midi_beat_aligned", "cre_irish/midi", "freedoom/midi"]
)
def test_corpus_songs_come_back_note_for_note(
    codec: MusicCodec, corpora: Path, folder: str
) -> None:
    files = sorted((corpora / folder).glob("*.mid"))[:25]
    assert files
    for path in files:
        for song in codec.read(path):
            encoded = codec.encode(song)
            back = codec.assemble(encoded.windows, encoded.context)
            assert (back.steps, back.meters, back.tempos) == (song.steps, song.meters, song.tempos)
            for ours, theirs in zip(back.voices, song.voices, strict=True):
                assert [n[:3] for n in ours.notes] == [n[:3] for n in theirs.notes]
            assert codec.check(song).valid


def test_lakh_melodies_mostly_fit_one_scale(codec: MusicCodec, corpora: Path) -> None:
    files = sorted((corpora / "lakh_trio/midi").glob("*.mid"))[:200]
    shares = []
    for path in files:
        for song in codec.read(path):
            shares.append(codec.measure_windows(codec.encode(song).windows)["one_scale"])
    assert 0.87 < np.nanmean(np.concatenate(shares)) < 0.93
