"""Sound files: RIFF WAVE with 16-bit PCM (IBM and Microsoft, 1991).

A song that loops gets a ``smpl`` chunk with its loop from the first to the last frame, which
samplers and game engines read. A song's text stands in ``LIST INFO ICMT``.

Axes:  C channels (2) · F frames
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np

from genvae.domains.music.audio import RATE, song_sound
from genvae.domains.music.song import Song
from genvae.domains.writing import whole
from genvae.errors import FileProblem

BLOCK = 1 << 18
"""Frames converted at a time."""


def write_wav(song: Song, path: Path) -> None:
    """Write a song as sound, under a temporary name first. Raises FileProblem."""
    try:
        sound_CF = song_sound(song)
    except FileProblem as problem:
        raise FileProblem(f"{path}: {problem}") from None
    with whole(path) as part, part.open("wb") as file:
        write_pcm(file, sound_CF, text=song.text, loop=song.loop)


def write_pcm(
    file: BinaryIO, sound_CF: np.ndarray, *, rate: int = RATE, text: str = "", loop: bool = False
) -> None:
    """Write ``(C, F)`` numbers within -1..1 as a whole WAVE file."""
    channels, frames = sound_CF.shape
    width = 2 * channels
    form = _chunk(b"fmt ", struct.pack("<HHIIHH", 1, channels, rate, rate * width, width, 16))
    extra = _info(text) + (_sampler(frames, rate) if loop else b"")
    size = frames * width
    file.write(b"RIFF" + struct.pack("<I", 4 + len(form) + len(extra) + 8 + size) + b"WAVE")
    file.write(form + extra + b"data" + struct.pack("<I", size))
    for at in range(0, frames, BLOCK):
        part_FC = sound_CF[:, at : at + BLOCK].T * 32767.0
        file.write(np.round(np.clip(part_FC, -32768, 32767)).astype("<i2").tobytes())


def _chunk(name: bytes, data: bytes) -> bytes:
    """A chunk; those of odd length get a byte more."""
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _info(text: str) -> bytes:
    if not text:
        return b""
    return _chunk(b"LIST", b"INFO" + _chunk(b"ICMT", text.encode("utf-8") + b"\0"))


def _sampler(frames: int, rate: int) -> bytes:
    """One forward loop over all frames, for ever."""
    head = struct.pack("<9I", 0, 0, 10**9 // rate, 60, 0, 0, 0, 1, 0)
    return _chunk(b"smpl", head + struct.pack("<6I", 0, 0, 0, frames - 1, 0, 0))
