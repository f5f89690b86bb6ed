"""The codec of levels: between files and windows, for one tileset.

Axes:  N windows · R rows, the bottom one first · T columns · K tiles
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.base import (
    Curve,
    Encoded,
    Field,
    Placement,
    Places,
    Reopened,
    Repaired,
    Report,
    Windows,
    WindowSpec,
    Writer,
)
from genvae.domains.levels import measures, picture, places, regions, tables, tiled, walk
from genvae.domains.levels.apart import Apart, find_apart
from genvae.domains.levels.attributes import attributes_of
from genvae.domains.levels.augment import Augmenter
from genvae.domains.levels.bands import bands
from genvae.domains.levels.checking import checked
from genvae.domains.levels.clusters import merge_groups
from genvae.domains.levels.damage import KINDS, flipped, kept
from genvae.domains.levels.facts import Facts, Kept, find_facts
from genvae.domains.levels.formats import read_file
from genvae.domains.levels.layers import layered, whole
from genvae.domains.levels.level import Level
from genvae.domains.levels.objects import placement_of
from genvae.domains.levels.portrait import level_portraits
from genvae.domains.levels.reopening import reopened
from genvae.domains.levels.repair.by_rules import mended
from genvae.domains.levels.rules.registry import ruleset_of
from genvae.domains.levels.sized import Sized
from genvae.domains.levels.sizes import SHARED, bands_of
from genvae.domains.levels.tension import level_curve
from genvae.domains.levels.text import write_level
from genvae.domains.levels.tileset import Tileset
from genvae.domains.levels.windows import (
    FIELD,
    assemble_level,
    encode_bands,
    encode_level,
    mark_start,
)
from genvae.errors import FileProblem


class LevelsCodec(Sized):
    """Levels of one tileset."""

    domain = "levels"
    damage = KINDS
    event_word = "tile"
    reads = (".txt", ".lvl", ".gz", ".csv", ".json", ".tmx", ".tmj", ".png")

    def __init__(self, tileset: Tileset, *, layers: int = 1, facts: Facts | None = None) -> None:
        self.tileset, self.layers, self.facts = tileset, layers, facts
        self.ruleset = ruleset_of(tileset)
        self.attributes = attributes_of(tileset, measures.COUNTED)
        if tileset.rules == "sokoban":
            self.tied = {"boxes": "goals", "goals": "boxes"}
        self._augmenter = Augmenter(tileset)
        self.spec = WindowSpec(
            (Field(FIELD, len(tileset), rows=tileset.rows, trivial=(tileset.empty,)),),
            steps=layers * tileset.columns,
            step_name="column",
            layers=layers,
        )
        self.writers: Mapping[str, Writer] = {
            ".txt": write_level,
            ".lvl": write_level,
            ".png": picture.write_png,
            ".csv": tables.write_csv,
            ".json": tables.write_json,
            ".tmx": tiled.write_tmx,
            ".tmj": tiled.write_tmj,
        }

    @property
    def config(self) -> dict[str, Any]:
        """The whole tileset, so that a model file needs no other."""
        table: dict[str, Any] = {"tileset": self.tileset.table()}
        if self.layers > 1:
            table["layers"] = self.layers
        if self.facts is not None:
            table["facts"] = self.facts.table()
        return table

    def read(self, path: Path) -> Iterator[Level]:
        """The levels of a file of any format. Raises FileProblem."""
        return read_file(path, self.tileset)

    def encode(self, piece: Level) -> Encoded:
        """Cut a level into windows. Raises FileProblem for a level of another tileset."""
        if piece.tileset.symbols != self.tileset.symbols:
            raise FileProblem(
                f"{piece.name}: a level of tileset {piece.tileset.name!r}, "
                f"expected {self.tileset.name!r}; read it with that tileset"
            )
        encoded = encode_level(piece)
        if self.layers > 1:
            encoded.windows[FIELD] = layered(encoded.windows[FIELD], self.tileset)
        return encoded

    def encode_whole(self, piece: Level) -> Encoded:
        """In bands, where a level is higher than a window and its game has such levels."""
        bands = bands_of(self.tileset, piece.height)
        if bands == 1 or self.layers > 1 or piece.tileset.symbols != self.tileset.symbols:
            return self.encode(piece)
        return encode_bands(piece, bands, SHARED)

    def tiles(self, windows: Windows) -> np.ndarray:
        """All tiles of windows, ``(N, R, columns)``: of layered ones the second layer."""
        x_NRT = windows[FIELD]
        return whole(x_NRT, self.tileset) if self.layers > 1 else x_NRT

    def observe(self, windows: Windows) -> None:
        """Find what holds in nearly all training levels, for ``constraints`` to keep: where windows
        are not layered, which tiles are never neighbours."""
        find = find_facts if self.layers > 1 else find_apart
        self.facts = find(self.tiles(windows), self.tileset)

    def assemble(self, windows: Windows, context: Mapping[str, Any]) -> Level:
        """Windows to a level of the context's size."""
        return assemble_level(self.tiles(windows), context, self.tileset)

    def training_pieces(self, piece: Level) -> Sequence[Level]:
        """Bands that can be crossed (platformers), else the level itself."""
        return bands(piece) if self.tileset.rules == "platformer" else [piece]

    def augment(self, windows: Windows, rng: np.random.Generator) -> Windows:
        """See ``augment.Augmenter``."""
        turned = self._augmenter.turned(self.tiles(windows), rng)
        if turned is None:
            return windows
        return {**windows, FIELD: layered(turned, self.tileset) if self.layers > 1 else turned}

    def distort(self, windows: Windows, rng: np.random.Generator) -> Windows:
        """Levels seen whole are shifted (see ``augment.Augmenter``), others stay."""
        if self.layers == 1:
            return windows
        shifted = self._augmenter.shifted(self.tiles(windows), rng)
        return {**windows, FIELD: layered(shifted, self.tileset)}

    def corrupt(
        self, windows: Windows, rate: float, rng: np.random.Generator, kinds: Sequence[str] = ()
    ) -> Windows:
        """See ``damage.flipped``; markers that are placed after checking never come."""
        x_NRC = flipped(self.tiles(windows), self.tileset.decoded, rate, rng, kinds or KINDS)
        return {FIELD: layered(x_NRC, self.tileset) if self.layers > 1 else x_NRC}

    def kept(self, before: Windows, after: Windows, encoded: Encoded) -> Windows:
        """See ``damage.kept``."""
        return {FIELD: kept(before[FIELD], after[FIELD], encoded.context)}

    def events(self, piece: Level) -> Sequence[tuple[Any, ...]]:
        """(column, row, symbol) of each tile, from 0, row 0 on top."""
        symbols = self.tileset.symbols
        grid = enumerate(piece.grid_HW.tolist())
        return [(c, r, symbols[tile]) for r, row in grid for c, tile in enumerate(row)]

    def part_of(self, piece: Level, place: tuple[Any, ...]) -> tuple[str, int]:
        """The column."""
        return "column", int(place[0]) + 1

    def constraints(
        self, contexts: Sequence[Mapping[str, Any]] = (), first: int = 0
    ) -> Apart | Kept | None:
        """The start marker of a platformer is never decoded (see ``finish``), and what is never
        neighbours in training is none; of layered windows the second layer keeps the terrain of the
        first, and the facts of the training levels."""
        facts = self.facts or Facts()
        if self.layers > 1:
            return Kept(self.tileset, facts, self.placement(), self.ruleset)
        apart = facts.apart_beside or facts.apart_above
        return Apart(self.tileset, facts) if apart or self.tileset.placed else None

    def placement(self) -> Placement | None:
        """See ``objects.placement_of``."""
        facts = self.facts if self.layers > 1 else None
        return placement_of(self.tileset, facts, self.ruleset)

    def check(self, piece: Level) -> Report:
        """Well-formed, as the tileset's rules have it? Playable? ``proof`` and ``facts`` are what
        the ruleset found (see ``rules/base.py``), ``facts["path"]`` and ``facts["place"]`` in
        (column, row) from 0, row 0 on top; problems count from 1. An ill-formed level is searched
        all the same where a platformer's rules allow it."""
        return checked(piece, self.tileset, self.ruleset)

    def reopened(self, report: Report, steps: int, tries: int) -> Reopened | None:
        """See ``reopening.reopened``."""
        size, placed = self.tileset.columns, self.placement() is not None
        return reopened(report, self.ruleset, steps, tries, columns=size, placed=placed)

    def repair(self, piece: Level) -> Repaired | None:
        """The fewest tiles that let a level be played by its rules; a change is ``[column, row,
        before, after]``, from 0 and in symbols."""
        return None if self.ruleset is None else mended(piece, self.ruleset)

    def places(self, piece: Level, name: str) -> Places | None:
        """See ``places.places``."""
        return places.places(piece, name, measures.COUNTED[name], self.layers, self.facts)

    def finish(self, piece: Level, report: Report) -> Level:
        """Mark the start where the proof begins, unless there is a start."""
        placed = self.tileset.placed is not None and self.tileset.rules == "platformer"
        if not placed or not report.playable or piece.having("start").any():
            return piece
        return mark_start(piece, [(c, r) for c, r in report.proof["path"]])

    def play(self, piece: Level) -> None:
        """Walk the level in the terminal. Raises FileProblem where that cannot be done."""
        walk.play(piece, self.ruleset)

    def regions(self, text: str, encoded: Encoded) -> Windows:
        """``x=1-32``, ``y=9-16``, ``rect=3,4,5,5``; see ``regions.region``."""
        kept = regions.region(text, encoded, self.tileset)
        return {FIELD: np.concatenate([kept] * self.layers, axis=2)}

    def joined(self, piece: Level, made: Level, keep: Windows, encoded: Encoded) -> Level:
        """See ``regions.joined``; the rows of a tall level that the windows lack stay."""
        return regions.joined(piece, made, self.tiles(keep), encoded)

    def sign(self, piece: Level, text: str) -> Level:
        """The text becomes a property of a map, an entry of a JSON file."""
        return replace(piece, text=text)

    def notes(self, piece: Level) -> Sequence[str]:
        """See ``Level.notes``."""
        return piece.notes

    def measure(self, piece: Level) -> dict[str, float]:
        """See ``measures.measure_level``."""
        return measures.measure_level(piece)

    def curve(self, piece: Level, report: Report | None = None) -> Curve:
        """See ``tension.level_curve``."""
        return level_curve(piece, report or self.check(piece))

    def measure_windows(self, windows: Windows) -> dict[str, np.ndarray]:
        """See ``measures.measure_tiles``."""
        return measures.measure_tiles(self.tiles(windows), self.tileset)

    def histograms(self, windows: Windows) -> dict[str, np.ndarray]:
        """Counts of tile patterns, aligned across calls; see ``measures.pattern_counts``."""
        return measures.pattern_counts(self.tiles(windows), self.tileset)

    def picture(self, piece: Level) -> np.ndarray:
        """RGB, 8 pixels a tile."""
        return picture.draw(piece)

    def checked_picture(self, piece: Level, report: Report) -> np.ndarray:
        """The picture with the way in red dots, and a frame around the place where it ends."""
        place = None if report.playable else report.facts.get("place")
        return picture.draw(piece, report.facts.get("path", ()), place)

    def portraits(self, pieces: Sequence[Level], reports: Sequence[Report]) -> dict[str, Any]:
        """See ``portrait.level_portraits``."""
        return level_portraits(pieces, reports, self.tileset)

    def show(self, piece: Level, width: int) -> Any:
        """Coloured text in blocks of ``width`` columns under a ruler."""
        return picture.terminal(piece, width)

    def clusters(self, encoded: Sequence[Encoded], groups: Sequence[str]) -> list[str]:
        """Groups that share windows are one cluster; see ``clusters.merge_groups``."""
        return merge_groups([self.tiles(e.windows) for e in encoded], groups)
