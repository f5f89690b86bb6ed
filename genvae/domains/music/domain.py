"""Music as a domain: layouts by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from genvae.domains.base import Domain
from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.layouts import LAYOUTS
from genvae.errors import RecipeProblem, nearest


class MusicDomain(Domain):
    """Songs as two-bar windows of tokens on a grid of 16ths."""

    name = "music"
    aliases = ("song", "songs")
    default_model = "trio"
    options = ("key", "tempo", "meter", "program", "loop", "voice", "keep-keys")

    def codecs(self) -> Mapping[str, str]:
        return {name: layout.summary for name, layout in LAYOUTS.items()}

    def open(self, config: Mapping[str, Any]) -> MusicCodec:
        """The codec of ``{"layout": NAME}``. Raises RecipeProblem."""
        unknown = set(config) - {"layout"}
        if unknown:
            raise RecipeProblem(f"codec: unknown key {min(unknown)!r}; known: layout")
        name = str(config.get("layout", "trio"))
        if name not in LAYOUTS:
            raise RecipeProblem(f"layout {name!r}: no such layout; {nearest(name, LAYOUTS)}")
        return MusicCodec(LAYOUTS[name])

    def recognises(self, path: Path) -> bool:
        try:
            with path.open("rb") as file:
                return file.read(4) == b"MThd" or path.suffix.lower() in MusicCodec.reads
        except OSError:
            return False
