"""Music as a domain: layouts by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from genvae.domains.base import Domain
from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.layouts import LAYOUTS, Layout
from genvae.domains.music.meters import parse_meter
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
        """The codec of ``{"layout": NAME, "meters": ["4/4", "3/4"]}``; without meters it learns
        from 4/4 alone. Raises RecipeProblem."""
        unknown = set(config) - {"layout", "meters"}
        if unknown:
            raise RecipeProblem(f"codec: unknown key {min(unknown)!r}; known: layout, meters")
        name = str(config.get("layout", "trio"))
        if name not in LAYOUTS:
            raise RecipeProblem(f"layout {name!r}: no such layout; {nearest(name, LAYOUTS)}")
        layout = LAYOUTS[name]
        return MusicCodec(replace(layout, meters=_meters(config.get("meters"), layout)))

    def recognises(self, path: Path) -> bool:
        try:
            with path.open("rb") as file:
                return file.read(4) == b"MThd" or path.suffix.lower() in MusicCodec.reads
        except OSError:
            return False


def _meters(given: Any, layout: Layout) -> tuple[tuple[int, int], ...]:
    """The meters of a configuration, each once. Raises RecipeProblem."""
    if given is None:
        return layout.meters
    if isinstance(given, str) or not isinstance(given, Sequence) or not given:
        raise RecipeProblem(f'codec: meters = {given!r}: expected a list, such as ["4/4", "3/4"]')
    return tuple(dict.fromkeys(parse_meter(str(m), RecipeProblem, f"codec: {m}") for m in given))
