"""Tracks of a file that the user named: ``--voice melody=3``, ``--voice melody=Flute``."""

from __future__ import annotations

from collections.abc import Mapping

from genvae.domains.music.layouts import Layout
from genvae.domains.music.song import Song
from genvae.errors import OptionProblem, nearest

LISTED = 12
"""Tracks that a message lists at most."""


def tracks_asked_for(song: Song, layout: Layout, asked: Mapping[str, str]) -> dict[str, int]:
    """The number (from 1, among the tracks with notes) of the track asked for for each voice.

    A track is asked for by its number or by its name, whatever the case; a number comes before a
    name. Raises OptionProblem where there is no such voice or track, more than one track of that
    name, a kit for a line or a line for a kit, or one track for two voices.
    """
    plans = {plan.name: plan for plan in layout.voices}
    found: dict[str, int] = {}
    for name, wanted in asked.items():
        option = f"--voice {name}={wanted}"
        if name not in plans:
            raise OptionProblem(f"{option}: no such voice; {nearest(name, plans)}")
        number = _number(song, str(wanted).strip(), option)
        if song.voices[number - 1].drums != plans[name].drums:
            kind = "a track with pitch" if plans[name].drums else "a drum track"
            raise OptionProblem(f"{option}: track {number} is {kind}; {_listed(song)}")
        taken = next((other for other, n in found.items() if n == number), None)
        if taken:
            raise OptionProblem(f"{option}: track {number} is asked for as {taken} already")
        found[name] = number
    return found


def _number(song: Song, wanted: str, option: str) -> int:
    if wanted.isdecimal():
        if not 1 <= int(wanted) <= len(song.voices):
            raise OptionProblem(f"{option}: no such track; {_listed(song)}")
        return int(wanted)
    alike = [i for i, v in enumerate(song.voices, 1) if v.name.lower() == wanted.lower()]
    if not wanted or not alike:
        raise OptionProblem(f"{option}: no track of that name; {_listed(song)}")
    if len(alike) > 1:
        several = " and ".join(map(str, alike))
        raise OptionProblem(f"{option}: tracks {several} have that name; give a number")
    return alike[0]


def _listed(song: Song) -> str:
    """What there is to choose from, for the end of a message."""
    tracks = [
        f"{i}{f' {v.name!r}' if v.name else ''}{' (drums)' if v.drums else ''}"
        for i, v in enumerate(song.voices[:LISTED], 1)
    ]
    more = len(song.voices) - LISTED
    return f"{song.name} has {', '.join(tracks)}{f' and {more} more' if more > 0 else ''}"
