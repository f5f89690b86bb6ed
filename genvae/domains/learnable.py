"""What training and measuring ask of a codec, each with a default. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from genvae.domains.contract import Contract
from genvae.domains.records import Encoded, Windows


class Learnable(Contract):
    """A codec's pieces as something to learn from and to compare with."""

    def training_pieces(self, piece: Any) -> Sequence[Any]:
        """The parts of a corpus piece worth learning from (default: the piece itself)."""
        return [piece]

    def clusters(self, encoded: Sequence[Encoded], groups: Sequence[str]) -> list[str]:
        """A cluster name a piece: pieces of one cluster never sit on both sides of a split
        (default: the groups themselves)."""
        return list(groups)

    def label(self, name: str, windows: Windows, context: Mapping[str, Any]) -> str | None:
        """The class of a piece in one of ``conditions``; None where it has none."""
        return None

    def window_labels(
        self, context: Mapping[str, Any], windows: int
    ) -> Mapping[str, Sequence[str]]:
        """What the context of a piece says of each of its windows, by name (a song's meter)."""
        return {}

    def observe(self, windows: Windows) -> None:
        """Look at all training windows before learning begins; what a codec keeps of them is part
        of its ``config`` from then on."""
        return

    def augment(self, windows: Windows, rng: np.random.Generator) -> Windows:
        """A variation of each window of a chunk that is as good as the original (training only)."""
        return windows

    def distort(self, windows: Windows, rng: np.random.Generator) -> Windows:
        """A strong variation: no longer a piece one would keep, but one to be able to encode."""
        return windows

    def renamings(self) -> Sequence[Mapping[str, np.ndarray]]:
        """Other names for categories under which a piece is much the same (in music:
        transpositions): of some fields the new number of each category, ``(K,)``, no two alike."""
        return ()

    def corrupt(
        self,
        windows: Windows,
        rate: float,
        rng: np.random.Generator,
        kinds: Sequence[str] = (),
    ) -> Windows:
        """The windows of a piece with about a share ``rate`` of what happens in them damaged, of
        the given ``kinds`` (default: all of ``damage``, each as often as the others)."""
        return windows

    def segments(self, windows: Windows) -> list[bytes]:
        """One canonical byte string a window, equal for windows that count as copies of
        each other (in music: up to transposition); the training pieces' are kept as hashes."""
        # One type: equal windows are equal bytes wherever they come from.
        stacked = [np.ascontiguousarray(windows[f.name], np.int64) for f in self.spec.fields]
        return [b"".join(s[i].tobytes() for s in stacked) for i in range(len(stacked[0]))]

    def histograms(self, windows: Windows) -> dict[str, np.ndarray]:
        """Counts over all windows by name, of one size and order at every call: what divergences
        between made and real windows are taken of."""
        return {}

    def event_counts(
        self, field: str, made: np.ndarray, real: np.ndarray
    ) -> tuple[int, int, int] | None:
        """Events of a field that agree, that were made, that are real; None for the usual
        meaning (a cell with its category, trivial ones left out)."""
        return None
