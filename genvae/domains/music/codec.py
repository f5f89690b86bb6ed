"""The codec of a layout: between MIDI files and windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.base import Codec, Constraints, Curve, Encoded, Report, Windows, Writer
from genvae.domains.music import regions
from genvae.domains.music.augment import (
    distort_chunk,
    segment_bytes,
    transpose_chunk,
    transpositions,
)
from genvae.domains.music.cadence import closed
from genvae.domains.music.clusters import near_duplicates
from genvae.domains.music.constraints import LayoutRules
from genvae.domains.music.damage import KINDS, damaged, kept_whole
from genvae.domains.music.form_measures import MOST, SPREAD, form_measures
from genvae.domains.music.labels import LABELS, PITCHED, label
from genvae.domains.music.layouts import COMMON, NOTES, Layout
from genvae.domains.music.measures import (
    same_notes,
    song_report,
    window_histograms,
    window_measures,
)
from genvae.domains.music.meters import Padding, named, window_meters
from genvae.domains.music.midi_read import read_midi
from genvae.domains.music.midi_write import says_loop, write_midi
from genvae.domains.music.paths import (
    blend_contexts,
    journey,
    loop_context,
    rearranged_context,
    travel_context,
)
from genvae.domains.music.picture import song_picture, song_text, write_png
from genvae.domains.music.playback import play_song
from genvae.domains.music.portrait import song_portraits
from genvae.domains.music.requests import (
    ENTRIES,
    classes_of,
    context_for,
    unlearned,
    windows_for_bars,
)
from genvae.domains.music.sections import sections
from genvae.domains.music.song import Song
from genvae.domains.music.song_measures import ATTRIBUTES, measure_words, song_measures
from genvae.domains.music.tension import song_curve
from genvae.domains.music.transpose import brought_home
from genvae.domains.music.voices import pick_voices
from genvae.domains.music.wav import write_wav
from genvae.domains.music.windows import from_windows, to_windows


class MusicCodec(Codec):
    """Songs of one layout. Fields in decoding order; ``(N, R, 32)`` int16 each."""

    domain = "music"
    reads = (".mid", ".midi")
    attributes = ATTRIBUTES
    stretches = even = True
    request_entries = ENTRIES
    damage = KINDS
    event_word = "note"
    course_spread = SPREAD
    course_most = MOST

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.spec = layout.spec()
        self.conditions = LABELS | (PITCHED if layout.pitched else {})
        self.measure_words = measure_words([plan.name for plan in layout.voices])
        self.writers: Mapping[str, Writer] = {
            ".mid": write_midi,
            ".wav": write_wav,
            ".png": write_png,
        }

    @property
    def config(self) -> dict[str, Any]:
        plain: dict[str, Any] = {"layout": self.layout.name}
        if self.layout.meters != (COMMON,):
            plain["meters"] = [named([meter]) for meter in self.layout.meters]
        return plain

    def read(self, path: Path) -> Iterator[Song]:
        """The song of a file, its tracks turned into the layout's voices. Raises FileProblem."""
        return self.read_chosen(path, {})

    def read_chosen(self, path: Path, chosen: Mapping[str, str]) -> Iterator[Song]:
        """As ``read``, with the tracks that were chosen for some voices (see ``pick_voices``)."""
        for song in self.read_whole(path):
            yield pick_voices(song, self.layout, chosen, place=str(path))

    def read_whole(self, path: Path) -> Iterator[Song]:
        """The song of a file with all its tracks, on the grid of 16ths. Raises FileProblem."""
        yield replace(read_midi(path), loop=says_loop(path))

    def encode(self, piece: Song) -> Encoded:
        return to_windows(self._chosen(piece), self.layout)

    def _chosen(self, piece: Song) -> Song:
        """The song in the layout's voices, which may be its own."""
        names = [plan.name for plan in self.layout.voices]
        return piece if [v.name for v in piece.voices] == names else pick_voices(piece, self.layout)

    def assemble(self, windows: Windows, context: Mapping[str, Any]) -> Song:
        song = from_windows(windows, self.layout, context)
        ending = context.get("ending")
        if ending is None or song.loop:
            return song
        return closed(song, -int(context["shifts"][-1]) % 12, str(ending))

    def training_pieces(self, piece: Song) -> Sequence[Song]:
        """See ``sections.sections``."""
        return sections(piece, self.layout)

    def augment(self, windows: Windows, rng: np.random.Generator) -> Windows:
        return transpose_chunk(windows, self.layout, rng)

    def distort(self, windows: Windows, rng: np.random.Generator) -> Windows:
        return distort_chunk(windows, self.layout, rng)

    def renamings(self) -> Sequence[Mapping[str, np.ndarray]]:
        """Transpositions to the nearest keys."""
        return transpositions(self.spec, self.layout)

    def corrupt(
        self,
        windows: Windows,
        rate: float,
        rng: np.random.Generator,
        kinds: Sequence[str] = (),
    ) -> Windows:
        """See ``damage.damaged``."""
        return damaged(windows, self.layout, rate, rng, kinds or KINDS)

    def kept(self, before: Windows, after: Windows, encoded: Encoded) -> Windows:
        """See ``damage.kept_whole``."""
        return kept_whole(before, after, self.layout)

    def events(self, piece: Song) -> Sequence[tuple[Any, ...]]:
        """(voice, step, pitch) of each note, steps from 0."""
        notes = ((v.name, v.table()) for v in piece.voices)
        return [(name, step, pitch) for name, t in notes for step, pitch in t[:, [0, 2]].tolist()]

    def part_of(self, piece: Song, place: tuple[Any, ...]) -> tuple[str, int]:
        """The bar."""
        return "bar", sum(bar.step <= place[1] for bar in piece.bars())

    def segments(self, windows: Windows) -> list[bytes]:
        return segment_bytes(windows, self.layout)

    def constraints(
        self, contexts: Sequence[Mapping[str, Any]] = (), first: int = 0
    ) -> Constraints:
        """See ``LayoutRules``; the meters of the contexts say where nothing may begin."""
        return LayoutRules(self.layout, Padding(contexts, first, self.layout.grid))

    def window_labels(
        self, context: Mapping[str, Any], windows: int
    ) -> Mapping[str, Sequence[str]]:
        """``meter``: see ``meters.window_meters``."""
        return {"meter": window_meters(context.get("meters") or [(0, *COMMON)], windows)}

    def advice(self, requests: Mapping[str, Any]) -> Sequence[str]:
        """A meter that the model has not learned from."""
        return unlearned(requests.get("meter"), self.layout)

    def clusters(self, encoded: Sequence[Encoded], groups: Sequence[str]) -> list[str]:
        return near_duplicates(encoded, groups, self.layout)

    def measure(self, piece: Song) -> dict[str, float]:
        return song_measures(piece)

    def measure_course(self, piece: Song) -> dict[str, float]:
        """See ``form_measures``."""
        return form_measures(self._chosen(piece), self.layout)

    def attribute(self, name: str, windows: Windows, context: Mapping[str, Any]) -> float:
        song = self.assemble(windows, context)
        if name == "density":  # the other numbers take six times as long
            return sum(len(v.notes) for v in song.voices) / max(len(song.bars()), 1)
        return self.measure(song).get(name, float("nan"))

    def label(self, name: str, windows: Windows, context: Mapping[str, Any]) -> str | None:
        """See ``labels.label``."""
        return label(name, windows, context, self.layout)

    def request(self, name: str, value: str) -> dict[str, Any]:
        """A meter and a mode are those of the context, too."""
        return {name: value} if name in self.conditions else {}

    def requested(self, requests: Mapping[str, Any]) -> dict[str, str]:
        """See ``requests.classes_of``."""
        return classes_of(requests, self.layout)

    def curve(self, piece: Song, report: Report | None = None) -> Curve:
        """See ``tension.song_curve``."""
        return song_curve(piece)

    def measure_windows(self, windows: Windows) -> dict[str, np.ndarray]:
        return window_measures(windows, self.layout)

    def histograms(self, windows: Windows) -> dict[str, np.ndarray]:
        """Counts of intervals, durations and drum classes over all windows, by name."""
        return window_histograms(windows, self.layout)

    def event_counts(
        self, field: str, made: np.ndarray, real: np.ndarray
    ) -> tuple[int, int, int] | None:
        """Drums are counted hit by hit: a set of three classes is three events. Notes that begin
        together are right in whatever order."""
        if field == NOTES:
            return same_notes(made, real)
        if field not in {plan.name for plan in self.layout.voices if plan.drums}:
            return None
        counts = [
            int(np.bitwise_count(x.astype(np.uint16)).sum()) for x in (made & real, made, real)
        ]
        return counts[0], counts[1], counts[2]

    def check(self, piece: Song) -> Report:
        return song_report(piece, self.layout)

    def regions(self, text: str, encoded: Encoded) -> Windows:
        """``bars=1-4,9``, ``voices=bass,drums``, both with a semicolon; see ``regions.region``."""
        return regions.region(text, encoded, self.layout)

    def emptied(self, piece: Song, keep: Windows, encoded: Encoded) -> tuple[Encoded, Windows]:
        """See ``regions.emptied``: keys are those of what is kept."""
        return regions.emptied(piece, keep, encoded, self.layout)

    def joined(self, piece: Song, made: Song, keep: Windows, encoded: Encoded) -> Song:
        """See ``regions.joined``."""
        return regions.joined(piece, made, keep, encoded, self.layout)

    def notes(self, piece: Song) -> Sequence[str]:
        """See ``Song.remarks``."""
        return piece.remarks

    def play(self, piece: Song) -> None:
        """See ``playback.play_song``."""
        play_song(piece)

    def picture(self, piece: Song) -> np.ndarray:
        return song_picture(piece)

    def portraits(self, pieces: Sequence[Song], reports: Sequence[Report]) -> dict[str, Any]:
        """See ``portrait.song_portraits``."""
        return song_portraits(pieces)

    def show(self, piece: Song, width: int) -> Any:
        return song_text(piece, width)

    def context(self, requests: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        return context_for(requests, self.layout, rng)

    def blend(self, a: Mapping[str, Any], b: Mapping[str, Any], t: float) -> dict[str, Any]:
        return blend_contexts(a, b, t)

    def repeated(self, context: Mapping[str, Any], windows: int) -> dict[str, Any]:
        return loop_context(context, windows)

    def rearranged(self, context: Mapping[str, Any], order: Sequence[int]) -> dict[str, Any]:
        return rearranged_context(context, order)

    def together(
        self, piece: Song, own: Mapping[str, Any], first: Song, other: Mapping[str, Any]
    ) -> Song:
        """The song in the first one's key, if that has one; see ``transpose.py``."""
        has_key = any(voice.notes for voice in first.voices if not voice.drums)
        return brought_home(piece, own, other) if has_key else piece

    def travel(
        self, a: Mapping[str, Any], b: Mapping[str, Any], shares: Sequence[float]
    ) -> dict[str, Any]:
        return travel_context(a, b, shares)

    def journey(self, a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
        return journey(a, b, pitched=bool(self.layout.pitched))

    def sign(self, piece: Song, text: str) -> Song:
        """The text becomes a MIDI text event."""
        return replace(piece, text=text)

    def windows_for(self, length: str | None) -> tuple[int, dict[str, Any]]:
        return windows_for_bars(length)
