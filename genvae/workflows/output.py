"""What a command leaves on disk: pieces with stable names, their latents, and a manifest.

``manifest.partial.jsonl`` grows with each piece and is renamed to ``manifest.jsonl`` when all is
done; ``latents.safetensors`` holds the latents and contexts of the pieces by their names, ready
for ``genvae decode``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from genvae.errors import FileProblem, GenvaeError, OptionProblem, nearest
from genvae.workflows import latents
from genvae.workflows.made import Made
from genvae.workflows.store import Opened
from genvae.workflows.told import said

ROOT = Path("genvae-out")


class Output:
    """A folder that fills with pieces. Nothing that exists is overwritten unless asked.

    ``lines`` gathers what the manifest says of each piece, proofs left out.
    """

    def __init__(
        self,
        opened: Opened,
        command: str,
        *,
        out: Path | None = None,
        formats: Sequence[str] = (),
        overwrite: bool = False,
        label: str = "",
    ) -> None:
        self.opened, self.command, self.overwrite = opened, command, overwrite
        self.suffixes = [self._suffix(f) for f in formats] or [next(iter(opened.codec.writers))]
        self.folder = out or self._new(f"{command}-{opened.model.name}{label and '-' + label}")
        self.latents: dict[str, np.ndarray] = {}
        self.contexts: dict[str, dict[str, Any]] = {}
        self.lines: list[dict[str, Any]] = []
        self._partial = self.folder / "manifest.partial.jsonl"

    def _suffix(self, given: str) -> str:
        suffix = "." + given.strip().lower().lstrip(".")
        writers = self.opened.codec.writers
        if suffix not in writers:
            names = [s[1:] for s in writers]
            raise OptionProblem(f"--format {given}: {nearest(given, names)}")
        return suffix

    def _new(self, name: str) -> Path:
        """A folder under ROOT that does not exist yet, or that may be overwritten."""
        path, number = ROOT / name, 2
        while path.exists() and not self.overwrite:
            path = ROOT / f"{name}-{number}"
            number += 1
        return path

    def reserve(self, names: Sequence[str]) -> None:
        """Make the folder; refuse before any work if it cannot be written to or a file of these
        names exists. Raises FileProblem."""
        planned = [self.folder / f"{n}{s}" for n in names for s in self.suffixes]
        planned += [self.folder / latents.FILE, self.folder / "manifest.jsonl"]
        taken = [p for p in planned if p.exists()]
        if taken and not self.overwrite:
            more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
            raise FileProblem(
                f"{taken[0]}: exists{more}; give --overwrite or another folder with --out"
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as why:
            raise FileProblem(
                f"{self.folder}: cannot be made ({why.strerror}); choose another with --out"
            ) from None
        if not os.access(self.folder, os.W_OK):
            raise FileProblem(f"{self.folder}: cannot be written to; choose another with --out")
        self._partial.unlink(missing_ok=True)

    def add(self, name: str, made: Made) -> list[Path]:
        """Write a piece in every format and its line to the manifest. Raises FileProblem."""
        written = [made.save(self.folder / f"{name}{suffix}") for suffix in self.suffixes]
        self.latents[name] = made.z_WPD
        self.contexts[name] = made.context
        line = {"file": written[0].name, **self.describe(made)}
        line["latents"] = f"{latents.FILE}#{name}"
        try:
            with self._partial.open("a", encoding="utf-8") as manifest:
                manifest.write(json.dumps(line) + "\n")
        except OSError as why:
            raise FileProblem(f"{self._partial}: cannot be written ({why.strerror})") from None
        checks = {k: v for k, v in line["checks"].items() if k != "proof"}
        self.lines.append(line | {"file": str(written[0]), "checks": checks})
        return written

    def describe(self, made: Made) -> dict[str, Any]:
        """The facts of a piece, JSON-able."""
        model, report = self.opened.model, made.report
        checks: dict[str, Any] = {"valid": report.valid}
        if report.playable is not None:
            checks["playable"] = report.playable
        if report.problems:
            checks["problems"] = report.problems
        if report.proof is not None:
            checks["proof"] = report.proof
        return {
            "command": self.command,
            "model": model.name,
            "model_hash": model.hash,
            **({"told": told} if (told := said(self.opened)) else {}),
            **made.facts,
            "attributes": finite(self.opened.codec.measure(made.piece)),
            "checks": checks,
        }

    def close(self) -> None:
        """Write the latents, then give the manifest its name. Raises FileProblem."""
        if self.latents:
            path = self.folder / latents.FILE
            latents.save(path, self.opened.model, self.latents, self.contexts)
        if self._partial.exists():
            try:
                os.replace(self._partial, self.folder / "manifest.jsonl")
            except OSError as why:
                raise FileProblem(f"{self._partial}: cannot be renamed ({why.strerror})") from None


def finite(values: Mapping[str, float]) -> dict[str, float | None]:
    """Rounded numbers; what is not a number becomes None, as JSON has it."""
    return {k: round(float(v), 4) if np.isfinite(v) else None for k, v in values.items()}


def one_line(problem: GenvaeError) -> str:
    """A problem as a single line."""
    return " ".join(str(problem).split())
