"""Songs as sound, with symusic's synthesiser and the sound font that pretty_midi installs.

symusic 0.5.9 renders whole scores without regard to velocity, ends notes within a millisecond and
lets drums and cymbals stop with their 16th. Here it plays every pitch of a voice once, as long as
the longest note on it, and the notes are mixed from that: loud as their velocity says, with a
release of their own; a drum rings on until its next stroke, an open hat until any hat.

Axes:  C channels (2) · F frames, 44,100 a second
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.music.drums import CLASS_OF_PITCH, NAMES
from genvae.domains.music.song import Song, Voice
from genvae.domains.music.units import TICKS_PER_STEP, steps_to_seconds
from genvae.errors import FileProblem

RATE = 44_100
FONT = "TimGM6mb.sf2"
LONGEST = 20 * 60
"""Seconds of sound at most: as floating-point numbers some 800 MB while they are mixed."""

RELEASE = 0.08
"""Seconds in which a note with pitch fades once it has ended."""
RING = {
    "kick": 0.6,
    "snare": 0.6,
    "closed hat": 0.25,
    "open hat": 0.9,
    "low tom": 0.9,
    "mid tom": 0.8,
    "high tom": 0.7,
    "crash": 2.0,
    "ride": 1.4,
}
"""Seconds in which a drum falls by 60 dB; the synthesiser's cymbals never fall silent."""
RING_OTHER = 0.6
CUT = 0.005
"""Seconds in which a ringing drum fades when it is struck again."""
STAND_INS = {38: 40}
"""Pitches played by another one: of the font's first snare the synthesiser plays a click only."""
HATS = (42, 44, 46)
LOUDEST = 0.95
WIDTH = 0.3
"""How much is kept of the synthesiser's panning, which puts drums wholly into one ear."""

_Play = Callable[[int, float], np.ndarray]
"""(pitch, seconds) to sound ``(2, F)`` of that length at least."""


def sound_font() -> Path:
    """The sound font within the installed pretty_midi. Raises FileProblem."""
    spec = find_spec("pretty_midi")
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / FONT
        if path.is_file():
            return path
    raise FileProblem(
        f"no sound font to play with: {FONT}, which the package pretty_midi brings, is missing; "
        "pip install --force-reinstall --no-deps pretty_midi"
    )


def song_sound(song: Song) -> np.ndarray:
    """The song as ``(2, F)`` float32 within -1..1.

    It ends when its last note has faded. A song that loops has exactly its own length, and what
    still sounds at its end is mixed into its beginning. Raises FileProblem for a song longer than
    ``LONGEST`` seconds, and without a sound font.
    """
    seconds = song.seconds
    if seconds > LONGEST:
        raise FileProblem(
            f"{song.name}: {seconds / 60:.0f} minutes long, at most {LONGEST // 60} are made "
            "into sound; write mid, or cut it into songs"
        )
    font = sound_font()
    frames = max(1, round(seconds * RATE))
    tail = round(max(RELEASE, *RING.values()) * RATE)
    mix_CF = np.zeros((2, frames + tail), dtype=np.float32)
    for voice in song.voices:
        _add_voice(mix_CF, song, voice, _player(font, voice), frames)
    mix_CF = _wrapped(mix_CF, frames) if song.loop else _trimmed(mix_CF, frames)
    peak = float(max(mix_CF.max(), -mix_CF.min()))
    if peak > LOUDEST:
        mix_CF *= LOUDEST / peak
    return mix_CF


def _player(font: Path, voice: Voice) -> _Play:
    """What plays single pitches of a voice's program at full length."""
    import symusic

    synthesiser = symusic.Synthesizer(sf_path=font, sample_rate=RATE)
    ticks_per_beat, bpm = 480, 120

    def play(pitch: int, seconds: float) -> np.ndarray:
        length = int(np.ceil(seconds * ticks_per_beat * bpm / 60)) + 1
        score: Any = symusic.Score(ticks_per_beat)
        score.tempos.append(symusic.Tempo(0, bpm))
        track = symusic.Track(voice.name, voice.program, voice.drums)
        sounding = STAND_INS.get(pitch, pitch) if voice.drums else pitch
        track.notes.append(symusic.Note(0, length, sounding, 100))
        score.tracks.append(track)
        sound_CF: np.ndarray = synthesiser.render(score, stereo=True)
        middle_F: np.ndarray = sound_CF.mean(axis=0)
        narrowed_CF: np.ndarray = middle_F + np.float32(WIDTH) * (sound_CF - middle_F)
        return narrowed_CF

    return play


def _add_voice(mix_CF: np.ndarray, song: Song, voice: Voice, play: _Play, frames: int) -> None:
    """Mix a voice's notes in, pitch by pitch."""
    if not voice.notes:
        return
    table = voice.table()
    begins = np.maximum(table[:, 0] + voice.offsets() / TICKS_PER_STEP, 0)
    stops = table[:, 0] + table[:, 1]
    places = {s: _frame(song, s) for s in np.unique([begins, stops])}
    starts_M = np.array([places[s] for s in begins])
    ends_M = np.array([places[s] for s in stops])
    gains_M = (table[:, 3] / 100.0) ** 2
    if voice.drums:
        ends_M = _choked(table[:, 2], starts_M, frames if song.loop else None)
    for pitch in np.unique(table[:, 2]):
        own = table[:, 2] == pitch
        envelope = _drum_envelope(int(pitch)) if voice.drums else None
        limit = len(envelope) if envelope is not None else None
        lasting = int((ends_M - starts_M)[own].max()) + round(RELEASE * RATE)
        shot_CF = play(int(pitch), (min(lasting, limit) if limit else lasting) / RATE)
        if envelope is not None:
            shot_CF = shot_CF[:, : len(envelope)] * envelope[: shot_CF.shape[1]]
        fade = round((CUT if voice.drums else RELEASE) * RATE)
        for start, end, gain in zip(starts_M[own], ends_M[own], gains_M[own], strict=True):
            _strike(mix_CF, shot_CF, int(start), int(end - start), float(gain), fade)


def _strike(
    mix_CF: np.ndarray, shot_CF: np.ndarray, start: int, length: int, gain: float, fade: int
) -> None:
    """Add one note of ``length`` frames that fades in ``fade`` more."""
    total = min(length + fade, shot_CF.shape[1], mix_CF.shape[1] - start)
    held = min(length, total)
    mix_CF[:, start : start + held] += gain * shot_CF[:, :held]
    ramp = 1.0 - np.arange(1, total - held + 1, dtype=np.float32) / fade
    mix_CF[:, start + held : start + total] += gain * shot_CF[:, held:total] * ramp


def _frame(song: Song, step: float) -> int:
    return round(steps_to_seconds(float(step), song.tempos) * RATE)


def _drum_envelope(pitch: int) -> np.ndarray:
    number = int(CLASS_OF_PITCH[pitch])
    seconds = RING[NAMES[number]] if number >= 0 else RING_OTHER
    frames = round(seconds * RATE)
    return np.float32(10.0) ** (-3.0 * np.arange(frames, dtype=np.float32) / frames)


def _choked(pitches_M: np.ndarray, starts_M: np.ndarray, loop: int | None) -> np.ndarray:
    """Where each stroke ends: at the next one of its drum, all hats being one drum. The last one
    rings, in a loop of ``loop`` frames until the first one comes again."""
    ends_M = np.full(len(starts_M), np.iinfo(np.int32).max, dtype=np.int64)
    drums_M = np.where(np.isin(pitches_M, HATS), HATS[0], pitches_M)
    for drum in np.unique(drums_M):
        own = np.flatnonzero(drums_M == drum)
        times = starts_M[own]
        if loop is not None:
            times = np.append(times, times[0] + loop)
        following = np.searchsorted(times, starts_M[own], side="right")
        known = following < len(times)
        ends_M[own[known]] = times[following[known]]
    return ends_M


def _wrapped(mix_CF: np.ndarray, frames: int) -> np.ndarray:
    """The first ``frames``, with all that comes later laid over them again."""
    out_CF = mix_CF[:, :frames]
    for part in _pieces(mix_CF, frames):
        out_CF[:, : part.shape[1]] += part
    return out_CF


def _pieces(mix_CF: np.ndarray, frames: int) -> Iterator[np.ndarray]:
    for at in range(frames, mix_CF.shape[1], frames):
        yield mix_CF[:, at : at + frames]


def _trimmed(mix_CF: np.ndarray, frames: int) -> np.ndarray:
    """The song and its tail, without the silence after it."""
    heard = np.flatnonzero(np.abs(mix_CF[:, frames:]).max(axis=0) > 1e-4)
    return mix_CF[:, : frames + (int(heard[-1]) + 1 if len(heard) else 0)]
