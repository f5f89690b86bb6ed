"""Numbers about songs, and the attributes by which they are steered.

Pitch-class entropy, scale consistency, polyphony, empty beats, groove consistency and pitch range
are those of MusPy 0.5 (Dong et al., "MusPy: a toolkit for symbolic music generation", 2020) on the
grid of 16ths, its conventions at the end of a song included: a beat in which a note ends is not
empty, and the bars go on to the one in which the last note ends. Syncopation is that of
Longuet-Higgins and Lee, "The rhythmic interpretation of monophonic music" (1984): a note is
syncopated if a stronger place of the bar passes before the next note of its voice.

Axes:  M notes · S steps · P pitches or pitch classes
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from genvae.domains.base import Attribute
from genvae.domains.music.key import ONE_SCALE, SET_MASKS
from genvae.domains.music.measures import FEWEST_NOTES
from genvae.domains.music.song import Bar, Song, Voice, bar_lines
from genvae.domains.music.units import STEPS_PER_BEAT, meter_to_beat_steps

PHRASE_BARS = 2

ATTRIBUTES = {
    a.name: a
    for a in (
        Attribute("density", "notes of all voices", "notes a bar", 0.0, 64.0, 1.0),
        Attribute("register", "mean pitch, drums left out", "MIDI pitch", 24.0, 96.0, 1.0),
        Attribute("syncopation", "syncopated notes, drums left out", "share", 0.0, 1.0, 0.05),
        Attribute("range", "highest above lowest pitch of the melody", "semitones", 0.0, 60.0, 2.0),
        Attribute(
            "repetition", "two-bar phrases of the melody that return", "share", 0.0, 1.0, 0.1
        ),
        Attribute(
            "tempo", "quarter notes at the beginning", "a minute", 20.0, 400.0, 0.5, chosen=True
        ),
    )
}

WORDS = {
    "bars": "bars",
    "seconds": "length, seconds",
    "density": "notes a bar, all voices",
    "register": "mean pitch without drums (60 is middle C)",
    "syncopation": "syncopated notes, share",
    "range": "melody, lowest to highest, semitones",
    "repetition": "two-bar phrases of the melody that return, share",
    "tempo": "tempo at the beginning, quarter notes a minute",
    "pitch_class_entropy": "variety of pitch classes, bits (0 one, 3.58 all twelve alike)",
    "scale_consistency": "notes within the best major or minor scale, share",
    "in_scale_windows": "two-bar windows within one scale, share",
    "polyphony": "pitches that sound together, mean",
    "empty_beats": "beats in which nothing sounds, share",
    "empty_bars": "bars in which nothing begins, share",
    "groove_consistency": "rhythm alike from bar to bar, share",
    "pitch_range": "all voices, lowest to highest, semitones",
}
VOICE_WORDS = {
    "notes_per_bar": "notes a bar",
    "range": "lowest to highest, semitones",
    "mean_interval": "mean step from note to note, semitones",
    "mean_duration": "mean length of a note, quarter notes",
}


def measure_words(voices: Sequence[str]) -> dict[str, str]:
    """What each number of ``song_measures`` says, for a musician."""
    each = {
        f"{voice}_{name}": f"{voice}: {words}"
        for voice in voices
        for name, words in VOICE_WORDS.items()
    }
    return WORDS | each


def song_measures(song: Song) -> dict[str, float]:
    """Numbers by name; NaN where one has no meaning (scale without pitch).

    ``bars``, ``seconds``, the ``ATTRIBUTES``; ``pitch_class_entropy`` (bits),
    ``scale_consistency`` (share of notes in the best major or minor scale), ``in_scale_windows``
    (share of two-bar windows of 4 notes or more that fit one scale), ``polyphony`` (pitches at
    once, where there are any), ``empty_beats``, ``empty_bars`` (nothing begins),
    ``groove_consistency``, ``pitch_range`` (semitones); of each voice ``notes_per_bar``, and with
    pitch ``range`` (semitones), ``mean_interval`` (semitones between neighbours, either way) and
    ``mean_duration`` (quarter notes).
    """
    bars = song.bars()
    count = max(len(bars), 1)
    lines = [v for v in song.voices if not v.drums]
    pitched = np.concatenate([v.table() for v in lines] or [np.zeros((0, 4), dtype=np.int64)])
    everything = np.concatenate([v.table() for v in song.voices] or [pitched])
    found = {"bars": float(len(bars)), "seconds": round(song.seconds, 3)}
    found |= {
        "density": len(everything) / count,
        "register": float(pitched[:, 2].mean()) if len(pitched) else float("nan"),
        "syncopation": _syncopation(lines, song),
        "range": _range(_melody(lines)),
        "repetition": _repetition(song, bars),
        "tempo": float(song.tempos[0].bpm),
    }
    classes_P = np.bincount(pitched[:, 2] % 12, minlength=12)
    found |= {
        "pitch_class_entropy": _entropy(classes_P),
        "scale_consistency": _share_in_best_set(classes_P),
        "in_scale_windows": _in_scale_windows(pitched, bars),
        "polyphony": _polyphony(pitched),
        "empty_beats": _empty_beats(everything),
        "empty_bars": _empty_bars(everything, bars),
        "groove_consistency": _groove_consistency(everything, song),
        "pitch_range": float(np.ptp(pitched[:, 2])) if len(pitched) else 0.0,
    }
    for voice in song.voices:
        found |= _voice_measures(voice, count)
    return found


def _voice_measures(voice: Voice, bars: int) -> dict[str, float]:
    table_M4 = voice.table()
    found = {"notes_per_bar": len(table_M4) / bars}
    if not voice.drums:
        moves = np.abs(np.diff(table_M4[:, 2]))
        found["range"] = _range(voice)
        found["mean_interval"] = float(moves.mean()) if len(moves) else float("nan")
        lengths = table_M4[:, 1] / STEPS_PER_BEAT
        found["mean_duration"] = float(lengths.mean()) if len(lengths) else float("nan")
    return {f"{voice.name}_{name}": value for name, value in found.items()}


def _melody(lines: list[Voice]) -> Voice | None:
    """The voice of that name, else the last line in the layout's order."""
    return next((v for v in lines if v.name == "melody"), lines[-1] if lines else None)


def _range(voice: Voice | None) -> float:
    pitches = [note.pitch for note in voice.notes] if voice else []
    return float(max(pitches) - min(pitches)) if pitches else 0.0


def _entropy(classes_P: np.ndarray) -> float:
    total = int(classes_P.sum())
    if not total:
        return float("nan")
    share = classes_P[classes_P > 0] / total
    return float(-(share * np.log2(share)).sum()) + 0.0


def _share_in_best_set(classes_P: np.ndarray) -> float:
    """A natural minor scale has the notes of a major one, so that the 12 major sets are all."""
    total = int(classes_P.sum())
    if not total:
        return float("nan")
    inside = [sum(int(classes_P[p]) for p in range(12) if mask >> p & 1) for mask in SET_MASKS]
    return max(inside) / total


def _in_scale_windows(pitched_M4: np.ndarray, bars: list[Bar]) -> float:
    number_M = _bar_numbers(pitched_M4, bars) // PHRASE_BARS
    fits = []
    for number in np.unique(number_M):
        classes = pitched_M4[number_M == number, 2] % 12
        if len(classes) >= FEWEST_NOTES:
            fits.append(bool(ONE_SCALE[int(np.bitwise_or.reduce(1 << classes))]))
    return float(np.mean(fits)) if fits else float("nan")


def _polyphony(pitched_M4: np.ndarray) -> float:
    """Distinct pitches that sound at a step, on average over steps with any."""
    if not len(pitched_M4):
        return float("nan")
    roll_SP = np.zeros((int((pitched_M4[:, 0] + pitched_M4[:, 1]).max()), 128), dtype=bool)
    for start, length, pitch, _ in pitched_M4.tolist():
        roll_SP[start : start + length, pitch] = True
    return float(roll_SP.sum() / roll_SP.any(axis=1).sum())


def _empty_beats(table_M4: np.ndarray) -> float:
    if not len(table_M4):
        return float("nan")
    first_M = table_M4[:, 0] // STEPS_PER_BEAT
    last_M = (table_M4[:, 0] + table_M4[:, 1]) // STEPS_PER_BEAT
    change = np.zeros(int(last_M.max()) + 2, dtype=np.int64)
    np.add.at(change, first_M, 1)
    np.add.at(change, last_M + 1, -1)
    return float((np.cumsum(change)[:-1] == 0).mean())


def _empty_bars(table_M4: np.ndarray, bars: list[Bar]) -> float:
    filled = np.unique(_bar_numbers(table_M4, bars))
    return 1.0 - len(filled) / max(len(bars), 1)


def _groove_consistency(table_M4: np.ndarray, song: Song) -> float:
    """One less the share of places at which neighbouring bars differ in whether a note begins;
    bars of unequal length are not compared. NaN with fewer than two bars."""
    if not len(table_M4):
        return float("nan")
    end = int((table_M4[:, 0] + table_M4[:, 1]).max())
    begins = np.zeros(end + 1, dtype=bool)
    begins[table_M4[:, 0]] = True
    patterns = []
    for bar in bar_lines(song.meters):
        if bar.step > end:
            break
        here = begins[bar.step : bar.step + bar.length]
        patterns.append(np.pad(here, (0, bar.length - len(here))))
    pairs = [(a, b) for a, b in pairwise(patterns) if len(a) == len(b)]
    places = sum(len(a) for a, _ in pairs)
    return 1.0 - sum(int((a != b).sum()) for a, b in pairs) / places if places else float("nan")


def _repetition(song: Song, bars: list[Bar]) -> float:
    """The share of two-bar phrases (bars 1-2, 3-4, ...) of the melody that stand elsewhere in the
    song too, note for note, whatever their velocity; phrases without a note are left out. Of a
    song without pitch, all voices together."""
    number_of = {bar.step: i for i, bar in enumerate(bars)}
    phrases: dict[int, list[tuple[int, ...]]] = {}
    firsts = np.array(list(number_of), dtype=np.int64)
    melody = _melody([v for v in song.voices if not v.drums])
    for voice_number, voice in enumerate([melody] if melody else song.voices):
        table_M4 = voice.table()
        for bar, row in zip(_bar_numbers(table_M4, bars), table_M4.tolist(), strict=True):
            start = int(firsts[bar - bar % PHRASE_BARS])
            phrase = phrases.setdefault(int(bar) // PHRASE_BARS, [])
            phrase.append((voice_number, row[0] - start, row[1], row[2]))
    times = Counter(tuple(sorted(phrase)) for phrase in phrases.values()).values()
    return sum(n for n in times if n > 1) / sum(times) if times else float("nan")


def _syncopation(lines: list[Voice], song: Song) -> float:
    """The share of syncopated notes; one that nothing follows in its voice is not counted."""
    weight_S = _weights(song)
    syncopated = total = 0
    for voice in lines:
        starts = sorted({note.step for note in voice.notes if note.step < song.steps})
        for start, following in pairwise(starts):
            passed = weight_S[start + 1 : following]
            syncopated += bool(len(passed) and passed.max() > weight_S[start])
            total += 1
    return syncopated / total if total else float("nan")


def _weights(song: Song) -> np.ndarray:
    """How strong each step is, ``(S,)``: a bar's first 4, its half (where beats pair) 3, other
    beats 2, eighths within a beat 1, the rest 0."""
    weight_S = np.zeros(max(song.steps, 1), dtype=np.int64)
    for bar in song.bars():
        end = min(bar.step + bar.length, song.steps)
        beat = meter_to_beat_steps(bar.meter.numerator, bar.meter.denominator)
        weight_S[bar.step : end : 2] = 1
        weight_S[bar.step : end : beat] = 2
        if bar.length % (2 * beat) == 0 and bar.length > 2 * beat:
            weight_S[bar.step : end : bar.length // 2] = 3
        weight_S[bar.step] = 4
    return weight_S


def _bar_numbers(table_M4: np.ndarray, bars: list[Bar]) -> np.ndarray:
    """The bar in which each note begins, ``(M,)``, from 0."""
    starts = np.array([bar.step for bar in bars] or [0])
    numbers: np.ndarray = np.searchsorted(starts, table_M4[:, 0], side="right") - 1
    return numbers
