"""What every codec must do. NumPy only; what it may do beside is in ``base.Codec``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from genvae.domains.records import Encoded, Windows, WindowSpec


class Piece(Protocol):
    """A song or a level. ``name`` is stable (a file's stem, ``file#17`` within a collection);
    ``group`` names what must not be split between training and validation."""

    name: str
    group: str


Writer = Callable[[Any, Path], None]
"""Writes a piece to a path; raises FileProblem."""


class Contract(ABC):
    """Between files and windows: what has no default."""

    domain: str
    spec: WindowSpec
    reads: tuple[str, ...]
    writers: Mapping[str, Writer]

    @property
    @abstractmethod
    def config(self) -> dict[str, Any]:
        """JSON-able; ``Domain.open(config)`` makes an equal codec anywhere."""

    @abstractmethod
    def read(self, path: Path) -> Iterator[Any]:
        """The pieces of a file. Raises FileProblem naming file, finding, expectation, cure."""

    @abstractmethod
    def encode(self, piece: Any) -> Encoded:
        """Cut a piece into windows. Raises FileProblem if nothing of it can be represented."""

    @abstractmethod
    def assemble(self, windows: Windows, context: Mapping[str, Any]) -> Any:
        """Windows to a well-formed piece; the inverse of ``encode`` on what it kept.
        A context may be empty: defaults then apply."""

    @abstractmethod
    def measure(self, piece: Any) -> dict[str, float]:
        """Numbers that describe a piece (notes a bar, share in scale, tiles of each role)."""

    @abstractmethod
    def measure_windows(self, windows: Windows) -> dict[str, np.ndarray]:
        """Per-window numbers ``(N,)`` by which samples are compared with held-out data;
        NaN where a measure does not apply to a window."""

    @abstractmethod
    def picture(self, piece: Any) -> np.ndarray:
        """An RGB image ``(height, width, 3)`` of uint8, for previews."""

    @abstractmethod
    def show(self, piece: Any, width: int) -> Any:
        """A rich renderable at most ``width`` columns wide, for the terminal."""

    @abstractmethod
    def context(self, requests: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        """A context for a piece made from nothing: ``requests`` are the user's options of this
        domain (key, tempo, ...); what is not asked for is drawn or has a default.
        Raises OptionProblem."""

    @abstractmethod
    def blend(self, a: Mapping[str, Any], b: Mapping[str, Any], t: float) -> dict[str, Any]:
        """The context of a piece at ``t`` in [0, 1] on the way from a's to b's (tempo moves)."""

    @abstractmethod
    def windows_for(self, length: str | None) -> tuple[int, dict[str, Any]]:
        """How many windows a ``--length`` needs (None: the domain's default), and context
        entries that trim the piece to it. Raises OptionProblem."""
