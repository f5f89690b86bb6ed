"""Songs as sound: lengths, loops, loudness, drums; the .wav file; players."""

from __future__ import annotations

import os
import struct
import sys
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from genvae.domains.music import audio, playback
from genvae.domains.music.audio import RATE, song_sound
from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.song import Note, Song, Tempo
from genvae.domains.music.wav import write_wav
from genvae.errors import FileProblem

from .songs import trio  # noqa: TID252

SECOND = trio(melody=(Note(0, 4, 72), Note(4, 4, 74)), steps=8)
"""One second at 120 beats a minute."""


def energy(sound_CF: np.ndarray, start: float, end: float) -> float:
    """Mean square between two times in seconds."""
    return float((sound_CF[:, round(start * RATE) : round(end * RATE)] ** 2).mean())


def test_a_song_sounds_from_its_beginning_and_fades_after_its_end() -> None:
    sound_CF = song_sound(SECOND)
    assert (sound_CF.dtype, sound_CF.shape[0]) == (np.float32, 2)
    assert RATE < sound_CF.shape[1] < 1.2 * RATE
    assert energy(sound_CF, 0.0, 0.1) > 1e-4
    assert energy(sound_CF, 0.9, 1.0) > 1e-4
    assert np.abs(sound_CF[:, -1]).max() < 0.02
    assert np.array_equal(sound_CF, song_sound(SECOND))


def test_a_loop_has_its_own_length_and_its_tail_at_its_beginning() -> None:
    crash = trio(drums=(Note(6, 1, 49),), steps=8)
    once, loop = song_sound(crash), song_sound(replace(crash, loop=True))
    assert loop.shape == (2, RATE)
    assert once.shape[1] > 2 * RATE
    assert not once[:, : RATE // 2].any()
    # Struck at 0.75 s the crash rings over the end, until it is struck again.
    np.testing.assert_array_equal(loop[:, : RATE // 2], once[:, RATE : RATE + RATE // 2])
    assert energy(loop, 0.0, 0.1) > 1e-5
    assert np.abs(loop[:, -1] - loop[:, 0]).max() < 0.1


def test_tempo_changes_count(tmp_path: Path) -> None:
    song = replace(SECOND, tempos=(Tempo(0, 60.0), Tempo(4, 240.0)), loop=True)
    assert song_sound(song).shape[1] == round(1.25 * RATE)


def test_velocity_is_heard_and_the_sum_never_clips() -> None:
    loud, soft = (trio(melody=(Note(0, 4, 72, v),), steps=8) for v in (100, 50))
    np.testing.assert_allclose(song_sound(loud) / 4, song_sound(soft), atol=1e-7)
    crowd = trio(melody=tuple(Note(0, 8, p, 127) for p in range(40, 90)), steps=8)
    assert np.abs(song_sound(crowd)).max() == pytest.approx(audio.LOUDEST)


def test_a_drum_rings_on_until_it_is_struck_again() -> None:
    open_hat = song_sound(trio(drums=(Note(0, 1, 46),), steps=16))
    closed = song_sound(trio(drums=(Note(0, 1, 46), Note(4, 1, 42, 1)), steps=16))
    assert energy(open_hat, 0.52, 0.6) > 1e-9
    assert energy(closed, 0.52, 0.6) < energy(open_hat, 0.52, 0.6) / 100


@pytest.mark.parametrize("pitch", [36, 38, 42, 45, 46, 48, 49, 50, 51])
@pytest.mark.parametrize("kit", [0, 25])
def test_every_drum_is_heard_and_falls_silent(pitch: int, kit: int) -> None:
    song = trio(drums=(Note(0, 1, pitch),), steps=16)
    song = replace(song, voices=(replace(song.voices[0], program=kit),))
    sound_CF = song_sound(song)
    assert energy(sound_CF, 0.0, 0.1) > 1e-6
    assert energy(sound_CF, 0.03, 0.1) > 1e-6
    assert sound_CF.shape[1] <= 2.1 * RATE


def test_an_empty_song_is_silence() -> None:
    assert not song_sound(trio(steps=8)).any()


def test_long_songs_are_refused(tmp_path: Path) -> None:
    song = replace(SECOND, steps=16 * 700)
    with pytest.raises(FileProblem, match=r"a\.wav: song: 23 minutes long, at most 20 are made"):
        write_wav(song, tmp_path / "a.wav")
    assert list(tmp_path.iterdir()) == []


def test_without_the_sound_font_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio, "FONT", "absent.sf2")
    with pytest.raises(FileProblem, match=r"no sound font to play with: .*pip install") as caught:
        write_wav(SECOND, tmp_path / "a.wav")
    assert "\n" not in str(caught.value)


def chunks(data: bytes) -> dict[bytes, bytes]:
    """The chunks of a RIFF file by name."""
    found, at = {}, 12
    while at < len(data):
        name, size = struct.unpack("<4sI", data[at : at + 8])
        found[name] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return found


def test_a_wav_is_whole_and_says_what_it_is(codec: MusicCodec, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    codec.writers[".wav"](codec.sign(replace(SECOND, loop=True), "genvae seed=1é"), path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.wav"]
    data = path.read_bytes()
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    found = chunks(data)
    assert list(found) == [b"fmt ", b"LIST", b"smpl", b"data"]
    assert "genvae seed=1é".encode() in found[b"LIST"]
    assert struct.unpack("<15I", found[b"smpl"])[7] == 1
    assert struct.unpack("<15I", found[b"smpl"])[11:13] == (0, RATE - 1)
    with wave.open(str(path)) as file:
        assert file.getparams()[:4] == (2, 2, RATE, RATE)
        pcm = np.frombuffer(file.readframes(RATE), "<i2").reshape(-1, 2).T
    expected = song_sound(replace(SECOND, loop=True))
    assert np.abs(pcm / 32767 - expected).max() < 1e-4
    codec.writers[".wav"](SECOND, path)
    assert list(chunks(path.read_bytes())) == [b"fmt ", b"data"]


def test_a_wav_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="cannot be written"):
        write_wav(SECOND, tmp_path / "absent" / "a.wav")


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for players, the only one on the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(folder: Path, name: str, body: str) -> None:
    program = folder / name
    program.write_text(f"#!{sys.executable}\nimport sys, shutil\n{body}\n")
    program.chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="players are scripts here")
def test_play_hands_a_wav_to_the_first_player_that_plays(
    codec: MusicCodec, player: Path, tmp_path: Path
) -> None:
    install(player, "paplay", "sys.exit('no server')")
    install(player, "aplay", f"shutil.copy(sys.argv[-1], {str(tmp_path / 'heard.wav')!r})")
    codec.play(SECOND)
    with wave.open(str(tmp_path / "heard.wav")) as file:
        assert file.getnframes() > RATE


@pytest.mark.skipif(os.name == "nt", reason="players are scripts here")
def test_play_says_why_nothing_is_heard(codec: MusicCodec, player: Path) -> None:
    with pytest.raises(FileProblem, match=r"song: no player here \(pw-play, .* -o song\.wav"):
        codec.play(SECOND)
    install(player, "aplay", "sys.exit('no sound card')")
    with pytest.raises(FileProblem, match=r"aplay cannot play \(no sound card\); write"):
        codec.play(SECOND)


def test_powershell_gets_a_quoted_path() -> None:
    assert playback.PLAYERS["powershell"]("C:\\it's\\a.wav")[-1] == (
        "(New-Object Media.SoundPlayer 'C:\\it''s\\a.wav').PlaySync()"
    )


def test_songs_without_steps_have_a_frame() -> None:
    assert song_sound(Song("a", (), 0, loop=True)).shape == (2, 1)


def test_a_stroke_begins_where_its_offset_says() -> None:
    first = [
        int(
            np.flatnonzero(np.abs(song_sound(trio(drums=(Note(4, 1, 36, 100, late),)))[0]) > 1e-3)[
                0
            ]
        )
        for late in (0, 48)
    ]
    assert first[1] - first[0] == RATE // 20  # 48/120 of an eighth of a second
