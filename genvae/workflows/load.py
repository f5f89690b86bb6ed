"""``genvae.load``: the whole of genvae from Python.

import genvae
g = genvae.load("music")
songs = g.sample(10, seed=1)
songs[0].save("a.mid")
steps = g.interpolate("a.mid", "b.mid", steps=8)
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains import registry
from genvae.workflows import between, clean, deliver, incoming, store, told
from genvae.workflows import wanted as wishes
from genvae.workflows.aim import LIKENESS
from genvae.workflows.incoming import Source
from genvae.workflows.inputs import existing, piece_of
from genvae.workflows.made import Made
from genvae.workflows.store import Opened

Input = str | Path | Made | Source | Any


@dataclass
class Session:
    """A model, ready to make and to read pieces."""

    opened: Opened

    def sample(
        self,
        n: int = 1,
        *,
        seed: int | None = None,
        length: str | int | None = None,
        temperature: float | None = None,
        prior: str | None = None,
        raw: bool = False,
        indices: Iterable[int] | None = None,
        set: Mapping[str, Any] | None = None,
        like: Input | None = None,
        likeness: float = LIKENESS,
        **requests: Any,
    ) -> list[Made]:
        """New pieces: items 0 to n - 1 of a seed, or those of ``indices``.

        ``length`` is in bars or tiles ("64x16"); ``requests`` are options of the domain
        (``key="Am"``, ``tempo=90``). ``set`` says what pieces are to be: attributes in their own
        units (``{"enemies": 3, "coins": (10, 20)}``; ``facts["met"]`` says whether they are) and
        what a conditional model is told (``{"style": "folk"}``). ``like`` is a piece to resemble,
        as much as ``likeness``, 0 to 1. Levels that cannot be played are repaired or drawn again,
        unless ``raw``; of one that never came out, ``report.playable`` says so. Raises
        OptionProblem.
        """
        asked, wanted = told.split(self.opened, wishes.given(set or {}))
        size = None if length is None else str(length)
        opened, requests = told.for_sample(self.opened, asked, requests, size)
        resembled = None
        if like is not None:
            resembled = between.like(opened, Session(opened).encode(like), likeness)
        return list(
            deliver.sample(
                opened,
                list(range(n)) if indices is None else sorted(indices),
                seed=secrets.randbits(32) if seed is None else seed,
                length=size,
                temperature=temperature,
                prior=prior,
                raw=raw,
                requests=requests,
                wanted=wanted,
                like=resembled,
            )
        )

    def read(self, path: str | Path) -> list[Any]:
        """The pieces of a file. Raises FileProblem."""
        return list(self.opened.codec.read(existing(Path(path))))

    def encode(self, piece: Input, *, voices: Mapping[str, str | int] | None = None) -> Source:
        """Latents and context of a file, a piece, something made here, or what was encoded
        already. ``voices`` are tracks of a file, by number or name (``{"melody": 3}``).
        Raises FileProblem and OptionProblem."""
        if isinstance(piece, Source):
            return piece
        if isinstance(piece, Made):
            piece = piece.piece
        if isinstance(piece, str | Path):
            chosen = {name: str(track) for name, track in (voices or {}).items()}
            piece, _ = piece_of(self.opened.codec, Path(piece), chosen=chosen)
        return incoming.encode_piece(self.opened, piece)

    def decode(self, z_WPD: np.ndarray, context: dict[str, Any] | None = None) -> Made:
        """A piece from latents ``(windows, positions, dims)``."""
        z = np.asarray(z_WPD, dtype=np.float32)
        return incoming.decode_latents(self.opened, z, context or {}, {})

    def reconstruct(self, piece: Input) -> Made:
        """A piece through the model and back."""
        return incoming.reconstruct(self.opened, self.encode(piece))

    def clean(self, piece: Input, *, damage: float | None = None) -> Made:
        """A piece with what looks damaged put right; ``damage`` is the share of it that is, found
        in the piece if None. ``facts["cleaned"]`` says what was changed. Raises ModelProblem where
        the model has no cleaner, and OptionProblem."""
        clean.check_rate(damage)
        return clean.Cleaning(self.opened).clean(self.encode(piece), damage)

    def interpolate(
        self,
        a: Input,
        b: Input,
        *,
        steps: int = 8,
        keep_keys: bool = False,
        method: str = "spherical",
    ) -> list[Made]:
        """Pieces from a to b, both ends included; songs in a's key unless ``keep_keys``."""
        first, last = self._sources([a, b], keep_keys)
        return list(between.interpolate(self.opened, first, last, steps=steps, method=method))

    def grid(
        self,
        corners: Sequence[Input],
        *,
        rows: int = 5,
        columns: int = 5,
        keep_keys: bool = False,
        method: str = "spherical",
    ) -> list[Made]:
        """Pieces between four corners (top left, top right, bottom left, bottom right), a row
        after the other; songs in the first one's key unless ``keep_keys``. Raises OptionProblem."""
        between.check_grid(rows, columns, len(corners), method)
        sources = self._sources(corners, keep_keys)
        return list(between.grid(self.opened, sources, rows=rows, columns=columns, method=method))

    def morph(
        self, a: Input, b: Input, *, keep_keys: bool = False, method: str = "spherical"
    ) -> Made:
        """One piece that begins as a and ends as b; songs in a's key unless ``keep_keys``."""
        first, last = self._sources([a, b], keep_keys)
        return between.morph(self.opened, first, last, method=method)

    def _sources(self, pieces: Sequence[Input], keep_keys: bool) -> list[Source]:
        sources = [self.encode(piece) for piece in pieces]
        return sources if keep_keys else between.together(self.opened, sources)


def load(name: str = "music") -> Session:
    """A session with a domain's default model (``"music"``, ``"levels"``), a model by name, or
    a model file. Raises ModelProblem."""
    if name in registry.domains():
        return Session(store.open_model(None, name))
    return Session(store.open_model(name))
