"""General MIDI's 128 programs by name, friendlier names for some, drum kits, and presets."""

from __future__ import annotations

import re

from genvae.domains.music.layouts import Layout
from genvae.errors import OptionProblem, nearest

_NAMES = """
    acoustic grand piano, bright acoustic piano, electric grand piano, honky-tonk piano,
    electric piano 1, electric piano 2, harpsichord, clavinet, celesta, glockenspiel, music box,
    vibraphone, marimba, xylophone, tubular bells, dulcimer, drawbar organ, percussive organ,
    rock organ, church organ, reed organ, accordion, harmonica, tango accordion,
    acoustic guitar nylon, acoustic guitar steel, electric guitar jazz, electric guitar clean,
    electric guitar muted, overdriven guitar, distortion guitar, guitar harmonics, acoustic bass,
    electric bass finger, electric bass pick, fretless bass, slap bass 1, slap bass 2,
    synth bass 1, synth bass 2, violin, viola, cello, contrabass, tremolo strings,
    pizzicato strings, orchestral harp, timpani, string ensemble 1, string ensemble 2,
    synth strings 1, synth strings 2, choir aahs, voice oohs, synth voice, orchestra hit, trumpet,
    trombone, tuba, muted trumpet, french horn, brass section, synth brass 1, synth brass 2,
    soprano sax, alto sax, tenor sax, baritone sax, oboe, english horn, bassoon, clarinet,
    piccolo, flute, recorder, pan flute, blown bottle, shakuhachi, whistle, ocarina,
    lead 1 square, lead 2 sawtooth, lead 3 calliope, lead 4 chiff, lead 5 charang, lead 6 voice,
    lead 7 fifths, lead 8 bass and lead, pad 1 new age, pad 2 warm, pad 3 polysynth, pad 4 choir,
    pad 5 bowed, pad 6 metallic, pad 7 halo, pad 8 sweep, fx 1 rain, fx 2 soundtrack,
    fx 3 crystal, fx 4 atmosphere, fx 5 brightness, fx 6 goblins, fx 7 echoes, fx 8 sci-fi, sitar,
    banjo, shamisen, koto, kalimba, bag pipe, fiddle, shanai, tinkle bell, agogo, steel drums,
    woodblock, taiko drum, melodic tom, synth drum, reverse cymbal, guitar fret noise,
    breath noise, seashore, bird tweet, telephone ring, helicopter, applause, gunshot"""

GENERAL_MIDI = tuple(name.strip() for name in _NAMES.split(","))

FRIENDLY = {
    "piano": 0,
    "electric piano": 4,
    "music box": 10,
    "organ": 16,
    "guitar": 24,
    "bass": 33,
    "slap bass": 36,
    "synth bass": 38,
    "strings": 48,
    "harp": 46,
    "choir": 52,
    "voice": 53,
    "brass": 61,
    "horn": 60,
    "sax": 65,
    "square": 80,
    "saw": 81,
    "sawtooth": 81,
    "lead": 80,
    "pad": 89,
    "bells": 14,
}


KITS = {
    "standard": 0,
    "room": 8,
    "power": 16,
    "electronic": 24,
    "808": 25,
    "tr 808": 25,
    "jazz": 32,
    "brush": 40,
    "orchestra": 48,
}
"""Drum kits of Roland's GS, which most synthesisers know; others play the standard one."""

PRESETS = {"chip": {"melody": 80, "bass": 81, "drums": 25}}
"""Programs by role. ``chip``: square lead, saw bass and an 808, for game loops."""


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()


_BY_NAME = {_plain(name): number for number, name in enumerate(GENERAL_MIDI)} | FRIENDLY


def preset_programs(name: str, layout: Layout) -> dict[str, int]:
    """A preset's program for each voice of a layout, by its role."""
    programs = PRESETS[name]
    return {plan.name: programs.get(plan.role, programs["melody"]) for plan in layout.voices}


def kit_number(text: str, option: str = "--program ") -> int:
    """A drum kit's program 0..127 from its number or its name. Raises OptionProblem."""
    plain = _plain(text)
    if plain in KITS:
        return KITS[plain]
    if re.fullmatch(r"\s*-?\d+\s*", text):
        return program_number(text, option)
    raise OptionProblem(f"{option}{text}: no such drum kit; {nearest(plain, KITS)}")


def program_number(text: str, option: str = "--program ") -> int:
    """A program 0..127 from its number or its name. Raises OptionProblem."""
    plain = _plain(text)
    if re.fullmatch(r"\s*-?\d+\s*", text):
        number = int(text)
        if not 0 <= number <= 127:
            raise OptionProblem(f"{option}{text}: a General MIDI program is 0 to 127")
        return number
    if plain in _BY_NAME:
        return _BY_NAME[plain]
    if not plain:
        raise OptionProblem(
            f"{option.strip()}: an empty name; give one such as square, piano, strings"
        )
    known = FRIENDLY if not any(plain[:3] in name for name in _BY_NAME) else _BY_NAME
    hint = nearest(plain, known).split(" known:")[0]
    hint = hint if hint.startswith("did") else f"for example {', '.join(sorted(FRIENDLY))}"
    raise OptionProblem(f"{option}{text}: no such General MIDI instrument; {hint}")
