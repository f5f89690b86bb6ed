from __future__ import annotations

from genvae.domains.music.portrait import song_portraits
from genvae.domains.music.song import Meter, Note, Song, Tempo, Voice


def test_a_song_for_a_page() -> None:
    song = Song(
        "waltz",
        (
            Voice(
                "drums", (Note(0, 1, 36, 90), Note(4, 1, 51, 60), Note(8, 1, 20, 60)), drums=True
            ),
            Voice("bass", (Note(0, 12, 40, 80),)),
            Voice("melody", (Note(0, 4, 72, 100), Note(4, 8, 74, 100))),
        ),
        steps=24,
        meters=(Meter(0, 3, 4),),
        tempos=(Tempo(0, 90.0),),
    )
    found = song_portraits([song])
    assert found["form"] == "notes"
    assert found["shared"]["voices"] == [
        {"name": "drums", "drums": True, "colour": "#464654"},
        {"name": "bass", "drums": False, "colour": "#3478c4"},
        {"name": "melody", "drums": False, "colour": "#e2583e"},
    ]
    assert found["shared"]["kit"][:2] == ["kick", "snare"]
    assert found["each"] == [
        {
            "steps": 24,
            "bpm": 90.0,
            "beat": 4,
            "bars": [0, 12],
            "notes": [
                [0, 1, 0, 90, 4, 1, 8, 60],
                [0, 12, 40, 80],
                [0, 4, 72, 100, 4, 8, 74, 100],
            ],
        }
    ]
