"""Tracks that the user names."""

from __future__ import annotations

import pytest

from genvae.domains.music.layouts import LAYOUTS
from genvae.domains.music.song import Note, Song, Voice
from genvae.domains.music.tracks import tracks_asked_for
from genvae.errors import OptionProblem

TRIO = LAYOUTS["trio"]
ONE = (Note(0, 4, 60),)
BAND = Song(
    "tune",
    (
        Voice("Strings", ONE),
        Voice("", ONE),
        Voice("Kit", ONE, drums=True),
        Voice("strings", ONE),
        Voice("7", ONE),
    ),
    16,
)
HAS = "tune has 1 'Strings', 2, 3 'Kit' (drums), 4 'strings', 5 '7'"


def test_by_number_or_by_name() -> None:
    asked = {"melody": "2", "drums": "kit", "bass": " 5 "}
    assert tracks_asked_for(BAND, TRIO, asked) == {"melody": 2, "drums": 3, "bass": 5}
    assert tracks_asked_for(BAND, TRIO, {}) == {}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"lead": "1"}, "--voice lead=1: no such voice; known: bass, drums, melody"),
        ({"meldy": "1"}, "--voice meldy=1: no such voice; did you mean 'melody'?"),
        ({"melody": "9"}, f"--voice melody=9: no such track; {HAS}"),
        ({"melody": "0"}, f"--voice melody=0: no such track; {HAS}"),
        ({"melody": "7"}, f"--voice melody=7: no such track; {HAS}"),
        ({"melody": "Flute"}, f"--voice melody=Flute: no track of that name; {HAS}"),
        ({"melody": ""}, f"--voice melody=: no track of that name; {HAS}"),
        (
            {"melody": "STRINGS"},
            "--voice melody=STRINGS: tracks 1 and 4 have that name; give a number",
        ),
        ({"melody": "3"}, f"--voice melody=3: track 3 is a drum track; {HAS}"),
        ({"drums": "1"}, f"--voice drums=1: track 1 is a track with pitch; {HAS}"),
        (
            {"melody": "2", "bass": "2"},
            "--voice bass=2: track 2 is asked for as melody already",
        ),
    ],
)
def test_what_cannot_be(asked: dict[str, str], says: str) -> None:
    with pytest.raises(OptionProblem) as caught:
        tracks_asked_for(BAND, TRIO, asked)
    assert str(caught.value).startswith(says)


def test_a_long_list_is_cut() -> None:
    orchestra = Song("mass", (Voice("v", ONE),) * 40, 16)
    with pytest.raises(OptionProblem, match=r"12 'v' and 28 more$"):
        tracks_asked_for(orchestra, TRIO, {"melody": "41"})
