"""A domain so small that models of it answer at once: strings of beads.

Axes:  N windows · R cells of a step · T steps of a window · S steps of a piece

A window is eight steps of three cells: one ``bead`` (0 none, 1 longer, 2 to 4 colours) and two
``knots`` (sets of two strands).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from genvae.domains.base import (
    Codec,
    Domain,
    Encoded,
    Field,
    Repaired,
    Report,
    Windows,
    WindowSpec,
    split_cells,
    stack_cells,
)
from genvae.errors import FileProblem, OptionProblem
from genvae.recipe import Recipe
from genvae.settings import ModelSettings, PriorSettings

SPEC = WindowSpec(
    (Field("bead", 5, trivial=(0, 1), temper_from=2), Field("knot", 4, rows=2, members=2)), steps=8
)
LONGER = 1

TINY = ModelSettings(
    patch=4,
    latent=3,
    encoder_width=12,
    encoder_blocks=2,
    decoder_width=12,
    decoder_blocks=3,
    cell_width=8,
    cell_blocks=2,
    token_dropout=0.3,
)
TINY_PRIOR = PriorSettings(
    steps=4, batch=4, positions=6, width=12, blocks=3, cell_width=8, cell_blocks=2, components=3
)


@dataclass(frozen=True)
class Beads:
    """A piece: ``cells`` is ``(S, 3)``, with S a multiple of eight."""

    name: str
    group: str
    cells: np.ndarray
    text: str = ""
    marks: tuple[str, ...] = ()


class BeadRules:
    """A bead grows longer only after another bead, never at the first step."""

    def allow(self, step: int, row: int, steps_NTR: np.ndarray) -> np.ndarray | None:
        """``(N, K)`` for beads, None for knots."""
        if row > 0:
            return None
        mask_NK = np.ones((len(steps_NTR), 5), dtype=bool)
        mask_NK[:, LONGER] = step > 0 and steps_NTR[:, step - 1, 0] > 0
        return mask_NK


@dataclass
class BeadCodec(Codec):
    """Reads and writes lines of three digits; ``verdicts`` are handed out by ``check`` in turn
    (the last one for ever), ``mends`` by ``repair``: the share that it changes, or None."""

    verdicts: list[bool | None] = field(default_factory=lambda: [None])
    mends: list[float | None] = field(default_factory=list)
    ruled: bool = True
    augmented: int = 0
    checked: int = 0

    def __post_init__(self) -> None:
        self.domain, self.spec, self.reads = "beads", SPEC, (".beads",)
        self.writers = {".beads": write_beads, ".txt": write_beads}

    @property
    def config(self) -> dict[str, Any]:
        return {"ruled": self.ruled}

    def read(self, path: Path) -> Iterator[Beads]:
        text = path.read_text(encoding="utf-8")
        rows = [[int(c) for c in line] for line in text.split()]
        if not rows or any(len(row) != 3 for row in rows):
            raise FileProblem(f"{path}: not a string of beads")
        yield Beads(path.stem, path.stem, np.array(rows))

    def encode(self, piece: Beads) -> Encoded:
        return Encoded(split_cells(SPEC, piece.cells.reshape(-1, 8, 3)), {"weight": 1.0})

    def assemble(self, windows: Windows, context: Mapping[str, Any]) -> Beads:
        return Beads("made", "made", stack_cells(SPEC, windows).reshape(-1, 3))

    def measure(self, piece: Beads) -> dict[str, float]:
        return {"beads": float((piece.cells[:, 0] > 1).sum()), "nothing": float("nan")}

    def measure_windows(self, windows: Windows) -> dict[str, np.ndarray]:
        """The share of steps with a new bead, and the mean knot where there is one."""
        beads, knots = windows["bead"], windows["knot"].astype(float)
        knots[knots == 0] = np.nan
        known = np.isfinite(knots).any(axis=(1, 2))
        mean = np.full(len(knots), np.nan)
        mean[known] = np.nanmean(knots[known], axis=(1, 2))
        return {"beads": (beads > 1).mean(axis=(1, 2)), "knot": mean}

    def histograms(self, windows: Windows) -> dict[str, np.ndarray]:
        return {"bead": np.bincount(windows["bead"].ravel(), minlength=5)}

    def picture(self, piece: Beads) -> np.ndarray:
        return np.zeros((2, 2, 3), dtype=np.uint8)

    def show(self, piece: Beads, width: int) -> str:
        return piece.name

    def context(self, requests: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        if requests.get("weight", 1) <= 0:
            raise OptionProblem("--weight: expected more than 0")
        return {"weight": requests.get("weight", round(float(rng.random()), 6))}

    def blend(self, a: Mapping[str, Any], b: Mapping[str, Any], t: float) -> dict[str, Any]:
        return {"weight": (1 - t) * a["weight"] + t * b["weight"]}

    def windows_for(self, length: str | None) -> tuple[int, dict[str, Any]]:
        return int(length or 2), {"trimmed": True}

    def augment(self, windows: Windows, rng: np.random.Generator) -> Windows:
        """Colours rotate: 2 to 3 to 4 to 2."""
        self.augmented += 1
        bead = windows["bead"]
        return {**windows, "bead": np.where(bead > 1, 2 + (bead - 1) % 3, bead)}

    def constraints(
        self, contexts: Sequence[Mapping[str, Any]] = (), first: int = 0
    ) -> BeadRules | None:
        return BeadRules() if self.ruled else None

    def check(self, piece: Beads) -> Report:
        verdict = self.verdicts[min(self.checked, len(self.verdicts) - 1)]
        self.checked += 1
        return Report(True, verdict, [] if verdict is not False else ["it breaks"])

    def repair(self, piece: Beads) -> Repaired | None:
        share = self.mends.pop(0) if self.mends else None
        if share is None:
            return None
        return Repaired(replace(piece, marks=(*piece.marks, "mended")), [["a knot"]], share)

    def finish(self, piece: Beads, report: Report) -> Beads:
        return replace(piece, marks=(*piece.marks, "finished"))

    def sign(self, piece: Beads, text: str) -> Beads:
        return replace(piece, text=text)


def write_beads(piece: Beads, path: Path) -> None:
    """A line a step."""
    lines = ["".join(str(c) for c in row) for row in piece.cells]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


class BeadDomain(Domain):
    """Strings of beads."""

    name = "beads"
    options = ("weight",)

    def codecs(self) -> Mapping[str, str]:
        return {"plain": "beads and knots"}

    def open(self, config: Mapping[str, Any]) -> BeadCodec:
        return BeadCodec(ruled=config.get("ruled", True))

    def recognises(self, path: Path) -> bool:
        return path.suffix == ".beads"


def strings(count: int, windows: int, seed: int = 0) -> np.ndarray:
    """``(count, S, 3)`` random cells that keep the rules."""
    rng = np.random.default_rng(seed)
    cells = np.stack([rng.integers(k, size=(count, windows * 8)) for k in (5, 4, 4)], axis=-1)
    for t in range(windows * 8):
        before = cells[:, t - 1, 0] if t else 0
        cells[(cells[:, t, 0] == LONGER) & (before == 0), t, 0] = 2
    return cells


def tunes(count: int, windows: int, seed: int = 0) -> list[np.ndarray]:
    """Strings with a pattern to learn: one colour a piece, every second step."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        cells = np.zeros((windows * 8, 3), dtype=np.uint16)
        cells[::2, 0] = rng.integers(2, 5)
        cells[1::2, 1:] = rng.integers(0, 3)
        found.append(cells)
    return found


def groups(sizes: Sequence[int]) -> list[str]:
    """Cluster names: ``[2, 1]`` gives a, a, b."""
    return [f"c{i:03d}" for i, size in enumerate(sizes) for _ in range(size)]


def bead_model(path: Path, **changes: Any) -> Path:
    """Write a model file of beads with random weights, strong enough that every input matters;
    ``changes`` are arguments of ``files.save``."""
    import torch

    from genvae.models import files
    from genvae.models.autoencoder import Autoencoder
    from genvae.models.copies import SegmentFilter
    from genvae.models.prior import GaussianPrior, SequencePrior

    with torch.random.fork_rng():
        torch.manual_seed(0)
        autoencoder = Autoencoder(SPEC, TINY).eval()
        with torch.no_grad():
            for name, parameter in autoencoder.named_parameters():
                if name.endswith(("out.weight", "place")):
                    parameter.normal_(std=0.3)
        gaussian, sequence = GaussianPrior(6), SequencePrior(2, 3, TINY_PRIOR)
    gaussian.mean.copy_(torch.arange(6.0))
    gaussian.factor.mul_(0.1)
    parts: dict[str, Any] = {
        "autoencoder": autoencoder,
        "gaussian": gaussian,
        "sequence": sequence,
        "copies": SegmentFilter.of([b"known"]),
        "recipe": Recipe("beads", "beads", model=TINY, prior=TINY_PRIOR),
        "codec": {"ruled": True},
        "card": {"defaults": {"prior": "sequence", "temperature": 1.0}},
        "version": "0",
    }
    files.save(path, **(parts | changes))
    return path
