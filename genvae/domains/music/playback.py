"""Songs heard at once, by whatever the system plays sound files with."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from genvae.domains.music.song import Song
from genvae.domains.music.wav import write_wav
from genvae.errors import FileProblem


def _powershell(path: str) -> list[str]:
    quoted = path.replace("'", "''")
    return ["-NoProfile", "-Command", f"(New-Object Media.SoundPlayer '{quoted}').PlaySync()"]


PLAYERS: dict[str, Callable[[str], list[str]]] = {
    "pw-play": lambda path: [path],
    "paplay": lambda path: [path],
    "aplay": lambda path: ["-q", path],
    "afplay": lambda path: [path],
    "ffplay": lambda path: ["-nodisp", "-autoexit", "-loglevel", "error", path],
    "powershell": _powershell,
}
"""Programs that play a .wav, the first one found first, and their arguments for a path."""


def play_song(song: Song) -> None:
    """Play a song to its end. Raises FileProblem where nothing can play it."""
    found = [name for name in PLAYERS if shutil.which(name)]
    cure = f"write the sound with genvae convert FILE -o {song.name}.wav and open that"
    if not found:
        raise FileProblem(f"{song.name}: no player here ({', '.join(PLAYERS)}); {cure}")
    with tempfile.TemporaryDirectory(prefix="genvae-") as folder:
        path = Path(folder, "song.wav")
        write_wav(song, path)
        for name in found:
            failure = _failure(name, path)
            if failure is None:
                return
    raise FileProblem(f"{song.name}: {name} cannot play ({failure}); {cure}")


def _failure(name: str, path: Path) -> str | None:
    """Play a file; what was wrong, if it could not be played."""
    program = shutil.which(name) or name
    try:
        done = subprocess.run(
            [program, *PLAYERS[name](str(path))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as why:
        return why.strerror or str(why)
    if done.returncode == 0:
        return None
    said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return said[-1] if said else f"exit code {done.returncode}"
